import type { Flags } from "../../workloads/program.ts";
import type { Axis } from "../../../domain/strike.ts";
import type { OutputFormat } from "../../../domain/evidence.ts";

/** A program as the device takes it: instruction words, the memory image, and where what lies in it. */
export interface TpuImage {
  readonly instructions: Uint32Array;
  /** Address of the trap handler, the instruction STOP. */
  readonly handler: number;
  readonly hbm: Uint32Array;
  readonly regions: readonly Region[];
  readonly output: MatrixPlace;
  readonly outputAxes?: readonly Axis[];
  /** Where the two words of the program's own detector lie; null: it has none. */
  readonly flags: { readonly at: number; readonly detector: Flags["detector"] } | null;
  readonly inputs: number;
  readonly format: OutputFormat;
  readonly ranks: boolean;
  /** Of the widest operand of a matmul. */
  readonly operandBits: number;
}

export interface Region {
  readonly role: "weights" | "inputs" | "scratch";
  readonly from: number;
  readonly words: number;
}

/** Words of 4-byte elements: rows are whole, so they lie one after the other. */
export interface MatrixPlace {
  readonly from: number;
  readonly words: number;
}
