import { describe, expect, test } from "vitest";
import { loadOnCpu } from "../../src/board/accelerators/cpu.ts";
import { workloads } from "../../src/board/workloads/all.ts";
import { randomStream } from "../../src/domain/random.ts";
import { drawStrike } from "../../src/domain/draw-fault.ts";
import { faultModelNamed } from "../../src/domain/fault-model.ts";
import { oracle } from "./oracle.ts";
import type { OracleRun, OracleStrike } from "./oracle.ts";

describe.each(workloads)("$name, struck, does what the slow oracle does", (workload) => {
  const prepared = workload.prepare(42);
  const loaded = loadOnCpu(prepared);
  const cycles = oracle(prepared, workload.name, 0, Infinity, null).cycles;
  const budget = 10 * cycles;

  /** On the accelerator; in slices, to show that a kernel resumes. */
  function struck(input: number, strike: OracleStrike | null, slice = Infinity): OracleRun {
    const execution = loaded.start(input, strike === null ? [] : [{ id: 1, ...strike }]);
    let end = execution.advance(Math.min(budget, slice));
    while (end === null && execution.cycles < budget)
      end = execution.advance(Math.min(budget, execution.cycles + slice));
    const run = { end: end ?? "budget", cycles: execution.cycles, output: [...execution.output] } as const;
    loaded.restore("full");
    return run;
  }

  /** Of a run that never ends, the output is of no interest. */
  function same(got: OracleRun, want: OracleRun): void {
    expect({ end: got.end, cycles: got.cycles }).toEqual({ end: want.end, cycles: want.cycles });
    if (want.end !== "budget") expect(got.output).toEqual(want.output);
  }

  test("unstruck, in one go and in slices of 7 cycles", () => {
    for (let input = 0; input < prepared.inputs; input++) {
      const want = oracle(prepared, workload.name, input, budget, null);
      expect(want.end).toBe("ok");
      same(struck(input, null), want);
      same(struck(input, null, 7), want);
    }
  });

  test("leaves its state as it found it: only strikes change it", () => {
    for (let input = 0; input < prepared.inputs; input++) {
      expect(loaded.start(input, []).advance(budget)).toBe("ok");
      expect(loaded.isPristine()).toBe(true);
    }
  });

  test("every bit of every control word, at the start and in the middle", () => {
    const ends = new Map<string, number>();
    const control = loaded.targets.find((target) => target.name === "control")!;
    for (let word = 0; word < control.words; word++) {
      for (let bit = 0; bit < control.bits; bit++) {
        for (const cycle of [0, Math.floor(cycles / 2) + 5]) {
          const strike = { target: "control", word, mask: (1 << bit) >>> 0, cycle };
          const want = oracle(prepared, workload.name, word % prepared.inputs, budget, strike);
          same(struck(word % prepared.inputs, strike), want);
          ends.set(want.end, (ends.get(want.end) ?? 0) + 1);
        }
      }
    }
    // Bounds run away, offsets trap, and something is left to compute wrongly.
    for (const end of ["ok", "trap", "budget"]) expect(ends.get(end) ?? 0).toBeGreaterThan(10);
  });

  test.each(loaded.targets.map((target) => target.name))("100 seeded strikes on %s", (name) => {
    const space = loaded.targets.find((target) => target.name === name)!;
    const golden = Array.from({ length: prepared.inputs }, (_, input) => struck(input, null));
    let wrong = 0;
    for (let id = 1; id <= 100; id++) {
      const random = randomStream(1, workload.name, name, id);
      const model = faultModelNamed(["single-bit", "adjacent-2", "adjacent-3"][id % 3]!);
      const { strike } = drawStrike(random, id, space, model, prepared.inputs, cycles + 100);
      const want = oracle(prepared, workload.name, strike.iteration, budget, strike);
      const got = struck(strike.iteration, strike, id % 2 === 0 ? 97 : Infinity);
      same(got, want);
      if (got.output.some((bits, index) => bits !== golden[strike.iteration]!.output[index])) wrong++;
    }
    expect(wrong).toBeGreaterThan(5);
    expect(loaded.isPristine()).toBe(true);
  });

  test("a strike that the kernel never reaches lands after its end, and stays until restored", () => {
    const golden = oracle(prepared, workload.name, 0, budget, null).output;
    const pristine = loaded.stateDigest();
    const execution = loaded.start(0, [{ id: 9, target: "weights", word: 3, mask: 1, cycle: cycles }]);
    expect(execution.advance(budget)).toBe("ok");
    expect(execution.applied).toHaveLength(1);
    expect([...execution.output]).toEqual(golden);
    expect(loaded.stateDigest()).not.toBe(pristine);
    loaded.restore("full");
    expect(loaded.stateDigest()).toBe(pristine);
  });

  test("strikes of one cycle land in the order given; those at no word hit nothing", () => {
    const execution = loaded.start(0, [
      { id: 1, target: "weights", word: 0, mask: 1, cycle: 5 },
      { id: 2, target: "weights", word: 0, mask: 3, cycle: 5 },
      { id: 3, target: "nowhere", word: 0, mask: 1, cycle: 5 },
      { id: 4, target: "weights", word: 1e9, mask: 1, cycle: 5 },
    ]);
    execution.advance(budget);
    const [first, second] = execution.applied;
    expect(execution.applied.map((strike) => strike.id)).toEqual([1, 2]);
    expect(second!.before).toBe(first!.after);
    expect(second!.after).toBe((first!.before ^ 2) >>> 0);
    loaded.restore("full");
  });
});
