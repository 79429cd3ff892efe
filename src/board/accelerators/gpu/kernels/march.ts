import type { Pattern } from "../../../workloads/program.ts";
import { countOf, gridOf, laneCount, oneElementAThread, parameter } from "./kernel.ts";
import type { Kernel, KernelLaunch, Placed } from "./kernel.ts";

/** A word a thread; blocks go up or down the memory in the order they are dispatched. */
export function marchLaunch(
  memory: Placed,
  log: Placed,
  { order, read, write }: MarchElement,
  mostWarps: number,
): KernelLaunch {
  const words = countOf(memory);
  return {
    kernel: marchKernel(order, read, write),
    ...gridOf(words, mostWarps),
    parameters: [memory.address, log.address, words, words - 1, ...numbersOf(read), ...numbersOf(write)],
  };
}

interface MarchElement {
  readonly order: "up" | "down";
  readonly read: Pattern | null;
  readonly write: Pattern | null;
}

function marchKernel(order: "up" | "down", read: Pattern | null, write: Pattern | null): Kernel {
  const turned = order === "up" ? "" : `isub r0, rz, r0\n iadd r0, r0, ${parameter(3)}`;
  const checked =
    read === null
      ? ""
      : `ldg r4, [r1 + ${parameter(0)}]
    ${wordOf(read, 4)}
    xor r4, r4, r5
    ldg r6, [r1 + ${parameter(1)}]
    or r6, r6, r4
    stg [r1 + ${parameter(1)}], r6`;
  const written = write === null ? "" : `${wordOf(write, 6)}\n stg [r1 + ${parameter(0)}], r5`;
  return {
    name: `march-${order}-${kindOf(read)}-${kindOf(write)}`,
    source: `
    ${oneElementAThread("r0", "r1", 2)}
    ${turned}
    shl r1, r0, 2
    ${checked}
    ${written}
    exit`,
  };
}

function kindOf(pattern: Pattern | null): string {
  return pattern === null ? "none" : "walkingPass" in pattern ? "walking" : "words";
}

function numbersOf(pattern: Pattern | null): readonly [number, number] {
  if (pattern === null) return [0, 0];
  return "walkingPass" in pattern ? [pattern.walkingPass % 32, 0] : [pattern.even, pattern.odd];
}

/** Into r5, of the word whose index is r0; told by parameters `at` and `at + 1`. */
function wordOf(pattern: Pattern, at: number): string {
  if ("walkingPass" in pattern)
    return `iadd r5, r0, ${parameter(at)}
    and r5, r5, 31
    mov r7, 1
    shl r5, r7, r5`;
  return `and r5, r0, 1
    setp.ne.s32 p1, r5, 0
    mov r5, ${parameter(at)}
    @p1 mov r5, ${parameter(at + 1)}`;
}

/**
 * Reads a line a thread from `address`, as many as L2 has, so that each line it held is replaced, and written to HBM where it was dirty. What is read must
 * not be in L2 when it begins: hence two places that take turns.
 */
export function flushLaunch(address: number, lines: number, mostWarps: number): KernelLaunch {
  return {
    kernel: {
      name: "flush",
      source: `
    ${oneElementAThread("r0", "r1", 1)}
    shl r1, r0, 7
    ldg r2, [r1 + ${parameter(0)}]
    exit`,
    },
    ...gridOf(Math.max(lines, laneCount), mostWarps),
    parameters: [address, lines],
  };
}
