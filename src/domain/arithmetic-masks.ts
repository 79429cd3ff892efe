import { arithmeticTable } from "./arithmetic-table.ts";
import type { ArithmeticOperation } from "./fault-model.ts";
import type { RandomStream } from "./random.ts";

interface Corrupted {
  readonly mask: number;
  readonly manner: "flip" | "put";
  readonly value: 0;
}

/**
 * What a fault in an arithmetic unit makes of its result: 0, or some bits of it wrong. How often it is 0, the number of wrong bits and the share of rows
 * side by side are as measured; of several bits each position counts by how often it was wrong among several. Which bits go together beyond
 * that is not known from here.
 */
export function arithmeticMask(random: RandomStream, operation: ArithmeticOperation): Corrupted {
  const { zero, adjacent, flips, single, several } = arithmeticTable[operation];
  const count = byWeight(random, [zero, ...flips]);
  if (count === 0) return { mask: 0xffffffff, manner: "put", value: 0 };
  if (count === 1) return { mask: 2 ** byWeight(random, single), manner: "flip", value: 0 };
  const multiple = flips.slice(1).reduce((sum, n) => sum + n, 0);
  const draw = random.nextBelow(multiple) < adjacent ? drawRow : drawAnywhere;
  return { mask: draw(random, several, count), manner: "flip", value: 0 };
}

/** Side by side: a window counts by what was seen of the bits in it. */
function drawRow(random: RandomStream, seen: readonly number[], count: number): number {
  const windows = Array.from({ length: 33 - count }, (_, from) =>
    seen.slice(from, from + count).reduce((sum, n) => sum + n, 0),
  );
  return (2 ** count - 1) * 2 ** byWeight(random, windows);
}

/** One bit after the other, none twice. Bits never seen wrong among several are taken only when no others are left. */
function drawAnywhere(random: RandomStream, seen: readonly number[], count: number): number {
  const left = [...seen];
  let mask = 0;
  for (let drawn = 0; drawn < count; drawn++) {
    const weights = left.some((n) => n > 0) ? left : left.map((n) => (n === 0 ? 1 : 0));
    const bit = byWeight(random, weights);
    left[bit] = -1;
    mask += 2 ** bit;
  }
  return mask;
}

/** An index by whole weights; those below 0 are none. */
function byWeight(random: RandomStream, weights: readonly number[]): number {
  let left = random.nextBelow(weights.reduce((total, weight) => total + Math.max(0, weight), 0));
  return weights.findIndex((weight) => weight > 0 && (left -= weight) < 0);
}
