import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import type { Bench } from "../../src/domain/capabilities.ts";
import { RigError } from "../../src/domain/errors.ts";
import { plainAxes } from "../../src/domain/strike.ts";
import { openBench } from "../../src/rig/open-bench.ts";
import { rigSchema } from "../../src/rig/rig-schema.ts";
import type { RigSpec } from "../../src/rig/rig-schema.ts";
import { keepToProtocol, ScriptedBoard } from "./scripted-board.ts";

interface World {
  readonly boards: ReadonlyMap<string, ScriptedBoard>;
  readonly open: (spec?: RigSpec) => Promise<Bench>;
  readonly board: (name: string) => ScriptedBoard;
}

const spec = rigSchema.parse({
  rig: "scripted",
  stations: {
    left: {
      serial: "S-L",
      link: { memory: "left" },
      injector: { device: "box", targets: ["control"] },
      thermal: "box",
      supply: "box",
      beam: "box",
    },
    right: { serial: "S-R", link: { memory: "right" } },
  },
  devices: { box: { protocol: "radrig", serial: "S-B", link: { memory: "box" } } },
});

function world(): World {
  const boards = new Map(
    Object.entries({ left: "S-L", right: "S-R", box: "S-B" }).map(([name, serial]) => {
      const board = new ScriptedBoard();
      board.serial = serial;
      board.portName = `memory:${name}`;
      return [name, board];
    }),
  );
  const board = (name: string): ScriptedBoard => boards.get(name)!;
  let isOn = true;
  board("box").behaviours.set("rail", (command, box) => {
    isOn = command.name === "rail" && command.on;
    box.answer(command, { name: "rail-ok", on: isOn, milliV: 5010, milliA: 320 });
  });
  board("box").behaviours.set("shutter", (command, box) => {
    box.answer(command, { name: "shutter-ok", open: command.name === "shutter" && command.open });
  });
  board("box").behaviours.set("sense", (command, box) => {
    box.answer(command, {
      name: "sense-ok",
      objectMilliC: 61_500,
      sinkMilliC: 24_250,
      on: isOn,
      milliV: 5000,
      milliA: 300,
      shutterOpen: true,
      fluencePerCm2: 12_345,
      fluxPerCm2PerSecond: 678,
    });
  });
  const clock = virtualClock();
  return {
    boards,
    board,
    open: (rig = spec) => openBench(rig, { clock, openPort: (name) => board(name).open, connectMs: 3000 }),
  };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof RigError ? `${error.code}: ${error.message}` : String(error);
}

describe("a bench, opened", () => {
  test("each station has what its rig file gives it, and no more", async () => {
    const { open } = world();
    const bench = await open();
    expect([...bench.stations.keys()]).toEqual(["left", "right"]);
    expect(bench.stations.get("left")!.injector).toMatchObject({ name: "box", reaches: ["control"] });
    expect(bench.stations.get("right")).toMatchObject({
      injector: null,
      thermal: null,
      rails: [],
      beam: null,
    });
    await bench.close();
  });

  test("equipment acts on the station it was asked for, in the units of its names", async () => {
    const { open, board } = world();
    const bench = await open();
    const { thermal, rails, beam, injector } = bench.stations.get("left")!;
    const supply = rails[0]!;
    expect(await thermal!.set(61.5)).toEqual({ kind: "ok", value: null });
    expect(board("box").heard.at(-1)).toMatchObject({
      name: "heat",
      board: "left",
      on: true,
      setMilliC: 61_500,
    });
    await thermal!.off();
    expect(board("box").heard.at(-1)).toMatchObject({ name: "heat", on: false });
    expect(await thermal!.read()).toMatchObject({
      kind: "ok",
      value: { objectC: 61.5, sinkC: 24.25, setC: null, on: false, faults: [] },
    });
    expect(await supply.off()).toMatchObject({ kind: "ok", value: { on: false, milliV: 5010, milliA: 320 } });
    expect(await supply.read()).toMatchObject({
      kind: "ok",
      value: { on: false, milliV: 5000, milliA: 300 },
    });
    await supply.on();
    expect(await beam!.open()).toEqual({ kind: "ok", value: null });
    expect(await beam!.read()).toMatchObject({
      kind: "ok",
      value: { open: true, fluencePerCm2: 12_345, fluxPerCm2PerSecond: 678 },
    });
    const strike = { id: 4, target: "control", word: 1, mask: 2, iteration: 3, cycle: 99 };
    expect(await injector!.arm("left", strike)).toMatchObject({ kind: "ok", value: { confirmed: true } });
    expect(board("box").heard.at(-1)).toMatchObject({ name: "inject", board: "left", ...strike });
    board("box").behaviours.set("sense", (command, box) => box.refuse(command, "unknown-board"));
    expect(await beam!.read()).toMatchObject({ kind: "refused", reason: "unknown-board" });
    await bench.close();
  });

  test("a board says who it is, and loads with all its targets", async () => {
    const { open, board } = world();
    const bench = await open();
    const { dut } = bench.stations.get("left")!;
    expect(await dut.identify()).toMatchObject({
      kind: "ok",
      value: { serial: "S-L", bootId: board("left").boot, workloads: ["gemm-f32"] },
    });
    board("left").behaviours.set("load", (command, left) =>
      left.answer(command, {
        name: "load-ok",
        targets: 2,
        inputs: 8,
        outputs: 256,
        format: "f32",
        stateDigest: "00112233445566aa",
      }),
    );
    board("left").behaviours.set("target", (command, left) =>
      left.answer(command, {
        name: "target-ok",
        target: `t${command.name === "target" ? command.index : "?"}`,
        words: 256,
        bits: 32,
        word: 1,
        mask: 2,
        iteration: 3,
        cycle: 4,
      }),
    );
    const selfCheck = { word: 1, mask: 2, iteration: 3, cycle: 4 };
    const request = { workload: "gemm-f32", seed: 1, refresh: "full", every: 1, elements: 10 } as const;
    expect(await dut.load(request, null)).toEqual({
      kind: "ok",
      value: {
        targets: [
          { name: "t0", words: 256, bits: 32, axes: plainAxes(256), selfCheck },
          { name: "t1", words: 256, bits: 32, axes: plainAxes(256), selfCheck },
        ],
        inputs: 8,
        outputs: 256,
        outputAxes: plainAxes(256),
        format: "f32",
        stateDigest: "00112233445566aa",
      },
    });
    board("left").behaviours.set("target", () => undefined);
    expect((await dut.load(request, null)).kind).toBe("silence");
    await bench.close();
  });

  test("others are alive while any other device answers", async () => {
    const { open, board } = world();
    const bench = await open();
    board("left").isDeaf = true;
    expect(await bench.othersAlive("left")).toBe(true);
    board("right").isDeaf = true;
    expect(await bench.othersAlive("left")).toBe(true);
    board("box").isDeaf = true;
    expect(await bench.othersAlive("left")).toBe(false);
    await bench.close();
  });

  test("a rail that an earlier run left off is switched on before its board is spoken to", async () => {
    const { open, board } = world();
    const bench = await open();
    await bench.stations.get("left")!.rails[0]!.off();
    await bench.close();
    board("left").isDeaf = true;
    const rail = board("box").behaviours.get("rail")!;
    board("box").behaviours.set("rail", (command, box) => {
      board("left").isDeaf = false;
      rail(command, box);
    });
    await (await open()).close();
  });
});

