import type { GpuImage, GpuSizes } from "../../../../src/board/accelerators/gpu/image.ts";
import type { At } from "./small-gpu.ts";

/**
 * All words of the machine by target and place, as docs/gpu.md lists them, without ECC: numbers in plain arrays. What the slow interpreter (oracle.ts) runs on.
 */
export interface OracleState {
  readonly sizes: GpuSizes;
  readonly words: Readonly<Record<string, number[]>>;
  /** At a place along the axes. */
  get(target: string, first: number, second?: number, third?: number, fourth?: number): number;
  set(target: string, place: readonly number[], value: number): void;
  strike(strike: At): void;
  readonly alu: At[];
}

export class Trap extends Error {}
/** The interpreter does not know the instruction: no comparison is made. */
export class Unknown extends Error {}

export function oracleState(image: GpuImage, sizes: GpuSizes): OracleState {
  const { sms, warps, registers, sharedWords, l1Lines, l2Lines } = sizes;
  const axes: Record<string, readonly number[]> = {
    hbm: [image.memory.length],
    instructions: [image.instructions.length / 2, 2],
    l2: [l2Lines / 4, 4, 32],
    "l2-tag": [l2Lines / 4, 4],
    l1: [sms, l1Lines / 4, 4, 32],
    "l1-tag": [sms, l1Lines / 4, 4],
    shared: [sms, sharedWords],
    registers: [sms, warps, registers, 32],
    predicates: [sms, warps, 7],
    scheduler: [sms, warps, 12],
    "scheduler-mask": [sms, warps, 10],
    barrier: [sms, warps],
    constants: [sms, 32],
    "tensor-operands": [sms, 10, 32],
    "tensor-control": [sms, 4],
    control: [15 + sms],
  };
  const bits: Record<string, number> = {
    scheduler: 16,
    barrier: 16,
    "tensor-control": 8,
    "l2-tag": 19,
    "l1-tag": 19,
  };
  const words: Record<string, number[]> = {};
  for (const [target, its] of Object.entries(axes))
    words[target] = Array.from({ length: its.reduce((a, b) => a * b) }, () => 0);
  words["hbm"] = [...image.memory];
  words["instructions"] = [...image.instructions];
  const alu: At[] = [];
  const index = (target: string, place: readonly number[]): number => {
    const its = axes[target]!;
    let word = 0;
    for (let axis = 0; axis < its.length; axis++) {
      const at = place[axis]!;
      if (!(at >= 0 && at < its[axis]!)) throw new RangeError(`${target} has no ${place.join(", ")}`);
      word = word * its[axis]! + at;
    }
    return word;
  };
  const place = [0, 0, 0, 0];
  return {
    sizes,
    words,
    alu,
    get: (target, first, second = -1, third = -1, fourth = -1) => {
      place[0] = first;
      place[1] = second;
      place[2] = third;
      place[3] = fourth;
      return words[target]![index(target, place)]!;
    },
    set: (target, at, value) => {
      const limit = 2 ** (bits[target] ?? 32);
      words[target]![index(target, at)] = ((value % limit) + limit) % limit;
    },
    strike: (at) => {
      const { target, word, mask, manner = "flip", value = 0 } = at;
      if (target === "alu-output") {
        alu.push(at);
        return;
      }
      const its = words[target]!;
      const [now, bit] = [BigInt(its[word]!), BigInt(mask)];
      its[word] = Number(manner === "flip" ? now ^ bit : (now & ~bit) | (BigInt(value) & bit));
    },
  };
}

export function readAt(s: OracleState, target: string, place: readonly number[]): number {
  return s.get(target, place[0]!, place[1], place[2], place[3]);
}

/** `bits` of a word from bit `from` up. */
export const field = (word: number, from: number, bits: number): number =>
  Math.floor(word / 2 ** from) % 2 ** bits;

export function setState(s: OracleState, sm: number, warp: number, state: number): void {
  s.set("scheduler", [sm, warp, 3], Math.floor(s.get("scheduler", sm, warp, 3) / 256) * 256 + state);
}

/** Registers of `control`. */
export const control = {
  phase: 0,
  head: 1,
  end: 2,
  input: 3,
  x: 4,
  y: 5,
  warps: 6,
  entry: 7,
  shared: 8,
  next: 9,
  done: 10,
};
export const [vectorAt, enableAt, memoryAt, modeAt, turnAt] = [11, 12, 13, 14, 15];
