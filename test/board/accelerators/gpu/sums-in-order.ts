import { fma32 } from "../../../../src/board/numbers/fma32.ts";

/** Float sums in the very order that docs/gpu.md gives for each step, and that src/board/workloads/program.ts leaves open. Plain loops, no machine. */
export function matmulInOrder(
  a: Float64Array,
  b: Float64Array,
  [rows, depth, columns]: readonly [number, number, number],
  transposeB: boolean,
): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const [m, n] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let k = 0; k < depth; k++)
      sum = fma32(a[m * depth + k]!, b[transposeB ? n * depth + k : k * columns + n]!, sum);
    return sum;
  });
}

const add = (a: number, b: number): number => Math.fround(a + b);

/** Neighbours at 16, 8, 4, 2, 1 of 32 sums, each with every 32nd column from 0. */
export function rowSumInOrder(row: Float64Array): number {
  let lanes = Array.from({ length: 32 }, (_, lane) => {
    let sum = 0;
    for (let at = lane; at < row.length; at += 32) sum = add(sum, row[at]!);
    return sum;
  });
  for (let half = 16; half >= 1; half /= 2) {
    const before = lanes;
    lanes = before.slice(0, half).map((sum, lane) => add(sum, before[lane + half]!));
  }
  return lanes[0]!;
}

/** Trees over 256 elements, then over their sums. */
export function sumInOrder(values: Float64Array): number {
  if (values.length === 1) return add(values[0]!, 0);
  const sums: number[] = [];
  for (let from = 0; from < values.length; from += 256) {
    let level = Array.from({ length: 256 }, (_, i) => values[from + i] ?? 0);
    while (level.length > 1) {
      const half = level.length / 2;
      const before = level;
      level = before.slice(0, half).map((sum, i) => add(sum, before[i + half]!));
    }
    sums.push(level[0]!);
  }
  return sums.length === 1 ? sums[0]! : sumInOrder(Float64Array.from(sums));
}

/** Blocks of 128 in warps of 32; lanes 1, 2, 4, 8, 16 below, warps before, then the blocks before, scanned the same way. */
export function scanInOrder(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length);
  const sums: number[] = [];
  for (let from = 0; from < values.length; from += 128) {
    let now = Array.from({ length: 128 }, (_, i) => values[from + i] ?? 0);
    for (const distance of [1, 2, 4, 8, 16]) {
      const before = now;
      now = before.map((x, i) => (i % 32 >= distance ? add(before[i - distance]!, x) : x));
    }
    const totals = [31, 63, 95].map((i) => now[i]!);
    const carry = [0];
    totals.forEach((total, warp) => carry.push(add(carry[warp]!, total)));
    now = now.map((x, i) => (i < 32 ? x : add(carry[i >> 5]!, x)));
    now.forEach((x, i) => {
      if (from + i < values.length) out[from + i] = x;
    });
    sums.push(now[127]!);
  }
  if (sums.length === 1) return out;
  const carries = scanInOrder(Float64Array.from(sums));
  return out.map((x, i) => (i < 128 ? x : add(carries[Math.floor(i / 128) - 1]!, x)));
}
