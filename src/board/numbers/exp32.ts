const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);
const high = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** ln 2 in two parts: the first has 33 bits, so that k of them are exact for the k used here (as in fdlibm's e_exp.c). */
const ln2Upper = 6.9314718036912381649e-1;
const ln2Lower = 1.90821492927058770002e-10;
const log2e = 1.4426950408889634;

/** e^r = 1 + r + r²/2! + … + r^13/13!; with |r| ≤ ln 2 / 2 what is left out is below 2^-57. */
const coefficients = Float64Array.of(
  1 / 6227020800,
  1 / 479001600,
  1 / 39916800,
  1 / 3628800,
  1 / 362880,
  1 / 40320,
  1 / 5040,
  1 / 720,
  1 / 120,
  1 / 24,
  1 / 6,
  1 / 2,
);

/**
 * e^x of a float32 x, correctly rounded to float32 for every x (docs/studies/functions.md), so never falling where x rises. NaN gives NaN, +∞ gives +∞, -∞ gives 0. Above
 * 88.72283 (ln of the largest float32) it is +∞, below -103.97208 it is 0; between -103.97 and -87.34 it is subnormal, rounded once.
 */
export function exp32(x: number): number {
  if (x !== x) return NaN;
  if (x > 89) return Infinity;
  if (x < -104) return 0;
  return Math.fround(expOf(x));
}

/** e^x as a double, relative error below 2^-51.5, for -104 ≤ x ≤ 89. Only +, −, × and integers: the same on every machine. */
export function expOf(x: number): number {
  const k = Math.floor(x * log2e + 0.5);
  const r = x - k * ln2Upper - k * ln2Lower;
  let sum = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) sum = sum * r + coefficients[i]!;
  // 2^k, by its exponent field alone.
  halves[high] = (k + 1023) << 20;
  return (1 + (r + r * r * sum)) * double[0]!;
}
