import { beginOf, countOf, gridOf, oneElementAThread, operand, parameter } from "./kernel.ts";
import type { Kernel, KernelLaunch, Placed } from "./kernel.ts";

/** clamp(⌊(x·multiplier + 2^(shift−1)) / 2^shift⌋, least, 127) in 64 bits, an element a thread. */
export function requantizeLaunch(
  from: Placed,
  into: Placed,
  {
    multiplier,
    shift,
    least,
  }: { readonly multiplier: number; readonly shift: number; readonly least: number },
  mostWarps: number,
): KernelLaunch {
  const half = 2 ** (shift - 1);
  return {
    kernel: requantizeKernel(shift < 32),
    ...gridOf(countOf(from), mostWarps),
    parameters: [
      ...operand(from),
      into.address,
      countOf(from),
      multiplier,
      half % 2 ** 32,
      Math.floor(half / 2 ** 32),
      shift % 32,
      least,
    ],
  };
}

function requantizeKernel(below32: boolean): Kernel {
  const shifted = below32
    ? // What does not fit 32 bits is beyond both bounds: the side is its sign.
      `shf.r r4, r5, ${parameter(7)}, r6
    shr.s32 r7, r6, ${parameter(7)}
    shr.s32 r8, r4, 31
    setp.eq.s32 p0, r7, r8
    shr.s32 r6, r6, 31
    xor r6, r6, 0x7fffffff
    sel r4, r4, r6, p0`
    : `shr.s32 r4, r6, ${parameter(7)}`;
  return {
    name: `requantize-${below32 ? "low" : "high"}`,
    source: `
    ${oneElementAThread("r0", "r1", 3)}
    ${beginOf("r2", 0, "r1")}
    imad r2, r0, 4, r2
    ldg r4, [r2]
    imul r5, r4, ${parameter(4)}
    mulhi.s32 r6, r4, ${parameter(4)}
    iadd r5, r5, ${parameter(5)}
    setp.lt.u32 p0, r5, ${parameter(5)}
    iadd r6, r6, ${parameter(6)}
    @p0 iadd r6, r6, 1
    ${shifted}
    max.s32 r4, r4, ${parameter(8)}
    min.s32 r4, r4, 127
    stg.b8 [r0 + ${parameter(2)}], r4
    exit`,
  };
}
