import { accumulatorRows, address, control, element, wordAt, Trap } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { bitsOf, decode, floatOf, formats, sizes } from "./numbers.ts";
import type { Decoded } from "./oracle.ts";

const shift = 24;
const swap = 25;

export function arrayLength({ scalars, image }: Machine, { code, x }: Decoded): number {
  if (code === swap) return 1;
  if (code === shift) return scalars.raw(x);
  const m = scalars.raw(x + 2);
  return m === 0 ? 1 : m + image.rows + image.columns - 1;
}

export function arrayCycle(machine: Machine, d: Decoded, e: number): void {
  if (d.code === shift) shiftIn(machine, d, e);
  else if (d.code === swap) exchange(machine);
  else matmul(machine, d, e);
}

function shiftIn(machine: Machine, { x, fa }: Decoded, e: number): void {
  const { scalars, control: registers, fifo, shadow, errors, image } = machine;
  const [rows, columns] = [scalars.raw(x), scalars.raw(x + 1)];
  if (columns > image.columns) throw new Trap();
  if (e >= rows) return;
  const size = sizes[fa]!;
  const first = registers.raw(control.fifoRead);
  const count = Math.ceil((columns * size) / 4);
  const words: number[] = [];
  for (let w = 0; w < count; w++) words.push(fifo.read(((first % fifo.words) + w) % fifo.words, errors));
  registers.write(control.fifoRead, (first + count) >>> 0);
  const old = shadow.before();
  for (let r = 0; r < image.rows; r++)
    for (let c = 0; c < image.columns; c++) {
      const entering = c < columns && r === 0 ? element((index) => words[index]!, c, size) : 0;
      shadow.write(r * image.columns + c, r === 0 ? entering : old[(r - 1) * image.columns + c]!);
    }
}

function exchange({ weight, shadow }: Machine): void {
  const [weights, shadows] = [weight.before(), shadow.before()];
  weights.forEach((value, word) => shadow.write(word, value));
  shadows.forEach((value, word) => weight.write(word, value));
}

function matmul(machine: Machine, { x, fa, flags }: Decoded, e: number): void {
  const { image, scalars, control: registers, buffer, errors } = machine;
  const { rows: R, columns: C } = image;
  const [ub, stride, M, accRow] = [0, 1, 2, 3].map((operand) => scalars.raw(x + operand)) as [
    number,
    number,
    number,
    number,
  ];
  const [rows, columns] = [registers.raw(control.rows), registers.raw(control.columns)];
  if (rows > R || columns > C) throw new Trap();
  const m = e - (R + C - 1);
  if (m >= 0 && m < M) collect(machine, (accRow + m) >>> 0, columns, (flags & 1) === 1, fa === formats.i8);
  const size = sizes[fa]!;
  const words: number[] = [];
  if (e < M)
    for (let w = 0; w < Math.ceil((rows * size) / 4); w++)
      words.push(buffer.read(wordAt(buffer, address(ub, e, stride, w)), errors));
  const edge = (r: number): number => (e < M && r < rows ? element((index) => words[index]!, r, size) : 0);
  clock(machine, edge, fa);
}

function collect(
  machine: Machine,
  row: number,
  columns: number,
  accumulate: boolean,
  integer: boolean,
): void {
  const { image, accumulators, sum, deSkew, errors } = machine;
  const { rows: R, columns: C } = image;
  if (row >= accumulatorRows) throw new Trap();
  for (let c = 0; c < columns; c++) {
    const out = c === C - 1 ? sum.raw((R - 1) * C + c) : deSkew.raw(deSkewWord(C, c, C - 2 - c));
    const at = row * C + c;
    if (!accumulate) accumulators.write(at, out);
    else {
      const held = accumulators.read(at, errors);
      accumulators.write(
        at,
        integer ? (held + out) >>> 0 : bitsOf(Math.fround(floatOf(held) + floatOf(out))),
      );
    }
  }
}

function clock(machine: Machine, edge: (r: number) => number, format: number): void {
  const { image, weight, activation, sum, skew, deSkew } = machine;
  const { rows: R, columns: C } = image;
  const [activations, sums, skews, deSkews] = [
    activation.before(),
    sum.before(),
    skew.before(),
    deSkew.before(),
  ];
  const weights = weight.before();
  for (let r = 0; r < R; r++)
    for (let c = 0; c < C; c++) {
      const at = r * C + c;
      const entering = c > 0 ? activations[at - 1]! : r === 0 ? edge(0) : skews[skewWord(r, r - 1)]!;
      const above = r === 0 ? 0 : sums[at - C]!;
      activation.write(at, entering);
      sum.write(at, multiplyAdd(above, weights[at]!, entering, format));
    }
  for (let r = 1; r < R; r++)
    for (let d = 0; d < r; d++) skew.write(skewWord(r, d), d === 0 ? edge(r) : skews[skewWord(r, d - 1)]!);
  for (let c = 0; c < C - 1; c++)
    for (let d = 0; d < C - 1 - c; d++)
      deSkew.write(deSkewWord(C, c, d), d === 0 ? sums[(R - 1) * C + c]! : deSkews[deSkewWord(C, c, d - 1)]!);
}

function skewWord(r: number, d: number): number {
  return (r * (r - 1)) / 2 + d;
}

function deSkewWord(C: number, c: number, d: number): number {
  const n = C - 1 - c;
  return (n * (n - 1)) / 2 + d;
}

function multiplyAdd(above: number, weight: number, entering: number, format: number): number {
  if (format === formats.i8) return (above + Math.imul((weight << 24) >> 24, (entering << 24) >> 24)) >>> 0;
  const product = Math.fround(decode(weight, format) * decode(entering, format));
  return bitsOf(Math.fround(floatOf(above) + product));
}
