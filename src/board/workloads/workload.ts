import type { OutputFormat } from "../../domain/evidence.ts";
import type { Axis } from "../../domain/strike.ts";
import type { Memory, Structure } from "../memory.ts";

/**
 * A workload: operands in struck memory, a kernel over them, an output. One file each, one line in `all.ts`.
 *
 * Operand memories are small SRAMs, as beside a real arithmetic unit: the address walked by loops and strides wraps at
 * the end of its memory (the decoder has no more address lines), while a base offset is added by the bounds unit, which
 * traps beyond the end. Loop bounds, strides and offsets are control words, unsigned, read at every use. So a corrupted
 * bound runs away, a corrupted offset traps, a corrupted stride computes something else. docs/workloads.md is the norm.
 */
export interface Workload {
  /** On the wire, its format in it: `gemm-f32`. */
  readonly name: string;
  prepare(seed: number): Prepared;
}

/** A workload with its state filled: a pure function of the workload and the seed. */
export interface Prepared {
  readonly inputs: number;
  readonly format: OutputFormat;
  /** Written by the kernel; strikes do not reach it. */
  readonly output: Float32Array | Int32Array;
  /** How its words are laid out, outermost first; absent: a plain row of them. */
  readonly outputAxes?: readonly Axis[];
  /** Whether the output elements are scores of classes. */
  readonly ranks: boolean;
  readonly memory: Memory;
  readonly structures: readonly Structure[];
  /** Where a strike known to be critical is looked for first: word and cycle; without a line both are 0. */
  readonly selfChecks: Readonly<Record<string, { readonly word?: number; readonly cycle?: number }>>;
  kernel(input: number, core: Core): Kernel;
}

/** The kernel's sequencer: how far it is, and how far it may go before it hands back control. */
export interface Core {
  /** Number of the next step in this iteration; one step is one multiply-accumulate. */
  cycle: number;
  /** The kernel yields before the step of this number. */
  until: number;
  /** Index and accumulator of the innermost loop, which is left and entered again in mid-way. */
  index: number;
  sum: number;
}

export function createCore(until: number): Core {
  return { cycle: 0, until, index: 0, sum: 0 };
}

/**
 * A kernel under way. It yields before step `core.until` and at no other place, so it runs at full speed between strikes;
 * the caller strikes, moves `until` up and goes on. What a step reads, the bound of its loop first, is read after that.
 * A loop pass that makes no step is charged one, so that nothing turns for ever.
 */
export type Kernel = Generator<void, KernelEnd, void>;

/**
 * What an innermost loop answers. The loops are plain functions, one for each format, and the generators around them are
 * shared: measured on one core, 16³ steps take 11 µs so, 45 µs with the loop inside the generator, and 60 µs with one loop
 * for both formats.
 */
export type LoopEnd = typeof finished | typeof paused | typeof trapped;
export const finished = 0;
export const paused = 1;
export const trapped = 2;

/**
 * `trap`: stopped on an access or an instruction it may not do, or on a memory error that could not be corrected. `reset`: what should have taken the
 * trap was itself corrupt; the board reboots by itself (`cause=fault`), and nothing more of the iteration is told.
 */
export type KernelEnd = "ok" | "trap" | "reset";

/** The plan says `gemm`, the board completes it by its format. */
export type Format = "f32" | "i8";
export function wireName(workload: string, format: Format): string {
  return `${workload}-${format}`;
}
