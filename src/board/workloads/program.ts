import type { OutputFormat } from "../../domain/evidence.ts";
import type { Task } from "../../domain/task.ts";

/**
 * A workload as an accelerator that runs programs takes it: tensors, and steps over them in order. It says what is computed, and nothing of tiles,
 * registers or addresses: each accelerator makes its own program of it (`lower`), so a new workload runs on all of them.
 *
 *   program ─lower→ instructions, memory image ─→ machine
 *
 * All tensors are matrices, row by row. Float sums have no order here: each accelerator has its own, and with it its own golden output. Integers are exact.
 */
export interface Program {
  readonly name: string;
  readonly tensors: readonly Tensor[];
  readonly steps: readonly Step[];
  /** The tensor that is the output, f32 or i32. */
  readonly output: string;
  /** What the program itself has found; null: it has no detector. */
  readonly flags: Flags | null;
  readonly inputs: number;
  readonly format: OutputFormat;
  /** What the output is, for whoever judges it. */
  readonly task: Task;
}

/**
 * A scratch tensor of two i32 words: [errors detected and not corrected, errors corrected]. Where the first is not 0 the accelerator sets the detector's bit
 * (`detectorBits` of this name); the second is added to the errors corrected.
 */
export interface Flags {
  readonly tensor: string;
  readonly detector: "checksum" | "range";
}

/** f32 and i32 take 4 bytes, bf16 and fp16 2, i8 and fp8 (E4M3) 1; tf32 is stored as f32 with its low 13 bits 0. */
export type Element = "f32" | "tf32" | "bf16" | "fp16" | "fp8" | "i8" | "i32";

export interface Tensor {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly element: Element;
  /** `weights`, and `inputs` (one set for each input of the workload), come with values; `scratch` and the output begin as 0 in every iteration. */
  readonly role: "weights" | "inputs" | "scratch";
  /** Numbers that the element format holds exactly; of `inputs`, those of input 0, then of input 1, and so on. Empty for scratch. */
  readonly values: ArrayLike<number>;
}

/**
 * Names are names of tensors. Shapes must fit: the program is checked before it is lowered (`checkProgram`).
 *
 * Arithmetic is in f32 and i32 (which wraps); the narrow formats are what matmul takes and what memory holds, and `map copy` converts. A step writes scratch
 * alone. It may write over an operand of its own only in `map` and `combine`, where that operand is as large as `into`.
 */
export type Step =
  /** into[m][n] = Σ_k a[m][k]·b[k][n]. Operands are of one format; floats accumulate in f32, i8 in i32 that wraps; `into` is f32 or i32. */
  | {
      readonly do: "matmul";
      readonly a: string;
      readonly b: string;
      readonly into: string;
      readonly transposeB?: boolean;
    }
  /** into[i] = from[index[i]], row by row over all of `into`; an index of -1 gives 0, one beyond the end of `from` traps. `index` is i32 and as large as `into`. */
  | { readonly do: "gather"; readonly from: string; readonly index: string; readonly into: string }
  /** Element by element. `copy` takes and gives any format: rounded to the nearest, ties to even; to integers also clamped, NaN to 0; fp8 saturates. The others stay in f32, or in i32 where an integer has them. */
  | { readonly do: "map"; readonly op: MapOp; readonly from: string; readonly into: string }
  /** Element by element, all f32 or all i32; `b` is as large as `a`, or one row, one column or one element that stands for all. */
  | {
      readonly do: "combine";
      readonly op: CombineOp;
      readonly a: string;
      readonly b: string;
      readonly into: string;
    }
  /** f32 or i32, a column: one result a row. `max`: as in combine; `arg-max`: index of the first largest, i32, NaN below everything, 0 where nothing is larger. */
  | {
      readonly do: "reduce-rows";
      readonly op: "sum" | "max" | "arg-max";
      readonly from: string;
      readonly into: string;
    }
  /** i32 to i8: clamp(floor((x·multiplier + 2^(shift-1)) / 2^shift), least, 127), exact; multiplier 0 to 2^31 - 1, shift 1 to 47. */
  | {
      readonly do: "requantize";
      readonly from: string;
      readonly into: string;
      readonly multiplier: number;
      readonly shift: number;
      readonly least: 0 | -127;
    }
  /** `from` written into rows `row`… of `into`: a cache that grows. Same format, same columns. */
  | { readonly do: "place"; readonly from: string; readonly into: string; readonly row: number }
  /** Over all elements in order, f32 or i32: a sum as a tree; inclusive prefix sums; rising order (a power of two of elements). */
  | { readonly do: "reduce"; readonly from: string; readonly into: string }
  | { readonly do: "scan"; readonly from: string; readonly into: string }
  | { readonly do: "sort"; readonly from: string; readonly into: string }
  /**
   * A march element over the i32 tensor `memory` (A. J. van de Goor 1991): at each address in turn read, note in `log` the bits that differ from `read`
   * (OR), then write `write`. Null: no read, or no write.
   */
  | {
      readonly do: "march";
      readonly memory: string;
      readonly log: string;
      readonly order: "up" | "down";
      readonly read: Pattern | null;
      readonly write: Pattern | null;
    };

/** `relu`: x where x > 0, else 0, of NaN too. An integer has copy, relu, negate and absolute. */
export type MapOp = "copy" | "relu" | "negate" | "absolute" | "exp" | "tanh" | "reciprocal" | "rsqrt";

/**
 * `min`, `max`: a where a < b (a > b) or b is NaN, else b: a number before NaN. `greater`: 1 where a > b, else 0.
 * `not-within`: 0 where both a ≤ b and a ≥ -b hold, else 1 (NaN is not within, nor is -2^31).
 */
export type CombineOp = "add" | "subtract" | "multiply" | "min" | "max" | "greater" | "not-within";

/** The word at index i: `even` or `odd`; or a single one at bit (i + pass) mod 32. */
export type Pattern = { readonly even: number; readonly odd: number } | { readonly walkingPass: number };

/** A workload that is a program: one file each, one line in `programs.ts`. */
export interface ProgramWorkload {
  /** On the wire, its format in it: `gemm-bf16`; options follow: `gemm-bf16-checksum`. */
  readonly name: string;
  readonly task: Task;
  /** Pure: the same seed gives the same program. */
  build(seed: number): Program;
}
