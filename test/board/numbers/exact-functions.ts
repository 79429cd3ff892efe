import { exactOf, type Exact } from "./exact.ts";

/**
 * e^x, tanh x and 1/√x to 150 bits and more, in fixed point: slow series in integers of any size, sharing neither method nor code with src/board/numbers.
 */
const digits = 220n;
const one = 1n << digits;

export function exactExp(x: number): Exact {
  const { over, under } = exactOf(x);
  // e^x = (e^(x/2^12))^(2^12): twelve squarings, each costing a bit.
  const small = (over * one) / (under << 12n);
  let term = one;
  let sum = one;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = (term * small) / (n * one);
    sum += term;
  }
  // Kept as a fraction with a moving point, so that e^-100 has as many digits as e^100.
  let point = digits;
  for (let i = 0; i < 12; i++) {
    sum *= sum;
    point *= 2n;
    const spare = BigInt(sum.toString(16).length * 4) - digits;
    if (spare > 0n) {
      sum >>= spare;
      point -= spare;
    }
  }
  return point >= 0n ? { over: sum, under: 1n << point } : { over: sum << -point, under: 1n };
}

/** (e^2x - 1)/(e^2x + 1). Down to |x| = 2^-40 a hundred bits are left after the subtraction. */
export function exactTanh(x: number): Exact {
  const { over, under } = exactExp(2 * x);
  return { over: over - under, under: over + under };
}

/** √(1/x) by the integer root. */
export function exactRsqrt(x: number): Exact {
  const { over, under } = exactOf(x);
  const scale = 400n;
  return { over: rootOf((under << (2n * scale)) / over), under: 1n << scale };
}

/** Largest n with n² ≤ value (Newton). */
function rootOf(value: bigint): bigint {
  let root = 1n << BigInt((value.toString(2).length >> 1) + 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
