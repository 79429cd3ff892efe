import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { realClock } from "../../src/cli/clocks.ts";
import type { OpenPort } from "../../src/domain/link.ts";
import { childPort } from "../../src/link/child.ts";
import { tcpPort } from "../../src/link/tcp.ts";
import { conform } from "../../src/rig/conformance/conform.ts";
import { havePython } from "./have-python.ts";

/** The board that shares no code with the host, held against the norm by the host's own suite. */
const folder = resolve(import.meta.dirname, "../../firmware-protocol/python");
const board = (program: string, ...rest: string[]) => ["python3", join(folder, program), ...rest];

async function verdicts(open: OpenPort, workload: string) {
  const found: string[] = [];
  for await (const { name, pass, detail } of conform(open, { clock: realClock(), workload }))
    found.push(`${pass === true ? "pass" : pass === null ? "not tried" : `FAIL (${detail})`}: ${name}`);
  return {
    passed: found.filter((one) => one.startsWith("pass")),
    others: found.filter((one) => !one.startsWith("pass")),
  };
}

/** A board that stays powered while its host comes and goes, as behind a terminal server. */
async function behindTerminalServer(command: readonly string[]) {
  const [program, ...rest] = command;
  const child = spawn(program!, rest, { stdio: ["pipe", "pipe", "inherit"] });
  let host: Socket | null = null;
  // What a host still sends to a board that is being ended goes nowhere, as on a real line.
  child.stdin.on("error", () => undefined);
  child.stdout.on("data", (bytes: Buffer) => host?.write(bytes));
  const server = createServer((socket) => {
    host = socket;
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => child.stdin.write(bytes));
    socket.on("close", () => (host = host === socket ? null : host));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: tcpPort(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await once(child, "exit");
      host?.destroy();
      server.close();
    },
  };
}

/** Memory that a kernel writes to unseen keeps no bit through it; the board says so. */
const holdsNoBits = "not tried: what is held is there, other bits stay, and full refresh takes it back";

if (havePython()) {
  test.concurrent.each([
    ["board.py", "gemm-f32"],
    ["board.py", "gemm-i8"],
    ["example_accelerator.py", "layers-f32"],
  ])("%s passes the conformance suite on %s, on its standard streams", async (program, workload) => {
    const { passed, others } = await verdicts(childPort(board(program)), workload);
    expect(others).toEqual([holdsNoBits, "not tried: a pulled cable loses no event"]);
    expect(passed.length).toBeGreaterThan(30);
  });

  test.concurrent(
    "the Python board passes all of it behind a terminal server, where cables can be pulled",
    async () => {
      await using server = await behindTerminalServer(board("board.py"));
      const { passed, others } = await verdicts(server.port, "gemm-f32");
      expect(others).toEqual([holdsNoBits]);
      expect(passed.length).toBeGreaterThan(31);
    },
  );
} else {
  test("NOT RUN: conformance of the Python board needs python3, 3.10 or later; apt-get install python3", () => {
    expect(process.env["CI"], "in CI a missing part is a failure").toBeUndefined();
  });
}
