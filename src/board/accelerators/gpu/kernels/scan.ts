import { beginOf, countOf, laneCount, operand, parameter } from "./kernel.ts";
import type { Kernel, KernelLaunch, Placed } from "./kernel.ts";

/**
 * Inclusive prefix sums: scan of blocks, scan of their sums, and these added to the blocks after.
 *
 *   x ─block scan→ sums within blocks ┬→ + carry → into
 *                  sums of blocks ────┴ scan ↗
 *
 * In a block of T threads, an element each, a lane takes the one 1, 2, 4, 8, 16 below it, then the sum of the warps before it, added up from 0 by rising warp. A float
 * sum is carry + (warps before + lanes), as the brackets stand.
 */
export function scanLaunches(
  from: Placed,
  into: Placed,
  mostWarps: number,
  scratch: (words: number) => number,
): readonly KernelLaunch[] {
  const count = countOf(from);
  const threads = mostWarps * laneCount;
  const blocks = Math.ceil(count / threads);
  const integer = from.element === "i32";
  const sums = { ...into, address: scratch(blocks), inputStride: 0, rows: 1, columns: blocks };
  const first: KernelLaunch = {
    kernel: scanKernel(integer, mostWarps),
    gridX: blocks,
    gridY: 1,
    warps: mostWarps,
    sharedWords: mostWarps,
    parameters: [...operand(from), into.address, count, sums.address],
  };
  if (blocks === 1) return [first];
  const carries = { ...sums, address: scratch(blocks) };
  return [
    first,
    ...scanLaunches(sums, carries, mostWarps, scratch),
    {
      kernel: carryKernel(integer, threads),
      gridX: blocks - 1,
      gridY: 1,
      warps: mostWarps,
      sharedWords: 0,
      parameters: [into.address, carries.address, count],
    },
  ];
}

function scanKernel(integer: boolean, warps: number): Kernel {
  const add = integer ? "iadd" : "fadd";
  const threads = warps * laneCount;
  const before = Array.from({ length: warps - 1 }, (_, warp) => warp);
  return {
    name: `scan-${integer ? "i32" : "f32"}-${threads}`,
    source: `
    s2r r0, tid
    s2r r1, ctaid.x
    s2r r2, lane
    s2r r3, warp
    imad r4, r1, ${threads}, r0
    ${beginOf("r5", 0, "r6")}
    imad r5, r4, 4, r5
    setp.lt.u32 p0, r4, ${parameter(3)}
    mov r6, rz
    @p0 ldg r6, [r5]
    ${[1, 2, 4, 8, 16]
      .map(
        (distance) => `
    shfl.up r7, r6, ${distance}
    setp.ge.u32 p1, r2, ${distance}
    @p1 ${add} r6, r7, r6`,
      )
      .join("\n")}
    shl r8, r3, 2
    setp.eq.s32 p1, r2, 31
    @p1 sts [r8], r6
    bar
    mov r9, rz
    ${before
      .map(
        (warp) => `
    setp.gt.u32 p1, r3, ${warp}
    @p1 lds r7, [rz + ${4 * warp}]
    @p1 ${add} r9, r9, r7`,
      )
      .join("\n")}
    setp.gt.u32 p1, r3, 0
    @p1 ${add} r6, r9, r6
    shl r4, r4, 2
    @p0 stg [r4 + ${parameter(2)}], r6
    setp.eq.s32 p1, r0, ${threads - 1}
    shl r1, r1, 2
    @p1 stg [r1 + ${parameter(4)}], r6
    exit`,
  };
}

/** Block b adds what all before block b + 1 came to. */
function carryKernel(integer: boolean, threads: number): Kernel {
  return {
    name: `scan-carry-${integer ? "i32" : "f32"}-${threads}`,
    source: `
    s2r r0, tid
    s2r r1, ctaid.x
    shl r2, r1, 2
    ldg r3, [r2 + ${parameter(1)}]
    imad r4, r1, ${threads}, r0
    iadd r4, r4, ${threads}
    setp.ge.u32 p0, r4, ${parameter(2)}
    @p0 exit
    shl r4, r4, 2
    ldg r5, [r4 + ${parameter(0)}]
    ${integer ? "iadd" : "fadd"} r5, r3, r5
    stg [r4 + ${parameter(0)}], r5
    exit`,
  };
}
