import { describe, expect, test } from "vitest";
import type { DutEvent } from "../../src/domain/capabilities.ts";
import { met } from "./met.ts";
import type { Pairing } from "./met.ts";
import { keepToProtocol, ScriptedBoard } from "./scripted-board.ts";

const log = (text: string) => ({ name: "log", level: "info", text }) as const;
const result = (iteration: number, parts: number) =>
  ({
    name: "result",
    iteration,
    id: 7,
    end: "ok",
    digest: "77aa01f3c9e2505d",
    stateDigest: "9d3f00c1a27be845",
    wrong: 2,
    nan: 0,
    truncated: true,
    detectors: 0,
    corrected: 0,
    cycles: 4096,
    parts,
    temperatureMilliC: 41_250,
  }) as const;

/** One iteration's evidence of four events; answers the number of its result. */
function evidence(board: ScriptedBoard, iteration = 3): number {
  board.event({ name: "struck", iteration, id: 7, before: 0x3f1d2c40, after: 0x3f9d2c40 });
  board.event({ name: "elements", iteration, elements: [{ index: 225, expected: 1, got: 2 }] });
  board.event({ name: "scores", iteration, want: [{ label: 3, bits: 9 }], got: [{ label: 5, bits: 8 }] });
  return board.event(result(iteration, 3));
}

const texts = (events: readonly DutEvent[]): string[] =>
  events.filter((event) => event.kind === "log").map((event) => event.text);
const links = (events: readonly DutEvent[]): string[] =>
  events.filter((event) => event.kind === "link").map((event) => `${event.what}: ${event.detail}`);

