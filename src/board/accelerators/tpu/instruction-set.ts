/**
 * The instruction words of the TPU-like accelerator, bit by bit (docs/tpu.md, "Instructions").
 *
 *   31      26 25   21 20   16 15   11 10                0
 *   [ opcode ][ d, X ][  a    ][  b   ][                  ]
 *                      [         imm 15–0                 ]
 *   [ opcode ][  X   ][ op 20–17 ][ fa 16–14 ][ fb 13–11 ][ fo 10–8 ][ flags 7–0 ]
 */
export const opcodes = {
  HALT: 1,
  STOP: 2,
  SET: 3,
  SETH: 4,
  ADD: 5,
  MUL: 6,
  ADDI: 7,
  BNZ: 8,
  CONFIG: 9,
  DMAIN: 16,
  DMAOUT: 17,
  GATHER: 18,
  LOADW: 19,
  LOADT: 20,
  MARCH: 21,
  SHIFT: 24,
  SWAP: 25,
  MATMUL: 26,
  MAP: 32,
  COMBINE: 33,
  REQUANT: 34,
  REDUCE: 35,
  EXCHANGE: 36,
  DRAIN: 37,
} as const;
export type Mnemonic = keyof typeof opcodes;

export type UnitName = "none" | "array" | "dma" | "vector";
/** The bit of `enable` that a unit has. */
export const enableBits: Readonly<Record<UnitName, number>> = { none: 0, array: 1, dma: 2, vector: 4 };

interface Form {
  readonly name: Mnemonic;
  readonly unit: UnitName;
  /** All bits that the instruction uses; any other that is set is illegal. */
  readonly uses: number;
  /** Scalars from X on that it reads; 0: it has no X. */
  readonly operands: number;
  readonly isLegal: (word: number) => boolean;
}

const opcodeBits = 0xfc000000;
const d = 0x1f << 21;
const a = 0x1f << 16;
const b = 0x1f << 11;
const imm = 0xffff;
const op = 0xf << 17;
const fa = 7 << 14;
const fb = 7 << 11;
const fo = 7 << 8;

/** Operation `op` at most `most`, formats of the fields that are used not 7. */
const legal =
  (most: number, formats: readonly number[] = []) =>
  (word: number): boolean =>
    ((word >>> 17) & 15) <= most && formats.every((shift) => ((word >>> shift) & 7) !== 7);
const always = (_word: number): boolean => true;

const forms: readonly (Form | undefined)[] = (() => {
  const made = new Array<Form | undefined>(64);
  const form = (
    name: Mnemonic,
    unit: UnitName,
    uses: number,
    operands: number,
    isLegal: Form["isLegal"] = always,
  ): void => {
    made[opcodes[name]] = { name, unit, uses: (uses | opcodeBits) >>> 0, operands, isLegal };
  };
  form("HALT", "none", 0, 0);
  form("STOP", "none", 0, 0);
  form("SET", "none", d | imm, 0);
  form("SETH", "none", d | imm, 0);
  form("ADD", "none", d | a | b, 0);
  form("MUL", "none", d | a | b, 0);
  form("ADDI", "none", d | a | imm, 0);
  form("BNZ", "none", d | imm, 0);
  form("CONFIG", "none", a | b, 0);
  form("DMAIN", "dma", d, 6);
  form("DMAOUT", "dma", d, 6);
  form("GATHER", "dma", d | fa, 10, legal(15, [14]));
  form("LOADW", "dma", d, 4);
  form("LOADT", "dma", d | fa, 5, legal(15, [14]));
  form("MARCH", "dma", d | 31, 8);
  form("SHIFT", "array", d | fa, 2, legal(15, [14]));
  form("SWAP", "array", 0, 0);
  form("MATMUL", "array", d | fa | 1, 4, (word) => legal(15, [14])(word) && ((word >>> 14) & 7) !== 1);
  form("MAP", "vector", d | op | fa | fo, 6, legal(7, [14, 8]));
  form("COMBINE", "vector", d | op | fa | fb | fo | 1, 8, legal(6, [14, 11, 8]));
  form("REQUANT", "vector", d | 1, 8);
  form("REDUCE", "vector", d | op | fa | fo, 6, legal(2, [14, 8]));
  form("EXCHANGE", "vector", d | fa, 4, (word) => ((word >>> 14) & 7) <= 1);
  form("DRAIN", "vector", d, 5);
  return made;
})();

/** What decode finds out; fields that the instruction does not use are 0. */
export interface Decoded {
  readonly name: Mnemonic;
  readonly unit: UnitName;
  /** Also X. */
  readonly d: number;
  readonly a: number;
  readonly b: number;
  readonly imm: number;
  readonly op: number;
  readonly fa: number;
  readonly fb: number;
  readonly fo: number;
  readonly flags: number;
}

/** Null: illegal. */
export function decodeInstruction(word: number): Decoded | null {
  const form = forms[word >>> 26];
  if (form === undefined || (word & ~form.uses) !== 0 || !form.isLegal(word)) return null;
  const x = (word >>> 21) & 31;
  if (x + form.operands > 32) return null;
  return {
    name: form.name,
    unit: form.unit,
    d: x,
    a: (word >>> 16) & 31,
    b: (word >>> 11) & 31,
    imm: word & 0xffff,
    op: (word >>> 17) & 15,
    fa: (word >>> 14) & 7,
    fb: (word >>> 11) & 7,
    fo: (word >>> 8) & 7,
    flags: word & 0xff,
  };
}

export type Fields = Partial<Omit<Decoded, "name" | "unit">>;

/** The other way round. A field beyond its width is the assembler's mistake: RangeError. */
export function encodeInstruction(name: Mnemonic, fields: Fields = {}): number {
  const put = (value: number, bits: number, at: number): number => {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits)
      throw new RangeError(`${name}: ${value} does not fit ${bits} bits`);
    return value * 2 ** at;
  };
  const { d = 0, a = 0, b = 0, op = 0, fa = 0, fb = 0, fo = 0, flags = 0 } = fields;
  const low = put((fields.imm ?? 0) & 0xffff, 16, 0);
  const word =
    put(opcodes[name], 6, 26) +
    put(d, 5, 21) +
    put(a, 5, 16) +
    put(b, 5, 11) +
    low +
    put(op, 4, 17) +
    put(fa, 3, 14) +
    put(fb, 3, 11) +
    put(fo, 3, 8) +
    put(flags, 8, 0);
  if (decodeInstruction(word) === null) throw new RangeError(`${name}: illegal ${JSON.stringify(fields)}`);
  return word;
}
