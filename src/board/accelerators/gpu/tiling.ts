import { laneCount } from "./kernels/kernel.ts";

/**
 * How matmul is cut up. It decides which outputs share a register, a shared word or a cache line, and so how an error spreads (docs/gpu.md, "Matmul and what a strike
 * in it reaches"). All are powers of two.
 */
export interface GpuTiling {
  /** Outputs a block computes. */
  readonly blockRows: number;
  readonly blockColumns: number;
  /** f32: outputs a thread keeps in registers. */
  readonly threadRows: number;
  readonly threadColumns: number;
  /** f32: k's that a block holds in shared memory at once. */
  readonly depth: number;
  /** Tensor core: outputs a warp keeps in registers; rows 16 or more, columns 8 or more. */
  readonly warpRows: number;
  readonly warpColumns: number;
  /** Tensor core: words of k that a block holds at once, a row: 8 are one matrix instruction. */
  readonly depthWords: number;
}

export const defaultGpuTiling: GpuTiling = {
  blockRows: 32,
  blockColumns: 32,
  threadRows: 4,
  threadColumns: 4,
  depth: 8,
  warpRows: 16,
  warpColumns: 16,
  depthWords: 16,
};

/** Of one f32 matmul: the tile of the accelerator, smaller where the matrix is. */
export interface ThreadTile {
  readonly blockRows: number;
  readonly blockColumns: number;
  readonly threadRows: number;
  readonly threadColumns: number;
  readonly depth: number;
}

export interface WarpTile {
  readonly blockRows: number;
  readonly blockColumns: number;
  readonly warpRows: number;
  readonly warpColumns: number;
  readonly depthWords: number;
}

const powerAtLeast = (count: number): number => 2 ** Math.ceil(Math.log2(count));

/** A block has a warp at least, and a thread for each of its columns. */
export function threadTile(tiling: GpuTiling, rows: number, columns: number): ThreadTile {
  const blockRows = Math.min(tiling.blockRows, powerAtLeast(rows));
  let blockColumns = Math.min(tiling.blockColumns, powerAtLeast(columns));
  while (blockRows * blockColumns < laneCount) blockColumns *= 2;
  let threadRows = Math.min(tiling.threadRows, blockRows);
  let threadColumns = Math.min(tiling.threadColumns, blockColumns);
  while (
    (blockRows * blockColumns) / (threadRows * threadColumns) <
    Math.max(laneCount, blockColumns, tiling.depth)
  )
    if (threadColumns > 1) threadColumns /= 2;
    else threadRows /= 2;
  return { blockRows, blockColumns, threadRows, threadColumns, depth: tiling.depth };
}

export function warpTile(tiling: GpuTiling, rows: number, columns: number): WarpTile {
  const blockRows = Math.min(tiling.blockRows, Math.max(16, powerAtLeast(rows)));
  const blockColumns = Math.min(tiling.blockColumns, Math.max(8, powerAtLeast(columns)));
  const warpRows = Math.min(tiling.warpRows, blockRows);
  let warpColumns = Math.min(tiling.warpColumns, blockColumns);
  while (
    warpColumns > 8 &&
    ((blockRows * blockColumns) / (warpRows * warpColumns)) * laneCount < blockColumns
  )
    warpColumns /= 2;
  return { blockRows, blockColumns, warpRows, warpColumns, depthWords: tiling.depthWords };
}

export function warpsOf(tile: ThreadTile | WarpTile): number {
  const blocks = tile.blockRows * tile.blockColumns;
  return "threadRows" in tile
    ? blocks / (tile.threadRows * tile.threadColumns) / laneCount
    : blocks / (tile.warpRows * tile.warpColumns);
}

/** What is wrong with it on a device of this size, in words; null: nothing. */
export function wrongTiling(
  tiling: GpuTiling,
  device: { readonly warps: number; readonly registers: number; readonly sharedWords: number },
): string | null {
  for (const [key, value] of Object.entries(tiling) as [string, number][])
    if (!Number.isInteger(Math.log2(value)) || value > 256)
      return `${key} is ${value}; it must be a power of two, 256 at most`;
  const { blockRows, blockColumns, threadRows, threadColumns, depth, warpRows, warpColumns, depthWords } =
    tiling;
  if (blockRows < 16 || blockColumns < 8) return "a block has 16 rows and 8 columns at least";
  if (threadRows > blockRows || threadColumns > blockColumns)
    return "a thread has more outputs than its block";
  if (warpRows > blockRows || warpColumns > blockColumns) return "a warp has more outputs than its block";
  if (warpRows < 16 || warpColumns < 8 || depthWords < 8)
    return "a matrix instruction takes 16 rows, 8 columns and 8 words of k: give no fewer";
  if (depthWords > laneCount || depth > laneCount) return `depth is at most ${laneCount}`;
  for (const [what, tile, words] of [
    ["thread", threadTile(tiling, blockRows, blockColumns), (blockRows + blockColumns) * depth],
    ["warp", warpTile(tiling, blockRows, blockColumns), (blockRows + blockColumns) * depthWords],
  ] as const) {
    const warps = warpsOf(tile);
    if (warps < 1 || warps > device.warps)
      return `with its ${what} tile a block has ${warps} warps; the device has 1 to ${device.warps}`;
    if (words > device.sharedWords)
      return `with its ${what} tile a block takes ${words} words of shared memory; the device has ${device.sharedWords}`;
    const staged = words / (warps * laneCount);
    const kept =
      "threadRows" in tile
        ? tile.threadRows * tile.threadColumns + tile.threadRows + tile.threadColumns
        : (tile.warpRows * tile.warpColumns) / laneCount + tile.warpRows / 4 + tile.warpColumns / 4;
    if (kept + Math.ceil(staged) + 2 + addressRegisters > device.registers)
      return `with its ${what} tile a thread takes ${kept + Math.ceil(staged) + 2 + addressRegisters} registers; the device has ${device.registers}`;
  }
  return null;
}

/** Pointers, indices and what is free for a moment, in both kernels. */
const addressRegisters = 18;
