import { createHash } from "node:crypto";
import {
  answerOf,
  contextLength,
  decoderShape,
  promptLength,
  promptOf,
} from "../../src/board/workloads/decoder-shape.ts";
import type { RandomStream } from "../../src/domain/random.ts";
import { randomStream } from "../../src/domain/random.ts";

export type Pair = readonly [number, number];

const numbers = 10 ** decoderShape.digits;

/**
 * Pairs of numbers to add, apart from each other: 1,000 held back for the accuracy that is told, 500 for every choice. All others, nearly a million, may be trained on.
 */
export const heldBackPairs = drawn("held back", 1_000, new Set());
export const validationPairs = drawn("validation", 500, new Set(heldBackPairs.map(numberOf)));
const kept = new Set([...heldBackPairs, ...validationPairs].map(numberOf));

function drawn(label: string, count: number, but: ReadonlySet<number>): readonly Pair[] {
  const random = randomStream(1, "addition", label);
  const found = new Map<number, Pair>();
  while (found.size < count) {
    const pair: Pair = [random.nextBelow(numbers), random.nextBelow(numbers)];
    if (!but.has(numberOf(pair))) found.set(numberOf(pair), pair);
  }
  return [...found.values()];
}

function numberOf([a, b]: Pair): number {
  return a * numbers + b;
}

export function trainingPair(random: RandomStream): Pair {
  for (;;) {
    const pair: Pair = [random.nextBelow(numbers), random.nextBelow(numbers)];
    if (!kept.has(numberOf(pair))) return pair;
  }
}

/** SHA-256 of the pairs as `a+b`, one a line; hex. */
export function hashOfPairs(pairs: readonly Pair[]): string {
  return createHash("sha256")
    .update(pairs.map(([a, b]) => `${a}+${b}\n`).join(""))
    .digest("hex");
}

/** Writes a whole sequence, and what is to come after each of its tokens: 255 within the prompt, where nobody asks. */
export function writeSequence([a, b]: Pair, sequence: Uint8Array, targets: Uint8Array): void {
  const all = [...promptOf(a, b), ...answerOf(a, b)];
  for (let t = 0; t < contextLength; t++) {
    sequence[t] = all[t]!;
    targets[t] = t < promptLength - 1 ? 255 : all[t + 1]!;
  }
}
