import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sendCommand } from "../../src/control/client.ts";
import { handshakePath, readHandshake, sameToken } from "../../src/control/handshake.ts";
import { startControl } from "../../src/control/server.ts";
import type { ControlServer } from "../../src/control/server.ts";
import { mostRequestBytes, parseRequest, parseVerdict, printRequest } from "../../src/control/wire.ts";
import type { Command } from "../../src/domain/command.ts";
import { RigError } from "../../src/domain/errors.ts";

let folder: string;
let server: ControlServer;
let commands: Command[];
let obeyed: boolean;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "radrig-control-"));
  commands = [];
  obeyed = true;
  server = await startControl(folder, (command) => {
    commands.push(command);
    return Promise.resolve({ obeyed, detail: obeyed ? "" : "refused: it is done" });
  });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Says these bytes at the control port and hands back what comes until it closes. */
function say(...pieces: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: readHandshake(folder).port });
    let heard = "";
    socket.setEncoding("latin1");
    socket.on("error", () => undefined);
    socket.on("data", (chunk: string) => (heard += chunk));
    socket.on("close", () => resolve(heard));
    for (const piece of pieces) socket.write(piece);
  });
}

describe("a command from another process", () => {
  test("reaches the campaign, and its verdict comes back", async () => {
    expect(await sendCommand(folder, { verb: "pause", by: "alice" })).toEqual({ obeyed: true, detail: "" });
    obeyed = false;
    expect(await sendCommand(folder, { verb: "resume", by: "bob" })).toEqual({
      obeyed: false,
      detail: "refused: it is done",
    });
    expect(commands).toEqual([
      { verb: "pause", by: "alice" },
      { verb: "resume", by: "bob" },
    ]);
  });

  test("may come in pieces", async () => {
    const line = printRequest({ token: readHandshake(folder).token, command: { verb: "stop", by: "alice" } });
    expect(parseVerdict(await say(...Array.from(line)))).toMatchObject({ obeyed: true });
  });

  test("the way to the campaign is its owner's alone, and goes with it", async () => {
    expect(statSync(handshakePath(folder)).mode & 0o777).toBe(0o600);
    await server.close();
    expect(existsSync(handshakePath(folder))).toBe(false);
    await expect(sendCommand(folder, { verb: "stop", by: "a" })).rejects.toMatchObject({
      code: "environment",
    });
  });

  test("a left-over file of a dead campaign says how to go on", async () => {
    const left = readFileSync(handshakePath(folder));
    await server.close();
    writeFileSync(handshakePath(folder), left);
    const failure = await sendCommand(folder, { verb: "stop", by: "a" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RigError);
    expect((failure as RigError).message).toContain("run --resume");
    rmSync(handshakePath(folder));
  });

  test.each(["", "{", "[]", '{"port":0,"token":"","pid":1}', "x".repeat(5_000)])(
    "a control file that holds %j is refused in words",
    (text) => {
      const path = handshakePath(folder);
      chmodSync(path, 0o600);
      writeFileSync(path, text);
      expect(() => readHandshake(folder)).toThrow(RigError);
    },
  );
});

describe("a hostile peer", () => {
  test("a wrong token is told as little as noise", async () => {
    const wrong = printRequest({ token: "0".repeat(48), command: { verb: "abort", by: "eve" } });
    const answers = await Promise.all([
      say(wrong),
      say("rubbish\n"),
      say(Buffer.alloc(mostRequestBytes + 1, 0xff)),
    ]);
    expect(new Set(answers)).toEqual(new Set(['{"obeyed":false,"detail":"refused"}\n']));
    expect(commands).toEqual([]);
  });

  test("a line that is too long is none, even with the right token", async () => {
    const line = printRequest({ token: readHandshake(folder).token, command: { verb: "stop", by: "alice" } });
    expect(await say(`${" ".repeat(mostRequestBytes)}${line}`)).toContain("refused");
    expect(commands).toEqual([]);
  });

  test("a line without end is cut short, whatever is sent after", async () => {
    const before = process.memoryUsage().rss;
    await say(Buffer.alloc(64 * 1024 * 1024, 0x61));
    expect(process.memoryUsage().rss - before).toBeLessThan(160 * 1024 * 1024);
    expect(commands).toEqual([]);
  });

  test("more callers than there is room for keep nobody out for good", async () => {
    await Promise.all(Array.from({ length: 50 }, () => say("rubbish\n")));
    expect(await sendCommand(folder, { verb: "pause", by: "alice" })).toMatchObject({ obeyed: true });
  });

  test("a caller that says nothing does not hold up the end", { timeout: 5_000 }, async () => {
    const silent = new Promise<void>((closed) => {
      const socket = connect(
        { host: "127.0.0.1", port: readHandshake(folder).port },
        () => void server.close(),
      );
      socket.on("error", () => undefined);
      socket.on("close", () => closed());
    });
    await silent;
  });
});

describe("the words on the wire", () => {
  test("what is no request is none, and never an error", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        expect(parseRequest(line)).toBeNull();
        const verdict = parseVerdict(line);
        expect(verdict === null || typeof verdict.obeyed === "boolean").toBe(true);
      }),
      { numRuns: 2_000, seed: 1 },
    );
  });

  test.each([
    '{"token":"t","verb":"explode","by":"eve"}',
    '{"token":"t","verb":"stop","by":""}',
    '{"token":"t","verb":"stop","by":"a\\u0000b"}',
    `{"token":"t","verb":"stop","by":"${"a".repeat(41)}"}`,
    '{"token":7,"verb":"stop","by":"eve"}',
  ])("%s is refused", (line) => expect(parseRequest(line)).toBeNull());

  test.each([
    ["a", "a", true],
    ["a", "b", false],
    ["a", "a\0", false],
    ["", "a", false],
    ["a".repeat(64), `${"a".repeat(64)}b`, false],
  ])("tokens %j and %j", (shown, token, same) => expect(sameToken(shown, token)).toBe(same));
});
