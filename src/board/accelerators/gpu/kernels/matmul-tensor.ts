import type { Element } from "../../../workloads/program.ts";
import { warpTile, warpsOf } from "../tiling.ts";
import type { GpuTiling, WarpTile } from "../tiling.ts";
import { bytesOf, laneCount, operand, parameter } from "./kernel.ts";
import type { Placed } from "./kernel.ts";
import type { MatmulLaunch, MatmulReach } from "./matmul-launch.ts";
import { anything, createRegisters } from "./registers.ts";
import type { Cells } from "./registers.ts";
import { stage, stagingParameterCount, stagingParameters } from "./staging.ts";
import type { Staged } from "./staging.ts";

/**
 * Narrow formats on the tensor core. Shared memory holds words of k, row by row of A and column by column of B; a warp loads fragments as the matrix instruction
 * takes them, one of A for 16 rows and one of B for 8 columns, and uses each for all its instructions of these 8 words of k:
 *
 *   shared A[row][word] ─→ fragments of A ┐
 *   shared B[column][word] → fragments of B ┴ mma → accumulators ─→ C
 */
export function tensorMatmul(
  a: Placed,
  b: Placed,
  into: Placed,
  transposeB: boolean,
  tiling: GpuTiling,
): MatmulLaunch {
  const tile = warpTile(tiling, into.rows, into.columns);
  const depth = a.columns;
  const bytes = bytesOf[a.element] as 1 | 2 | 4;
  const edges =
    into.rows % tile.blockRows !== 0 ||
    into.columns % tile.blockColumns !== 0 ||
    (depth * bytes) % (tile.depthWords * 4) !== 0;
  const whole = (depth * bytes) % 4 === 0;
  const built = tensorMatmulKernel(a.element, tile, transposeB, edges, whole);
  return {
    kernel: {
      name: `matmul-${a.element}-${transposeB ? "t" : "n"}-${edges ? "edges" : "tiles"}-${whole ? "words" : "elements"}-${Object.values(tile).join("-")}`,
      source: built.source,
    },
    gridX: Math.ceil(into.columns / tile.blockColumns),
    gridY: Math.ceil(into.rows / tile.blockRows),
    warps: warpsOf(tile),
    sharedWords: (tile.blockRows + tile.blockColumns) * tile.depthWords,
    parameters: [
      ...stagingParameters(built.a, operand(a), into.rows, depth * bytes),
      ...stagingParameters(built.b, operand(b), into.columns, b.columns * bytes),
      into.address,
      depth,
    ],
    reach: built.reach,
  };
}

const outputAt = 2 * stagingParameterCount;
const depthAt = outputAt + 1;
const columnsAt = stagingParameterCount + 2;

const mnemonics: Readonly<Partial<Record<Element, string>>> = {
  bf16: "mma.bf16",
  fp16: "mma.f16",
  tf32: "mma.tf32",
  fp8: "mma.e4m3",
  i8: "mma.s8",
};

const run = (from: number, count: number, step = 1): readonly number[] =>
  Array.from({ length: count }, (_, i) => from + i * step);

