import type { Element } from "../../../workloads/program.ts";
import { constantPlaces } from "../image.ts";

/** The text of a kernel (`assemble.ts`). Two of one name are one: the name says everything that the text depends on. */
export interface Kernel {
  readonly name: string;
  readonly source: string;
}

/** A kernel, and what of a launch descriptor is not known before the code is laid out. */
export interface KernelLaunch {
  readonly kernel: Kernel;
  readonly gridX: number;
  readonly gridY: number;
  readonly warps: number;
  readonly sharedWords: number;
  readonly parameters: readonly number[];
}

/** A tensor in HBM, row by row without gaps, from the beginning of a line. */
export interface Placed {
  /** In bytes. */
  readonly address: number;
  /** Bytes from one input to the next; 0 where there is one for all. */
  readonly inputStride: number;
  readonly rows: number;
  readonly columns: number;
  readonly element: Element;
}

export const laneCount = 32;

export const bytesOf: Readonly<Record<Element, number>> = {
  f32: 4,
  tf32: 4,
  i32: 4,
  bf16: 2,
  fp16: 2,
  fp8: 1,
  i8: 1,
};

export function countOf({ rows, columns }: Placed): number {
  return rows * columns;
}

/** How the text of a kernel writes its parameter of this number. */
export function parameter(at: number): string {
  return `c[${constantPlaces.parameters + at}]`;
}

/** What a kernel is told of a tensor that it reads: two parameters. */
export function operand({ address, inputStride }: Placed): readonly [number, number] {
  return [address, inputStride];
}

/** Puts into `register` where the operand told by parameters `at` and `at + 1` begins in this iteration. */
export function beginOf(register: string, at: number, free: string): string {
  return `
    mov ${free}, c[${constantPlaces.input}]
    mov ${register}, ${parameter(at)}
    imad ${register}, ${free}, ${parameter(at + 1)}, ${register}`;
}

/** Into `register` the number of this thread in the grid; lanes at or beyond parameter `count` are gone. Uses `free` and p0. */
export function oneElementAThread(register: string, free: string, count: number): string {
  return `
    s2r ${register}, ctaid.x
    s2r ${free}, warps
    imul ${register}, ${register}, ${free}
    shl ${register}, ${register}, 5
    s2r ${free}, tid
    iadd ${register}, ${register}, ${free}
    setp.ge.u32 p0, ${register}, ${parameter(count)}
    @p0 exit`;
}

/** A grid of so many threads, in blocks of at most `mostWarps` warps. */
export function gridOf(
  threads: number,
  mostWarps: number,
): Pick<KernelLaunch, "gridX" | "gridY" | "warps" | "sharedWords"> {
  const warps = Math.min(mostWarps, Math.ceil(threads / laneCount));
  return { gridX: Math.ceil(threads / (warps * laneCount)), gridY: 1, warps, sharedWords: 0 };
}

/** Loads an element as it is stored: low bits of the register, an integer with its sign. */
export function load(element: Element): string {
  return { 4: "ldg", 2: "ldg.u16", 1: element === "i8" ? "ldg.s8" : "ldg.u8" }[bytesOf[element]]!;
}

export function store(element: Element): string {
  return { 4: "stg", 2: "stg.b16", 1: "stg.b8" }[bytesOf[element]]!;
}
