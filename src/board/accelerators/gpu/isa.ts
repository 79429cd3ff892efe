/**
 * Instructions of the GPU-like accelerator: 64 bits, two words (docs/gpu.md, "Instructions").
 *
 *   low word   [7:0] opcode  [10:8] guard  [11] guard negated  [19:12] d  [27:20] a  [29:28] form of b  [31:30] not read
 *   high word  form 0: [7:0] register b    form 1: the immediate b    form 2: [15:0] index in the constant bank
 *              where there is a third operand it is [31:24], and an immediate has the 24 bits below it, with sign
 *
 * Whatever is struck decodes to something: another instruction, another register, or null, which traps.
 */
export interface Instruction {
  readonly mnemonic: Mnemonic;
  readonly opcode: number;
  readonly operands: Operands;
}

/**
 * Letters in the order they are written: `D` register d, written · `V` register d, read · `P` predicate d, written · `A` register a · `Q` predicate a ·
 * `B` register, immediate or constant · `R` register b · `C` register c · `S` predicate c · `M` address [register a + B] · `L` a place in the code · `X` a special register.
 */
type Operands =
  | ""
  | "L"
  | "DA"
  | "DB"
  | "DX"
  | "DQ"
  | "DAB"
  | "DABC"
  | "DABS"
  | "DARC"
  | "DM"
  | "MV"
  | "PAB"
  | "PQ"
  | "PQS";

/** Opcode 0 is none, so that a memory of zeros traps. */
const table = {
  nop: [0x01, ""],
  exit: [0x02, ""],
  bra: [0x03, "L"],
  ssy: [0x04, "L"],
  sync: [0x05, ""],
  bar: [0x06, ""],
  trap: [0x07, ""],
  rtt: [0x08, ""],
  mov: [0x10, "DB"],
  s2r: [0x11, "DX"],
  sel: [0x12, "DABS"],
  "shfl.idx": [0x13, "DAB"],
  "shfl.up": [0x14, "DAB"],
  "shfl.down": [0x15, "DAB"],
  "shfl.bfly": [0x16, "DAB"],
  ballot: [0x17, "DQ"],
  "vote.any": [0x18, "PQ"],
  "vote.all": [0x19, "PQ"],
  pand: [0x1a, "PQS"],
  por: [0x1b, "PQS"],
  pxor: [0x1c, "PQS"],
  iadd: [0x20, "DAB"],
  isub: [0x21, "DAB"],
  imul: [0x22, "DAB"],
  imad: [0x23, "DABC"],
  "mulhi.s32": [0x24, "DAB"],
  "mulhi.u32": [0x25, "DAB"],
  "min.s32": [0x26, "DAB"],
  "max.s32": [0x27, "DAB"],
  "min.u32": [0x28, "DAB"],
  "max.u32": [0x29, "DAB"],
  and: [0x2a, "DAB"],
  or: [0x2b, "DAB"],
  xor: [0x2c, "DAB"],
  shl: [0x2d, "DAB"],
  "shr.u32": [0x2e, "DAB"],
  "shr.s32": [0x2f, "DAB"],
  "shf.r": [0x30, "DABC"],
  prmt: [0x31, "DABC"],
  dp4a: [0x32, "DABC"],
  fadd: [0x40, "DAB"],
  fsub: [0x41, "DAB"],
  fmul: [0x42, "DAB"],
  ffma: [0x43, "DABC"],
  fmin: [0x44, "DAB"],
  fmax: [0x45, "DAB"],
  rcp: [0x48, "DA"],
  rsqrt: [0x49, "DA"],
  sqrt: [0x4a, "DA"],
  exp: [0x4b, "DA"],
  tanh: [0x4c, "DA"],
  "setp.eq.f32": [0x50, "PAB"],
  "setp.ne.f32": [0x51, "PAB"],
  "setp.lt.f32": [0x52, "PAB"],
  "setp.le.f32": [0x53, "PAB"],
  "setp.gt.f32": [0x54, "PAB"],
  "setp.ge.f32": [0x55, "PAB"],
  "setp.eq.s32": [0x58, "PAB"],
  "setp.ne.s32": [0x59, "PAB"],
  "setp.lt.s32": [0x5a, "PAB"],
  "setp.le.s32": [0x5b, "PAB"],
  "setp.gt.s32": [0x5c, "PAB"],
  "setp.ge.s32": [0x5d, "PAB"],
  "setp.lt.u32": [0x60, "PAB"],
  "setp.le.u32": [0x61, "PAB"],
  "setp.gt.u32": [0x62, "PAB"],
  "setp.ge.u32": [0x63, "PAB"],
  "cvt.bf16.f32": [0x70, "DA"],
  "cvt.f16.f32": [0x71, "DA"],
  "cvt.tf32.f32": [0x72, "DA"],
  "cvt.e4m3.f32": [0x73, "DA"],
  "cvt.s32.f32": [0x74, "DA"],
  "cvt.s8.f32": [0x75, "DA"],
  "cvt.f32.bf16": [0x78, "DA"],
  "cvt.f32.f16": [0x79, "DA"],
  "cvt.f32.e4m3": [0x7a, "DA"],
  "cvt.f32.s32": [0x7b, "DA"],
  "cvt.f32.u32": [0x7c, "DA"],
  "cvt.s32.s8": [0x7d, "DA"],
  "cvt.s8.s32": [0x7e, "DA"],
  ldg: [0x80, "DM"],
  "ldg.u16": [0x81, "DM"],
  "ldg.u8": [0x82, "DM"],
  "ldg.s8": [0x83, "DM"],
  stg: [0x84, "MV"],
  "stg.b16": [0x85, "MV"],
  "stg.b8": [0x86, "MV"],
  lds: [0x88, "DM"],
  "lds.u16": [0x89, "DM"],
  "lds.u8": [0x8a, "DM"],
  "lds.s8": [0x8b, "DM"],
  sts: [0x8c, "MV"],
  "sts.b16": [0x8d, "MV"],
  "sts.b8": [0x8e, "MV"],
  "mma.bf16": [0x90, "DARC"],
  "mma.f16": [0x91, "DARC"],
  "mma.tf32": [0x92, "DARC"],
  "mma.e4m3": [0x93, "DARC"],
  "mma.s8": [0x94, "DARC"],
} as const satisfies Record<string, readonly [number, Operands]>;

