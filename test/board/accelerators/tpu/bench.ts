import { createAssembler } from "../../../../src/board/accelerators/tpu/assembler.ts";
import type { Assembler } from "../../../../src/board/accelerators/tpu/assembler.ts";
import { createTpuMachine } from "../../../../src/board/accelerators/tpu/tpu-machine.ts";
import type { TpuShape } from "../../../../src/board/accelerators/tpu/tpu-state.ts";
import type { Machine } from "../../../../src/board/accelerators/machine.ts";
import type { KernelEnd } from "../../../../src/board/workloads/workload.ts";

/** A device of 4 × 4 elements with a program of one's own over 256 words of HBM: the first 128 are weights, of the rest the last 64 are the output. */
export function deviceWith(
  hbm: ArrayLike<number>,
  write: (asm: Assembler) => void,
  shape: TpuShape = { rows: 4, columns: 4, ecc: false },
): Machine {
  const asm = createAssembler("test");
  write(asm);
  const words = new Uint32Array(256);
  words.set(Array.from(hbm, (word) => word >>> 0));
  return createTpuMachine(shape, {
    ...asm.finish(),
    hbm: words,
    regions: [
      { role: "weights", from: 0, words: 128 },
      { role: "scratch", from: 128, words: 128 },
    ],
    output: { from: outputFrom, words: 64 },
    flags: null,
    inputs: 1,
    format: "i32",
    ranks: false,
    operandBits: 8,
  });
}

export const outputFrom = 192;

export interface Ran {
  readonly end: KernelEnd | null;
  readonly cycles: number;
  readonly output: Int32Array;
}

/** One iteration, with at most one strike in it. */
export function run(
  machine: Machine,
  strike?: { readonly target: string; readonly word: number; readonly mask: number; readonly cycle: number },
  budget = 100_000,
): Ran {
  machine.begin(0);
  let end = machine.advance(strike?.cycle ?? budget);
  if (strike !== undefined && end === null) {
    machine.strike(strike.target, strike.word, strike.mask, "flip", 0);
    end = machine.advance(budget);
  }
  const output = new Int32Array(machine.output().buffer);
  const cycles = machine.cycle;
  return { end, cycles, output };
}

/** Weights 4 × 4 in words 0 to 3, a operand of three rows in words 4 to 6, all int8: c = a·w into the output. */
export function smallProduct(asm: Assembler): void {
  for (const [i, value] of [0, 0, 1, 7, 7, 7].entries()) asm.set(10 + i, value);
  asm.set(10, 4);
  asm.set(13, 3);
  asm.emit("DMAIN", { d: 10 });
  for (const [i, value] of [3, 4, 1, -1].entries()) asm.set(22 + i, value);
  asm.emit("LOADW", { d: 22 });
  asm.set(20, 4);
  asm.set(21, 4);
  asm.emit("SHIFT", { d: 20, fa: 2 });
  asm.emit("SWAP");
  for (const [i, value] of [0, 1, 3, 0].entries()) asm.set(16 + i, value);
  asm.emit("MATMUL", { d: 16, fa: 2 });
  for (const [i, value] of [0, 100, 4, 3, 4].entries()) asm.set(i, value);
  asm.emit("DRAIN", { d: 0 });
  for (const [i, value] of [outputFrom, 100, 1, 12, 12, 12].entries()) asm.set(10 + i, value);
  asm.emit("DMAOUT", { d: 10 });
}

/** Four signed bytes, the first in the lowest bits. */
export const bytes = (...values: readonly number[]): number =>
  values.reduce((word, value, i) => word | ((value & 0xff) << (8 * i)), 0) >>> 0;
