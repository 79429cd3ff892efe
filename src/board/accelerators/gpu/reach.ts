import { lineWords, ways } from "./image.ts";
import type { GpuSizes } from "./image.ts";
import { decode, instructions as instructionSet, zeroRegister } from "./isa.ts";
import { bytesOf, laneCount } from "./kernels/kernel.ts";
import type { Placed } from "./kernels/kernel.ts";
import type { MatmulLaunch } from "./kernels/matmul-launch.ts";
import type { Cells } from "./kernels/registers.ts";

/**
 * Which outputs of a GEMM a strike can make wrong: derived from the tiling, the layout of memory and what schedule and caches have where at that cycle (docs/gpu.md, "Matmul
 * and what a strike in it reaches"). An upper bound: what is wrong lies within it, or the iteration does not end well.
 *
 *   target, word ─→ block, warp, lane │ line ─→ rows and columns that use it ─→ outputs
 */
export interface StruckGemm {
  readonly launch: MatmulLaunch;
  readonly sizes: GpuSizes;
  /** Of this input: `address` is where its A begins. */
  readonly a: Placed;
  readonly b: Placed;
  readonly c: Placed;
  readonly transposeB: boolean;
  readonly instructions: Uint32Array;
  /** Words of the launch queue. */
  readonly queue: { readonly from: number; readonly words: number };
}

/** What stands where before the cycle of the strike. */
export interface Standing {
  /** Block (in order of dispatch) and warp in it that a scheduler entry holds; null: it is free. */
  entry(sm: number, warp: number): { readonly block: number; readonly warp: number } | null;
  /** Tag of a line of L2, or of the L1s, by its word in the target. */
  tag(cache: "l1" | "l2", line: number): number;
  /** Scheduler entry of the instruction in an SM's tensor core, and where it writes; null: idle. */
  tensor(sm: number): { readonly entry: number; readonly d: number } | null;
  /** Instruction that this SM issues in this cycle, and of which entry; null: none. */
  issued(sm: number): { readonly entry: number; readonly pc: number } | null;
}

/** A byte an output: 1, it can be reached. */
export type Reach = Uint8Array;

const tagLine = 0xffff;
const tagValid = 1 << 16;
/** Bits of a tag that decide only which line is replaced, and in L1 the dirty one, which is not read. */
const idleTagBits = { l1: 0x60000, l2: 0x40000 } as const;

export function reachOf(
  gemm: StruckGemm,
  standing: Standing,
  target: string,
  word: number,
  mask: number,
): Reach {
  const reach = new Uint8Array(gemm.c.rows * gemm.c.columns);
  const add = (cells: Cells, block: number): void => addCells(gemm, reach, cells, block);
  const { sizes, launch } = gemm;
  /** Entries of an SM are warps of blocks in its slots. */
  const addAt = (sm: number, entry: number, cells: (warp: number) => Cells): void => {
    const held = standing.entry(sm, entry);
    if (held !== null) add(cells(held.warp), held.block);
  };
  switch (target) {
    case "hbm":
      addAddress(gemm, reach, word);
      return reach;
    case "l2":
    case "l1": {
      const [line, at] = [Math.floor(word / lineWords), word % lineWords];
      const held = lineOf(sizes, target, line, standing.tag(target, line));
      if (held !== null) addAddress(gemm, reach, held * lineWords + at);
      return reach;
    }
    case "l2-tag":
    case "l1-tag": {
      const cache = target === "l2-tag" ? "l2" : "l1";
      if ((mask & ~idleTagBits[cache]) === 0) return reach;
      const tag = standing.tag(cache, word);
      // The line it was, which may be lost, and the one it now seems to be, which is read or written instead.
      for (const seen of [tag, tag ^ mask]) {
        const held = lineOf(sizes, cache, word, seen);
        for (let at = 0; held !== null && at < lineWords; at++)
          addAddress(gemm, reach, held * lineWords + at);
      }
      return reach;
    }
    case "shared": {
      const [sm, at] = [Math.floor(word / sizes.sharedWords), word % sizes.sharedWords];
      const slot = Math.floor(at / launch.sharedWords);
      if ((slot + 1) * launch.warps <= sizes.warps)
        addAt(sm, slot * launch.warps, () => launch.reach.shared(at % launch.sharedWords));
      return reach;
    }
    case "registers": {
      const lane = word % laneCount;
      const register = Math.floor(word / laneCount) % sizes.registers;
      const entry = Math.floor(word / laneCount / sizes.registers);
      addAt(Math.floor(entry / sizes.warps), entry % sizes.warps, (warp) =>
        launch.reach.register(register, warp * laneCount + lane),
      );
      return reach;
    }
    case "tensor-operands": {
      const [lane, register] = [word % laneCount, Math.floor(word / laneCount) % 10];
      const sm = Math.floor(word / laneCount / 10);
      const busy = standing.tensor(sm);
      if (busy !== null) addAt(sm, busy.entry, (warp) => launch.reach.latch(register, lane, warp, busy.d));
      return reach;
    }
    case "alu-output": {
      const [sm, lane] = [Math.floor(word / laneCount), word % laneCount];
      const issued = standing.issued(sm);
      if (issued === null) return reach;
      addAt(sm, issued.entry, (warp) => writtenBy(gemm, issued.pc, warp * laneCount + lane));
      return reach;
    }
    case "predicates": {
      const entry = Math.floor(word / 7);
      if (standing.entry(Math.floor(entry / sizes.warps), entry % sizes.warps) !== null) reach.fill(1);
      return reach;
    }
    default:
      // Schedulers, barriers, constants, code and control decide what is executed, and where its results go: nothing is out of reach.
      return reach.fill(1);
  }
}

