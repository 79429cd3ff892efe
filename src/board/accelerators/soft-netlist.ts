/**
 * One processing element of the soft accelerator, as it is configured into the FPGA: an int8 multiplier and a 32-bit accumulator
 * out of look-up tables of six inputs.
 *
 *   a, b ─→ partial products, rows of full adders (Baugh and Wooley) ─p15..p0→ 32 full adders ⇄ accumulator register
 *
 * Baugh and Wooley, IEEE Trans. Comput. C-22 (1973): with the products of exactly one sign bit inverted, and 2^8 + 2^15 added,
 * a sum of bits is the product of two signed numbers, modulo 2^16.
 */
export interface Netlist {
  readonly nets: number;
  /** In an order in which every table comes after those it reads. */
  readonly luts: readonly Lut[];
  /** The net that the register takes each accumulator bit from. */
  readonly next: readonly number[];
}

export interface Lut {
  /** Truth table: bit n of the 64 is the output where the pins, pin 0 lowest, spell n. */
  readonly initLow: number;
  readonly initHigh: number;
  /** Nets of the used pins; the others are tied to the supply. */
  readonly pins: readonly number[];
}

export const operandBits = 8;
export const accumulatorBits = 32;
/** Pins that the tables of this netlist use, of the six they have. */
export const usedPins = 4;

/** Nets by number: the two levels, the operand registers, the accumulator register; then the outputs of the tables in order. */
export const ground = 0;
export const supply = 1;
export const netOfA = 2;
export const netOfB = netOfA + operandBits;
export const netOfAccumulator = netOfB + operandBits;
export const netOfFirstLut = netOfAccumulator + accumulatorBits;

export const netlist: Netlist = buildElement();

function buildElement(): Netlist {
  const luts: Lut[] = [];
  const lut = (pins: readonly number[], truth: (...bits: number[]) => number): number => {
    luts.push({ ...initOf(pins.length, truth), pins });
    return netOfFirstLut + luts.length - 1;
  };
  const product = multiplier(lut);
  const next = accumulator(lut, product);
  return { nets: netOfFirstLut + luts.length, luts, next };
}

type AddLut = (pins: readonly number[], truth: (...bits: number[]) => number) => number;

/** Nets of the 16 bits of a·b. */
function multiplier(lut: AddLut): readonly number[] {
  const last = operandBits - 1;
  const product: number[] = [];
  for (let i = 0; i < operandBits; i++)
    product.push(lut([netOfA + i, netOfB], (a, b) => (a & b) ^ (i === last ? 1 : 0)));
  // The 2^8 of Baugh and Wooley stands where no row has put a bit yet.
  product.push(supply);
  for (let j = 1; j < operandBits; j++) {
    let carry: number | null = null;
    for (let i = 0; i < operandBits; i++) {
      const inverted = (i === last) !== (j === last) ? 1 : 0;
      const at = i + j;
      const pins: number[] = [netOfA + i, netOfB + j, product[at]!, ...(carry === null ? [] : [carry])];
      const bit = (a: number, b: number): number => (a & b) ^ inverted;
      // The 2^15 inverts what is carried out of the last row.
      const flipped = i === last && j === last ? 1 : 0;
      const sum = lut(pins, (a, b, s, c = 0) => bit(a, b) ^ s ^ c);
      carry = lut(pins, (a, b, s, c = 0) => majority(bit(a, b), s, c) ^ flipped);
      product[at] = sum;
    }
    product.push(carry!);
  }
  return product;
}

/** Nets of the accumulator's next value, accumulator + sign-extended product. */
function accumulator(lut: AddLut, product: readonly number[]): readonly number[] {
  const next: number[] = [];
  let carry: number | null = null;
  for (let k = 0; k < accumulatorBits; k++) {
    const pins: number[] = [
      netOfAccumulator + k,
      product[Math.min(k, product.length - 1)]!,
      ...(carry === null ? [] : [carry]),
    ];
    next.push(lut(pins, (q, p, c = 0) => q ^ p ^ c));
    if (k < accumulatorBits - 1) carry = lut(pins, (q, p, c = 0) => majority(q, p, c));
  }
  return next;
}

function majority(a: number, b: number, c: number): number {
  return (a & b) | (a & c) | (b & c);
}

/** The unused inputs change nothing, whatever level they are at: the table is repeated over them. */
function initOf(
  used: number,
  truth: (...bits: number[]) => number,
): { readonly initLow: number; readonly initHigh: number } {
  const halves = [0, 0];
  for (let address = 0; address < 64; address++) {
    const bits = Array.from({ length: used }, (_, pin) => (address >> pin) & 1);
    if (truth(...bits) === 1) halves[address >> 5] = (halves[address >> 5]! | (1 << (address & 31))) >>> 0;
  }
  return { initLow: halves[0]!, initHigh: halves[1]! };
}
