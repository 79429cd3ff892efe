import { symlinkSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Port } from "../../src/domain/link.ts";
import { openPty } from "../../src/emulator/pty.ts";
import { childPort } from "../../src/link/child.ts";
import { linesOf } from "../../src/link/lines.ts";
import { openPort } from "../../src/link/open.ts";
import type { PortAddress } from "../../src/link/open.ts";
import { ptyPort, serialPort } from "../../src/link/serial.ts";
import { tcpPort } from "../../src/link/tcp.ts";
import { linesFrom, textOf } from "./ports.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

/** Reads until so many bytes have come. */
async function take(port: Port, count: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const chunks = port.chunks[Symbol.asyncIterator]();
  while (length < count) {
    const next = await chunks.next();
    if (next.done === true) break;
    parts.push(next.value);
    length += next.value.length;
  }
  return Buffer.concat(parts);
}

function pty(): ReturnType<typeof openPty> {
  const pair = openPty();
  onTestFinished(() => pair.port.close());
  return pair;
}

/** A server that hands its connections to the test. */
async function server(): Promise<{
  readonly address: string;
  readonly connection: Promise<Socket>;
  readonly close: () => void;
}> {
  let connected: (socket: Socket) => void;
  const connection = new Promise<Socket>((resolve) => (connected = resolve));
  const listening = createServer((socket) => connected(socket));
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void listening.close());
  const { port } = listening.address() as AddressInfo;
  return { address: `tcp://127.0.0.1:${port}`, connection, close: () => void listening.close() };
}

describe("a pseudo-terminal", () => {
  test("carries every byte value both ways, through a symlink", async () => {
    const { path, port: device } = pty();
    const name = join(temporaryFolder(), "board");
    symlinkSync(path, name);
    const port = await ptyPort(name)();
    expect(port.name).toBe(`pty:${name}`);
    await device.write(every);
    expect(await take(port, 256)).toEqual(every);
    await port.write(every);
    expect(await take(device, 256)).toEqual(every);
    await port.close();
  });

  test("ends when its device goes, and says so; closing it twice is nothing", async () => {
    const { path, port: device } = pty();
    const port = await ptyPort(path)();
    await device.write(bytes("last words"));
    expect((await take(port, 10)).toString()).toBe("last words");
    await device.close();
    expect(await textOf(port)).toBe("");
    expect(port.ended?.()).toBeTruthy();
    await port.close();
    await port.close();
    await port.write(bytes("swallowed"));
  });

  test("that hangs up as it is opened ends as well, though the package never tells", async () => {
    const { path, port: device } = pty();
    const port = await ptyPort(path)();
    await device.close();
    expect(await textOf(port)).toBe("");
    expect(port.ended?.()).toBe("the line hung up");
  });

  test("closed here, ends at once, and can be opened again", async () => {
    const { path, port: device } = pty();
    for (const text of ["one", "two", "three"]) {
      const port = await ptyPort(path)();
      await device.write(bytes(text));
      expect((await take(port, text.length)).toString()).toBe(text);
      const rest = textOf(port);
      await port.close();
      expect(await rest).toBe("");
    }
  });

  test("in use by another is busy; not there is missing, with how to mend it", async () => {
    const { path } = pty();
    const first = await ptyPort(path)();
    await expect(ptyPort(path)()).rejects.toMatchObject({ code: "port_busy" });
    await first.close();
    await expect(ptyPort(join(temporaryFolder(), "none"))()).rejects.toMatchObject({
      code: "port_missing",
      message: expect.stringMatching(/radrig emulate/) as string,
    });
  });

  test("a file that is no terminal is refused in one line", async () => {
    await expect(serialPort({ path: "/dev/null", baud: 9600 })()).rejects.toMatchObject({
      code: "port_missing",
    });
    await expect(serialPort({ path: "/dev/none", baud: 9600 })()).rejects.toMatchObject({
      code: "port_missing",
    });
  });

  test("opened with a signal that has aborted, it is closed again", async () => {
    const { path } = pty();
    await expect(ptyPort(path)(AbortSignal.abort())).rejects.toMatchObject({ code: "link_lost" });
    await (await ptyPort(path)()).close();
  });

  test("a reader that stops reading stops the port, not the host's memory, and loses nothing", async () => {
    const { path, port: device } = pty();
    const port = await ptyPort(path)();
    const line = `${"x".repeat(62)}\n`;
    const count = 40_000;
    const writing = device.write(bytes(line.repeat(count)));
    const lines = await linesFrom(
      linesOf({ ...port, chunks: slowly(port.chunks, count * line.length, () => port.close()) }),
    );
    await writing;
    expect(lines).toHaveLength(count);
    expect(new Set(lines).size).toBe(1);
  });
});

/** Passes chunks on with a turn of the event loop between, and ends the port when all have come. */
async function* slowly(
  chunks: AsyncIterable<Uint8Array>,
  count: number,
  end: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of chunks) {
    await new Promise((resolve) => setImmediate(resolve));
    seen += chunk.length;
    yield chunk;
    if (seen === count) await end();
  }
}