describe("evidence", () => {
  test("a result and its parts are one event, acknowledged by the result's number", async () => {
    const { board, next, session } = await met();
    const event = evidence(board);
    expect(await next()).toEqual({
      kind: "result",
      bootId: board.boot,
      event,
      strikeId: 7,
      evidence: {
        iteration: 3,
        end: "ok",
        digest: "77aa01f3c9e2505d",
        wrong: 2,
        nan: 0,
        truncated: true,
        elements: [{ index: 225, expected: 1, got: 2 }],
        scores: { want: [{ label: 3, bits: 9 }], got: [{ label: 5, bits: 8 }] },
        detectors: 0,
        corrected: 0,
        cycles: 4096,
        struck: [{ before: 0x3f1d2c40, after: 0x3f9d2c40 }],
        stateDigest: "9d3f00c1a27be845",
        dieC: 41.25,
      },
    });
    session.acknowledge(board.boot, event);
    await next();
    expect(board.acked).toBe(event);
    await session.close();
  });

  test("parts that are gone for good are reported, never made up", async () => {
    const { board, all, session } = await met();
    board.event(log("before"));
    await all();
    const lines: string[] = [];
    board.mangle = (line) => (lines.push(line), []);
    const event = evidence(board);
    // The board has room for the result alone: the parts are forgotten.
    board.kept = board.kept.filter((kept) => kept.event === event);
    board.mangle = (line) => [line];
    board.heartbeat();
    const events = await all();
    expect(links(events)).toEqual([
      "lost_lines: 4 of the board's lines did not come",
      "lost_lines: result 5 of iteration 3: 3 of its 3 parts are lost",
      "lost_lines: 3 of its events are lost (events 2 to 4: the board no longer keeps them)",
    ]);
    expect(events.find(({ kind }) => kind === "result")).toMatchObject({
      evidence: { wrong: 2, truncated: true, elements: [], scores: null, struck: [] },
    });
    await session.close();
  });

  test("parts of another iteration are not this result's", async () => {
    const { board, all, session } = await met();
    board.event({ name: "elements", iteration: 2, elements: [{ index: 1, expected: 1, got: 2 }] });
    board.event(result(3, 1));
    expect(await all()).toMatchObject([
      { kind: "link", what: "lost_lines" },
      { kind: "result", evidence: { elements: [], truncated: true } },
    ]);
    await session.close();
  });

  describe("that contradicts itself is told, and nothing is made of what cannot be so", () => {
    const at = (...indices: readonly number[]) => indices.map((index) => ({ index, expected: 1, got: 2 }));
    const ranked = (...labels: readonly number[]) => labels.map((label) => ({ label, bits: 9 }));

    /** A board that says at `load` that its output has 256 elements. */
    async function loaded(pairing: Pairing): Promise<Pairing> {
      pairing.board.behaviours.set("load", (command, board) =>
        board.answer(command, {
          name: "load-ok",
          targets: 0,
          inputs: 4,
          outputs: 256,
          format: "f32",
          stateDigest: "9d3f00c1a27be845",
        }),
      );
      const request = { workload: "gemm-f32", seed: 1, refresh: "full", every: 1, elements: 16 } as const;
      expect(await pairing.session.ask({ kind: "c", name: "load", ...request })).toMatchObject({
        kind: "ok",
      });
      return pairing;
    }

    test.each([
      ["rising", at(3, 255), {}, [3, 255], false, []],
      ["fewer than differ, and not cut", at(3), {}, [3], true, ["cut=0 with 1 listed of 2"]],
      ["all of them, and cut", at(3, 9), { truncated: true }, [3, 9], false, ["cut=1 with 2 listed of 2"]],
      ["more than differ", at(3, 9, 12), {}, [3, 9], false, ["3 elements listed of 2 that are wrong"]],
      ["some of golden", at(3, 9), { wrong: 0 }, [], false, ["2 elements listed of 0 that are wrong"]],
      ["beyond the output", at(3, 256), {}, [3], true, ["an element beyond the 256 of the output"]],
      ["the same twice", at(9, 9), {}, [9], true, ["elements not by rising index"]],
      ["out of order", at(9, 3), {}, [9], true, ["elements not by rising index"]],
      [
        "that do not differ",
        [...at(3), { index: 9, expected: 5, got: 5 }],
        {},
        [3],
        true,
        ["an element listed as wrong that is golden"],
      ],
      [
        "of more than there are",
        at(3, 9),
        { wrong: 257, truncated: true },
        [3, 9],
        true,
        ["257 of 256 elements wrong"],
      ],
      ["more NaN than wrong", at(3, 9), { nan: 3 }, [3, 9], false, ["3 not finite of 2 that are wrong"]],
    ] as const)("elements %s", async (_, elements, changes, indices, truncated, contradictions) => {
      const { board, all, session } = await loaded(await met());
      board.event({ name: "elements", iteration: 3, elements: [...elements] });
      board.event({ ...result(3, 1), truncated: false, ...changes });
      const events = await all();
      const evidence = {
        truncated,
        digest: "77aa01f3c9e2505d",
        elements: indices.map((index) => ({ index })),
      };
      expect(events.at(-1)).toMatchObject({ kind: "result", evidence });
      expect(links(events)).toEqual(
        contradictions.map((what) => `contradiction: result 2 of iteration 3: ${what}`),
      );
      await session.close();
    });

    test.each([
      ["of a class twice", ranked(3, 3)],
      ["of a class that there is not", ranked(3, 256)],
    ])("scores %s", async (_, got) => {
      const { board, all, session } = await loaded(await met());
      board.event({ name: "elements", iteration: 3, elements: at(3, 9) });
      board.event({ name: "scores", iteration: 3, want: ranked(3, 4), got });
      board.event({ ...result(3, 2), truncated: false });
      const events = await all();
      expect(events).toMatchObject([{ kind: "link", what: "contradiction" }, { evidence: { scores: null } }]);
      await session.close();
    });

    test("what was kept from before the load, or comes after a boot, is of an output that nobody has described", async () => {
      const board = new ScriptedBoard();
      const kept = (): void => {
        board.event({ name: "elements", iteration: 3, elements: at(3, 900) });
        board.event({ ...result(3, 1), truncated: false });
      };
      kept();
      // It does not hear the first question for them, so they come after the load.
      board.behaviours.set("resend", () => board.behaviours.delete("resend"));
      const { all, session } = await loaded(await met(board));
      const early = await all(1500);
      board.reboot();
      kept();
      const events = [...early, ...(await all())];
      expect(events.map((event) => event.kind)).toEqual(["result", "boot", "result"]);
      await session.close();
    });
  });

  test("of more parts than any result has, memory holds few", async () => {
    const { board, all, session } = await met();
    for (let i = 0; i < 40_000; i++) board.event({ name: "elements", iteration: 3, elements: [] });
    board.event(result(3, 2));
    expect((await all()).at(-1)).toMatchObject({ kind: "result" });
    await session.close();
  });
});

