import { plainAxes } from "../../domain/strike.ts";
import type { StrikeManner } from "../../domain/strike.ts";
import type { Refreshed, Structure } from "../memory.ts";
import { workloadsOf } from "../workloads/all.ts";
import { selfCheckOf } from "./self-check.ts";
import { createCore } from "../workloads/workload.ts";
import type { Format, KernelEnd, Prepared } from "../workloads/workload.ts";
import type {
  Accelerator,
  AppliedStrike,
  Execution,
  HeldBits,
  LoadedWorkload,
  PlacedStrike,
} from "./accelerator.ts";

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
 * cannot be made, so `hold` is refused (PROTOCOL.md, "Strikes"). Bits that the world holds are seen to before every step instead, which is slow
 * and, because a kernel reads in steps, the same.
 */
const manners = ["flip", "put"] as const satisfies readonly StrikeManner[];

/** A workload of one's own on the CPU. */
export function loadOnCpu(prepared: Prepared): LoadedWorkload {
  const { inputs, format, output, ranks, memory } = prepared;
  const structures = new Map(prepared.structures.map((structure) => [structure.name, structure]));
  let held: readonly HeldBits[] = [];
  const loaded = {
    inputs,
    outputs: output.length,
    format,
    ranks,
    manners,
    ...(prepared.outputAxes === undefined ? {} : { outputAxes: prepared.outputAxes }),
    start: (input: number, strikes: readonly PlacedStrike[]) =>
      execute(prepared, structures, input, strikes, held),
    restore: (what: Refreshed) => memory.restore(what),
    refreshCycles: (what: Refreshed) => memory.restoredWords(what),
    hold: (bits: readonly HeldBits[]) => {
      held = bits;
    },
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

/** Whatever the kernel or a strike wrote there, these bits read as they are held: seen to before every step. */
function holdIn(structures: ReadonlyMap<string, Structure>, input: number, held: readonly HeldBits[]): void {
  for (const { target, word, mask, value } of held) structures.get(target)?.put(input, word, mask, value);
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
  held: readonly HeldBits[],
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
  holdIn(structures, input, held);
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
        // What is held must stand again before the next step reads it. No kernel here writes its control words: they stay as they are held.
        const soonest = held.some(({ target }) => target !== "control") ? core.cycle + 1 : untilCycle;
        core.until = Math.min(untilCycle, soonest, strikes[next]?.cycle ?? untilCycle);
        const step = kernel.next();
        if (step.done === true) {
          ended = step.value;
          memory.clearScratch();
          strikeUpTo(Infinity);
          if (format === "f32") spellNaN(raw);
        } else {
          strikeUpTo(core.cycle);
          holdIn(structures, input, held);
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