describe("a bench that cannot be opened", () => {
  const breakages: [string, RegExp, (boards: World) => void, RigSpec?][] = [
    ["a port is missing", /^port_missing/, ({ board }) => void (board("right").isGone = true)],
    [
      "a board is silent",
      /^board_missing: 'right' on memory:right/,
      ({ board }) => void (board("right").isDeaf = true),
    ],
    [
      "boards are swapped",
      /^board_mismatch: 'right' should be serial S-R/,
      ({ board }) => void (board("right").serial = "S-L"),
    ],
    [
      "a box does not know the board",
      /^instrument: 'box' does not power rail 'main' of station 'left' \(unknown-board\)/,
      ({ board }) =>
        void board("box").behaviours.set("sense", (command, box) => box.refuse(command, "unknown-board")),
    ],
    [
      "a box cannot do what is asked of it",
      /^board_mismatch: station 'left' asks 'box' to heat, which it cannot/,
      ({ board }) =>
        void board("box").behaviours.set("hello", (command, box) => {
          box.capabilities = ["rail", "inject", "beam"];
          keepToProtocol(command, box);
        }),
    ],
    [
      "a station names a device by a word that every object has",
      /^config: station 'right' names device 'constructor', which is not among devices \(box\)/,
      () => undefined,
      {
        ...spec,
        stations: {
          ...spec.stations,
          right: {
            ...spec.stations["right"]!,
            thermal: { device: "constructor", channel: 1, absolute: {}, dewPointC: 15, jumpCPerSecond: 20 },
          },
        },
      },
    ],
    [
      "a station names a device that is not there",
      /^config: station 'right' names device 'oven', which is not among devices \(box\)/,
      () => undefined,
      {
        ...spec,
        stations: {
          ...spec.stations,
          right: {
            ...spec.stations["right"]!,
            thermal: { device: "oven", channel: 1, absolute: {}, dewPointC: 15, jumpCPerSecond: 20 },
          },
        },
      },
    ],
  ];

  test.each(breakages)(
    "%s: one line says so, and every port is closed again",
    async (_, words, damage, rig) => {
      const boards = world();
      damage(boards);
      expect(await codeOf(boards.open(rig))).toMatch(words);
      for (const board of boards.boards.values()) expect(board.isPlugged).toBe(false);
    },
  );
});

describe("a board that describes its state wrongly", () => {
  const sound = { words: 8, bits: 32 };
  test.each([
    ["no inputs", 0, sound, "no-inputs"],
    ["a target without words", 4, { ...sound, words: 0 }, "bad-target"],
    ["a target whose words have no bits", 4, { ...sound, bits: 0 }, "bad-target"],
    ["words of more bits than a mask has", 4, { ...sound, bits: 65_535 }, "bad-target"],
  ])("is not loaded with %s: no strike can be placed there", async (_, inputs, space, reason) => {
    const { open, board } = world();
    board("left").behaviours.set("load", (command, left) => {
      const stateDigest = "00112233445566aa";
      left.answer(command, { name: "load-ok", targets: 1, inputs, outputs: 4, format: "f32", stateDigest });
    });
    board("left").behaviours.set("target", (command, left) => {
      const selfCheck = { word: 0, mask: 1, iteration: 0, cycle: 0 };
      left.answer(command, { name: "target-ok", target: "weights", ...space, ...selfCheck });
    });
    const bench = await open();
    const { dut } = bench.stations.get("left")!;
    const request = { workload: "gemm-f32", seed: 1, refresh: "full", every: 1, elements: 4 } as const;
    expect(await dut.load(request, null)).toEqual({ kind: "refused", reason });
    await bench.close();
  });
});
