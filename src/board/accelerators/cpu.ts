import { plainAxes } from "../../domain/strike.ts";
import type { StrikeManner } from "../../domain/strike.ts";
import type { Refreshed, Structure } from "../memory.ts";
import { workloadsOf } from "../workloads/all.ts";
import { selfCheckOf } from "./self-check.ts";
import { createCore } from "../workloads/workload.ts";
import type { Format, KernelEnd, Prepared } from "../workloads/workload.ts";
import type { Accelerator, AppliedStrike, Execution, LoadedWorkload, PlacedStrike } from "./accelerator.ts";

/** The CPU: kernels in this process, one multiply-accumulate a cycle, operands in its memory. */
export function cpuAccelerator(format: Format): Accelerator {
  const workloads = workloadsOf(format);
  return {
    name: "cpu",
    workloads: workloads.map((workload) => workload.name),
    load: (name, seed) => {
      const workload = workloads.find((candidate) => candidate.name === name);
      return workload === undefined ? null : loadOnCpu(workload.prepare(seed));
    },
  };
}

/**
 * Kernels of this process write straight to memory, and nothing here sees them do it: a bit that is to stay as it is through a write
 * cannot be made, so `hold` is refused (PROTOCOL.md, "Strikes").
 */
const manners = ["flip", "put"] as const satisfies readonly StrikeManner[];

/** A workload of one's own on the CPU. */
export function loadOnCpu(prepared: Prepared): LoadedWorkload {
  const { inputs, format, output, ranks, memory } = prepared;
  const structures = new Map(prepared.structures.map((structure) => [structure.name, structure]));
  const loaded = {
    inputs,
    outputs: output.length,
    format,
    ranks,
    manners,
    ...(prepared.outputAxes === undefined ? {} : { outputAxes: prepared.outputAxes }),
    start: (input: number, strikes: readonly PlacedStrike[]) => execute(prepared, structures, input, strikes),
    restore: (what: Refreshed) => memory.restore(what),
    isPristine: () => memory.isPristine(),
    stateDigest: () => memory.digest(),
  };
  const targets = prepared.structures.map(({ name, words, bits, axes }) => ({
    name,
    words,
    bits,
    axes: axes ?? plainAxes(words),
    selfCheck: selfCheckOf({ name, words, bits }, loaded, prepared.selfChecks[name]),
  }));
  return { ...loaded, targets };
}

/**
 * Runs to the next strike, applies it, and on. A strike at cycle c lands before step c is made; those that the kernel never
 * reaches land after its end. One that names no word there is hits nothing.
 */
function execute(
  prepared: Prepared,
  structures: ReadonlyMap<string, Structure>,
  input: number,
  strikes: readonly PlacedStrike[],
): Execution {
  const { output, memory, format } = prepared;
  const core = createCore(0);
  const applied: AppliedStrike[] = [];
  const raw = new Uint32Array(output.buffer);
  let next = 0;
  const strikeUpTo = (cycle: number): void => {
    for (; next < strikes.length && strikes[next]!.cycle <= cycle; next++) {
      const { id, target, word, mask, manner = "flip", value = 0 } = strikes[next]!;
      const structure = structures.get(target);
      const flip =
        manner === "flip" ? structure?.xor(input, word, mask) : structure?.put(input, word, mask, value);
      if (flip) applied.push({ id, ...flip });
    }
  };
  output.fill(0);
  const kernel = prepared.kernel(input, core);
  let ended: KernelEnd | null = null;
  return {
    get cycles() {
      return core.cycle;
    },
    applied,
    output: raw,
    detectors: 0,
    corrected: 0,
    advance: (untilCycle) => {
      while (ended === null) {
        core.until = Math.min(untilCycle, strikes[next]?.cycle ?? untilCycle);
        const step = kernel.next();
        if (step.done === true) {
          ended = step.value;
          memory.clearScratch();
          strikeUpTo(Infinity);
          if (format === "f32") spellNaN(raw);
        } else {
          strikeUpTo(core.cycle);
          if (core.cycle >= untilCycle) return null;
        }
      }
      return ended;
    },
  };
}

/** Which of its many spellings a NaN gets differs between processors and compilers; evidence must not. */
function spellNaN(words: Uint32Array): void {
  for (let i = 0; i < words.length; i++) {
    if ((words[i]! & 0x7fffffff) > 0x7f800000) words[i] = 0x7fc00000;
  }
}
