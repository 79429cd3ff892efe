/**
 * Numbers without error, to judge rounded ones by: fractions of integers of any size. Nothing is shared with src/board/numbers; rounding is done from
 * its definition in IEEE 754-2019, 4.3.1: the two neighbours in the format, the nearer of them, on a tie the even one.
 */
export interface Exact {
  readonly over: bigint;
  /** Above 0. */
  readonly under: bigint;
}

/** A binary format by what defines it: digits of the significand, the hidden one counted; exponents of the smallest normal and the largest number. */
export interface Binary {
  readonly digits: number;
  readonly least: number;
  readonly most: number;
}

export const binary32: Binary = { digits: 24, least: -126, most: 127 };
export const binaryTf32: Binary = { digits: 11, least: -126, most: 127 };
export const binaryBf16: Binary = { digits: 8, least: -126, most: 127 };
export const binary16: Binary = { digits: 11, least: -14, most: 15 };
/** Its largest number is 448, not 480: what rounds to 480 or more is an overflow. */
export const binaryE4m3: Binary = { digits: 4, least: -6, most: 8 };
export const binaryE5m2: Binary = { digits: 3, least: -14, most: 15 };

const view = new DataView(new ArrayBuffer(8));

/** Of a finite double. */
export function exactOf(value: number): Exact {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no number`);
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const field = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const significand = field === 0 ? fraction : fraction | 0x10000000000000n;
  const exponent = Math.max(field, 1) - 1075;
  const signed = bits >> 63n === 1n ? -significand : significand;
  return exponent >= 0
    ? { over: signed << BigInt(exponent), under: 1n }
    : { over: signed, under: 1n << BigInt(-exponent) };
}

export const times = (a: Exact, b: Exact): Exact => ({ over: a.over * b.over, under: a.under * b.under });
export const plus = (a: Exact, b: Exact): Exact => ({
  over: a.over * b.under + b.over * a.under,
  under: a.under * b.under,
});
export const dividedBy = (a: Exact, b: Exact): Exact =>
  b.over < 0n
    ? { over: -a.over * b.under, under: -a.under * b.over }
    : { over: a.over * b.under, under: a.under * b.over };

/** The nearest number of the format, ties to even; infinity from half a place above the largest on. Of 0 the sign is not kept. */
export function rounded({ over, under }: Exact, format: Binary): number {
  const size = over < 0n ? -over : over;
  if (size === 0n) return 0;
  const place = placeOf({ over: size, under }, format);
  const [top, bottom] = place >= 0 ? [size, under << BigInt(place)] : [size << BigInt(-place), under];
  const lower = top / bottom;
  const rest = 2n * (top % bottom);
  const odd = (lower & 1n) === 1n;
  const whole = rest > bottom || (rest === bottom && odd) ? lower + 1n : lower;
  const value = Number(whole) * 2 ** place;
  const result = value >= 2 ** (format.most + 1) ? Infinity : value;
  return over < 0n ? -result : result;
}

/** |computed - exact| in units of the last place that the exact value has in the format. */
export function ulps(computed: number, exact: Exact, format: Binary): number {
  const is = exactOf(computed);
  const difference = plus(is, { over: -exact.over, under: exact.under });
  const size = exact.over < 0n ? -exact.over : exact.over;
  const place = placeOf({ over: size, under: exact.under }, format);
  const apart = difference.over < 0n ? -difference.over : difference.over;
  const scale = 1n << 60n;
  const [top, bottom] =
    place >= 0 ? [apart, difference.under << BigInt(place)] : [apart << BigInt(-place), difference.under];
  return Number((top * scale) / bottom) / Number(scale);
}

/** Exponent of the last place, above 0. */
function placeOf({ over, under }: Exact, format: Binary): number {
  let exponent = over.toString(2).length - under.toString(2).length;
  // over/under lies in [2^(exponent-1), 2^(exponent+1)).
  const isBelow = exponent >= 0 ? over < under << BigInt(exponent) : over << BigInt(-exponent) < under;
  if (isBelow) exponent--;
  return Math.max(exponent, format.least) - (format.digits - 1);
}
