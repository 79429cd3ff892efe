import { placeInWords } from "./strike.ts";
import type { Axis, Strike } from "./strike.ts";

/** A word of a strike before and after it, raw bits. */
export interface StruckWord {
  readonly before: number;
  readonly after: number;
}

/**
 * Each word that a strike hit, where it lies and what became of it, for people: `warp 3, register 12, lane 7: 3f1d2c40 → 3f9d2c40`. Of words whose bits
 * nobody saw, what they were struck with: `word 9: 00800000 flipped`.
 */
export function strikeInWords(
  strike: Strike,
  axes: readonly Axis[],
  bits: number,
  struck: readonly StruckWord[],
): readonly string[] {
  const hex = (word: number): string => word.toString(16).padStart(Math.ceil(bits / 4), "0");
  // Of a list with a word lost nobody knows which one it is.
  const whole = struck.length === strike.words;
  return Array.from({ length: strike.words }, (_, i) => {
    const place = placeInWords(axes, strike.word + i * strike.step);
    const seen = whole ? struck[i] : undefined;
    if (seen !== undefined) return `${place}: ${hex(seen.before)} → ${hex(seen.after)}`;
    const become = strike.manner === "put" ? "put to" : "held at";
    return strike.manner === "flip"
      ? `${place}: ${hex(strike.mask)} flipped`
      : `${place}: ${hex(strike.mask)} ${become} ${hex(strike.value)}`;
  });
}
