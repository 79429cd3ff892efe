import { beginOf, countOf, gridOf, laneCount, oneElementAThread, operand, parameter } from "./kernel.ts";
import type { Kernel, KernelLaunch, Placed } from "./kernel.ts";

/**
 * Bitonic (K. E. Batcher 1968). What fits a block is sorted in its shared memory; longer distances are compared in HBM, a pair a thread:
 *
 *   chunks sorted, up and down in turn ─→ per k: distances k/2 … chunk in HBM, then the rest of that merge in shared memory
 *
 * Floats are compared as integers by a bijection that keeps their order: -0 before +0, NaN last.
 */
export function sortLaunches(
  from: Placed,
  into: Placed,
  mostWarps: number,
  sharedWords: number,
): readonly KernelLaunch[] {
  const count = countOf(from);
  const integer = from.element === "i32";
  const warps = 2 ** Math.floor(Math.log2(mostWarps));
  const chunk = Math.min(count, 2 ** Math.floor(Math.log2(sharedWords)), warps * laneCount * mostPairs * 2);
  const merge = (source: Placed, firstK: number, lastK: number): KernelLaunch => ({
    kernel: chunkKernel(integer, chunk, Math.min(warps, Math.max(1, chunk / 2 / laneCount))),
    gridX: count / chunk,
    gridY: 1,
    warps: Math.min(warps, Math.max(1, chunk / 2 / laneCount)),
    sharedWords: chunk,
    parameters: [...operand(source), into.address, firstK, lastK],
  });
  const launches = [merge(from, 2, chunk)];
  for (let k = chunk * 2; k <= count; k *= 2) {
    for (let j = k / 2; j >= chunk; j /= 2)
      launches.push({
        kernel: pairKernel(integer),
        ...gridOf(count / 2, mostWarps),
        parameters: [into.address, k, j, count / 2],
      });
    launches.push(merge({ ...into, inputStride: 0 }, k, k));
  }
  return launches;
}

/** Of a thread in one pass: as many as are written out in the kernel. */
const mostPairs = 4;

/** Its own inverse. */
const ordered = (register: string, integer: boolean): string =>
  integer
    ? ""
    : `shr.s32 r15, ${register}, 31
    and r15, r15, 0x7fffffff
    xor ${register}, ${register}, r15`;

/** Lower in r10 and higher in r11 of these two, changed over where p0 does not hold. */
const inOrder = `
    min.s32 r12, r10, r11
    max.s32 r13, r10, r11
    sel r10, r12, r13, p0
    sel r11, r13, r12, p0`;

/** r6, r7: the two places of pair r5 at distance r4. */
const pair = `
    isub r7, r4, 1
    and r6, r5, r7
    isub r7, r5, r6
    shl r7, r7, 1
    iadd r6, r6, r7
    iadd r7, r6, r4`;

function chunkKernel(integer: boolean, chunk: number, warps: number): Kernel {
  const threads = warps * laneCount;
  const pairs = Math.floor(chunk / 2);
  const passes = (count: number): readonly number[] =>
    Array.from({ length: Math.ceil(count / threads) }, (_, pass) => pass * threads);
  const some = (count: number): string =>
    count < threads ? `setp.lt.u32 p1, r5, ${count}` : "por p1, pt, pt";
  return {
    name: `sort-${integer ? "i32" : "f32"}-${chunk}-${threads}`,
    source: `
    s2r r0, tid
    s2r r1, ctaid.x
    imul r1, r1, ${chunk}
    ${beginOf("r2", 0, "r3")}
    ${passes(chunk)
      .map(
        (first) => `
    iadd r5, r0, ${first}
    ${some(chunk)}
    iadd r6, r1, r5
    imad r6, r6, 4, r2
    @p1 ldg r10, [r6]
    ${ordered("r10", integer)}
    shl r6, r5, 2
    @p1 sts [r6], r10`,
      )
      .join("\n")}
    bar
    mov r3, ${parameter(3)}
merges:
    setp.gt.u32 p2, r3, ${parameter(4)}
    @p2 bra sorted
    min.u32 r4, r3, ${chunk}
    shr.u32 r4, r4, 1
distances:
    setp.eq.s32 p2, r4, 0
    @p2 bra merged
    ${passes(pairs)
      .map(
        (first) => `
    iadd r5, r0, ${first}
    ${some(pairs)}
    ${pair}
    iadd r8, r1, r6
    and r8, r8, r3
    setp.eq.s32 p0, r8, 0
    shl r6, r6, 2
    shl r7, r7, 2
    @p1 lds r10, [r6]
    @p1 lds r11, [r7]
    ${inOrder}
    @p1 sts [r6], r10
    @p1 sts [r7], r11`,
      )
      .join("\n")}
    bar
    shr.u32 r4, r4, 1
    bra distances
merged:
    shl r3, r3, 1
    bra merges
sorted:
    ${passes(chunk)
      .map(
        (first) => `
    iadd r5, r0, ${first}
    ${some(chunk)}
    shl r6, r5, 2
    @p1 lds r10, [r6]
    ${ordered("r10", integer)}
    iadd r6, r1, r5
    shl r6, r6, 2
    @p1 stg [r6 + ${parameter(2)}], r10`,
      )
      .join("\n")}
    exit`,
  };
}

function pairKernel(integer: boolean): Kernel {
  return {
    name: `sort-pairs-${integer ? "i32" : "f32"}`,
    source: `
    ${oneElementAThread("r5", "r1", 3)}
    mov r4, ${parameter(2)}
    ${pair}
    and r8, r6, ${parameter(1)}
    setp.eq.s32 p0, r8, 0
    shl r6, r6, 2
    shl r7, r7, 2
    ldg r10, [r6 + ${parameter(0)}]
    ldg r11, [r7 + ${parameter(0)}]
    ${ordered("r10", integer)}
    ${ordered("r11", integer)}
    ${inOrder}
    ${ordered("r10", integer)}
    ${ordered("r11", integer)}
    stg [r6 + ${parameter(0)}], r10
    stg [r7 + ${parameter(0)}], r11
    exit`,
  };
}
