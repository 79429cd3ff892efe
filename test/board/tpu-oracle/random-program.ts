import { randomStream } from "../../../src/domain/random.ts";
import type { RandomStream } from "../../../src/domain/random.ts";
import type { Image, OracleStrike } from "./machine.ts";
import { encode, formats, sizes } from "./numbers.ts";

/**
 * Programs for the array that nobody would write and that use all of it: tiles of odd shapes in every format, transposed and not, accumulated, in loops, with
 * gathers, marches and vector work between, on a memory of random numbers.
 */
export interface ArrayShape {
  readonly rows: number;
  readonly columns: number;
}

/** Operands first, what the host reads last. */
function hbmWordsOf({ rows, columns }: ArrayShape): number {
  return 1_024 + 256 * Math.ceil((2 * rows * columns) / 256);
}
/** The part of the unified buffer that programs work in, and that strikes fall on. */
export const usedBuffer = 768;

export function randomImage(seed: number, shape: ArrayShape, ecc: boolean): Image {
  const random = randomStream(seed, "tpu-oracle", "program", shape.rows, shape.columns);
  const format = pick(random, [
    formats.i8,
    formats.bf16,
    formats.f32,
    formats.fp16,
    formats.fp8,
    formats.tf32,
  ]);
  const hbmWords = hbmWordsOf(shape);
  const outputAt = hbmWords - 256;
  const code = new Assembler();
  const large = shape.rows * shape.columns > 1_000;
  // Nobody waits for many tiles of a large array.
  const segments = large ? 1 : 2 + random.nextBelow(3);
  for (let segment = 0; segment < segments; segment++)
    pick(random, large ? [tile] : [tile, tile, tile, vector, move])(code, random, shape, format);
  // Sums go where the host reads them.
  code.operands(0, [0, 512, shape.columns, 1 + random.nextBelow(4), shape.columns]);
  code.unit(drain, {});
  code.operands(0, [outputAt, 512, 8, 16, 16, 16]);
  code.unit(dmaOut, {});
  code.word(halt << 26);
  const trapVector = code.words.length;
  code.word(stop << 26);
  const instructions = new Uint32Array(64 * Math.ceil(code.words.length / 64));
  instructions.set(code.words);
  return {
    ...shape,
    operandBits: 8 * sizes[format]!,
    ecc,
    hbm: randomWords(random, format, hbmWords),
    instructions,
    trapVector,
    input: random.nextBelow(4),
    output: Array.from({ length: 128 }, (_, word) => outputAt + word),
  };
}

const [halt, stop, set, seth, add, addi, bnz, config] = [1, 2, 3, 4, 5, 7, 8, 9];
const [dmaIn, dmaOut, gather, loadW, loadT, marchOn, shiftIn, swap, matmul] = [
  16, 17, 18, 19, 20, 21, 24, 25, 26,
];
const [map, combine, requant, reduce, exchange, drain] = [32, 33, 34, 35, 36, 37];

interface UnitFields {
  readonly x?: number;
  readonly op?: number;
  readonly fa?: number;
  readonly fb?: number;
  readonly fo?: number;
  readonly flags?: number;
}

class Assembler {
  readonly words: number[] = [];

  word(word: number): void {
    this.words.push(word >>> 0);
  }

  set(register: number, value: number): void {
    this.word((set << 26) | (register << 21) | (value & 0xffff));
    if (value !== (value << 16) >> 16) this.word((seth << 26) | (register << 21) | (value >>> 16));
  }

  operands(x: number, values: readonly number[]): void {
    values.forEach((value, at) => this.set(x + at, value));
  }

  unit(code: number, { x = 0, op = 0, fa = 0, fb = 0, fo = 0, flags = 0 }: UnitFields): void {
    this.word((code << 26) | (x << 21) | (op << 17) | (fa << 14) | (fb << 11) | (fo << 8) | flags);
  }
}

type Segment = (code: Assembler, random: RandomStream, shape: ArrayShape, format: number) => void;

