import type { KernelLaunch } from "./kernel.ts";
import type { Cells } from "./registers.ts";

/** What of the tile of the block that uses it a strike can reach, by where it lands. */
export interface MatmulReach {
  readonly blockRows: number;
  readonly blockColumns: number;
  register(index: number, thread: number): Cells;
  /** Word of the block's part of shared memory. */
  shared(word: number): Cells;
  /** Operand latch of the tensor core, by register and lane, while `warp` of the block has an instruction in it that writes register `d` on. */
  latch(register: number, lane: number, warp: number, d: number): Cells;
}

export interface MatmulLaunch extends KernelLaunch {
  readonly reach: MatmulReach;
}