describe("events in their order", () => {
  test("losing any one line of many, by the link alone, loses no event and repeats none", async () => {
    for (let victim = 1; victim <= 9; victim++) {
      const { board, all, session } = await met();
      let line = 0;
      board.mangle = (text) => (++line === victim ? [text.replace(/.$/, "!")] : [text]);
      board.event(log("a"));
      evidence(board, 1);
      board.event(log("b"));
      evidence(board, 2);
      board.heartbeat();
      const events = await all();
      const kinds = events
        .map((event) => event.kind)
        .filter((kind) => kind !== "link" && kind !== "heartbeat");
      expect(kinds).toEqual(["log", "result", "log", "result"]);
      expect(links(events)).toEqual([
        "garbled: 1 line, " + garbledSize(events) + " bytes not accepted (1 no-crc)",
      ]);
      expect(session.linkTotals()).toMatchObject({ garbled: 1, lost: 0 });
      await session.close();
    }
  });

  test("a line lost without a trace is counted by its number, and its event fetched", async () => {
    const { board, all, session } = await met();
    let drop = true;
    board.mangle = (line) => (drop ? ((drop = false), []) : [line]);
    board.event(log("a"));
    board.event(log("b"));
    const events = await all();
    expect(texts(events)).toEqual(["a", "b"]);
    expect(links(events)).toEqual(["lost_lines: 1 of the board's lines did not come"]);
    expect(session.linkTotals().lost).toBe(1);
    await session.close();
  });

  test("the last event, lost with nothing after it, is fetched at the next heartbeat", async () => {
    const { board, all, session } = await met();
    board.mangle = () => [];
    board.event(log("last"));
    board.mangle = (line) => [line];
    expect(texts(await all())).toEqual([]);
    board.heartbeat();
    expect(texts(await all())).toEqual(["last"]);
    await session.close();
  });

  test("what is sent again is lost again, and still comes", async () => {
    const { board, all, session } = await met();
    let lost = 3;
    board.mangle = (line) => (line.includes("text=b") && lost-- > 0 ? [] : [line]);
    for (const text of ["a", "b", "c", "d"]) board.event(log(text));
    expect(texts(await all(5000))).toEqual(["a", "b", "c", "d"]);
    await session.close();
  });

  test("events sent again that were received are passed over", async () => {
    const { board, all, session } = await met();
    board.event(log("a"));
    for (const { payload } of board.kept) board.say(payload);
    board.event(log("b"));
    expect(texts(await all())).toEqual(["a", "b"]);
    await session.close();
  });

  test("events that a board has forgotten are given up on at its first word", async () => {
    const { board, all, session } = await met();
    board.heartbeat({}, 2);
    expect(links(await all())).toEqual([
      "lost_lines: 2 of its events are lost (events 1 to 2: the board no longer keeps them)",
    ]);
    expect(board.heard.filter(({ name }) => name === "resend")).toHaveLength(1);
    await session.close();
  });

  test("of heartbeats that nobody asked for only the latest is told", async () => {
    const { board, all, session, clock } = await met();
    for (let iteration = 1; iteration <= 100; iteration++) board.heartbeat({ iteration });
    await clock.sleep(1);
    expect(await all()).toMatchObject([{ kind: "heartbeat", iteration: 100 }]);
    await session.close();
  });

  test("a board that never sends what it says it keeps is given up on, and said so", async () => {
    const { board, all, session } = await met();
    board.behaviours.set("resend", (command) => board.answer(command, { name: "resend-ok", events: 2 }));
    board.heartbeat({}, 2);
    const events = await all(10_000);
    expect(links(events).join()).toMatch(
      /2 of its events are lost \(events 1 to 2: not to be had in 5 tries\)/,
    );
    await session.close();
  });

  test("a board that numbers what it sends again wrongly cannot keep the host busy", async () => {
    const { board, all, session } = await met();
    board.behaviours.set("resend", (command) => {
      board.answer(command, { name: "resend-ok", events: 9 });
      board.heartbeat({}, 5);
      board.say({ kind: "e", name: "log", level: "info", text: "odd", event: 4_000_000_000 });
    });
    board.heartbeat({}, 5);
    expect(links(await all(20_000)).join()).toMatch(/events are lost/);
    expect(board.heard.filter(({ name }) => name === "resend").length).toBeLessThan(20);
    await session.close();
  });

  test("an event of a kind not known here is passed over in its turn", async () => {
    const { board, all, session } = await met();
    board.event(log("a"));
    const unknown = board.event(log("new"));
    board.kept = [];
    expect(texts(await all())).toEqual(["a", "new"]);
    const { enclose } = await import("../../firmware-protocol/frame.ts");
    board.seq++;
    const boot = board.boot.toString(16).padStart(8, "0");
    board.raw(`${enclose(`e ${board.seq} ${boot} 0 sparkle ev=${unknown + 1} x=1`)}\n`);
    board.say({ kind: "e", name: "log", level: "info", text: "after", event: unknown + 2 });
    const events = await all();
    expect(texts(events)).toEqual(["after"]);
    expect(links(events)).toEqual([]);
    expect(session.linkTotals().garbled).toBe(0);
    await session.close();
  });

  test("of what nobody asks for, memory holds few; the board is asked again for the rest", async () => {
    const { board, next, session } = await met();
    const many = 10_000;
    for (let i = 1; i <= many; i++) {
      board.event(log(String(i)));
      if (i % 10 === 0) board.heartbeat();
    }
    await next();
    let last = 1;
    while (last < many) {
      const event = await next(5000);
      expect(event.kind).not.toBe("silence");
      if (event.kind === "log") expect(Number(event.text)).toBe(++last);
      if (event.kind !== "log" && event.kind !== "heartbeat") expect(event.kind).toBe("link");
    }
    await session.close();
  });
});

