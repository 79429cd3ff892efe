import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import { RigError } from "../../src/domain/errors.ts";
import { met, sessionWith } from "./met.ts";
import { keepToProtocol, ScriptedBoard } from "./scripted-board.ts";

const clockCommand = { kind: "c", name: "clock" } as const;
const golden = { kind: "c", name: "golden", times: 3 } as const;

async function failureOf(work: Promise<unknown>): Promise<RigError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RigError);
  return error as RigError;
}

describe("meeting a device", () => {
  test("hello goes to any boot, status and all that follows to the one that answered", async () => {
    const { board, session } = await met();
    await session.ask(clockCommand);
    expect(board.heard.map(({ seq, boot, name }) => [seq, boot, name])).toEqual([
      [1, 0, "hello"],
      [2, board.boot, "status"],
      [3, board.boot, "clock"],
    ]);
    expect(board.heard[0]).toMatchObject({ protocol: 1, heartbeatMs: 500, leaseMs: 10_000 });
    await session.close();
  });

  test("hello is said again until the device answers", async () => {
    const board = new ScriptedBoard();
    let silent = 3;
    board.behaviours.set("hello", (command) => {
      if (silent-- <= 0) keepToProtocol(command, board);
    });
    const { session, clock } = await met(board);
    expect(clock.nowNs()).toBeGreaterThan(3e9);
    await session.close();
  });

  test.each([
    ["nothing", () => undefined, "nothing: check power"],
    ["noise", (board: ScriptedBoard) => board.raw("\xff\xfe\n\x80\n"), "unreadable lines: check baud"],
    ["heartbeats alone", (board: ScriptedBoard) => board.heartbeat(), "lines, but no answer to hello"],
  ])("a device that gives %s is missing, and the message says what was heard", async (_, speak, words) => {
    const board = new ScriptedBoard();
    board.behaviours.set("hello", () => speak(board));
    const error = await failureOf(sessionWith(board, virtualClock()).connect(5000));
    expect(error.code).toBe("board_missing");
    expect(error.message).toContain(words);
  });

  test("another serial number is a mismatch that names both", async () => {
    const board = new ScriptedBoard();
    board.serial = "S-2";
    const error = await failureOf(sessionWith(board, virtualClock()).connect(5000));
    expect(error.code).toBe("board_mismatch");
    expect(error.message).toMatch(/serial S-1.*S-2/);
  });

  test.each([
    ["answers with another version", (board: ScriptedBoard) => void (board.protocol = 2)],
    [
      "refuses ours",
      (board: ScriptedBoard) =>
        board.behaviours.set("hello", (command) => board.refuse(command, "bad-version")),
    ],
  ])("a device that %s gives protocol_version", async (_, prepare) => {
    const board = new ScriptedBoard();
    prepare(board);
    const error = await failureOf(sessionWith(board, virtualClock()).connect(5000));
    expect(error.code).toBe("protocol_version");
  });

  test("a port that cannot be opened is thrown as it is", async () => {
    const board = new ScriptedBoard();
    board.isGone = true;
    expect((await failureOf(sessionWith(board, virtualClock()).connect(5000))).code).toBe("port_missing");
  });
});

