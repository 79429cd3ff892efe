/**
 * Addresses of configuration bits as the AMD/Xilinx SEM controller reads and writes them (PG036 Error-Injection, PG187 UART-Interface-Commands).
 *
 *   from the highest bit down, by family and kind:
 *   x7, us  linear    1100 0000 0 slr(2)            frame(17)                   word(7) bit(5)    10 digits
 *   usp     linear    1100 0000 0000 slr(2)         frame(18)                   word(7) bit(5)    11 digits
 *   x7      physical  0 slr(2) type(2) half(1) row(5) column(10) minor(7)       word(7) bit(5)    10 digits
 *   us      physical  0 slr(2) type(2)         row(6) column(10) minor(7)       word(7) bit(5)    10 digits
 *   usp     physical  00 slr(2) 0 type(3)      row(6) column(10) minor(8)       word(7) bit(5)    11 digits
 *
 * The highest digit alone tells linear (`C`) from physical: a linear address without it would strike somewhere else. The linear layout
 * of the 7-series is recalled, not confirmed; the physical one is.
 */
export const semFamilies = ["x7", "us", "usp"] as const;
export type SemFamily = (typeof semFamilies)[number];

/** Words of 32 bits in one configuration frame. */
export const wordsPerFrame: Readonly<Record<SemFamily, number>> = { x7: 101, us: 123, usp: 93 };

/** Linear frames that an address can name. */
export const addressableFrames: Readonly<Record<SemFamily, number>> = {
  x7: 2 ** 17,
  us: 2 ** 17,
  usp: 2 ** 18,
};

export type SemAddress = LinearAddress | PhysicalAddress;

interface BitPlace {
  readonly family: SemFamily;
  /** Super logic region: the die, on parts made of several. */
  readonly slr: number;
  readonly word: number;
  readonly bit: number;
}

export interface LinearAddress extends BitPlace {
  readonly kind: "linear";
  readonly frame: number;
}

export interface PhysicalAddress extends BitPlace {
  readonly kind: "physical";
  readonly blockType: number;
  /** Top or bottom half of a 7-series device; 0 on the others, which count rows through. */
  readonly half: number;
  readonly row: number;
  readonly column: number;
  readonly minor: number;
}

/** A frame as a report names it: the address without word and bit. */
export type FrameAddress = Omit<LinearAddress, "word" | "bit"> | Omit<PhysicalAddress, "word" | "bit">;

type FieldName = "slr" | "frame" | "blockType" | "half" | "row" | "column" | "minor" | "word" | "bit";
/** A width with a name, or with the value that it always has. */
type Field = readonly [width: number, name: FieldName | number];

const inFrame: readonly Field[] = [
  [7, "word"],
  [5, "bit"],
];
const tenDigitLinear: readonly Field[] = [[9, 0b1_1000_0000], [2, "slr"], [17, "frame"], ...inFrame];
const layouts: Readonly<Record<SemFamily, Readonly<Record<SemAddress["kind"], readonly Field[]>>>> = {
  x7: {
    linear: tenDigitLinear,
    physical: [
      [1, 0],
      [2, "slr"],
      [2, "blockType"],
      [1, "half"],
      [5, "row"],
      [10, "column"],
      [7, "minor"],
      ...inFrame,
    ],
  },
  us: {
    linear: tenDigitLinear,
    physical: [[1, 0], [2, "slr"], [2, "blockType"], [6, "row"], [10, "column"], [7, "minor"], ...inFrame],
  },
  usp: {
    linear: [[12, 0b1100_0000_0000], [2, "slr"], [18, "frame"], ...inFrame],
    physical: [
      [2, 0],
      [2, "slr"],
      [1, 0],
      [3, "blockType"],
      [6, "row"],
      [10, "column"],
      [8, "minor"],
      ...inFrame,
    ],
  },
};

