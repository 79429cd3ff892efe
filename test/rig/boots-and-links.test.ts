import { describe, expect, test } from "vitest";
import type { DutEvent } from "../../src/domain/capabilities.ts";
import { met } from "./met.ts";
import { keepToProtocol, ScriptedBoard } from "./scripted-board.ts";

const log = (text: string) => ({ name: "log", level: "info", text }) as const;
const clockCommand = { kind: "c", name: "clock" } as const;
const boots = (events: readonly DutEvent[]) => events.filter((event) => event.kind === "boot");
const links = (events: readonly DutEvent[]) =>
  events.filter((event) => event.kind === "link").map((event) => event.what);

describe("boots", () => {
  test("a boot is told once, with what went with the old one, and the new boot is spoken to", async () => {
    const { board, all, session } = await met();
    board.event(log("a"));
    board.heartbeat({}, 5);
    board.mangle = () => [];
    board.event(log("b"));
    board.mangle = (line) => [line];
    board.behaviours.set("resend", () => undefined);
    await all();
    board.reboot("watchdog");
    board.heartbeat();
    board.event(log("new"));
    const events = await all();
    expect(boots(events)).toEqual([
      { kind: "boot", bootId: board.boot, event: 1, boots: 2, cause: "watchdog", lostAtMost: 4 },
    ]);
    expect(events.at(-1)).toMatchObject({ kind: "log", text: "new" });
    const hellos = board.heard.filter(({ name }) => name === "hello");
    expect(hellos).toHaveLength(2);
    expect(await session.ask(clockCommand)).toMatchObject({ kind: "ok" });
    expect(board.heard.at(-1)).toMatchObject({ name: "clock", boot: board.boot });
    await session.close();
  });

  test.each([
    ["a heartbeat", (board: ScriptedBoard) => board.heartbeat()],
    ["a later event", (board: ScriptedBoard) => void board.event(log("x"))],
  ])("a hidden reboot is found by %s, told once, before anything of the new boot", async (_, show) => {
    const { board, all, session } = await met();
    board.event(log("a"));
    await all();
    board.reboot("power", true);
    show(board);
    board.heartbeat();
    const events = await all();
    expect(events[0]).toEqual({
      kind: "boot",
      bootId: board.boot,
      event: 1,
      boots: 2,
      cause: "power",
      lostAtMost: 0,
    });
    expect(boots(events)).toHaveLength(1);
    await session.close();
  });

  test("a hidden reboot is found by the refusal of a command meant for the old boot", async () => {
    const { board, all, session } = await met();
    board.reboot("power", true);
    expect(await session.ask(clockCommand)).toEqual({ kind: "refused", reason: "wrong-boot" });
    expect(boots(await all())).toHaveLength(1);
    expect(await session.ask(clockCommand)).toMatchObject({ kind: "ok" });
    await session.close();
  });

  test("what was asked of a boot that is over is silence at once", async () => {
    const { board, session, clock } = await met();
    board.behaviours.set("clock", () => board.reboot());
    const fromNs = clock.nowNs();
    expect(await session.ask(clockCommand)).toEqual({ kind: "silence", waitedMs: 0 });
    expect(clock.nowNs()).toBe(fromNs);
    await session.close();
  });

  test("a late line of an earlier boot is no new boot", async () => {
    const { board, all, session } = await met();
    const old = board.boot;
    board.reboot();
    await all();
    board.say({ kind: "e", name: "log", level: "info", text: "late", event: 9 }, old);
    expect(await all()).toEqual([]);
    await session.close();
  });

  test("the boot that a board was met in is told if no host has taken it, with no bound on what was lost", async () => {
    const fresh = new ScriptedBoard();
    fresh.event({ name: "boot", boots: 1, cause: "power" });
    const { all, session } = await met(fresh);
    expect(await all()).toEqual([
      { kind: "boot", bootId: fresh.boot, event: 1, boots: 1, cause: "power", lostAtMost: null },
    ]);
    await session.close();

    const known = new ScriptedBoard();
    known.event({ name: "boot", boots: 1, cause: "power" });
    known.acked = 1;
    known.kept = [];
    const again = await met(known);
    expect(await again.all()).toEqual([]);
    await again.session.close();
  });

  test("of a reboot every line, while nobody asks, memory holds few; the latest boot is told in the end", async () => {
    const { board, all, session, clock } = await met(new ScriptedBoard(), { silenceMs: 1e6 });
    for (let i = 0; i < 20_000; i++) board.reboot();
    await clock.sleep(1);
    const events = await all();
    expect(events.length).toBeLessThan(5000);
    expect(boots(events).at(-1)).toMatchObject({ bootId: board.boot, boots: board.boots });
    await session.close();
  });
});

