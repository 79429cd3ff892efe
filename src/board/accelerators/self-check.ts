import type { SelfCheck, TargetSpace } from "../../domain/strike.ts";
import type { LoadedWorkload } from "./accelerator.ts";
import { compare, topScores } from "../evidence.ts";
import { judge } from "../workloads/judge.ts";
import type { KernelEnd } from "../workloads/workload.ts";

/**
 * Finds a strike on a structure that is known to be critical, by striking: from the place the workload names, word by word,
 * the highest bit first, until one makes a critical error or a trap. So it holds for every seed, and is never an assumption.
 */
export function selfCheckOf(
  space: Omit<TargetSpace, "selfCheck" | "axes">,
  loaded: Omit<LoadedWorkload, "targets">,
  hint: Hint = {},
): SelfCheck {
  const cycle = hint.cycle ?? 0;
  const first = hint.word ?? 0;
  const wanted = hint.mask === undefined ? masks(space.bits) : [hint.mask, ...masks(space.bits)];
  let left = hint.tries ?? mostTries;
  for (let iteration = 0; iteration < loaded.inputs && left > 0; iteration++) {
    const golden = goldenOf(loaded, iteration);
    const budget = 10 * golden.cycles;
    for (const mask of wanted) {
      for (let offset = 0; offset < space.words && left > 0; offset++, left--) {
        const word = (first + offset) % space.words;
        const struck = run(loaded, iteration, [{ id: 1, target: space.name, word, mask, cycle }], budget);
        if (isCritical(loaded, golden, struck)) return { word, mask, iteration, cycle };
      }
    }
  }
  // No single word matters that much: the host will find its self-check masked and say so.
  return { word: first, mask: wanted[0]!, iteration: 0, cycle };
}

/** Where the maker would look first. */
export interface Hint {
  readonly word?: number;
  readonly cycle?: number;
  readonly mask?: number;
  readonly tries?: number;
}

/** An execution each: where so many found nothing critical, the host is to find its self-check masked, and say so. */
const mostTries = 20_000;

/** The top exponent bit of a float, the highest bits of an integer below its sign; then all bits. */
function masks(bits: number): readonly number[] {
  if (bits === 32) return [0x40000000, 0xffffffff];
  const all = 2 ** bits - 1;
  return bits < 8 ? [2 ** (bits - 1), all] : [2 ** (bits - 2), 2 ** (bits - 1), all];
}

interface Run {
  readonly end: KernelEnd | null;
  readonly cycles: number;
  readonly output: Uint32Array;
}

/** Of each input, by what is loaded: every target of it asks for the same. */
const goldens = new WeakMap<object, Map<number, Run>>();

function goldenOf(loaded: Omit<LoadedWorkload, "targets">, input: number): Run {
  const known = goldens.get(loaded) ?? new Map<number, Run>();
  goldens.set(loaded, known);
  const golden = known.get(input) ?? run(loaded, input, []);
  known.set(input, golden);
  return golden;
}

function run(
  loaded: Omit<LoadedWorkload, "targets">,
  input: number,
  strikes: Parameters<LoadedWorkload["start"]>[1],
  budget = Infinity,
): Run {
  const execution = loaded.start(input, strikes);
  const end = execution.advance(budget);
  const { cycles, output } = execution;
  loaded.restore("full");
  return { end, cycles, output: output.slice() };
}

function isCritical(loaded: Omit<LoadedWorkload, "targets">, golden: Run, struck: Run): boolean {
  const { format, ranks } = loaded;
  if (struck.end !== "ok") return struck.end !== null;
  const difference = compare(golden.output, struck.output, format, 10);
  if (difference.wrong === 0) return false;
  const scores = ranks
    ? { want: topScores(golden.output, format), got: topScores(struck.output, format) }
    : null;
  const { wrong, nan, elements } = difference;
  return (
    judge(
      "",
      {
        iteration: 0,
        end: "ok",
        digest: "",
        wrong,
        nan,
        truncated: false,
        elements,
        scores,
        detectors: 0,
        corrected: 0,
        cycles: struck.cycles,
        struck: [],
        stateDigest: "",
        dieC: 0,
      },
      { format },
    ) === "sdcCritical"
  );
}