describe("asking", () => {
  test("an answer, a refusal and silence are values", async () => {
    const { board, session, clock } = await met();
    expect(await session.ask(clockCommand)).toMatchObject({ kind: "ok", value: { clockKHz: 1000 } });
    board.behaviours.set("clock", (command) => board.refuse(command, "busy"));
    expect(await session.ask(clockCommand)).toEqual({ kind: "refused", reason: "busy" });
    board.behaviours.set("clock", () => undefined);
    const fromNs = clock.nowNs();
    expect(await session.ask(clockCommand)).toEqual({ kind: "silence", waitedMs: 1000 });
    expect(clock.nowNs() - fromNs).toBe(1e9);
    await session.close();
  });

  test("commands go out one at a time, in the order asked", async () => {
    const { board, session } = await met();
    let inWork = 0;
    let most = 0;
    board.behaviours.set("clock", (command) => {
      most = Math.max(most, ++inWork);
      queueMicrotask(() => {
        inWork--;
        keepToProtocol(command, board);
      });
    });
    await Promise.all([1, 2, 3, 4].map(() => session.ask(clockCommand)));
    expect(most).toBe(1);
    await session.close();
  });

  test("an answer that is late, twice, of another verb or to nobody is passed over", async () => {
    const { board, session } = await met();
    board.behaviours.set("clock", (command) => {
      board.answer(command, { name: "stop-ok" });
      board.answer(
        { ...command, seq: command.seq + 7 },
        { name: "clock-ok", clockKHz: 1, powerMilliW: 1, throttle: 0 },
      );
      board.answer(command, { name: "refused", command: "stop", reason: "busy" });
      keepToProtocol(command, board);
      board.answer(command, { name: "clock-ok", clockKHz: 9, powerMilliW: 9, throttle: 0 });
    });
    expect(await session.ask(clockCommand)).toMatchObject({ kind: "ok", value: { clockKHz: 1000 } });
    expect(await session.ask({ kind: "c", name: "stop" })).toMatchObject({ kind: "ok" });
    await session.close();
  });

  test("an aborted question is silence at once, and the next one is asked", async () => {
    const { board, session, clock } = await met();
    board.behaviours.set("clock", () => undefined);
    const abort = new AbortController();
    const fromNs = clock.nowNs();
    const asked = session.ask(clockCommand, { signal: abort.signal });
    abort.abort();
    expect(await asked).toMatchObject({ kind: "silence" });
    expect(clock.nowNs()).toBe(fromNs);
    expect(await session.ask({ kind: "c", name: "stop" })).toMatchObject({ kind: "ok" });
    await session.close();
  });

  test("a device that takes no bytes costs one deadline a question, no more", async () => {
    const { board, session } = await met(new ScriptedBoard(), { silenceMs: 1e6 });
    board.isDeaf = true;
    expect(await session.ask(clockCommand)).toEqual({ kind: "silence", waitedMs: 1000 });
    await session.close();
  });

  test("after close everything is silence, and nothing hangs", async () => {
    const { session, next } = await met();
    const waiting = [
      next(60_000),
      session.ask(
        { kind: "c", name: "load", workload: "x", seed: 1, refresh: "none", every: 1, elements: 0 },
        { long: true },
      ),
    ];
    await session.close();
    for (const reply of await Promise.all(waiting)) expect(reply.kind).not.toBe("ok");
    expect((await session.ask(clockCommand)).kind).toBe("silence");
    expect((await next()).kind).toBe("silence");
  });
});

describe("long work", () => {
  test("is waited for while heartbeats come", async () => {
    const { board, session, clock } = await met();
    board.behaviours.set("golden", (command) => {
      void (async () => {
        for (let beat = 0; beat < 20; beat++) {
          await clock.sleep(500);
          board.heartbeat();
        }
        board.answer(command, { name: "golden-ok", digest: "00112233445566aa", cycles: 4, budget: 40 });
      })();
    });
    board.behaviours.set("status", () => undefined);
    expect(await session.ask(golden, { long: true })).toMatchObject({ kind: "ok", value: { cycles: 4 } });
    expect(clock.nowNs()).toBeGreaterThanOrEqual(10e9);
    await session.close();
  });

  test("is silence once a later question is answered: its answer was lost", async () => {
    const { board, session, clock } = await met();
    board.behaviours.set("golden", () => undefined);
    const fromNs = clock.nowNs();
    expect((await session.ask(golden, { long: true })).kind).toBe("silence");
    expect(clock.nowNs() - fromNs).toBe(1e9);
    await session.close();
  });

  test("is silence soon, though the answer to the first later question was lost as well", async () => {
    const { board, session, clock } = await met();
    board.behaviours.set("golden", () => {
      void (async () => {
        for (let beat = 0; beat < 1300; beat++) {
          await clock.sleep(500);
          board.heartbeat();
        }
      })();
    });
    let lost = 0;
    board.behaviours.set("status", (command) => {
      if (lost++ > 0) keepToProtocol(command, board);
    });
    const fromNs = clock.nowNs();
    expect((await session.ask(golden, { long: true })).kind).toBe("silence");
    expect(clock.nowNs() - fromNs).toBeLessThanOrEqual(3e9);
    await session.close();
  });

  test("is not waited for by who leaves at once", async () => {
    const leave = new AbortController();
    const { board, session, clock } = await met(new ScriptedBoard(), { leave: leave.signal });
    board.behaviours.set("golden", () => undefined);
    board.behaviours.set("status", () => undefined);
    const fromNs = clock.nowNs();
    const asked = session.ask(golden, { long: true });
    leave.abort();
    expect((await asked).kind).toBe("silence");
    expect(clock.nowNs()).toBe(fromNs);
    expect((await session.ask(clockCommand)).kind).toBe("ok");
    await session.close();
  });

  test("is silence once nothing at all is heard", async () => {
    const { board, session, clock } = await met();
    board.behaviours.set("golden", () => void (board.isDeaf = true));
    const fromNs = clock.nowNs();
    expect((await session.ask(golden, { long: true })).kind).toBe("silence");
    expect(clock.nowNs() - fromNs).toBeLessThanOrEqual(3e9);
    await session.close();
  });
});