describe("the link", () => {
  test("a pulled cable loses no event of a board that keeps its power", async () => {
    for (let at = 0; at <= 6; at++) {
      const { board, all, session } = await met(new ScriptedBoard(), { silenceMs: 60_000 });
      for (let event = 1; event <= 6; event++) {
        if (event === at) await board.unplug();
        board.event(log(String(event)));
      }
      if (at === 0) await board.unplug();
      board.heartbeat();
      const events = await all(3000);
      expect(events.filter(({ kind }) => kind === "log")).toHaveLength(6);
      expect(links(events)).toEqual(["closed", "reopened"]);
      expect(session.linkTotals()).toMatchObject({ garbled: 0, lost: 0 });
      await session.close();
    }
  });

  test("a port that is gone is tried again until it is back, under another name: moved", async () => {
    const { board, all, session, clock, next } = await met(new ScriptedBoard(), { silenceMs: 60_000 });
    board.isGone = true;
    await board.unplug();
    expect(await next(1000)).toMatchObject({ kind: "link", what: "closed" });
    expect((await next(30_000)).kind).toBe("silence");
    expect((await session.ask(clockCommand)).kind).toBe("silence");
    board.portName = "memory:other";
    board.isGone = false;
    expect(await all(5000)).toEqual([
      { kind: "link", what: "moved", detail: "memory:board is memory:other now" },
    ]);
    expect(clock.nowNs()).toBeGreaterThan(30e9);
    expect(await session.ask(clockCommand)).toMatchObject({ kind: "ok" });
    await session.close();
  });

  test("another board on the cable is told, not spoken to, and the right one taken back", async () => {
    const { board, all, session } = await met(new ScriptedBoard(), { silenceMs: 60_000 });
    const right = { serial: board.serial, boot: board.boot };
    await board.unplug();
    Object.assign(board, { serial: "S-9", boot: 0x0dd00001 });
    const events = await all(5000);
    expect(links(events)).toEqual(["closed", "identity_differs"]);
    expect(events.map(({ kind }) => kind)).not.toContain("boot");
    expect((await session.ask(clockCommand)).kind).toBe("silence");
    expect(board.heard.filter(({ boot }) => boot === 0x0dd00001).map(({ name }) => name)).toEqual([]);
    Object.assign(board, right);
    expect(links(await all(20_000))).toEqual(["reopened"]);
    expect(await session.ask(clockCommand)).toMatchObject({ kind: "ok" });
    await session.close();
  });

  test("boards swapped behind an open port and back again: the first one is spoken to in the boot it was in", async () => {
    const { board, all, session } = await met(new ScriptedBoard(), { silenceMs: 60_000 });
    const right = { serial: board.serial, boot: board.boot };
    Object.assign(board, { serial: "S-9", boot: 0x0dd00001 });
    board.heartbeat();
    expect(links(await all(1000))).toContain("identity_differs");
    Object.assign(board, right);
    await all(20_000);
    board.event(log("here again"));
    expect((await all()).at(-1)).toMatchObject({ kind: "log", text: "here again", bootId: right.boot });
    expect(await session.ask(clockCommand)).toMatchObject({ kind: "ok" });
    await session.close();
  });

  test("a device that closing would end keeps its port, however silent", async () => {
    const board = new ScriptedBoard();
    const open = async () => ({ ...(await board.open()), closingEndsDevice: true });
    const { session, next, clock } = await met(board, { open });
    board.isDeaf = true;
    await next(60_000);
    expect(board.opened).toBe(1);
    const fromNs = clock.nowNs();
    const golden = { kind: "c", name: "golden", times: 1 } as const;
    expect((await session.ask(golden, { long: true })).kind).toBe("silence");
    expect(clock.nowNs() - fromNs).toBeLessThanOrEqual(2e9);
    expect(session.restartDevice()).toBe(true);
    await next(1000);
    expect(board.opened).toBe(2);
    await session.close();
  });

  test("a stale port is given up after the silence and opened anew, though no `close` ever comes", async () => {
    const { board, session, next } = await met();
    board.isDeaf = true;
    expect((await next(1999)).kind).toBe("silence");
    expect(board.opened).toBe(1);
    expect((await next(500)).kind).toBe("silence");
    expect(board.opened).toBe(2);
    board.isDeaf = false;
    expect(await next(20_000)).toMatchObject({ kind: "link", what: "reopened" });
    expect(await session.ask(clockCommand)).toMatchObject({ kind: "ok" });
    await session.close();
  });

  test("a device silent for an hour gets a fresh port ever more seldom", async () => {
    const { board, session, next } = await met();
    board.isDeaf = true;
    await next(3_600_000);
    expect(board.opened).toBeGreaterThan(30);
    expect(board.opened).toBeLessThan(80);
    await session.close();
  });

  test("acknowledgements made while the cable was out are told when it is back", async () => {
    const { board, next, all, session } = await met();
    const event = board.event(log("a"));
    await next();
    await board.unplug();
    await next();
    session.acknowledge(board.boot, event);
    expect(board.acked).toBe(0);
    await all(3000);
    expect(board.acked).toBe(event);
    await session.close();
  });
});

