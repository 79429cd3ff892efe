import { beginOf, parameter } from "./kernel.ts";
import type { Cells, Registers } from "./registers.ts";

/**
 * One operand's way into a block's shared memory: each thread loads words of the next tile into registers while the block computes, and stores them when it is done.
 *
 *   HBM → L2 → L1 ─ldg→ staging registers ─sts→ shared
 *
 * "Row" is a row of A or a column of B: what has an output row or column of its own; "k" is the index that is summed over.
 */
export interface Staged {
  /** Grid coordinate that counts blocks along its rows. */
  readonly block: "ctaid.x" | "ctaid.y";
  /** Of a tile. */
  readonly rows: number;
  /** Words of a row in a tile; of `elements` each, of `bytes` each. */
  readonly depth: number;
  readonly elements: 1 | 2 | 4;
  readonly bytes: number;
  /** Whether k's of a row lie one after the other in HBM; else rows of a k do. */
  readonly byRow: boolean;
  /** Whether a word can be loaded as one: a row begins at a word. */
  readonly whole: boolean;
  /** Whether it lies in shared memory as [k][row]; else as [row][k]. */
  readonly kMajor: boolean;
  /** Word of the block's shared memory. */
  readonly sharedFrom: number;
  readonly threads: number;
  /** Whether rows or k's end within a tile. */
  readonly edges: boolean;
  /** First of its parameters (`stagingParameters`), and that with the number of k's. */
  readonly at: number;
  readonly depthAt: number;
}

export interface Staging {
  readonly prologue: string;
  /** The next tile, into registers. */
  readonly load: string;
  /** From registers into shared memory. */
  readonly store: string;
  /** Rows of the tile that a thread stages. */
  rowsOf(thread: number): readonly number[];
  /** The row that a word of the block's shared memory is of; null: none of this operand. */
  rowOfWord(word: number): number | null;
}

/** Address, input stride, rows, bytes from row (or k) to row, between a thread's words, between tiles. */
export function stagingParameters(
  staged: Staged,
  operand: readonly [number, number],
  rows: number,
  pitchBytes: number,
): readonly number[] {
  const { byRow, depth, elements, threads } = staged;
  const step = byRow ? (threads / depth) * pitchBytes : (threads / staged.rows) * elements * pitchBytes;
  const tile = byRow ? depth * 4 : depth * elements * pitchBytes;
  return [...operand, rows, pitchBytes, step, tile];
}

export const stagingParameterCount = 6;

