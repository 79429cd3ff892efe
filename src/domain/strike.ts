import type { RandomStream } from "./random.ts";

/** One upset put in on purpose. */
export interface Strike {
  /** Counts from 1 within its run. */
  readonly id: number;
  readonly target: string;
  /** Index of the word within the target, and the bits of it to flip. */
  readonly word: number;
  readonly mask: number;
  /** Iteration (it chooses the input too) and the device cycle in it at which the bits flip. */
  readonly iteration: number;
  readonly cycle: number;
}

/** A set of state words that can be struck, as the board describes it. */
export interface TargetSpace {
  readonly name: string;
  readonly words: number;
  /** Bits of a word that exist, from bit 0 up. */
  readonly bits: number;
  /** A strike known to be critical: the proof that the path reaches the state; null where nobody knows one (a space of an injector's own). */
  readonly selfCheck: SelfCheck | null;
}

export type SelfCheck = Pick<Strike, "word" | "mask" | "iteration" | "cycle">;

/** A board knows a critical strike on each of its structures. */
export interface BoardTarget extends TargetSpace {
  readonly selfCheck: SelfCheck;
}

/** Chooses the mask for one word. */
export type FaultModel = "single-bit" | "adjacent-2" | "adjacent-3";
export const faultModels = [
  "single-bit",
  "adjacent-2",
  "adjacent-3",
] as const satisfies readonly FaultModel[];

/** Strike `id`: uniform over words, bits and golden cycles of the target; a pure function of the stream and the arguments. */
export function placeStrike(
  random: RandomStream,
  id: number,
  space: TargetSpace,
  faultModel: FaultModel,
  inputs: number,
  goldenCycles: number,
): Strike {
  const width = Math.min(space.bits, faultModelWidth(faultModel));
  const word = random.nextBelow(space.words);
  const lowest = random.nextBelow(space.bits - width + 1);
  return {
    id,
    target: space.name,
    word,
    mask: (((1 << width) - 1) << lowest) >>> 0,
    iteration: random.nextBelow(inputs),
    cycle: random.nextBelow(Math.max(1, goldenCycles)),
  };
}

/** Adjacent bits that it inverts. */
export function faultModelWidth(faultModel: FaultModel): number {
  return faultModel === "single-bit" ? 1 : faultModel === "adjacent-2" ? 2 : 3;
}
