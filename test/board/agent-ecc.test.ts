import { describe, expect, test } from "vitest";
import type { Message, MessageOf } from "../../firmware-protocol/messages.ts";
import type { DueStrike } from "../../src/board/surroundings.ts";
import { eccAccelerator } from "./ecc-accelerator.ts";
import { attach } from "./host.ts";
import type { Host } from "./host.ts";

const due = (
  iteration: number,
  target: string,
  word: number,
  mask: number,
  cycle = 0,
): DueStrike & { readonly iteration: number } => ({ iteration, target, word, mask, cycle, id: 0 });

async function board(refresh: "full" | "none" = "full", options = {}): Promise<Host> {
  const host = attach({ accelerator: eccAccelerator(options) });
  await host.prepare("add-i32", refresh);
  return host;
}

const told = (events: readonly Message[]): unknown[] =>
  events.map((event) => {
    if (event.name === "ecc") return [event.structure, event.corrected, event.uncorrected];
    if (event.name !== "result") return event.name;
    const { end, wrong, detectors, corrected } = event;
    return { end, wrong, detectors, corrected };
  });

describe("an agent whose accelerator counts errors", () => {
  test("tells of a corrected one before the result of its iteration, whose output is golden", async () => {
    const host = await board();
    const events = await host.strike({
      id: 1,
      target: "hbm",
      word: 9,
      mask: 0x10000,
      iteration: 0,
      cycle: 0,
    });
    expect(told(events)).toEqual([
      ["dram", 1, 0],
      "struck",
      { end: "ok", wrong: 0, detectors: 0, corrected: 1 },
      "done",
    ]);
    const result = events.find((event): event is MessageOf<"result"> => event.name === "result")!;
    expect(result.parts).toBe(1);
    await host.stop();
  });

  test("of an uncorrectable one, which traps the iteration, and of a parity error", async () => {
    const host = await board();
    const double = { id: 1, target: "hbm", word: 9, mask: 3, iteration: 0, cycle: 0 };
    expect(told(await host.strike(double))).toEqual([
      ["dram", 0, 1],
      "struck",
      // Four sums of 64 words: all are behind.
      "elements",
      { end: "trap", wrong: 4, detectors: 1, corrected: 0 },
      "done",
    ]);
    await host.ask({ name: "refresh", what: "full" });
    expect(told(await host.strike({ ...double, target: "sram", word: 0, mask: 1 }))[0]).toEqual([
      "sram",
      0,
      1,
    ]);
    await host.ask({ name: "refresh", what: "full" });
    await host.stop();
  });

  test("tells of no more corrected errors than a result can: a program's own count may be any struck word", async () => {
    const accelerator = eccAccelerator();
    const overcounted: typeof accelerator = {
      ...accelerator,
      load: (workload, seed) => {
        const loaded = accelerator.load(workload, seed)!;
        return {
          ...loaded,
          start: (...of) => {
            const execution = loaded.start(...of);
            return {
              get cycles() {
                return execution.cycles;
              },
              applied: execution.applied,
              get output() {
                return execution.output;
              },
              detectors: 0,
              corrected: 0x80000001,
              advance: (until) => execution.advance(until),
            };
          },
        };
      },
    };
    const host = attach({ accelerator: overcounted });
    await host.prepare("add-i32");
    const struck = await host.strike({ id: 1, target: "out", word: 0, mask: 1, iteration: 0, cycle: 64 });
    expect(told(struck)).toContainEqual({ end: "ok", wrong: 0, detectors: 0, corrected: 0xffffff });
    await host.stop();
  });

  test("of what was counted in a run, not in golden before it, and nothing where nothing was", async () => {
    const host = attach({ accelerator: eccAccelerator() });
    await host.prepare("add-i32");
    expect(told(await host.run(0, 50))).toEqual(["done"]);
    await host.stop();
  });

  test("of errors at several places, each at its own; particles are not told of, their traces are", async () => {
    const host = await board();
    host.world.due.push(due(2, "hbm", 40, 1), due(2, "hbm-check", 41, 4), due(2, "sram", 5, 8, 60));
    expect(told(await host.run(0, 5))).toEqual([
      ["dram", 2, 0],
      ["sram", 0, 1],
      "elements",
      // The sums of cycles 61 to 63 are missing.
      { end: "trap", wrong: 3, detectors: 1, corrected: 2 },
      "done",
    ]);
    await host.stop();
  });

  test("without a refresh an upset is corrected where it stands, once; a stuck bit again and again", async () => {
    const host = await board("none");
    host.world.due.push(due(1, "hbm", 40, 1));
    const events = await host.run(0, 4);
    expect(told(events)).toEqual([
      ["dram", 1, 0],
      { end: "ok", wrong: 0, detectors: 0, corrected: 1 },
      "done",
    ]);
    expect(events.at(-1)).toMatchObject({ iterations: 4, clean: 3 });
    await host.stop();
  });

  test("the scrubber's time goes on in iterations that nobody computes", async () => {
    const scrubbed = async (iteration: number): Promise<unknown> => {
      const host = attach({ accelerator: eccAccelerator({ scrubCycles: 96 }) });
      await host.prepare("add-i32", "full");
      // After its read: corrected in this iteration if a pass falls into the rest of it.
      host.world.due.push(due(iteration, "hbm", 1, 1, 20));
      const events = await host.run(0, iteration + 1);
      await host.stop();
      return told(events)[0];
    };
    const found = [];
    for (const iteration of [0, 1, 2, 3, 4, 5]) found.push((await scrubbed(iteration)) !== "done");
    // 64 cycles an iteration, a pass every 96: three iterations have two passes, at cycle 32 of one and at the end of another.
    expect(found).toEqual([...found.slice(3), ...found.slice(0, 3)]);
    expect(found.filter(Boolean)).toHaveLength(2);
  });

  test("what the scrubber corrects in a word nobody reads is told within a second, and before done", async () => {
    const accelerator = eccAccelerator({ scrubCycles: 32 });
    const host = attach({ accelerator });
    await host.prepare("add-i32", "none");
    // Struck after its read: the pass at cycle 32 finds it.
    host.world.due.push(due(0, "hbm", 1, 1, 20));
    expect(told(await host.run(0, 1))[0]).toEqual(["dram", 1, 0]);
    await host.stop();
  });
});