function tensorMatmulKernel(
  element: Element,
  tile: WarpTile,
  transposeB: boolean,
  edges: boolean,
  whole: boolean,
): { readonly source: string; readonly a: Staged; readonly b: Staged; readonly reach: MatmulReach } {
  const { blockRows, blockColumns, warpRows, warpColumns, depthWords } = tile;
  const bytes = bytesOf[element] as 1 | 2 | 4;
  const elements = (4 / bytes) as 1 | 2 | 4;
  const threads = warpsOf(tile) * laneCount;
  const across = blockColumns / warpColumns;
  const [tilesDown, tilesAcross] = [warpRows / 16, warpColumns / 8];
  const allRows = run(0, blockRows);
  const allColumns = run(0, blockColumns);
  const block: Cells = { rows: allRows, columns: allColumns };
  // Of lane 4·g + t of a warp: where its fragments lie in the block's tile (docs/gpu.md, "Instructions").
  const firstRow = (warp: number): number => Math.floor(warp / across) * warpRows;
  const firstColumn = (warp: number): number => (warp % across) * warpColumns;
  const rowOfA = (i: number, r: number, thread: number): number =>
    firstRow(thread >> 5) + 16 * i + 8 * (r & 1) + ((thread & 31) >> 2);
  const columnOfB = (j: number, thread: number): number =>
    firstColumn(thread >> 5) + 8 * j + ((thread & 31) >> 2);
  const cellOfC = (i: number, j: number, r: number, thread: number): Cells => ({
    rows: [firstRow(thread >> 5) + 16 * i + 8 * (r >> 1) + ((thread & 31) >> 2)],
    columns: [firstColumn(thread >> 5) + 8 * j + 2 * (thread & 3) + (r & 1)],
  });
  const warpRowsOf = (thread: number): readonly number[] => run(firstRow(thread >> 5), warpRows);
  const warpColumnsOf = (thread: number): readonly number[] => run(firstColumn(thread >> 5), warpColumns);

  const registers = createRegisters();
  const sums = registers.take(4 * tilesDown * tilesAcross, (which, thread) => {
    const of = which >> 2;
    return cellOfC(Math.floor(of / tilesAcross), of % tilesAcross, which & 3, thread);
  });
  const ofA = registers.take(4 * tilesDown, (which, thread) => ({
    rows: [rowOfA(which >> 2, which & 3, thread)],
    columns: warpColumnsOf(thread),
  }));
  const ofB = registers.take(2 * tilesAcross, (which, thread) => ({
    rows: warpRowsOf(thread),
    columns: [columnOfB(which >> 1, thread)],
  }));
  const readA = registers.one((thread) => ({
    rows: run(rowOfA(0, 0, thread), warpRows / 8, 8),
    columns: warpColumnsOf(thread),
  }));
  const readB = registers.one((thread) => ({
    rows: warpRowsOf(thread),
    columns: run(columnOfB(0, thread), tilesAcross, 8),
  }));
  const count = registers.one(() => block);
  const free = registers.take(4, (_, thread) => anything(thread));
  const [x, y, z, w] = free as [string, string, string, string];
  const shared = { elements, bytes, kMajor: false, threads, edges, depth: depthWords, depthAt } as const;
  const a: Staged = {
    ...shared,
    block: "ctaid.y",
    rows: blockRows,
    byRow: true,
    whole,
    sharedFrom: 0,
    at: 0,
  };
  const b: Staged = {
    ...shared,
    block: "ctaid.x",
    rows: blockColumns,
    byRow: transposeB,
    whole: whole && transposeB,
    sharedFrom: blockRows * depthWords,
    at: stagingParameterCount,
  };
  const stageA = stage(a, registers, free, "p5", (rows) => ({ rows, columns: allColumns }), block);
  const stageB = stage(b, registers, free, "p6", (columns) => ({ rows: allRows, columns }), block);

  const source = `
    ${stageA.prologue}
    ${stageB.prologue}
    s2r ${x}, warp
    s2r ${y}, lane
    shr.u32 ${z}, ${y}, 2
    and ${w}, ${y}, 3
    shr.u32 ${y}, ${x}, ${Math.log2(across)}
    imad ${readA}, ${y}, ${warpRows}, ${z}
    imad ${readA}, ${readA}, ${depthWords}, ${w}
    shl ${readA}, ${readA}, 2
    and ${y}, ${x}, ${across - 1}
    imad ${readB}, ${y}, ${warpColumns}, ${z}
    imad ${readB}, ${readB}, ${depthWords}, ${w}
    shl ${readB}, ${readB}, 2
    ${sums.map((sum) => `mov ${sum}, rz`).join("\n")}
    mov ${count}, rz
    ${stageA.load}
    ${stageB.load}
tiles:
    ${stageA.store}
    ${stageB.store}
    bar
    iadd ${count}, ${count}, ${depthWords * elements}
    setp.lt.u32 p0, ${count}, ${parameter(depthAt)}
    @!p0 bra compute
    ${stageA.load}
    ${stageB.load}
compute:
    ${run(0, depthWords / 8)
      .map((step) =>
        [
          ...ofA.map((register, which) => {
            const row = 16 * (which >> 2) + 8 * (which & 1);
            return `lds ${register}, [${readA} + ${(row * depthWords + 8 * step + 4 * ((which & 3) >> 1)) * 4}]`;
          }),
          ...ofB.map((register, which) => {
            const column = 8 * (which >> 1);
            const word = b.sharedFrom + column * depthWords + 8 * step + 4 * (which & 1);
            return `lds ${register}, [${readB} + ${word * 4}]`;
          }),
          ...run(0, tilesDown * tilesAcross).map((of) => {
            const sum = sums[4 * of]!;
            const [i, j] = [Math.floor(of / tilesAcross), of % tilesAcross];
            return `${mnemonics[element]!} ${sum}, ${ofA[4 * i]!}, ${ofB[2 * j]!}, ${sum}`;
          }),
        ].join("\n"),
      )
      .join("\n")}
    bar
    @p0 bra tiles
    s2r ${x}, warp
    shr.u32 ${y}, ${x}, ${Math.log2(across)}
    imul ${y}, ${y}, ${warpRows}
    and ${w}, ${x}, ${across - 1}
    imul ${w}, ${w}, ${warpColumns}
    s2r ${x}, ctaid.y
    imad ${x}, ${x}, ${blockRows}, ${y}
    s2r ${y}, ctaid.x
    imad ${y}, ${y}, ${blockColumns}, ${w}
    s2r ${z}, lane
    shr.u32 ${w}, ${z}, 2
    iadd ${x}, ${x}, ${w}
    and ${w}, ${z}, 3
    imad ${y}, ${w}, 2, ${y}
    ${run(0, tilesDown * 2)
      .map((half) =>
        [
          half === 0 ? "" : `iadd ${x}, ${x}, 8`,
          `imul ${z}, ${x}, ${parameter(columnsAt)}`,
          `iadd ${z}, ${z}, ${y}`,
          `shl ${z}, ${z}, 2`,
          `iadd ${z}, ${z}, ${parameter(outputAt)}`,
          edges ? `setp.lt.u32 p1, ${x}, ${parameter(2)}` : "",
          ...run(0, tilesAcross * 2).map((pair) => {
            const column = 8 * (pair >> 1) + (pair & 1);
            const sum = sums[4 * ((half >> 1) * tilesAcross + (pair >> 1)) + 2 * (half & 1) + (pair & 1)]!;
            const output = `stg [${z} + ${column * 4}], ${sum}`;
            return edges
              ? `iadd ${w}, ${y}, ${column}
    setp.lt.u32 p2, ${w}, ${parameter(columnsAt)}
    pand p2, p2, p1
    @p2 ${output}`
              : output;
          }),
        ].join("\n"),
      )
      .join("\n")}
    exit`;
  return {
    source,
    a,
    b,
    reach: {
      blockRows,
      blockColumns,
      register: registers.reach,
      shared: (word) => {
        const [row, column] = [stageA.rowOfWord(word), stageB.rowOfWord(word)];
        if (row !== null) return { rows: [row], columns: allColumns };
        return column === null ? { rows: [], columns: [] } : { rows: allRows, columns: [column] };
      },
      latch: (register, lane, warp, d) => {
        const of = d >> 2;
        if ((d & 3) !== 0 || of >= tilesDown * tilesAcross) return null;
        const [i, j] = [Math.floor(of / tilesAcross), of % tilesAcross];
        const thread = warp * laneCount + lane;
        if (register < 4)
          return { rows: [rowOfA(i, register, thread)], columns: run(firstColumn(warp) + 8 * j, 8) };
        if (register < 6) return { rows: run(firstRow(warp) + 16 * i, 16), columns: [columnOfB(j, thread)] };
        return cellOfC(i, j, register - 6, thread);
      },
    },
  };
}
