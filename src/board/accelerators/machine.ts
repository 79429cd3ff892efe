import type { OutputFormat } from "../../domain/evidence.ts";
import type { Axis, BoardTarget, SelfCheck, StrikeManner } from "../../domain/strike.ts";
import type { Flip, Refreshed } from "../memory.ts";
import type { KernelEnd } from "../workloads/workload.ts";
import type {
  AppliedStrike,
  EccCount,
  Execution,
  HeldBits,
  LoadedWorkload,
  PlacedStrike,
} from "./accelerator.ts";
import { strikeManners } from "../../domain/strike.ts";
import { selfCheckOf } from "./self-check.ts";

/**
 * A machine of registers and memories with a program in it: what an accelerator is once a workload is loaded. It goes cycle by cycle as far as anybody
 * can tell; what happens in between is its own affair, as long as a strike between two cycles has exactly the effect it has there.
 *
 *   begin(input) ─advance(cycle)→ … strike … ─advance(cycle)→ … ─→ end, output
 */
export interface Machine {
  readonly spaces: readonly StruckSpace[];
  readonly inputs: number;
  readonly outputs: number;
  readonly format: OutputFormat;
  /** How the output words are laid out, outermost first. */
  readonly outputAxes?: readonly Axis[];
  readonly ranks: boolean;
  /** One iteration from its first cycle; what the one before left in registers that a program does not set first is cleared. */
  begin(input: number): void;
  /** Cycles made since `begin`. */
  readonly cycle: number;
  /** Goes on until this cycle; null: reached it, and there is more to do. */
  advance(untilCycle: number): KernelEnd | null;
  /** Before the cycle to come. Null where no such word or bit is. */
  strike(target: string, word: number, mask: number, manner: StrikeManner, value: number): Flip | null;
  hold(bits: readonly HeldBits[]): void;
  /** Raw words as the host reads them back; whole when the iteration has ended. */
  output(): Uint32Array;
  /** Of this iteration: `detectorBits`, and errors corrected. */
  readonly detectors: number;
  readonly corrected: number;
  eccSince(): readonly EccCount[];
  restore(what: Refreshed): void;
  /** An iteration of so many cycles has gone by that nobody computed, since nothing was to strike it: what goes by device time goes on. */
  pass(cycles: number): void;
  /** Whether a patrol scrubber is at work. */
  readonly scrubs: boolean;
  /** Iterations in here are of no run: error counters, InfoROM and scrubber are afterwards as they were. */
  rehearse<T>(deed: () => T): T;
  isPristine(): boolean;
  stateDigest(): string;
}

export interface StruckSpace {
  readonly name: string;
  readonly words: number;
  readonly bits: number;
  readonly axes: readonly Axis[];
  /** Where a strike known to be critical is looked for first. */
  readonly selfCheck: {
    readonly word?: number;
    readonly cycle?: number;
    readonly mask?: number;
    /** Executions to look for one; 0: its maker knows that there is none. */
    readonly tries?: number;
  };
}

/** A machine with its program, as the agent sees it. */
export function loadOnMachine(machine: Machine): LoadedWorkload {
  const { inputs, outputs, format, ranks } = machine;
  const loaded = {
    inputs,
    outputs,
    format,
    ranks,
    manners: strikeManners,
    ...(machine.outputAxes === undefined ? {} : { outputAxes: machine.outputAxes }),
    start: (input: number, strikes: readonly PlacedStrike[]) => execute(machine, input, strikes),
    restore: (what: Refreshed) => machine.restore(what),
    pass: (cycles: number) => machine.pass(cycles),
    scrubs: machine.scrubs,
    hold: (bits: readonly HeldBits[]) => machine.hold(bits),
    eccSince: () => machine.eccSince(),
    isPristine: () => machine.isPristine(),
    stateDigest: () => machine.stateDigest(),
  };
  return { ...loaded, targets: machine.spaces.map((space) => targetOf(machine, space, loaded)) };
}

/** Executions that a search for a self-check may take: a machine is slow, and its maker knows where to look. */
const mostTries = 64;

/** The self-check is looked for when somebody asks for it: it takes executions. */
function targetOf(
  machine: Machine,
  space: StruckSpace,
  loaded: Omit<LoadedWorkload, "targets">,
): BoardTarget {
  const { name, words, bits, axes } = space;
  let found: SelfCheck | null = null;
  return {
    name,
    words,
    bits,
    axes,
    get selfCheck() {
      return (found ??= machine.rehearse(() =>
        selfCheckOf({ name, words, bits }, loaded, { tries: mostTries, ...space.selfCheck }),
      ));
    },
  };
}

/** Runs to the next strike, lets it land before that cycle, and on. Those never reached land after the end. */
function execute(machine: Machine, input: number, strikes: readonly PlacedStrike[]): Execution {
  const applied: AppliedStrike[] = [];
  let next = 0;
  const strikeUpTo = (cycle: number): void => {
    for (; next < strikes.length && strikes[next]!.cycle <= cycle; next++) {
      const { id, target, word, mask, manner = "flip", value = 0 } = strikes[next]!;
      const flip = machine.strike(target, word, mask, manner, value);
      if (flip !== null) applied.push({ id, ...flip });
    }
  };
  machine.begin(input);
  let ended: KernelEnd | null = null;
  let output: Uint32Array | null = null;
  return {
    get cycles() {
      return machine.cycle;
    },
    applied,
    get output() {
      return (output ??= machine.output());
    },
    get detectors() {
      return machine.detectors;
    },
    get corrected() {
      return machine.corrected;
    },
    advance: (untilCycle) => {
      while (ended === null) {
        const until = Math.min(untilCycle, strikes[next]?.cycle ?? untilCycle);
        ended = machine.advance(until);
        if (ended !== null) {
          output = machine.output();
          strikeUpTo(Infinity);
        } else {
          strikeUpTo(machine.cycle);
          if (machine.cycle >= untilCycle) return null;
        }
      }
      return ended;
    },
  };
}
