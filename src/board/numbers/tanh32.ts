import { expOf } from "./exp32.ts";

/** Below this the odd series is used, since e^2x - 1 would lose bits. */
const seriesBelow = 0.0625;

/**
 * tanh of a float32, correctly rounded to float32 for every x (docs/studies/functions.md): odd, never falling where x rises. NaN gives NaN, ±0 gives ±0; from 9.0109 on it is 1.
 *
 * tanh x = 1 - 2/(e^2x + 1) = (e^2x - 1)/(e^2x + 1); near 0 the series x - x³/3 + 2x⁵/15 - 17x⁷/315 + 62x⁹/2835 - 1382x¹¹/155925 + 21844x¹³/6081075
 * (Abramowitz & Stegun 4.5.64), whose next term is below 2^-63 there.
 */
export function tanh32(x: number): number {
  if (x !== x) return NaN;
  const size = Math.abs(x);
  if (size >= 10) return x < 0 ? -1 : 1;
  if (size < seriesBelow) return Math.fround(seriesOf(x));
  const e = expOf(2 * size);
  const value = Math.fround((e - 1) / (e + 1));
  return x < 0 ? -value : value;
}

function seriesOf(x: number): number {
  const q = x * x;
  const tail =
    -1 / 3 + q * (2 / 15 + q * (-17 / 315 + q * (62 / 2835 + q * (-1382 / 155925 + q * (21844 / 6081075)))));
  // As a product, so that -0 stays -0.
  return x * (1 + q * tail);
}