describe("acknowledging", () => {
  test("an acknowledgement lost on the way is told again at the next heartbeat", async () => {
    const { board, next, session } = await met();
    const event = board.event(log("a"));
    await next();
    board.behaviours.set("ack", () => undefined);
    session.acknowledge(board.boot, event);
    await next();
    expect(board.acked).toBe(0);
    board.behaviours.set("ack", keepToProtocol);
    board.heartbeat();
    await next();
    await next();
    expect(board.acked).toBe(event);
    await session.close();
  });

  test("one of an earlier boot, or a lower one, is not sent", async () => {
    const { board, next, all, session } = await met();
    const old = board.boot;
    board.event(log("a"));
    await next();
    session.acknowledge(old, 1);
    session.acknowledge(old, 1);
    board.reboot();
    await all();
    session.acknowledge(old, 5);
    await all();
    expect(board.heard.filter(({ name }) => name === "ack")).toHaveLength(1);
    await session.close();
  });

  test("a box's events are acknowledged as they come", async () => {
    const { board, next, session } = await met(new ScriptedBoard(), { acknowledgeAtOnce: true });
    board.event(log("a"));
    const event = board.event(log("b"));
    await next();
    await next();
    await next();
    expect(board.acked).toBe(event);
    await session.close();
  });

  test("events that an earlier host acknowledged are not asked for, those it did not are", async () => {
    const board = new ScriptedBoard();
    for (const text of ["a", "b", "c", "d"]) board.event(log(text));
    board.acked = 2;
    board.kept = board.kept.filter(({ event }) => event > 2);
    const { all, session } = await met(board);
    expect(texts(await all())).toEqual(["c", "d"]);
    await session.close();
  });
});

function garbledSize(events: readonly DutEvent[]): string {
  const link = events.find((event) => event.kind === "link");
  return / (\d+) bytes/.exec(link?.kind === "link" ? link.detail : "")?.[1] ?? "no";
}
