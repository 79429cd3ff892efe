import { accumulatorRows, address, element, Trap, wordAt } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { decode, encode, floatOf, formats, functions, isInteger, sizes } from "./numbers.ts";
import type { Decoded } from "./oracle.ts";

const [map, combine, requant, reduce, exchange] = [32, 33, 34, 35, 36];

export function vectorLength({ scalars }: Machine, { code, x }: Decoded): number {
  const s = (operand: number): number => scalars.raw(x + operand);
  switch (code) {
    case map:
    case requant:
      return s(4) * Math.ceil(s(5) / 32);
    case combine:
      return s(6) * Math.ceil(s(7) / 32);
    case reduce:
      return Math.ceil(s(4) / 32) * s(5);
    case exchange:
      return Math.ceil(s(1) / 32);
    default:
      return s(3) * Math.ceil(s(4) / 32);
  }
}

type Operand = (operand: number) => number;

export function vectorCycle(machine: Machine, d: Decoded, e: number): void {
  const s: Operand = (operand) => machine.scalars.raw(d.x + operand);
  switch (d.code) {
    case map: {
      mapCycle(machine, d, s, e);
      return;
    }
    case combine: {
      combineCycle(machine, d, s, e);
      return;
    }
    case requant: {
      requantCycle(machine, d, s, e);
      return;
    }
    case reduce: {
      reduceCycle(machine, d, s, e);
      return;
    }
    case exchange: {
      exchangeCycle(machine, d, s, e);
      return;
    }
    default: {
      drainCycle(machine, s, e);
      return;
    }
  }
}

function itemsOf(e: number, rows: number, items: number): { i: number; from: number; to: number } | null {
  const p = Math.ceil(items / 32);
  if (p === 0) return null;
  const i = Math.floor(e / p);
  if (i >= rows) return null;
  const from = 32 * (e % p);
  return { i, from, to: Math.min(items, from + 32) };
}

/** Elements `from` … `to` − 1 of row `i`, their words looked at and read in rising order. */
function readRow(
  { buffer, errors }: Machine,
  base: number,
  stride: number,
  { i, from, to }: { i: number; from: number; to: number },
  size: number,
): number[] {
  const words = new Map<number, number>();
  for (let w = Math.floor((from * size) / 4); w <= Math.floor(((to - 1) * size) / 4); w++)
    words.set(w, buffer.read(wordAt(buffer, address(base, i, stride, w)), errors));
  return Array.from({ length: to - from }, (_, at) => element((w) => words.get(w)!, from + at, size));
}

function writeRow(
  { buffer }: Machine,
  base: number,
  stride: number,
  { i, from }: { i: number; from: number },
  size: number,
  codes: readonly number[],
): void {
  const perWord = 4 / size;
  for (let first = 0; first < codes.length; first += perWord) {
    let word = 0;
    for (let place = 0; place < perWord; place++)
      word = (word | ((codes[first + place] ?? 0) << (8 * size * place))) >>> 0;
    buffer.write(wordAt(buffer, address(base, i, stride, ((from + first) * size) / 4)), word);
  }
}

function mapCycle(machine: Machine, { op, fa, fo }: Decoded, s: Operand, e: number): void {
  const work = itemsOf(e, s(4), s(5));
  if (work === null) return;
  const codes = readRow(machine, s(0), s(1), work, sizes[fa]!);
  writeRow(
    machine,
    s(2),
    s(3),
    work,
    sizes[fo]!,
    codes.map((code) => mapped(code, op, fa, fo)),
  );
}

function mapped(code: number, op: number, fa: number, fo: number): number {
  if (op === 0 && fa === fo) return code;
  const x = decode(code, fa);
  const real = isInteger(fa) ? Math.fround(x) : x;
  switch (op) {
    case 0:
      return encode(x, fo);
    case 1:
      return encode(x > 0 ? x : 0, fo);
    case 2:
      return encode(isInteger(fa) ? -x | 0 : -x, fo);
    case 3:
      return encode(isInteger(fa) ? Math.abs(x) | 0 : Math.abs(x), fo);
    case 4:
      return encode(functions.exp(real), fo);
    case 5:
      return encode(functions.tanh(real), fo);
    case 6:
      return encode(Math.fround(1 / real), fo);
    default:
      return encode(functions.rsqrt(real), fo);
  }
}

function combineCycle(machine: Machine, d: Decoded, s: Operand, e: number): void {
  const work = itemsOf(e, s(6), s(7));
  if (work === null) return;
  const a = readRow(machine, s(0), s(1), work, sizes[d.fa]!);
  const column = (d.flags & 1) === 1;
  const b = readRow(machine, s(2), s(3), column ? { ...work, from: 0, to: 1 } : work, sizes[d.fb]!);
  writeRow(
    machine,
    s(4),
    s(5),
    work,
    sizes[d.fo]!,
    a.map((code, at) => combined(code, column ? b[0]! : b[at]!, d)),
  );
}

function combined(codeA: number, codeB: number, { op, fa, fb, fo }: Decoded): number {
  const integers = isInteger(fa) && isInteger(fb);
  const taken = (code: number, format: number): number => {
    const x = decode(code, format);
    return integers || !isInteger(format) ? x : Math.fround(x);
  };
  const [a, b] = [taken(codeA, fa), taken(codeB, fb)];
  if (integers)
    return encode(
      operation(op, a, b, (x) => Number(BigInt.asIntN(32, BigInt(x))), intProduct),
      fo,
    );
  const result = operation(op, a, b, Math.fround, (x, y) => Math.fround(x * y));
  return encode(isInteger(fa) ? result : decode(encode(result, fa), fa), fo);
}