/** `spread`: what of the tile a row reaches. `partial`: a predicate of its own, p1 and p2 are free for a moment. */
export function stage(
  staged: Staged,
  registers: Registers,
  free: readonly string[],
  partial: string,
  spread: (rows: readonly number[]) => Cells,
  everywhere: Cells,
): Staging {
  const { rows, depth, elements, bytes, byRow, kMajor, threads, edges, at, depthAt, sharedFrom } = staged;
  const [x, y] = free as [string, string];
  const words = rows * depth;
  const passes = Math.max(1, words / threads);
  const isPartial = words < threads;
  const split = byRow ? depth : rows;
  /** Of a thread's words, how far apart: in rows, or in words of k. */
  const apart = threads / split;
  const rowsOf = (thread: number): readonly number[] => {
    if (thread >= words) return [];
    const first = byRow ? Math.floor(thread / depth) : thread % rows;
    return byRow ? Array.from({ length: passes }, (_, pass) => first + pass * apart) : [first];
  };
  const ownRows = (thread: number): Cells => spread(rowsOf(thread));
  const pointer = registers.one(ownRows);
  const walker = registers.one(ownRows);
  const place = registers.one(() => everywhere);
  const row = registers.one(ownRows);
  const k = registers.one(ownRows);
  const held = registers.take(passes, (pass, thread) => {
    const own = rowsOf(thread);
    return spread(byRow ? own.slice(pass, pass + 1) : own);
  });
  const element = registers.one(ownRows);
  const shift = (count: number): number => Math.log2(count);
  const prologue = `
    s2r ${x}, tid
    ${isPartial ? `setp.lt.u32 ${partial}, ${x}, ${words}` : ""}
    and ${byRow ? k : row}, ${x}, ${split - 1}
    shr.u32 ${byRow ? row : k}, ${x}, ${shift(split)}
    imul ${place}, ${kMajor ? k : row}, ${kMajor ? rows : depth}
    iadd ${place}, ${place}, ${kMajor ? row : k}
    shl ${place}, ${place}, 2
    iadd ${place}, ${place}, ${sharedFrom * 4}
    imul ${k}, ${k}, ${elements}
    s2r ${x}, ${staged.block}
    imad ${row}, ${x}, ${rows}, ${row}
    ${beginOf(pointer, at, x)}
    imul ${x}, ${byRow ? row : k}, ${parameter(at + 3)}
    iadd ${pointer}, ${pointer}, ${x}
    imad ${pointer}, ${byRow ? k : row}, ${bytes}, ${pointer}`;
  const inRows = (predicate: string, pass: number): string =>
    `iadd ${x}, ${row}, ${byRow ? pass * apart : 0}
    setp.lt.u32 ${predicate}, ${x}, ${parameter(at + 2)}`;
  const inDepth = (predicate: string, pass: number, which: number): string =>
    `iadd ${x}, ${k}, ${(byRow ? 0 : pass * apart * elements) + which}
    setp.lt.u32 ${predicate}, ${x}, ${parameter(depthAt)}`;
  const guard = edges ? "@p1 " : isPartial ? `@${partial} ` : "";
  /** p1: whether the element is one of the operand. */
  const checked = (pass: number, which: number): string =>
    edges
      ? `${inRows("p1", pass)}
    ${inDepth("p2", pass, which)}
    pand p1, p1, p2
    ${isPartial ? `pand p1, p1, ${partial}` : ""}`
      : "";
  const one = elements === 1 || staged.whole;
  const load = bytes === 4 || staged.whole ? "ldg" : bytes === 2 ? "ldg.u16" : "ldg.u8";
  const elementWise = (register: string, pass: number): string =>
    Array.from({ length: elements }, (_, which) => {
      const into = which === 0 ? register : element;
      // 2^24 is no immediate beside a third operand.
      const join =
        which === 0
          ? ""
          : `shl ${element}, ${element}, ${8 * bytes * which}
    or ${register}, ${register}, ${element}`;
      const step = which === elements - 1 ? "" : `iadd ${y}, ${y}, ${byRow ? bytes : parameter(at + 3)}`;
      return `${checked(pass, which)}
    ${guard === "" ? "" : `mov ${into}, rz`}
    ${guard}${load} ${into}, [${y}]
    ${step}
    ${join}`;
    }).join("\n");
  const loadText = `
    mov ${walker}, ${pointer}
    ${held
      .map(
        (register, pass) => `
    ${
      one
        ? `${checked(pass, 0)}
    ${guard === "" ? "" : `mov ${register}, rz`}
    ${guard}${load} ${register}, [${walker}]`
        : `mov ${y}, ${walker}
    ${elementWise(register, pass)}`
    }
    ${pass === passes - 1 ? "" : `iadd ${walker}, ${walker}, ${parameter(at + 4)}`}`,
      )
      .join("\n")}
    iadd ${pointer}, ${pointer}, ${parameter(at + 5)}
    iadd ${k}, ${k}, ${depth * elements}`;
  const sharedStep = (byRow === kMajor ? apart : threads) * 4;
  const storeText = held
    .map(
      (register, pass) =>
        `${isPartial ? `@${partial} ` : ""}sts [${place} + ${pass * sharedStep}], ${register}`,
    )
    .join("\n");
  return {
    prologue,
    load: loadText,
    store: storeText,
    rowsOf,
    rowOfWord: (word) => {
      const of = word - sharedFrom;
      if (of < 0 || of >= words) return null;
      return kMajor ? of % rows : Math.floor(of / depth);
    },
  };
}
