/** Beyond 2^52 every double is an integer; added and taken away again, this leaves the nearest one, ties to even. */
const magic = 2 ** 52;

/** The nearest integer, ties to even (IEEE 754-2019, 5.9: roundToIntegralTiesToEven). Infinities and NaN stay; the sign of 0 is not kept. */
export function nearestEven(value: number): number {
  if (!(Math.abs(value) < magic)) return value;
  return value < 0 ? value - magic + magic : value + magic - magic;
}

/** The nearest int8, ties to even, clamped to -128 and 127; NaN gives 0 (as PTX `cvt.rni.sat` does). */
export function toI8(value: number): number {
  return clamped(value, -128, 127);
}

/** The nearest int32, ties to even, clamped to -2^31 and 2^31 - 1; NaN gives 0. */
export function toI32(value: number): number {
  return clamped(value, -0x80000000, 0x7fffffff);
}

function clamped(value: number, least: number, most: number): number {
  if (value !== value) return 0;
  // + 0: no negative zero among integers.
  return Math.min(Math.max(nearestEven(value), least), most) + 0;
}
