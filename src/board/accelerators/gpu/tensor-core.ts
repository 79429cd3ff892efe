import { fromBf16 } from "../../numbers/bf16.ts";
import { nan32 } from "../../numbers/float-bits.ts";
import { fromE4m3 } from "../../numbers/fp8.ts";
import { fromFp16 } from "../../numbers/fp16.ts";
import { fromTf32 } from "../../numbers/tf32.ts";
import { tensorFields, tensorRegisters, warpStates } from "./device.ts";
import type { Device } from "./device.ts";
import { setState } from "./flow.ts";
import { fragmentRegisters, opcodes, zeroRegister } from "./isa.ts";
import type { Issue } from "./operands.ts";

/**
 * The tensor core of each SM (docs/gpu.md, "Matrices"): D = A·B + C of 16 × 8 in four quarters of k, each from the operand latch as it stands in its cycle.
 *
 *   registers ─issue→ latch [ A 0–3 | B 4–5 | C 6–9 ] ⇄ quarter 0 … 3 ─→ registers D
 */
export interface TensorCore {
  readonly isBusy: (sm: number) => boolean;
  readonly issue: (issue: Issue) => void;
  /** Its part of one cycle. */
  readonly step: (sm: number) => void;
}

const rows = 16;
const columns = 8;
const firstB = fragmentRegisters.a;
const firstC = firstB + fragmentRegisters.b;

/** Of element (row, column) of C and D: register · 32 + lane in the latch. */
const accumulatorAt = Uint16Array.from({ length: rows * columns }, (_, at) => {
  const row = Math.floor(at / columns);
  const column = at % columns;
  return (firstC + 2 * (row >> 3) + (column & 1)) * 32 + (row & 7) * 4 + (column >> 1);
});

export function createTensorCore(device: Device): TensorCore {
  const { registers, sizes, tensorOperands, tensorControl } = device;
  const floats = new Float32Array(tensorOperands.buffer);
  const a = new Float64Array(rows * 8);
  const b = new Float64Array(8 * columns);

  const latch = (at: number, from: number, isZero: boolean, count: number): void => {
    if (isZero) {
      tensorOperands.fill(0, at, at + count * 32);
      return;
    }
    registers.reads(from, count * 32);
    for (let word = 0; word < count * 32; word++) tensorOperands[at + word] = registers.raw[from + word]!;
  };

  const finish = (sm: number): void => {
    const entry = sm * sizes.warps + tensorControl[sm * 4 + tensorFields.warp]!;
    const d = tensorControl[sm * 4 + tensorFields.register]!;
    if (d !== zeroRegister) {
      const to = (entry * sizes.registers + d) * 32;
      const from = (sm * tensorRegisters + firstC) * 32;
      for (let word = 0; word < fragmentRegisters.d * 32; word++)
        registers.raw[to + word] = tensorOperands[from + word]!;
      registers.wrote(to, fragmentRegisters.d * 32);
    }
    setState(device, entry, warpStates.ready);
    tensorControl.fill(0, sm * 4, sm * 4 + 4);
  };

  return {
    isBusy: (sm) => tensorControl[sm * 4 + tensorFields.opcode] !== 0,
    issue: (issue) => {
      const { sm, entry, opcode } = issue;
      const base = sm * tensorRegisters * 32;
      latch(base, issue.aAt, issue.a === zeroRegister, fragmentRegisters.a);
      latch(base + firstB * 32, issue.bAt, issue.b === zeroRegister, fragmentRegisters.b);
      latch(base + firstC * 32, issue.cAt, issue.c === zeroRegister, fragmentRegisters.c);
      tensorControl[sm * 4 + tensorFields.opcode] = opcode;
      tensorControl[sm * 4 + tensorFields.warp] = entry % sizes.warps;
      tensorControl[sm * 4 + tensorFields.register] = issue.d;
      tensorControl[sm * 4 + tensorFields.quarter] = 0;
      setState(device, entry, warpStates.inTensorCore);
    },
    step: (sm) => {
      const at = sm * 4;
      const opcode = tensorControl[at + tensorFields.opcode]!;
      const d = tensorControl[at + tensorFields.register]!;
      const quarter = tensorControl[at + tensorFields.quarter]!;
      const perRegister = elementsOf(opcode);
      const fits = d === zeroRegister || d + fragmentRegisters.d <= sizes.registers;
      if (
        perRegister === 0 ||
        tensorControl[at + tensorFields.warp]! >= sizes.warps ||
        !fits ||
        quarter > 3
      ) {
        device.trapped = true;
        return;
      }
      const latched = sm * tensorRegisters * 32;
      const depth = unpackQuarter(tensorOperands, latched, opcode, perRegister, quarter, a, b);
      if (opcode === opcodes["mma.s8"]) multiplyIntegers(tensorOperands, latched, a, b, depth);
      else multiplyFloats(floats, tensorOperands, latched, a, b, depth);
      tensorControl[at + tensorFields.quarter] = quarter + 1;
      if (quarter === 3) finish(sm);
    },
  };
}