function addCells({ launch, c }: StruckGemm, reach: Reach, cells: Cells, block: number): void {
  if (cells === null) {
    reach.fill(1);
    return;
  }
  const firstRow = Math.floor(block / launch.gridX) * launch.reach.blockRows;
  const firstColumn = (block % launch.gridX) * launch.reach.blockColumns;
  for (const i of cells.rows)
    for (const j of cells.columns)
      if (firstRow + i < c.rows && firstColumn + j < c.columns)
        reach[(firstRow + i) * c.columns + firstColumn + j] = 1;
}

/** Of a word of HBM: a row of A its row of outputs, a column of B its column, a word of C itself. */
function addAddress({ a, b, c, transposeB, queue }: StruckGemm, reach: Reach, word: number): void {
  if (word >= queue.from && word < queue.from + queue.words) {
    reach.fill(1);
    return;
  }
  if (elementsAt(c, word).length > 0) reach[word - c.address / 4] = 1;
  for (const at of elementsAt(a, word)) {
    const row = Math.floor(at / a.columns);
    reach.fill(1, row * c.columns, (row + 1) * c.columns);
  }
  for (const at of elementsAt(b, word)) {
    const column = transposeB ? Math.floor(at / b.columns) : at % b.columns;
    for (let row = 0; row < c.rows; row++) reach[row * c.columns + column] = 1;
  }
}

function elementsAt({ address, rows, columns, element }: Placed, word: number): readonly number[] {
  const each = 4 / bytesOf[element];
  const first = (word - address / 4) * each;
  return Array.from({ length: each }, (_, i) => first + i).filter((at) => at >= 0 && at < rows * columns);
}

/** Which line of HBM a tag says is here; null: none. */
function lineOf(sizes: GpuSizes, cache: "l1" | "l2", line: number, tag: number): number | null {
  if ((tag & tagValid) === 0) return null;
  const sets = (cache === "l1" ? sizes.l1Lines : sizes.l2Lines) / ways;
  return (tag & tagLine) * sets + (Math.floor(line / ways) % sets);
}

const operandsOf = new Map<number, string>(instructionSet.map(({ opcode, operands }) => [opcode, operands]));

/** Of an arithmetic result: what the register it goes to reaches; a predicate decides where stores go. */
function writtenBy({ instructions, launch, sizes }: StruckGemm, pc: number, thread: number): Cells {
  const fields = decode(instructions[2 * pc]!, instructions[2 * pc + 1]!, sizes.registers);
  const first = fields === null ? "" : operandsOf.get(fields.opcode)![0];
  if (fields === null || (first !== "D" && first !== "P")) return { rows: [], columns: [] };
  if (first === "P") return null;
  return fields.d === zeroRegister ? { rows: [], columns: [] } : launch.reach.register(fields.d, thread);
}
