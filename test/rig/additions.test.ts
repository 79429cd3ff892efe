import { describe, expect, test } from "vitest";
import type { Dut } from "../../src/domain/capabilities.ts";
import { plainAxes, plainFlip } from "../../src/domain/strike.ts";
import type { Axis } from "../../src/domain/strike.ts";
import { dutOver } from "../../src/rig/dut.ts";
import { met } from "./met.ts";
import type { ScriptedBoard } from "./scripted-board.ts";

/** Commands that came later within version 1: a host uses them where they are known, checks what they tell, and does without. */
async function boardAndDut(): Promise<{ readonly board: ScriptedBoard; readonly dut: Dut }> {
  const { board, session } = await met();
  return { board, dut: dutOver(session, null) };
}

async function workloadsOf(dut: Dut): Promise<readonly string[]> {
  const identity = await dut.identify();
  if (identity.kind !== "ok") throw new Error(identity.kind);
  return identity.value.workloads;
}

describe("workloads", () => {
  const named = (count: number): string[] => Array.from({ length: count }, (_, i) => `w${i}`);
  const offer = (board: ScriptedBoard, names: readonly string[]): void => {
    board.behaviours.set("workloads", (command) =>
      board.answer(command, { name: "workloads-ok", workloads: names.slice(0, 5) }),
    );
    board.behaviours.set("workloads-from", (command) => {
      if (command.name !== "workloads-from") return;
      const workloads = names.slice(command.index, command.index + 5);
      board.answer(command, { name: "workloads-ok", workloads });
    });
  };

  test.each([0, 1, 4, 5, 6, 10, 13])("%i of them are all heard", async (count) => {
    const { board, dut } = await boardAndDut();
    offer(board, named(count));
    expect(await workloadsOf(dut)).toEqual(named(count));
    const asked = board.heard.filter(({ name }) => name === "workloads-from").length;
    expect(asked).toBe(count < 5 ? 0 : Math.floor(count / 5));
  });

  test("of a board that does not know the question there are five", async () => {
    const { board, dut } = await boardAndDut();
    board.behaviours.set("workloads", (command) =>
      board.answer(command, { name: "workloads-ok", workloads: named(5) }),
    );
    expect(await workloadsOf(dut)).toEqual(named(5));
  });

  test("a board that tells the same ones for ever, or new ones for ever, is asked no more", async () => {
    const { board, dut } = await boardAndDut();
    offer(board, named(100_000));
    expect(await workloadsOf(dut)).toHaveLength(260);
    board.behaviours.set("workloads-from", (command) =>
      board.answer(command, { name: "workloads-ok", workloads: named(5) }),
    );
    expect(await workloadsOf(dut)).toEqual(named(5));
  });
});

describe("shapes", () => {
  const request = { workload: "w", seed: 1, refresh: "full", every: 1, elements: 10 } as const;
  const lanes: readonly Axis[] = [
    { name: "warp", size: 8 },
    { name: "lane", size: 32 },
  ];
  async function axesOf(told: readonly Axis[] | null): Promise<readonly (readonly Axis[])[]> {
    const { board, dut } = await boardAndDut();
    board.behaviours.set("load", (command) =>
      board.answer(command, {
        name: "load-ok",
        targets: 1,
        inputs: 1,
        outputs: 256,
        format: "f32",
        stateDigest: "0000000000000000",
      }),
    );
    board.behaviours.set("target", (command) =>
      board.answer(command, {
        name: "target-ok",
        target: "t",
        words: 256,
        bits: 32,
        word: 0,
        mask: 1,
        iteration: 0,
        cycle: 0,
      }),
    );
    if (told !== null)
      board.behaviours.set("shape", (command) => board.answer(command, { name: "shape-ok", axes: told }));
    const loaded = await dut.load(request, null);
    if (loaded.kind !== "ok") throw new Error(loaded.kind);
    return [loaded.value.targets[0]!.axes, loaded.value.outputAxes];
  }

  test("are those that the board tells", async () => {
    expect(await axesOf(lanes)).toEqual([lanes, lanes]);
  });

  test.each<[string, readonly Axis[] | null]>([
    ["does not know the question", null],
    ["tells of too few words", [{ name: "lane", size: 255 }]],
    ["tells of too many", [...lanes, { name: "bit", size: 2 }]],
    [
      "names two axes alike",
      [
        { name: "lane", size: 8 },
        { name: "lane", size: 32 },
      ],
    ],
    [
      "overflows",
      [
        { name: "a", size: 4294967295 },
        { name: "b", size: 4294967295 },
      ],
    ],
  ])("are a plain row of a board that %s", async (_, told) => {
    expect(await axesOf(told)).toEqual([plainAxes(256), plainAxes(256)]);
  });
});