/** Elements a register; 0: no matrix instruction. */
function elementsOf(opcode: number): number {
  if (opcode === opcodes["mma.bf16"] || opcode === opcodes["mma.f16"]) return 2;
  if (opcode === opcodes["mma.tf32"]) return 1;
  return opcode === opcodes["mma.e4m3"] || opcode === opcodes["mma.s8"] ? 4 : 0;
}

/** Rows of A and B for the k of this quarter, as numbers; answers how many k it has. */
function unpackQuarter(
  latch: Uint32Array,
  base: number,
  opcode: number,
  perRegister: number,
  quarter: number,
  a: Float64Array,
  b: Float64Array,
): number {
  const depth = 2 * perRegister;
  const group = 4 * perRegister;
  for (let step = 0; step < depth; step++) {
    const k = quarter * depth + step;
    const upper = k >= group ? 1 : 0;
    const within = k - upper * group;
    const thread = Math.floor(within / perRegister);
    const part = within - thread * perRegister;
    for (let row = 0; row < rows; row++) {
      const register = (row >> 3) + 2 * upper;
      const word = latch[base + register * 32 + (row & 7) * 4 + thread]!;
      a[row * depth + step] = element(opcode, word, part);
    }
    for (let column = 0; column < columns; column++) {
      const word = latch[base + (firstB + upper) * 32 + column * 4 + thread]!;
      b[column * depth + step] = element(opcode, word, part);
    }
  }
  return depth;
}

function element(opcode: number, word: number, part: number): number {
  if (opcode === opcodes["mma.bf16"]) return fromBf16(word >>> (16 * part));
  if (opcode === opcodes["mma.f16"]) return fromFp16(word >>> (16 * part));
  if (opcode === opcodes["mma.tf32"]) return fromTf32(word);
  if (opcode === opcodes["mma.e4m3"]) return fromE4m3(word >>> (8 * part));
  return (word << (24 - 8 * part)) >> 24;
}

/** One rounding a step, since a product has at most 22 bits (docs/gpu.md). */
function multiplyFloats(
  floats: Float32Array,
  latch: Uint32Array,
  base: number,
  a: Float64Array,
  b: Float64Array,
  depth: number,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = base + accumulatorAt[row * columns + column]!;
      let sum = floats[at]!;
      for (let k = 0; k < depth; k++) sum = Math.fround(a[row * depth + k]! * b[column * depth + k]! + sum);
      if (sum === sum) floats[at] = sum;
      else latch[at] = nan32;
    }
  }
}

function multiplyIntegers(
  latch: Uint32Array,
  base: number,
  a: Float64Array,
  b: Float64Array,
  depth: number,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = base + accumulatorAt[row * columns + column]!;
      let sum = latch[at]! | 0;
      for (let k = 0; k < depth; k++) sum = (sum + a[row * depth + k]! * b[column * depth + k]!) | 0;
      latch[at] = sum;
    }
  }
}
