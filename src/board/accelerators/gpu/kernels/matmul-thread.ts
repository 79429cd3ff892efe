import { threadTile, warpsOf } from "../tiling.ts";
import type { GpuTiling, ThreadTile } from "../tiling.ts";
import { laneCount, operand, parameter } from "./kernel.ts";
import type { Placed } from "./kernel.ts";
import type { MatmulLaunch, MatmulReach } from "./matmul-launch.ts";
import { anything, createRegisters } from "./registers.ts";
import type { Cells } from "./registers.ts";
import { stage, stagingParameterCount, stagingParameters } from "./staging.ts";
import type { Staged } from "./staging.ts";

/**
 * f32 on the ALUs. A block keeps a tile of A and one of B in shared memory; a thread keeps its outputs, and for each k its rows of A and columns of B, in registers:
 *
 *   shared A[k][row] ─→ a0…  ┐
 *   shared B[k][column] → b0… ┴ ffma → outputs[row][column] ─→ C
 *
 * A sum is acc = a·b + acc, rounded once, from 0 by rising k.
 */
export function threadMatmul(
  a: Placed,
  b: Placed,
  into: Placed,
  transposeB: boolean,
  tiling: GpuTiling,
): MatmulLaunch {
  const tile = threadTile(tiling, into.rows, into.columns);
  const depth = a.columns;
  const edges =
    into.rows % tile.blockRows !== 0 || into.columns % tile.blockColumns !== 0 || depth % tile.depth !== 0;
  const built = threadMatmulKernel(tile, transposeB, edges);
  return {
    kernel: {
      name: `matmul-f32-${transposeB ? "t" : "n"}-${edges ? "edges" : "whole"}-${Object.values(tile).join("-")}`,
      source: built.source,
    },
    gridX: Math.ceil(into.columns / tile.blockColumns),
    gridY: Math.ceil(into.rows / tile.blockRows),
    warps: warpsOf(tile),
    sharedWords: (tile.blockRows + tile.blockColumns) * tile.depth,
    parameters: [
      ...stagingParameters(built.a, operand(a), into.rows, depth * 4),
      ...stagingParameters(built.b, operand(b), into.columns, b.columns * 4),
      into.address,
      depth,
    ],
    reach: built.reach,
  };
}

const outputAt = 2 * stagingParameterCount;
const depthAt = outputAt + 1;
const columnsAt = stagingParameterCount + 2;