describe("strikes", () => {
  const place = { id: 3, target: "t", word: 7, mask: 0x30, iteration: 2, cycle: 9 };

  test("a flip of one word goes by `strike`, as ever; all else by `fault`", async () => {
    const { board, dut } = await boardAndDut();
    expect(await dut.arm({ ...plainFlip, ...place })).toEqual({ kind: "ok", value: null });
    expect(board.heard.at(-1)).toMatchObject({ name: "strike", ...place });
    for (const more of [
      { ...plainFlip, words: 4, step: 32 },
      { ...plainFlip, manner: "put", value: 0x10 },
      { ...plainFlip, manner: "hold", value: 0 },
    ] as const) {
      expect(await dut.arm({ ...more, ...place })).toEqual({ kind: "ok", value: null });
      expect(board.heard.at(-1)).toMatchObject({ name: "fault", ...place, ...more });
    }
  });

  test("a board of before there were faults refuses them, and the host hears why", async () => {
    const { board, dut } = await boardAndDut();
    board.behaviours.set("fault", (command) => board.refuse(command, "unknown-command"));
    expect(await dut.arm({ ...plainFlip, ...place, words: 2 })).toEqual({
      kind: "refused",
      reason: "unknown-command",
    });
  });
});

describe("self-checks", () => {
  const request = { workload: "w", seed: 1, refresh: "full", every: 1, elements: 10 } as const;

  /** Two targets; what the host asked of each, and what it then knows. */
  async function loadedWith(struck: string | null, knowsSpaces: boolean) {
    const { board, dut } = await boardAndDut();
    const asked: string[] = [];
    const nameOf = (index: number): string => ["a", "b"][index]!;
    board.behaviours.set("load", (command) =>
      board.answer(command, {
        name: "load-ok",
        targets: 2,
        inputs: 1,
        outputs: 1,
        format: "f32",
        stateDigest: "0000000000000000",
      }),
    );
    board.behaviours.set("target", (command) => {
      if (command.name !== "target") return;
      const target = nameOf(command.index);
      asked.push(target);
      const place = { word: 0, mask: 1, iteration: 0, cycle: 0 };
      board.answer(command, { name: "target-ok", target, words: 8, bits: 8, ...place });
    });
    if (knowsSpaces)
      board.behaviours.set("space", (command) => {
        if (command.name !== "space") return;
        board.answer(command, { name: "space-ok", target: nameOf(command.index), words: 8, bits: 8 });
      });
    const loaded = await dut.load(request, struck);
    if (loaded.kind !== "ok") throw new Error(loaded.kind);
    return { asked, known: loaded.value.targets.map(({ selfCheck }) => selfCheck !== null) };
  }

  test("are asked for of the target to be struck alone: a board may have to search for them", async () => {
    expect(await loadedWith("b", true)).toEqual({ asked: ["b"], known: [false, true] });
    expect(await loadedWith(null, true)).toEqual({ asked: [], known: [false, false] });
  });

  test("come with every target of a board that does not know the question", async () => {
    expect(await loadedWith("b", false)).toEqual({ asked: ["a", "b"], known: [true, true] });
  });
});