const intProduct = (x: number, y: number): number => Number(BigInt.asIntN(32, BigInt(x) * BigInt(y)));

function operation(
  op: number,
  a: number,
  b: number,
  round: (x: number) => number,
  product: (x: number, y: number) => number,
): number {
  switch (op) {
    case 0:
      return round(a + b);
    case 1:
      return round(a - b);
    case 2:
      return product(a, b);
    case 3:
      return a < b || Number.isNaN(b) ? a : b;
    case 4:
      return a > b || Number.isNaN(b) ? a : b;
    case 5:
      return a > b ? 1 : 0;
    default:
      return a <= b && a >= -b ? 0 : 1;
  }
}

function requantCycle(machine: Machine, { flags }: Decoded, s: Operand, e: number): void {
  const work = itemsOf(e, s(4), s(5));
  if (work === null) return;
  const codes = readRow(machine, s(0), s(1), work, 4);
  const least = (flags & 1) === 1 ? -127n : 0n;
  const shift = BigInt(s(7) % 64);
  const half = shift === 0n ? 0n : 1n << (shift - 1n);
  const result = codes.map((code) => {
    const scaled = (BigInt(code | 0) * BigInt(s(6) | 0) + half) >> shift;
    return Number(scaled < least ? least : scaled > 127n ? 127n : scaled) & 0xff;
  });
  writeRow(machine, s(2), s(3), work, 1, result);
}

function reduceCycle(machine: Machine, { op, fa, fo }: Decoded, s: Operand, e: number): void {
  const { buffer, lanes, errors } = machine;
  const [rows, columns] = [s(4), s(5)];
  if (columns === 0) return;
  const j = e % columns;
  const size = sizes[fa]!;
  const running = isInteger(fa) ? formats.i32 : formats.f32;
  for (let k = 0; k < 32; k++) {
    const i = 32 * Math.floor(e / columns) + k;
    if (i >= rows) break;
    const at = wordAt(buffer, address(s(0), i, s(1), Math.floor((j * size) / 4)));
    const read = buffer.read(at, errors);
    const code = element(() => read, j % (4 / size), size);
    const x = decode(code, fa);
    const [value, index] = [2 * k, 2 * k + 1];
    if (j === 0) {
      const first = op === 2 && Number.isNaN(x) ? -Infinity : x;
      lanes.write(value, fa === running && !Number.isNaN(x) ? code : encode(first, running));
      lanes.write(index, 0);
    } else if (op === 0) {
      const sum = decode(lanes.raw(value), running) + x;
      lanes.write(value, isInteger(fa) ? sum >>> 0 : encode(Math.fround(sum), running));
    } else {
      const held = decode(lanes.raw(value), running);
      if (op === 1) lanes.write(value, encode(held > x || Number.isNaN(x) ? held : x, running));
      else if (x > held) {
        lanes.write(value, encode(x, running));
        lanes.write(index, j);
      }
    }
    if (j === columns - 1) {
      const out = wordAt(buffer, address(s(2), i, s(3)));
      const result =
        op === 2
          ? fo === formats.i32
            ? lanes.raw(index)
            : encode(lanes.raw(index) | 0, fo)
          : fo === running
            ? lanes.raw(value)
            : encode(decode(lanes.raw(value), running), fo);
      buffer.write(out, result);
    }
  }
}

function exchangeCycle({ buffer, errors }: Machine, { fa }: Decoded, s: Operand, e: number): void {
  const [ub, pairs, distance, block] = [s(0), s(1), s(2), s(3)];
  const read: { i: number; first: number; second: number; x: number; y: number }[] = [];
  for (let p = 32 * e; p < Math.min(pairs, 32 * e + 32); p++) {
    if (distance === 0) throw new Trap();
    const i = (Math.imul(Math.imul(2, distance), Math.floor(p / distance)) + (p % distance)) >>> 0;
    const first = wordAt(buffer, (ub + i) >>> 0);
    const x = buffer.read(first, errors);
    const second = wordAt(buffer, (ub + i + distance) >>> 0);
    read.push({ i, first, second, x, y: buffer.read(second, errors) });
  }
  const valueOf = (word: number): number => (fa === formats.i32 ? word | 0 : floatOf(word));
  for (const { i, first, second, x, y } of read) {
    const rising = (i & block) === 0;
    if (!(rising ? valueOf(x) > valueOf(y) : valueOf(x) < valueOf(y))) continue;
    buffer.write(first, y);
    buffer.write(second, x);
  }
}

function drainCycle({ buffer, accumulators, errors, image }: Machine, s: Operand, e: number): void {
  const work = itemsOf(e, s(3), s(4));
  if (work === null) return;
  for (let j = work.from; j < work.to; j++) {
    const row = (s(0) + work.i) >>> 0;
    if (row >= accumulatorRows || j >= image.columns) throw new Trap();
    const at = wordAt(buffer, address(s(1), work.i, s(2), j));
    buffer.write(at, accumulators.read(row * image.columns + j, errors));
  }
}
