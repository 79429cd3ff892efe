import { beginOf, bytesOf, countOf, gridOf, oneElementAThread, operand, parameter } from "./kernel.ts";
import type { KernelLaunch, Placed } from "./kernel.ts";

/** Rows are contiguous, so a place is a copy: of words where they fit, else of what does. */
export function placeLaunch(from: Placed, into: Placed, row: number, mostWarps: number): KernelLaunch {
  const size = bytesOf[from.element];
  const bytes = countOf(from) * size;
  const to = into.address + row * into.columns * size;
  const width = [4, 2, 1].find((each) => bytes % each === 0 && to % each === 0)!;
  const [suffix, stored] = { 4: ["", ""], 2: [".u16", ".b16"], 1: [".u8", ".b8"] }[width]!;
  return {
    kernel: {
      name: `place-${width}`,
      source: `
    ${oneElementAThread("r0", "r1", 3)}
    ${beginOf("r2", 0, "r1")}
    imad r2, r0, ${width}, r2
    ldg${suffix} r4, [r2]
    imul r3, r0, ${width}
    stg${stored} [r3 + ${parameter(2)}], r4
    exit`,
    },
    ...gridOf(bytes / width, mostWarps),
    parameters: [...operand(from), to, bytes / width],
  };
}
