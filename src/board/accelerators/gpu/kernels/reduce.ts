import { beginOf, countOf, laneCount, operand, parameter } from "./kernel.ts";
import type { Kernel, KernelLaunch, Placed } from "./kernel.ts";

/**
 * A sum as a tree. A block of T threads adds 2·T elements: thread t those of t and t + T, then in shared memory t takes t + T/2, t + T/4, … t + 1, with a barrier
 * after each. Sums of blocks are added in the same way by the next launch, until there is one. What is absent counts as 0.
 */
export function reduceLaunches(
  from: Placed,
  into: Placed,
  mostWarps: number,
  scratch: (words: number) => number,
): readonly KernelLaunch[] {
  const launches: KernelLaunch[] = [];
  const warps = 2 ** Math.floor(Math.log2(mostWarps));
  const each = 2 * warps * laneCount;
  const integer = from.element === "i32";
  let now = from;
  do {
    const count = countOf(now);
    const blocks = Math.ceil(count / each);
    const address = blocks === 1 ? into.address : scratch(blocks);
    launches.push({
      kernel: reduceKernel(integer, warps * laneCount),
      gridX: blocks,
      gridY: 1,
      warps,
      sharedWords: warps * laneCount,
      parameters: [...operand(now), address, count],
    });
    now = { address, inputStride: 0, rows: 1, columns: blocks, element: from.element };
  } while (countOf(now) > 1);
  return launches;
}

function reduceKernel(integer: boolean, threads: number): Kernel {
  const add = integer ? "iadd" : "fadd";
  const halves: number[] = [];
  for (let half = threads / 2; half >= 1; half /= 2) halves.push(half);
  return {
    name: `reduce-${integer ? "i32" : "f32"}-${threads}`,
    source: `
    s2r r0, tid
    s2r r1, ctaid.x
    imad r2, r1, ${2 * threads}, r0
    ${beginOf("r3", 0, "r4")}
    imad r3, r2, 4, r3
    mov r4, rz
    mov r5, rz
    setp.lt.u32 p0, r2, ${parameter(3)}
    @p0 ldg r4, [r3]
    iadd r2, r2, ${threads}
    setp.lt.u32 p0, r2, ${parameter(3)}
    @p0 ldg r5, [r3 + ${4 * threads}]
    ${add} r4, r4, r5
    shl r6, r0, 2
    sts [r6], r4
    bar
    ${halves
      .map(
        (half) => `
    setp.lt.u32 p0, r0, ${half}
    @p0 lds r4, [r6]
    @p0 lds r5, [r6 + ${4 * half}]
    @p0 ${add} r4, r4, r5
    @p0 sts [r6], r4
    bar`,
      )
      .join("\n")}
    setp.eq.s32 p0, r0, 0
    shl r1, r1, 2
    @p0 stg [r1 + ${parameter(2)}], r4
    exit`,
  };
}
