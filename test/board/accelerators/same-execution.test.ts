import { describe, expect, test } from "vitest";
import type {
  Accelerator,
  LoadedWorkload,
  PlacedStrike,
} from "../../../src/board/accelerators/accelerator.ts";
import { cpuAccelerator } from "../../../src/board/accelerators/cpu.ts";
import { gpuAccelerator } from "../../../src/board/accelerators/gpu/gpu.ts";
import { softAccelerator } from "../../../src/board/accelerators/soft.ts";
import { tpuAccelerator } from "../../../src/board/accelerators/tpu/tpu.ts";
import { digestOf } from "../../../src/board/digest.ts";
import { randomStream } from "../../../src/domain/random.ts";

/**
 * Law 3 below the wire: for every accelerator in each of its modes, and every workload that it offers, a struck iteration is the same whether it goes
 * to its end at once or in slices, on a machine just made or on one that has been struck and restored before.
 * Targets, manners and cycles go round over the workloads: every accelerator has each of its targets struck.
 */
const boards: readonly { readonly name: string; readonly accelerator: Accelerator }[] = [
  { name: "cpu f32", accelerator: cpuAccelerator("f32") },
  { name: "cpu i8", accelerator: cpuAccelerator("i8") },
  { name: "soft", accelerator: softAccelerator(() => []) },
  { name: "tpu, ECC on", accelerator: tpuAccelerator({ rows: 5, columns: 4, ecc: true }) },
  { name: "tpu, ECC off", accelerator: tpuAccelerator({ rows: 4, columns: 8, ecc: false }) },
  { name: "gpu, ECC on", accelerator: gpuAccelerator({ ecc: true }) },
  { name: "gpu, ECC off", accelerator: gpuAccelerator({ ecc: false }) },
];

/** No divisor of anything, and some thirty pauses to an iteration. */
const sliceOf = (cycles: number): number => Math.max(1, Math.ceil(cycles / 31));

describe.each(boards)("a struck iteration of $name", ({ name, accelerator }) => {
  test("is the same in slices, and after others", () => {
    let next = 0;
    const struck = new Set<string>();
    const seen: string[] = [];
    let all: readonly string[] = [];
    for (const workload of accelerator.workloads) {
      const fresh = accelerator.load(workload, 3)!;
      all = fresh.targets.map((target) => target.name);
      const golden = fresh.start(0, []);
      golden.advance(Infinity);
      fresh.restore("full");
      const random = randomStream(1, name, workload);
      const strikes: PlacedStrike[] = Array.from({ length: 3 }, (_, k) => {
        const { name: target, words, bits } = fresh.targets[(next + k) % fresh.targets.length]!;
        const manners = fresh.manners ?? ["flip"];
        struck.add(target);
        return {
          id: k + 1,
          target,
          word: random.nextBelow(words),
          mask: 2 ** random.nextBelow(bits),
          manner: manners[(next + k) % manners.length]!,
          value: k % 2 === 0 ? 0 : 0xffffffff,
          cycle: random.nextBelow(golden.cycles),
        };
      }).sort((a, b) => a.cycle - b.cycle);
      next += 3;
      const budget = 3 * golden.cycles;
      const whole = told(fresh, strikes, budget, budget);
      expect([workload, told(fresh, strikes, budget, sliceOf(golden.cycles))]).toEqual([workload, whole]);
      seen.push(whole);
    }
    expect(all.filter((target) => !struck.has(target))).toEqual([]);
    // Nothing here is so blunt that strikes leave no trace.
    expect(new Set(seen).size).toBeGreaterThan(seen.length / 2);
  });
});

/** All that an iteration says, and what it leaves behind; the machine is restored afterwards. */
function told(
  loaded: LoadedWorkload,
  strikes: readonly PlacedStrike[],
  budget: number,
  slice: number,
): string {
  loaded.eccSince?.();
  const execution = loaded.start(0, strikes);
  let end: string | null = null;
  while (end === null && execution.cycles < budget)
    end = execution.advance(Math.min(budget, execution.cycles + slice));
  const { cycles, applied, output, detectors, corrected } = execution;
  const evidence = JSON.stringify({
    end,
    cycles,
    applied,
    output: end === null ? "" : digestOf(output),
    detectors,
    corrected,
    ecc: loaded.eccSince?.() ?? [],
    state: loaded.stateDigest(),
  });
  loaded.restore("full");
  expect(loaded.isPristine()).toBe(true);
  return evidence;
}
