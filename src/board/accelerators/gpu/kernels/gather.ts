import type { Element } from "../../../workloads/program.ts";
import {
  beginOf,
  bytesOf,
  countOf,
  gridOf,
  load,
  oneElementAThread,
  operand,
  parameter,
  store,
} from "./kernel.ts";
import type { Kernel, KernelLaunch, Placed } from "./kernel.ts";

/** An element a thread: its index, then what lies there. -1 gives 0; what is beyond the end traps. */
export function gatherLaunch(from: Placed, index: Placed, into: Placed, mostWarps: number): KernelLaunch {
  return {
    kernel: gatherKernel(from.element),
    ...gridOf(countOf(index), mostWarps),
    parameters: [...operand(from), ...operand(index), into.address, countOf(index), countOf(from)],
  };
}

function gatherKernel(element: Element): Kernel {
  const bytes = bytesOf[element];
  return {
    name: `gather-${bytes}`,
    source: `
    ${oneElementAThread("r0", "r1", 5)}
    ${beginOf("r3", 2, "r1")}
    imad r3, r0, 4, r3
    ldg r4, [r3]
    iadd r5, r4, 1
    setp.gt.u32 p0, r5, ${parameter(6)}
    @p0 trap
    setp.ne.s32 p1, r5, 0
    ${beginOf("r2", 0, "r1")}
    imad r2, r4, ${bytes}, r2
    mov r6, rz
    @p1 ${load(element).replace("s8", "u8")} r6, [r2]
    imul r3, r0, ${bytes}
    ${store(element)} [r3 + ${parameter(4)}], r6
    exit`,
  };
}