const digitsOf: Readonly<Record<SemFamily, number>> = { x7: 10, us: 10, usp: 11 };
/** PG187 prints 7 on UltraScale, 8 on UltraScale+; PG036 prints 8. A captured UltraScale report had 8: both are read. */
const reportedDigits: Readonly<Record<SemFamily, number>> = { x7: 8, us: 7, usp: 8 };

/** As it stands in a command. RangeError where a field does not fit its width, or the word is none of a frame. */
export function printAddress(address: SemAddress): string {
  if (!isWord(address.family, address.word)) throw new RangeError(`no word ${address.word} in a frame`);
  return hex(pack(layouts[address.family][address.kind], address), digitsOf[address.family]);
}

/** Total: null for whatever is no address of this family. */
export function parseAddress(family: SemFamily, text: string): SemAddress | null {
  if (text.length !== digitsOf[family] || !isHex(text)) return null;
  const kind = text.startsWith("C") ? "linear" : "physical";
  const fields = unpack(layouts[family][kind], BigInt(`0x${text}`));
  if (fields === null || !isWord(family, fields["word"] ?? 0)) return null;
  return typed(family, kind, fields);
}

/** As a report's `LA` or `PA` prints it. RangeError where a field does not fit its width. */
export function printFrameAddress(frame: FrameAddress): string {
  const packed = pack(layouts[frame.family][frame.kind], { ...frame, word: 0, bit: 0 }) >> 12n;
  const width = widthOfFrame(frame.family) - (frame.kind === "linear" ? 4 : 0);
  return hex(BigInt.asUintN(width, packed), reportedDigits[frame.family]);
}

/** Reads what follows `LA` (linear) or `PA` (physical): 7 or 8 digits. Total. */
export function parseFrameAddress(
  family: SemFamily,
  kind: SemAddress["kind"],
  text: string,
): FrameAddress | null {
  if (!/^[0-9A-F]{7,8}$/.test(text)) return null;
  const value = BigInt(`0x${text}`);
  // The highest digit of a linear address is left out in reports.
  const width = BigInt(widthOfFrame(family));
  if (value >> (width - (kind === "linear" ? 4n : 0n)) !== 0n) return null;
  const whole = ((kind === "linear" ? 0b1100n << (width - 4n) : 0n) | value) << 12n;
  const fields = unpack(layouts[family][kind], whole);
  if (fields === null) return null;
  const { word: _word, bit: _bit, ...frame } = typed(family, kind, fields);
  return frame;
}

function typed(
  family: SemFamily,
  kind: SemAddress["kind"],
  fields: Readonly<Partial<Record<FieldName, number>>>,
): SemAddress {
  const {
    slr = 0,
    word = 0,
    bit = 0,
    frame = 0,
    blockType = 0,
    half = 0,
    row = 0,
    column = 0,
    minor = 0,
  } = fields;
  return kind === "linear"
    ? { kind, family, slr, frame, word, bit }
    : { kind, family, slr, blockType, half, row, column, minor, word, bit };
}

function pack(layout: readonly Field[], values: Readonly<Partial<Record<FieldName, number>>>): bigint {
  return layout.reduce((packed, [width, name]) => {
    const value = typeof name === "number" ? name : (values[name] ?? 0);
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** width)
      throw new RangeError(`${name} ${value} does not fit ${width} bits`);
    return (packed << BigInt(width)) | BigInt(value);
  }, 0n);
}

function unpack(layout: readonly Field[], packed: bigint): Partial<Record<FieldName, number>> | null {
  const fields: Partial<Record<FieldName, number>> = {};
  let rest = packed;
  for (const [width, name] of [...layout].reverse()) {
    const value = Number(BigInt.asUintN(width, rest));
    rest >>= BigInt(width);
    if (typeof name !== "number") fields[name] = value;
    else if (value !== name) return null;
  }
  return fields;
}

function widthOfFrame(family: SemFamily): number {
  return digitsOf[family] * 4 - 12;
}

function isWord(family: SemFamily, word: number): boolean {
  return word < wordsPerFrame[family];
}

function isHex(text: string): boolean {
  return /^[0-9A-F]+$/.test(text);
}

function hex(value: bigint, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