describe("raw TCP", () => {
  test("carries every byte value both ways", async () => {
    const { address, connection } = await server();
    const port = await tcpPort(address)();
    const far = await connection;
    const heard: Buffer[] = [];
    far.on("data", (chunk) => heard.push(chunk));
    far.write(every);
    expect(await take(port, 256)).toEqual(every);
    await port.write(every);
    await port.close();
    await new Promise((resolve) => far.on("close", resolve));
    expect(Buffer.concat(heard)).toEqual(every);
  });

  test("ends when the far end closes or resets, and swallows what is written then", async () => {
    for (const goodbye of ["end", "resetAndDestroy"] as const) {
      const { address, connection } = await server();
      const port = await tcpPort(address)();
      const far = await connection;
      if (goodbye === "end") far.end();
      else far.resetAndDestroy();
      expect(await textOf(port)).toBe("");
      await port.write(bytes("nobody"));
      expect(port.ended?.()).toBeTruthy();
      await port.close();
    }
  });

  test("nobody there is missing, an address that is none is a config error", async () => {
    const { address, close } = await server();
    close();
    await expect(tcpPort(address)()).rejects.toMatchObject({ code: "port_missing" });
    for (const wrong of ["tcp://host", "tcp://host:0", "tcp://host:65536", "http://host:1"])
      await expect(tcpPort(wrong)()).rejects.toMatchObject({ code: "config" });
  });

  test("given up while connecting", async () => {
    const { address } = await server();
    await expect(tcpPort(address)(AbortSignal.abort())).rejects.toMatchObject({ code: "link_lost" });
  });
});

const node = (program: string): readonly string[] => [process.execPath, "-e", program];

describe("a child process", () => {
  test("speaks on its standard streams", async () => {
    const port = await childPort(["cat"])();
    await port.write(every);
    expect(await take(port, 256)).toEqual(every);
    expect(port.closingEndsDevice).toBe(true);
    await port.close();
  });

  test("ends with the reason, in its own last words", async () => {
    const port = await childPort(
      node('console.log("hello"); console.error("no such\\nboard: gpu7"); process.exit(3)'),
    )();
    expect(await textOf(port)).toBe("hello\n");
    expect(port.ended?.()).toMatch(/exit code 3: board: gpu7$/);
    await port.write(bytes("swallowed"));
    await port.close();
  });

  test("a program that is not there is missing", async () => {
    await expect(childPort(["no-such-program-here"])()).rejects.toMatchObject({ code: "port_missing" });
  });

  test("is ended with all its own children, even if it will not listen", async () => {
    const stubborn = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);';
    const program = `const c = require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(stubborn)}]);
      ${stubborn} console.log(process.pid + " " + c.pid);`;
    const port = await childPort(node(program))();
    const pids = (await take(port, 4)).toString().trim().split(" ").map(Number);
    expect(pids.every(isAlive)).toBe(true);
    await port.close();
    await gone(pids);
  });

  test("a flood on its standard error is not kept", async () => {
    let heard = 0;
    const program =
      'const b = "e".repeat(1e5); for (let i = 0; i < 100; i++) console.error(b); console.log("done");';
    const port = await childPort(node(program), { onErrorText: (text) => (heard += text.length) })();
    expect(await textOf(port)).toBe("done\n");
    expect(heard).toBe(100 * 100_001);
    expect(port.ended!()!.length).toBeLessThan(1000);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The kernel takes a killed process away in its own time; a zombie of ours has been reaped by then. */
async function gone(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await new Promise((resolve) => setImmediate(resolve));
}

describe("an address", () => {
  test("of each kind is opened by its kind", async () => {
    const { path } = pty();
    const { address } = await server();
    const folder = temporaryFolder();
    const context = { memory: null };
    const nameAt = async (spec: PortAddress): Promise<string> => {
      const port = await openPort(spec, context)();
      await port.close();
      return port.name;
    };
    expect(await nameAt({ pty: path })).toBe(`pty:${path}`);
    expect(await nameAt({ serial: { path, baud: 115_200 } })).toBe(`serial:${path}`);
    expect(await nameAt({ tcp: address })).toBe(address);
    expect(await nameAt({ command: ["cat"] })).toBe("command:cat");
    await expect(nameAt({ replay: join(folder, "none") })).rejects.toMatchObject({ code: "port_missing" });
    await expect(nameAt({ memory: "board" })).rejects.toMatchObject({ code: "config" });
  });

  test("in memory is found through the context", async () => {
    const port = await childPort(["cat"])();
    onTestFinished(() => port.close());
    const open = openPort(
      { memory: "board" },
      { memory: (name) => (name === "board" ? () => Promise.resolve(port) : null) },
    );
    expect(await open()).toBe(port);
    expect(() => openPort({ memory: "other" }, { memory: () => null })).toThrow(/memory: other/);
  });
});
