import { softElements, softMemoryWords } from "../board/accelerators/soft-array.ts";
import { netlist } from "../board/accelerators/soft-netlist.ts";
import { wordsOfFrame } from "../domain/configuration-plan.ts";
import type { FpgaFamily } from "../domain/configuration-plan.ts";

/**
 * How the configuration memory of a family is laid out, and how much of it the soft accelerator takes. Frames are columns of bits, one
 * after the other; a column of logic blocks has so many frames, and each block its strip of every frame of the column:
 *
 *   frames   0 … routing frames … | … truth-table frames ‖ next column … ‖ block memory … ‖ unused
 *   a frame  block 0 | block 1 | … | clock and ECC words | … | last block
 *
 * Blocks of a column and frames of a block's routing and
 * tables are of the order of the real ones (UG470, UG570), not theirs bit by bit.
 */
export interface FabricLayout {
  readonly words: number;
  /** Clock and ECC words in the middle of each frame: no circuit lies there. */
  readonly middleFirst: number;
  readonly middleWords: number;
  readonly blocks: number;
  /** Bits of one block in each frame. */
  readonly stripBits: number;
  readonly routingFrames: number;
  readonly tableFrames: number;
}

const layouts: Readonly<Record<FpgaFamily, FabricLayout>> = {
  x7: {
    words: wordsOfFrame.x7,
    middleFirst: 50,
    middleWords: 1,
    blocks: 50,
    stripBits: 64,
    routingFrames: 28,
    tableFrames: 8,
  },
  us: {
    words: wordsOfFrame.us,
    middleFirst: 60,
    middleWords: 3,
    blocks: 60,
    stripBits: 64,
    routingFrames: 62,
    tableFrames: 8,
  },
  usp: {
    words: wordsOfFrame.usp,
    middleFirst: 45,
    middleWords: 3,
    blocks: 60,
    stripBits: 48,
    routingFrames: 81,
    tableFrames: 11,
  },
};

export const lutsOfBlock = 8;
export const tableBits = 64;

export function layoutOf(family: FpgaFamily): FabricLayout {
  return layouts[family];
}

/** Bits of a frame in which a circuit can lie. */
export function usableBits({ words, middleWords }: FabricLayout): number {
  return (words - middleWords) * 32;
}

/** Frames that the logic of the soft accelerator takes, and behind them those of its block memory. */
export function logicFrames({ blocks, routingFrames, tableFrames }: FabricLayout): number {
  const columns = Math.ceil((softElements * netlist.luts.length) / (blocks * lutsOfBlock));
  return columns * (routingFrames + tableFrames);
}

export function framesNeeded(family: FpgaFamily): number {
  const layout = layoutOf(family);
  return logicFrames(layout) + Math.ceil((softMemoryWords * 8) / usableBits(layout));
}