describe("garbage", () => {
  test("a run of unreadable lines is one event with its counts and reasons", async () => {
    const { board, all, session } = await met();
    board.raw("\xff\xff\xff\nnonsense\n$a 1 2*00000000\n");
    board.heartbeat();
    expect(await all()).toMatchObject([
      {
        kind: "link",
        what: "garbled",
        detail: "3 lines, 29 bytes not accepted (2 no-mark, 1 bad-crc)",
      },
      { kind: "heartbeat" },
    ]);
    expect(session.linkTotals()).toMatchObject({ garbled: 3, lost: 0 });
    await session.close();
  });

  test("a flood without a good line is silence, and told as a flood", async () => {
    const { board, next, session } = await met();
    for (let i = 0; i < 100; i++) board.raw("\xff".repeat(1000));
    expect(await next(500)).toMatchObject({ kind: "link", what: "flood" });
    expect(await next(500)).toEqual({ kind: "silence", waitedMs: 500 });
    board.raw("\n");
    board.heartbeat();
    expect((await next()).kind).toBe("heartbeat");
    expect(session.linkTotals().bytesDropped).toBe(97 * 1024);
    await session.close();
  });

  test("of faults that never stop, at most one event of a kind is made a second", async () => {
    const { board, all, session, clock } = await met();
    const speaking = (async () => {
      for (let i = 0; i < 1000; i++) {
        board.raw("torn\n");
        board.heartbeat();
        await clock.sleep(10);
      }
    })();
    const events = await all();
    await speaking;
    const told = links(events);
    expect(told.length).toBeGreaterThanOrEqual(10);
    expect(told.length).toBeLessThanOrEqual(12);
    expect(session.linkTotals().garbled).toBe(1000);
    await session.close();
  });

  test("our own commands coming back are no messages of the board", async () => {
    const { board, all, session } = await met();
    board.behaviours.set("clock", (command) => {
      board.say(command);
      keepToProtocol(command, board);
    });
    expect(await session.ask(clockCommand)).toMatchObject({ kind: "ok" });
    const events = await all();
    expect(links(events)).toEqual(["garbled"]);
    expect(JSON.stringify(events)).toContain("1 echo");
    await session.close();
  });

  test("good lines that make no event put silence off, but not for ever", async () => {
    const { board, next, session, clock } = await met();
    const abort = new AbortController();
    board.event(log("a"));
    await next();
    void (async () => {
      while (!abort.signal.aborted) {
        for (const { payload } of board.kept) board.say(payload);
        await clock.sleep(50, abort.signal);
      }
    })();
    const fromNs = clock.nowNs();
    expect((await next(100)).kind).toBe("silence");
    expect(clock.nowNs() - fromNs).toBe(1e9);
    abort.abort();
    await session.close();
  });
});
