import { controlAt } from "./device.ts";
import type { Device } from "./device.ts";
import { constantWords, decode, forms, zeroRegister } from "./isa.ts";

/** One instruction about to be executed. Of an operand: index of its first lane in the register file, and 31, or 0 where all lanes read one word. */
export interface Issue {
  sm: number;
  /** Scheduler entry, counted over all SMs. */
  entry: number;
  opcode: number;
  /** Lanes that execute. */
  mask: number;
  /** The fields as decoded. */
  d: number;
  a: number;
  b: number;
  c: number;
  dAt: number;
  aAt: number;
  aLanes: number;
  bAt: number;
  bLanes: number;
  cAt: number;
  cLanes: number;
}

export function newIssue(): Issue {
  const operands = { dAt: 0, aAt: 0, aLanes: 0, bAt: 0, bLanes: 0, cAt: 0, cLanes: 0 };
  return { sm: 0, entry: 0, opcode: 0, mask: 0, d: 0, a: 0, b: 0, c: 0, ...operands };
}

const fieldsOf = 7;

/**
 * Fetch and decode: what an instruction word says is kept beside the word itself, and decoded anew when the word in the memory is another.
 *
 *   instructions[pc] ─same word as when it was decoded?→ fields ─→ issue
 */
export interface Decoder {
  /** Opcode of the instruction at `pc` (0: none, or an illegal one); the device may be trapped by the memory. */
  readonly fetch: (pc: number) => number;
  /** Guard of what was fetched last: [2:0] which, [3] negated. */
  readonly guard: () => number;
  /** Operands of what was fetched last. */
  readonly operandsInto: (issue: Issue) => void;
}

export function createDecoder(device: Device): Decoder {
  const { instructions, constants, sizes, zero, sink, immediate, i } = device;
  const { raw } = instructions;
  const count = raw.length >>> 1;
  const seen = new Uint32Array(raw.length);
  const fields = new Int32Array(count * fieldsOf);
  let at = 0;
  const decodeAt = (pc: number): void => {
    const low = raw[pc * 2]!;
    const high = raw[pc * 2 + 1]!;
    seen[pc * 2] = low;
    seen[pc * 2 + 1] = high;
    const found = decode(low, high, sizes.registers);
    fields[pc * fieldsOf] = found?.opcode ?? 0;
    if (found === null) return;
    const { guard, d, a, form, b, c } = found;
    fields.set([guard, d, a, form, b, c], pc * fieldsOf + 1);
  };
  return {
    fetch: (pc) => {
      if (pc >= count) {
        device.trapped = true;
        return 0;
      }
      instructions.reads(pc * 2, 2);
      // A memory of zeros decodes to opcode 0, as `fields` begin.
      if (raw[pc * 2] !== seen[pc * 2] || raw[pc * 2 + 1] !== seen[pc * 2 + 1]) decodeAt(pc);
      at = pc * fieldsOf;
      return fields[at]!;
    },
    guard: () => fields[at + 1]!,
    operandsInto: (issue) => {
      const base = issue.entry * sizes.registers * 32;
      const d = fields[at + 2]!;
      const a = fields[at + 3]!;
      const form = fields[at + 4]!;
      const b = fields[at + 5]!;
      const c = fields[at + 6]!;
      issue.d = d;
      issue.a = a;
      issue.b = b;
      issue.c = c;
      issue.dAt = d === zeroRegister ? sink : base + d * 32;
      issue.aAt = a === zeroRegister ? zero : base + a * 32;
      issue.aLanes = a === zeroRegister ? 0 : 31;
      issue.cAt = c === zeroRegister ? zero : base + c * 32;
      issue.cLanes = c === zeroRegister ? 0 : 31;
      if (form !== forms.register) {
        i[immediate] = form === forms.immediate ? b : constants[issue.sm * constantWords + b]!;
        issue.bAt = immediate;
        issue.bLanes = 0;
      } else {
        issue.bAt = b === zeroRegister ? zero : base + b * 32;
        issue.bLanes = b === zeroRegister ? 0 : 31;
      }
    },
  };
}

/** First word of the shared memory of this entry's block; -1: the launch registers say nothing sensible. */
export function sharedBase(device: Device, entry: number): number {
  const { control, sizes } = device;
  const warps = control[controlAt.warps]!;
  if (warps === 0) return -1;
  const slot = Math.floor((entry % sizes.warps) / warps);
  return slot * control[controlAt.sharedWords]!;
}
