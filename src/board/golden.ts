import { digestOf } from "./digest.ts";
import type { Execution, LoadedWorkload } from "./accelerators/accelerator.ts";
import type { Pace } from "./pace.ts";
import type { KernelEnd } from "./workloads/workload.ts";

/** Golden outputs, kept where strikes do not reach. */
export interface Golden {
  /** One for each input, raw words and their digest. */
  readonly outputs: readonly Uint32Array[];
  readonly digests: readonly string[];
  readonly cycles: readonly number[];
  /** Over the outputs of all inputs in order. */
  readonly digest: string;
  readonly longestCycles: number;
  /** The watchdog fires when an iteration has spent these. */
  readonly budget: number;
}

export type Sweep =
  | {
      readonly end: "ok";
      readonly outputs: readonly Uint32Array[];
      readonly cycles: readonly number[];
      readonly stable: boolean;
    }
  | { readonly end: "trap" }
  /** The board is going down. */
  | { readonly end: "watchdog" }
  | { readonly end: "reset" };

/** Before there is golden, an iteration may take this long: no kernel here needs a thousandth of it. */
export const firstBudget = 1e8;
const budgetFactor = 10;

/** Computes every input `times` times, all state restored before each, and after the last. */
export async function sweep(
  loaded: LoadedWorkload,
  times: number,
  budget: number,
  pace: Pace,
): Promise<Sweep> {
  const outputs: Uint32Array[] = [];
  const cycles: number[] = [];
  let stable = true;
  for (let input = 0; input < loaded.inputs; input++) {
    for (let time = 0; time < times; time++) {
      loaded.restore("full");
      const execution = loaded.start(input, []);
      const end = await finish(execution, budget, pace);
      if (end !== "ok") {
        await pace.pay();
        return { end };
      }
      if (time === 0) {
        outputs.push(execution.output.slice());
        cycles.push(execution.cycles);
      } else if (digestOf(execution.output) !== digestOf(outputs[input]!)) {
        stable = false;
      }
    }
  }
  loaded.restore("full");
  await pace.pay();
  return { end: "ok", outputs, cycles, stable };
}

/** To the end of an iteration, paying for it on the way; `watchdog` when it has spent its budget. */
export async function finish(
  execution: Execution,
  budget: number,
  pace: Pace,
): Promise<KernelEnd | "watchdog"> {
  for (;;) {
    const from = execution.cycles;
    const end = execution.advance(Math.min(budget, from + pace.cyclesUntilDue()));
    pace.charge(execution.cycles - from);
    if (end === null && execution.cycles >= budget) return "watchdog";
    if (pace.due) await pace.pay();
    if (end !== null) return end;
  }
}

export function goldenOf({ outputs, cycles }: Extract<Sweep, { end: "ok" }>): Golden {
  const longestCycles = Math.max(...cycles);
  return {
    outputs,
    digests: outputs.map(digestOf),
    cycles,
    digest: digestOfAll(outputs),
    longestCycles,
    budget: budgetFactor * longestCycles,
  };
}

export function digestOfAll(outputs: readonly Uint32Array[]): string {
  const all = new Uint32Array(outputs.length * outputs[0]!.length);
  outputs.forEach((output, input) => all.set(output, input * output.length));
  return digestOf(all);
}
