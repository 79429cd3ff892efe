import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findGuard } from "../../src/control/guard-client.ts";
import type { GuardInfo } from "../../src/control/guard-info.ts";
import { startGuardServer } from "../../src/control/guard-server.ts";
import type { GuardServer } from "../../src/control/guard-server.ts";
import type { Ask } from "../../src/control/guard-wire.ts";
import { mostAskBytes, parseAsk, parseHello, parseTold } from "../../src/control/guard-wire.ts";
import { handshakeAt, writeHandshake } from "../../src/control/handshake.ts";
import type { Handshake } from "../../src/control/handshake.ts";
import { rigPlace } from "../../src/control/runtime-place.ts";
import { RigError } from "../../src/domain/errors.ts";

const info: GuardInfo = {
  tool: "radrig 0",
  rig: "r",
  rigSha256: "0",
  pid: 1,
  afterMs: 5_000,
  devices: ["psu"],
  stations: {},
};
const operator = { role: "operator", by: "alice", pid: 1, record: null } as const;

let folder: string;
let path: string;
let server: GuardServer;
let asked: Ask[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "radrig-guard-"));
  path = join(folder, "guard.json");
  asked = [];
  server = await startGuardServer(path, info, (_caller, ask) => {
    asked.push(ask);
    return Promise.resolve({ kind: "ok", value: "done" });
  });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const handshake = (): Handshake => handshakeAt(path) as Handshake;

/** Says these bytes and hands back what comes until the guard closes. */
function say(...pieces: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: handshake().port });
    let heard = "";
    socket.setEncoding("latin1");
    socket.on("error", () => undefined);
    socket.on("data", (chunk: string) => (heard += chunk));
    socket.on("close", () => resolve(heard));
    for (const piece of pieces) socket.write(piece);
  });
}

const hello = (token: string): string => `${JSON.stringify({ token, ...operator })}\n`;

describe("a guard's socket", () => {
  test("welcomes who has the token, and answers each question by its number", async () => {
    const link = await findGuard(path, operator);
    expect(link?.info).toEqual(info);
    expect(
      await Promise.all([
        link!.ask({ ask: "kill" }),
        link!.ask({ ask: "power", what: "off", station: null }),
      ]),
    ).toEqual([
      { kind: "ok", value: "done" },
      { kind: "ok", value: "done" },
    ]);
    link!.close();
    await link!.ended;
    expect(await link!.ask({ ask: "kill" })).toMatchObject({ kind: "silence" });
  });

  test("the way to it is its owner's alone, and goes with it", async () => {
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const left = handshake();
    await server.close();
    expect(handshakeAt(path)).toBe("absent");
    // A guard that was killed leaves its file behind: it is none.
    writeHandshake(path, left);
    expect(await findGuard(path, operator)).toBeNull();
  });

  test("who waits for a guard that dies is answered by silence at once", async () => {
    await server.close();
    server = await startGuardServer(path, info, () => new Promise(() => undefined));
    const link = await findGuard(path, operator);
    const answer = link!.ask({ ask: "kill" });
    await server.close();
    expect(await answer).toMatchObject({ kind: "silence" });
  });
});

describe("a hostile peer", () => {
  test("a wrong token, rubbish and a line too long are told nothing at all", async () => {
    const heard = await Promise.all([
      say(hello("0".repeat(48))),
      say("rubbish\n"),
      say(Buffer.alloc(mostAskBytes + 1, 0x61)),
      say(Buffer.alloc(mostAskBytes + 1, 0xff)),
    ]);
    expect(heard).toEqual(["", "", "", ""]);
    expect(asked).toEqual([]);
  });

  test("a question before the hello, or with the token in it, is none", async () => {
    expect(await say('{"id":1,"ask":"kill"}\n')).toBe("");
    expect(await say(`{"id":1,"ask":"kill","token":"${handshake().token}"}\n`)).toBe("");
    expect(asked).toEqual([]);
  });

  test("rubbish after a right hello ends the connection, and reaches nothing", async () => {
    const heard = await say(hello(handshake().token), '{"id":1,"ask":"explode"}\n');
    expect(heard.split("\n")).toHaveLength(2);
    expect(asked).toEqual([]);
  });

  test("one that says nothing is cut off after two seconds", async () => {
    const from = performance.now();
    await say("{");
    expect(performance.now() - from).toBeGreaterThan(1_900);
  });

  test("more than there is room for keep nobody out for good", async () => {
    await Promise.all(Array.from({ length: 60 }, () => say("rubbish\n")));
    const link = await findGuard(path, operator);
    expect(link).not.toBeNull();
    link!.close();
  });

  test("a file that names a port of somebody else leads to no guard", async () => {
    await server.close();
    writeFileSync(path, '{"port":1,"token":"x","pid":1}', { mode: 0o600 });
    expect(await findGuard(path, operator)).toBeNull();
  });
});

describe("the folder in which they meet", () => {
  test("is made for its owner alone, and refused where others can get at it", () => {
    const rig = join(folder, "rig.yaml");
    writeFileSync(rig, "");
    const mine = join(folder, "mine");
    const place = rigPlace(rig, { RADRIG_RUNTIME: mine });
    expect(statSync(mine).mode & 0o777).toBe(0o700);
    expect(place.guard.startsWith(`${mine}/guard-`)).toBe(true);
    const open = join(folder, "open");
    mkdirSync(open, { mode: 0o755 });
    expect(() => rigPlace(rig, { RADRIG_RUNTIME: open })).toThrow(RigError);
  });
});

describe("the words on the wire", () => {
  test("what is no message is none, and never an error", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        expect([parseHello(line), parseAsk(line), parseTold(line)]).toEqual([null, null, null]);
      }),
      { numRuns: 1_000, seed: 1 },
    );
  });

  test.each([
    '{"id":1,"ask":"do","station":"a","part":"rail","place":0,"verb":"explode","args":[]}',
    '{"id":1,"ask":"do","station":"a","part":"rail","place":-1,"verb":"on","args":[]}',
    '{"id":1,"ask":"do","station":"a","part":"thermal","place":0,"verb":"set","args":["hot"]}',
    '{"id":1,"ask":"do","station":"a","part":"constructor","place":0,"verb":"on","args":[]}',
    '{"id":1,"ask":"power","what":"maybe","station":null}',
    '{"id":"1","ask":"kill"}',
    '{"id":1,"ask":"kill","by":"eve"}',
  ])("%s is refused", (line) => expect(parseAsk(line)).toBeNull());
});