export type Mnemonic = keyof typeof table;

export const instructions: readonly Instruction[] = Object.entries(table).map(
  ([mnemonic, [opcode, operands]]) => ({ mnemonic: mnemonic as Mnemonic, opcode, operands }),
);

/** By mnemonic: what the machine branches on. */
export const opcodes = Object.fromEntries(
  Object.entries(table).map(([mnemonic, [opcode]]) => [mnemonic, opcode]),
) as { readonly [M in Mnemonic]: (typeof table)[M][0] };

const byOpcode: (Instruction | undefined)[] = [];
for (const instruction of instructions) byOpcode[instruction.opcode] = instruction;
const byMnemonic = new Map(instructions.map((instruction) => [instruction.mnemonic as string, instruction]));
export function instructionNamed(mnemonic: string): Instruction | null {
  return byMnemonic.get(mnemonic) ?? null;
}

/** Reads as 0, and what is written to it is gone. */
export const zeroRegister = 255;
/** Always true; bit 3 of an operand negates. */
export const truePredicate = 7;
export const predicates = 7;
export const forms = { register: 0, immediate: 1, constant: 2 } as const;
export const constantWords = 32;

/** What `s2r` reads. */
export const specialRegisters = [
  "lane",
  "warp",
  "warps",
  "tid",
  "ctaid.x",
  "ctaid.y",
  "grid.x",
  "grid.y",
  "sm",
] as const;

/** Registers that an operand of a matrix instruction takes, one after the other: A and C 4, B 2, D 4. */
export const fragmentRegisters = { d: 4, a: 4, b: 2, c: 4 } as const;
const oneEach = { d: 1, a: 1, b: 1, c: 1 } as const;

/** Fields as they are encoded. */
export interface Fields {
  readonly opcode: number;
  /** [2:0] which, [3] negated. */
  readonly guard: number;
  readonly d: number;
  readonly a: number;
  readonly form: number;
  /** Register, index or immediate as a signed word. */
  readonly b: number;
  readonly c: number;
}

export function encode({ opcode, guard, d, a, form, b, c }: Fields): readonly [number, number] {
  const low = (opcode | (guard << 8) | (d << 12) | (a << 20) | (form << 28)) >>> 0;
  const third = hasThird(byOpcode[opcode]?.operands ?? "");
  return [low, (third ? (b & 0xffffff) | (c << 24) : b) >>> 0];
}

/** Null: no such opcode, or an operand that does not exist with `registers` registers. Pure. */
export function decode(low: number, high: number, registers: number): Fields | null {
  const instruction = byOpcode[low & 0xff];
  if (instruction === undefined) return null;
  const { operands, opcode } = instruction;
  const form = (low >>> 28) & 3;
  const third = hasThird(operands);
  const fields = {
    opcode,
    guard: (low >>> 8) & 0xf,
    d: (low >>> 12) & 0xff,
    a: (low >>> 20) & 0xff,
    form,
    b: form === 1 ? (third ? (high << 8) >> 8 : high | 0) : high & (form === 0 ? 0xff : 0xffff),
    c: third ? high >>> 24 : 0,
  };
  return isLegal(operands, fields, registers) ? fields : null;
}

function isLegal(operands: Operands, { d, a, form, b, c }: Fields, registers: number): boolean {
  const spans = operands === "DARC" ? fragmentRegisters : oneEach;
  const register = (at: number, span: number): boolean => at === zeroRegister || at + span <= registers;
  for (const letter of operands) {
    const good =
      letter === "D" || letter === "V"
        ? register(d, spans.d)
        : letter === "P"
          ? d <= truePredicate
          : letter === "A"
            ? register(a, spans.a)
            : letter === "Q"
              ? a <= 0xf
              : letter === "C"
                ? register(c, spans.c)
                : letter === "S"
                  ? c <= 0xf
                  : letter === "B"
                    ? isGeneral(form, b, register)
                    : letter === "M"
                      ? register(a, 1) && isGeneral(form, b, register)
                      : letter === "R"
                        ? form === forms.register && register(b, spans.b)
                        : form === forms.immediate && (letter === "L" || isSpecial(b));
    if (!good) return false;
  }
  return true;
}

function isGeneral(form: number, b: number, register: (at: number, span: number) => boolean): boolean {
  if (form === forms.register) return register(b, 1);
  return form === forms.immediate || (form === forms.constant && b < constantWords);
}

function isSpecial(index: number): boolean {
  return index >= 0 && index < specialRegisters.length;
}

/** Whether bits [31:24] of the high word are an operand of their own. */
export function hasThird(operands: string): boolean {
  return operands.includes("C") || operands.includes("S");
}
