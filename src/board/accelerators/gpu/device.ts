import type { Cells, MemoryErrors } from "../../cells.ts";
import { createCells } from "../../create-cells.ts";
import { gpuProtection, lineWords, ways } from "./image.ts";
import type { GpuOptions, GpuSizes } from "./image.ts";
import { constantWords, predicates } from "./isa.ts";

/**
 * All state of the device in one place: memories that ECC may protect (`Cells`), and latches. docs/gpu.md, "Structures", is the norm.
 *
 * Beyond the registers of the warps the register file has 64 words that no strike reaches: where writes to `rz` go, a zero, and the immediate at work.
 */
export interface Device {
  readonly sizes: GpuSizes;
  readonly hbm: Cells;
  readonly l2: Cells;
  readonly l2Tags: Cells;
  readonly l1: Cells;
  readonly l1Tags: Cells;
  readonly shared: Cells;
  readonly registers: Cells;
  readonly instructions: Cells;
  /** The register file as unsigned words, signed ones and floats. */
  readonly u: Uint32Array;
  readonly i: Int32Array;
  readonly f: Float32Array;
  readonly sink: number;
  readonly zero: number;
  readonly immediate: number;
  readonly predicates: Uint32Array;
  /** Scheduler entries, `scheduleWords` each (`scheduleAt`). */
  readonly schedule: Uint32Array;
  /** Their lane masks, `maskWords` each (`maskAt`). */
  readonly masks: Uint32Array;
  readonly barriers: Uint32Array;
  readonly constants: Uint32Array;
  readonly tensorOperands: Uint32Array;
  readonly tensorControl: Uint32Array;
  readonly control: Uint32Array;
  /** Something of this cycle cannot be done. */
  trapped: boolean;
  /** A register has been struck or is stuck: writes are told word by word. */
  registersStruck: boolean;
}

export const stackEntries = 8;
/** Of a scheduler entry; `state` is [7:0] a state of `warpStates`, [15:8] entries in use on the stack, whose places come last. */
export const scheduleAt = { pc: 0, block: 1, warp: 2, state: 3, stack: 4 } as const;
export const scheduleWords = 12;
/** Active lanes, lanes that have not exited, and those of the stack. */
export const maskAt = { active: 0, alive: 1, stack: 2 } as const;
export const maskWords = 10;
export const warpStates = { free: 0, ready: 1, atBarrier: 2, exited: 3, inTensorCore: 4 } as const;
export const controlAt = {
  phase: 0,
  queueHead: 1,
  queueEnd: 2,
  input: 3,
  gridX: 4,
  gridY: 5,
  warps: 6,
  entry: 7,
  sharedWords: 8,
  nextBlock: 9,
  blocksDone: 10,
  trapVector: 11,
  smEnable: 12,
  memoryWords: 13,
  cacheMode: 14,
  /** First of one a SM: the warp whose turn it is. */
  turn: 15,
} as const;
export const phases = { launch: 0, run: 1 } as const;
/** Of the operand latch, and fields of `tensor-control`. */
export const tensorRegisters = 10;
export const tensorFields = { opcode: 0, warp: 1, register: 2, quarter: 3 } as const;

export function createDevice(
  { sizes, ecc }: GpuOptions,
  hbmWords: number,
  instructionWords: number,
  errors: MemoryErrors,
): Device {
  const { sms, warps, registers, sharedWords, l1Lines, l2Lines } = sizes;
  const { data, tags } = gpuProtection(ecc);
  const cells = (name: string, words: number): Cells =>
    createCells({ name, words, bits: 32, protection: data, errors: watched });
  const tagCells = (name: string, words: number): Cells =>
    createCells({ name, words, bits: tagBits, protection: tags, errors: watched });
  const watched: MemoryErrors = {
    corrected: (structure, word) => errors.corrected(structure, word),
    uncorrectable: (structure, word) => {
      errors.uncorrectable(structure, word);
      device.trapped = true;
    },
  };
  const entries = sms * warps;
  const own = entries * registers * 32;
  const file = cells("registers", own + 64);
  const device: Device = {
    sizes,
    hbm: cells("hbm", hbmWords),
    l2: cells("l2", l2Lines * lineWords),
    l2Tags: tagCells("l2-tag", l2Lines),
    l1: cells("l1", sms * l1Lines * lineWords),
    l1Tags: tagCells("l1-tag", sms * l1Lines),
    shared: cells("shared", sms * sharedWords),
    registers: file,
    instructions: cells("instructions", instructionWords),
    u: file.raw,
    i: new Int32Array(file.raw.buffer),
    f: new Float32Array(file.raw.buffer),
    sink: own,
    zero: own + 32,
    immediate: own + 33,
    predicates: new Uint32Array(entries * predicates),
    schedule: new Uint32Array(entries * scheduleWords),
    masks: new Uint32Array(entries * maskWords),
    barriers: new Uint32Array(entries),
    constants: new Uint32Array(sms * constantWords),
    tensorOperands: new Uint32Array(sms * tensorRegisters * 32),
    tensorControl: new Uint32Array(sms * 4),
    control: new Uint32Array(controlAt.turn + sms),
    trapped: false,
    registersStruck: false,
  };
  return device;
}

/** [15:0] line number / sets, then these. */
const tagBits = 19;
export const tagValid = 1 << 16;
export const tagDirty = 1 << 17;
export const tagNext = 1 << 18;

export function setsOf(lines: number): number {
  return lines / ways;
}

/** Asked where a call may have changed it. */
export function isTrapped({ trapped }: Device): boolean {
  return trapped;
}
