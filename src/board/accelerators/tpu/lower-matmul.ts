import type { Step } from "../../workloads/program.ts";
import { wordsOfRow } from "./element-formats.ts";
import { blocks, counters, operands, setAddress, transfer } from "./lowering.ts";
import type { Lowering } from "./lowering.ts";
import { accumulatorRows } from "./tpu-state.ts";

type Matmul = Extract<Step, { readonly do: "matmul" }>;

/** Parts of the buffer: a strip of `a`, and a tile of the result. */
const stripWords = 20_480;
const tileWords = 12_288;
/** Scalars that walk through the tiles: what is read of `b`, of `a`, what is written. */
const walk = { weightsOfColumn: 5, out: 6, strip: 7, outOfStrip: 8, weights: 9 } as const;

/**
 * A matmul in tiles of the array, loops in control registers:
 *
 *   for strips of rows of a: to the buffer
 *     for tiles of columns of b:
 *       for tiles of K: weights → FIFO → shadow → array; the strip through it, onto the accumulators
 *       accumulators → buffer → HBM
 *
 * Tiles are as large as the array, down to whole words: so each begins at a word.
 */
export function lowerMatmul(lowering: Lowering, { a, b, into, transposeB = false }: Matmul): void {
  const { asm } = lowering;
  const [left, right, result] = [lowering.placed(a), lowering.placed(b), lowering.placed(into)];
  const { size, format } = left;
  const M = left.tensor.rows;
  const K = left.tensor.columns;
  const N = result.tensor.columns;
  const places = 4 / size;
  const tileK = Math.floor(lowering.rows / places) * places;
  const tileN = Math.floor(lowering.columns / places) * places;
  const stripRows = Math.min(
    M,
    accumulatorRows,
    Math.floor(stripWords / left.rowWords),
    Math.floor(tileWords / tileN),
  );
  if (stripRows < 1)
    throw new Error(
      `program ${lowering.programName}: a row of "${a}" has ${left.rowWords} words, the buffer takes ${stripWords}; make its columns fewer`,
    );

  const tile = (rows: number, k: number, n: number, accumulate: boolean): void => {
    operands(asm, blocks.shift, [k, n]);
    asm.emit("CONFIG", { a: blocks.shift, b: blocks.shift + 1 });
    if (transposeB) {
      asm.move(blocks.load, walk.weightsOfColumn);
      operands(asm, blocks.load + 1, [k, n, right.rowWords]);
      asm.add(blocks.load + 4, walk.weights, k - 1);
      asm.emit("LOADT", { d: blocks.load, fa: format });
    } else {
      // The row that is to stand lowest goes first.
      asm.add(blocks.load, walk.weights, (k - 1) * right.rowWords);
      operands(asm, blocks.load + 1, [k, wordsOfRow(n, size), -right.rowWords]);
      asm.emit("LOADW", { d: blocks.load });
    }
    asm.emit("SHIFT", { d: blocks.shift, fa: format });
    asm.emit("SWAP");
    operands(asm, blocks.matmul + 1, [left.rowWords, rows, 0]);
    asm.emit("MATMUL", { d: blocks.matmul, fa: format, flags: accumulate ? 1 : 0 });
    asm.add(walk.weights, walk.weights, transposeB ? k : k * right.rowWords);
    asm.add(blocks.matmul, blocks.matmul, (k * size) / 4);
  };

  const column = (rows: number, n: number): void => {
    asm.set(blocks.matmul, 0);
    if (transposeB) asm.set(walk.weights, 0);
    else asm.move(walk.weights, walk.weightsOfColumn);
    const first = Math.min(tileK, K);
    tile(rows, first, n, false);
    asm.loop(counters.inner, Math.floor((K - first) / tileK), () => tile(rows, tileK, n, true));
    const rest = (K - first) % tileK;
    if (rest > 0) tile(rows, rest, n, true);
    operands(asm, blocks.vector, [0, stripWords, n, rows, n]);
    asm.emit("DRAIN", { d: blocks.vector });
    transfer(lowering, "DMAOUT", walk.out, { ub: stripWords, rows, words: n, hbmStride: result.rowWords });
    asm.add(
      walk.weightsOfColumn,
      walk.weightsOfColumn,
      transposeB ? n * right.rowWords : wordsOfRow(n, size),
    );
    asm.add(walk.out, walk.out, n);
  };

  const strip = (rows: number): void => {
    transfer(lowering, "DMAIN", walk.strip, { ub: 0, rows: 1, words: rows * left.rowWords });
    setAddress(lowering, walk.weightsOfColumn, right);
    asm.move(walk.out, walk.outOfStrip);
    asm.loop(counters.middle, Math.floor(N / tileN), () => column(rows, tileN));
    if (N % tileN > 0) column(rows, N % tileN);
    asm.add(walk.strip, walk.strip, rows * left.rowWords);
    asm.add(walk.outOfStrip, walk.outOfStrip, rows * result.rowWords);
  };

  setAddress(lowering, walk.strip, left);
  setAddress(lowering, walk.outOfStrip, result);
  asm.loop(counters.outer, Math.floor(M / stripRows), () => strip(stripRows));
  if (M % stripRows > 0) strip(M % stripRows);
}
