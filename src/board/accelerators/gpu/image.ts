import type { OutputFormat } from "../../../domain/evidence.ts";
import type { Axis } from "../../../domain/strike.ts";
import type { Protection } from "../../cells.ts";

/**
 * What a program becomes on the GPU-like accelerator: code, a memory as the host fills it, and a queue of kernel launches in that memory.
 *
 *   instructions │ memory: [ weights | inputs | queue | scratch ] ─ launch by launch → output (in scratch)
 */
export interface GpuImage {
  /** Two words an instruction; the one at `trapVector` is `rtt`. */
  readonly instructions: Uint32Array;
  /** Where a trap goes on, in instructions. */
  readonly trapVector: number;
  /** HBM as it is at the beginning: whole lines of 32 words. Word i lies at byte address 4·i. */
  readonly memory: Uint32Array;
  /** What lies where; no two overlap. Words of no region are `control`: the launch queue is. */
  readonly regions: readonly Region[];
  /** Word address of the first launch descriptor, a whole line each (`launchDescriptor`). */
  readonly queue: { readonly from: number; readonly launches: number };
  readonly output: {
    readonly from: number;
    readonly words: number;
    readonly format: OutputFormat;
    /** How it is laid out; absent: nobody says. */
    readonly axes?: readonly Axis[];
  };
  /** Word address of two words that the program itself counts in (`Flags` of ../../workloads/program.ts); null: it has no detector. */
  readonly flags: { readonly from: number; readonly detector: "checksum" | "range" } | null;
  readonly inputs: number;
  /** Whether the outputs are scores of classes. */
  readonly ranks: boolean;
}

/** In words. `weights` and `inputs` are what a refresh of that name restores; `scratch` is cleared before and after each iteration. */
export interface Region {
  readonly role: "weights" | "inputs" | "scratch";
  readonly from: number;
  readonly words: number;
}

/** Sizes of the device. */
export interface GpuSizes {
  readonly sms: number;
  /** Resident warps an SM. */
  readonly warps: number;
  /** Registers a warp, of 32 lanes. */
  readonly registers: number;
  /** Words of shared memory an SM. */
  readonly sharedWords: number;
  /** Lines of 32 words, a multiple of 4; of each SM's L1, and of the one L2. */
  readonly l1Lines: number;
  readonly l2Lines: number;
}

export const defaultGpuSizes: GpuSizes = {
  sms: 2,
  warps: 8,
  registers: 64,
  sharedWords: 4096,
  l1Lines: 64,
  l2Lines: 256,
};

/** `on`: SEC-DED for every memory of data, parity for tags (docs/gpu.md, "ECC"). */
export interface GpuOptions {
  readonly sizes: GpuSizes;
  readonly ecc: boolean;
}

export const lineWords = 32;
export const ways = 4;

/** First word of every descriptor; another value there traps. */
export const launchHeader = 0x4c4e4348;
/** Where in the constant bank, which is a copy of the descriptor, things lie. */
export const constantPlaces = {
  header: 0,
  gridX: 1,
  gridY: 2,
  warps: 3,
  entry: 4,
  sharedWords: 5,
  /** Which input this iteration has: written by the front end. */
  input: 6,
  /** First of 24 words that are the kernel's own. */
  parameters: 8,
} as const;

export interface Launch {
  readonly gridX: number;
  readonly gridY: number;
  /** Of a block: 1 to the resident warps of an SM. */
  readonly warps: number;
  /** In instructions. */
  readonly entry: number;
  /** Of a block. */
  readonly sharedWords: number;
  /** At most 24 words. */
  readonly parameters: readonly number[];
}

export function launchDescriptor(launch: Launch): Uint32Array {
  const { gridX, gridY, warps, entry, sharedWords, parameters } = launch;
  if (parameters.length > lineWords - constantPlaces.parameters)
    throw new RangeError(`a launch has room for 24 parameters, found ${parameters.length}`);
  const words = new Uint32Array(lineWords);
  words.set([launchHeader, gridX, gridY, warps, entry, sharedWords]);
  words.set(parameters, constantPlaces.parameters);
  return words;
}

/** Of each memory of data, and of the tags. */
export function gpuProtection(ecc: boolean): { readonly data: Protection; readonly tags: Protection } {
  return ecc ? { data: "sec-ded", tags: "parity" } : { data: "none", tags: "none" };
}