/** A tile of weights, then rows of activations through it; often twice, in a loop that a register counts. */
const tile: Segment = (code, random, shape, format) => {
  const size = sizes[format]!;
  const rows = 1 + random.nextBelow(shape.rows);
  const columns = 1 + random.nextBelow(shape.columns);
  const m = 1 + random.nextBelow(6);
  const rowWords = Math.ceil((rows * size) / 4);
  const weightWords = Math.ceil((columns * size) / 4);
  code.set(20, shape.rows * shape.columns > 1_000 ? 1 : 1 + random.nextBelow(2));
  code.set(21, random.nextBelow(64));
  code.set(22, rows);
  code.set(23, columns);
  code.word((config << 26) | (22 << 16) | (23 << 11));
  const loop = code.words.length;
  if (random.nextBelow(3) === 0) {
    code.operands(0, [random.nextBelow(64), rows, columns, 1 + random.nextBelow(rowWords + 1), rows - 1]);
    code.unit(loadT, { fa: format });
  } else {
    code.operands(0, [random.nextBelow(64), rows, weightWords, weightWords]);
    code.unit(loadW, {});
  }
  code.operands(0, [random.nextBelow(4) === 0 ? shape.rows : rows, columns]);
  code.unit(shiftIn, { fa: format });
  code.word(swap << 26);
  code.operands(0, [random.nextBelow(200), 0, m, rowWords, rowWords, rowWords]);
  code.unit(dmaIn, {});
  code.operands(0, [0, rowWords, m, random.nextBelow(8)]);
  code.unit(matmul, { fa: format, flags: random.nextBelow(2) });
  // The count goes down, and an address up: loops live in registers.
  code.word((addi << 26) | (20 << 21) | (20 << 16) | 0xffff);
  code.word((add << 26) | (21 << 21) | (21 << 16) | (20 << 11));
  code.word((bnz << 26) | (20 << 21) | loop);
  code.operands(0, [random.nextBelow(4), 256, columns, m, columns]);
  code.unit(drain, {});
};

const anyFormat = (random: RandomStream): number => random.nextBelow(7);

const vector: Segment = (code, random) => {
  const rows = 1 + random.nextBelow(4);
  const columns = 1 + random.nextBelow(40);
  const [fa, fb, fo] = [anyFormat(random), anyFormat(random), anyFormat(random)];
  const flag = random.nextBelow(2);
  switch (random.nextBelow(5)) {
    case 0:
      code.operands(2, [256, 8, 400, 40, rows, columns]);
      code.unit(map, { x: 2, op: random.nextBelow(8), fa, fo });
      break;
    case 1:
      code.operands(2, [256, 8, random.nextBelow(64), flag, 400, 40, rows, columns]);
      code.unit(combine, { x: 2, op: random.nextBelow(7), fa, fb, fo, flags: flag });
      break;
    case 2:
      code.operands(2, [256, 8, 400, 12, rows, columns, 1 + random.nextBelow(2 ** 15), random.nextBelow(20)]);
      code.unit(requant, { x: 2, flags: flag });
      break;
    case 3:
      code.operands(2, [256, random.nextBelow(3), 400, 1, 30 + random.nextBelow(8), 1 + random.nextBelow(9)]);
      code.unit(reduce, { x: 2, op: random.nextBelow(3), fa, fo });
      break;
    default:
      code.operands(2, [256, 1 + random.nextBelow(40), 2 ** random.nextBelow(4), 2 ** random.nextBelow(5)]);
      code.unit(exchange, { x: 2, fa: random.nextBelow(2) });
  }
};

const move: Segment = (code, random) => {
  const format = anyFormat(random);
  if (random.nextBelow(2) === 0) {
    // Indices are made of buffer words: mostly 0 after the beginning, some by a march whose log they are.
    code.operands(2, [
      random.nextBelow(200),
      1 + random.nextBelow(40),
      8,
      400,
      600,
      0,
      300,
      16,
      2,
      1 + random.nextBelow(20),
    ]);
    code.unit(gather, { x: 2, fa: format });
  } else {
    code.operands(2, [
      random.nextBelow(64),
      1 + random.nextBelow(30),
      640,
      random.nextBelow(9),
      0,
      -1,
      0x55,
      0xaa,
    ]);
    code.unit(marchOn, { x: 2, flags: random.nextBelow(32) });
  }
};

/** Numbers of moderate size in the format of the tiles, packed. */
function randomWords(random: RandomStream, format: number, length: number): Uint32Array {
  const size = sizes[format]!;
  return Uint32Array.from({ length }, () => {
    let word = 0;
    for (let place = 0; place < 4 / size; place++) {
      const value = format === formats.i8 ? random.nextBelow(256) - 128 : (random.nextBelow(513) - 256) / 64;
      word = (word | (encode(value, format) << (8 * size * place))) >>> 0;
    }
    return word;
  });
}

/** A strike on this target, somewhere in the program; on memories where the program works. */
export function randomStrike(
  random: RandomStream,
  target: string,
  space: { readonly words: number; readonly bits: number },
  cycles: number,
  mostBits: number,
): OracleStrike {
  const words = target.startsWith("unified-buffer") ? usedBuffer : space.words;
  let mask = (1 << random.nextBelow(space.bits)) >>> 0;
  if (mostBits > 1 && random.nextBelow(3) === 0) mask = (mask | (1 << random.nextBelow(space.bits))) >>> 0;
  return { target, word: random.nextBelow(words), mask, cycle: random.nextBelow(cycles + 2) };
}

function pick<T>(random: RandomStream, from: readonly T[]): T {
  return from[random.nextBelow(from.length)]!;
}