function threadMatmulKernel(
  tile: ThreadTile,
  transposeB: boolean,
  edges: boolean,
): { readonly source: string; readonly a: Staged; readonly b: Staged; readonly reach: MatmulReach } {
  const { blockRows, blockColumns, threadRows, threadColumns, depth } = tile;
  const threads = warpsOf(tile) * laneCount;
  const across = blockColumns / threadColumns;
  const run = (from: number, count: number): readonly number[] =>
    Array.from({ length: count }, (_, i) => from + i);
  const allRows = run(0, blockRows);
  const allColumns = run(0, blockColumns);
  const block: Cells = { rows: allRows, columns: allColumns };
  const rowsOf = (thread: number): readonly number[] =>
    run(Math.floor(thread / across) * threadRows, threadRows);
  const columnsOf = (thread: number): readonly number[] =>
    run((thread % across) * threadColumns, threadColumns);
  const own = (thread: number): Cells => ({ rows: rowsOf(thread), columns: columnsOf(thread) });

  const registers = createRegisters();
  const outputs = registers.take(threadRows * threadColumns, (which, thread) => ({
    rows: [rowsOf(thread)[Math.floor(which / threadColumns)]!],
    columns: [columnsOf(thread)[which % threadColumns]!],
  }));
  const ofA = registers.take(threadRows, (which, thread) => ({
    rows: [rowsOf(thread)[which]!],
    columns: columnsOf(thread),
  }));
  const ofB = registers.take(threadColumns, (which, thread) => ({
    rows: rowsOf(thread),
    columns: [columnsOf(thread)[which]!],
  }));
  const readA = registers.one(own);
  const readB = registers.one(own);
  // A lane that counts otherwise leaves the loop, or stays in it, alone, and no longer stages what others use.
  const count = registers.one(() => block);
  const free = registers.take(4, (_, thread) => anything(thread));
  const [x, y, z, w] = free as [string, string, string, string];
  const shared = {
    elements: 1,
    bytes: 4,
    whole: true,
    kMajor: true,
    threads,
    edges,
    depth,
    depthAt,
  } as const;
  const a: Staged = { ...shared, block: "ctaid.y", rows: blockRows, byRow: true, sharedFrom: 0, at: 0 };
  const b: Staged = {
    ...shared,
    block: "ctaid.x",
    rows: blockColumns,
    byRow: transposeB,
    sharedFrom: blockRows * depth,
    at: stagingParameterCount,
  };
  const stageA = stage(a, registers, free, "p5", (rows) => ({ rows, columns: allColumns }), block);
  const stageB = stage(b, registers, free, "p6", (columns) => ({ rows: allRows, columns }), block);

  const source = `
    ${stageA.prologue}
    ${stageB.prologue}
    s2r ${x}, tid
    shr.u32 ${readA}, ${x}, ${Math.log2(across)}
    imul ${readA}, ${readA}, ${threadRows * 4}
    and ${readB}, ${x}, ${across - 1}
    imul ${readB}, ${readB}, ${threadColumns * 4}
    ${outputs.map((output) => `mov ${output}, rz`).join("\n")}
    mov ${count}, rz
    ${stageA.load}
    ${stageB.load}
tiles:
    ${stageA.store}
    ${stageB.store}
    bar
    iadd ${count}, ${count}, ${depth}
    setp.lt.u32 p0, ${count}, ${parameter(depthAt)}
    @!p0 bra compute
    ${stageA.load}
    ${stageB.load}
compute:
    ${run(0, depth)
      .map((k) =>
        [
          ...ofA.map((register, i) => `lds ${register}, [${readA} + ${(k * blockRows + i) * 4}]`),
          ...ofB.map(
            (register, j) => `lds ${register}, [${readB} + ${(b.sharedFrom + k * blockColumns + j) * 4}]`,
          ),
          ...outputs.map((output, which) => {
            const [i, j] = [Math.floor(which / threadColumns), which % threadColumns];
            return `ffma ${output}, ${ofA[i]!}, ${ofB[j]!}, ${output}`;
          }),
        ].join("\n"),
      )
      .join("\n")}
    bar
    @p0 bra tiles
    s2r ${x}, ctaid.y
    imul ${x}, ${x}, ${blockRows}
    s2r ${y}, tid
    shr.u32 ${z}, ${y}, ${Math.log2(across)}
    imad ${x}, ${z}, ${threadRows}, ${x}
    and ${y}, ${y}, ${across - 1}
    imul ${y}, ${y}, ${threadColumns}
    s2r ${z}, ctaid.x
    imad ${y}, ${z}, ${blockColumns}, ${y}
    imul ${z}, ${x}, ${parameter(columnsAt)}
    iadd ${z}, ${z}, ${y}
    shl ${z}, ${z}, 2
    iadd ${z}, ${z}, ${parameter(outputAt)}
    ${run(0, threadRows)
      .map((i) =>
        [
          edges ? `setp.lt.u32 p1, ${x}, ${parameter(2)}` : "",
          ...run(0, threadColumns).map((j) => {
            const output = `stg [${z} + ${j * 4}], ${outputs[i * threadColumns + j]!}`;
            return edges
              ? `iadd ${w}, ${y}, ${j}
    setp.lt.u32 p2, ${w}, ${parameter(columnsAt)}
    pand p2, p2, p1
    @p2 ${output}`
              : output;
          }),
          `iadd ${x}, ${x}, 1`,
          // A row on: its bytes are four times the columns.
          `mov ${w}, ${parameter(columnsAt)}`,
          `imad ${z}, ${w}, 4, ${z}`,
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
      latch: () => ({ rows: [], columns: [] }),
    },
  };
}
