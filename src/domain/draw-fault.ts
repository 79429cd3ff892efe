import { arithmeticMask } from "./arithmetic-masks.ts";
import type { Fault, FaultComponent, FaultModel, FloatFormat } from "./fault-model.ts";
import type { RandomStream } from "./random.ts";
import { plainFlip } from "./strike.ts";
import type { Axis, Strike, TargetSpace } from "./strike.ts";

/** A strike, and which component of the mixture it is. */
export interface Drawn {
  readonly strike: Strike;
  readonly component: string;
}

/** The words and bits that a fault hits, and what becomes of them. */
type Hit = Pick<Strike, "word" | "mask" | "manner" | "value" | "words" | "step">;

/**
 * Strike `id`: uniform over words, bits and golden cycles of the target, of a kind drawn by its weight; a pure function of the stream and the
 * arguments. The model must fit the target (`unfitFault`).
 */
export function drawStrike(
  random: RandomStream,
  id: number,
  space: TargetSpace,
  model: FaultModel,
  inputs: number,
  goldenCycles: number,
): Drawn {
  const { name: component, fault } = drawComponent(random, model);
  const hit = { ...plainFlip, ...drawHit(random, space, fault) };
  const iteration = random.nextBelow(inputs);
  const cycle = random.nextBelow(Math.max(1, goldenCycles));
  return { component, strike: { id, target: space.name, ...hit, iteration, cycle } };
}

/** One of a mixture; where there is nothing to choose, nothing is drawn. */
export function drawComponent(random: RandomStream, { mix }: FaultModel): FaultComponent {
  return mix.length === 1
    ? mix[0]!
    : mix[
        drawIndex(
          random,
          mix.map(({ weight }) => weight),
        )
      ]!;
}

/** An index by weights that need not add up to 1. */
export function drawIndex(random: RandomStream, weights: readonly number[]): number {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let left = random.nextFloat() * sum;
  let last = 0;
  for (const [index, weight] of weights.entries()) {
    if (weight <= 0) continue;
    if (left < weight) return index;
    left -= weight;
    last = index;
  }
  return last;
}

/** Bits side by side of a word that has as many. */
function drawAdjacent(random: RandomStream, wordBits: number, width: number): number {
  const lowest = random.nextBelow(wordBits - width + 1);
  return ones(width) * 2 ** lowest;
}

type Partly = Partial<Hit> & Pick<Hit, "word" | "mask">;

function drawHit(random: RandomStream, space: TargetSpace, fault: Fault): Partly {
  const { words: all, bits } = space;
  switch (fault.kind) {
    case "adjacent":
      return { word: random.nextBelow(all), mask: drawAdjacent(random, bits, fault.bits) };
    case "multiplicity": {
      const wanted = 1 + drawIndex(random, fault.weights);
      return { word: random.nextBelow(all), mask: drawAdjacent(random, bits, wanted) };
    }
    case "random-bits":
      return { word: random.nextBelow(all), mask: drawBits(random, bits, fault.bits) };
    case "byte-periodic": {
      const word = random.nextBelow(all);
      const bit = random.nextBelow(Math.min(8, bits));
      let mask = 0;
      for (let at = bit; at < bits; at += 8) mask += 2 ** at;
      return { word, mask };
    }
    case "word-periodic": {
      const { every: step, words } = fault;
      return { word: random.nextBelow(all - (words - 1) * step), mask: oneBit(random, bits), words, step };
    }
    case "axis-periodic": {
      const { step, size } = alongAxis(space.axes, fault.axis)!;
      const words = fault.words ?? size;
      const any = random.nextBelow(all);
      const first = random.nextBelow(size - words + 1);
      const word = any - (Math.floor(any / step) % size) * step + first * step;
      return { word, mask: oneBit(random, bits), words, step };
    }
    case "stuck-at": {
      const word = random.nextBelow(all);
      const mask = oneBit(random, bits);
      return { word, mask, manner: "hold", value: fault.value === 1 ? mask : 0 };
    }
    case "value": {
      const word = random.nextBelow(all);
      const mask = ones(bits);
      const value = fault.value === "zero" ? 0 : fault.value === "ones" ? mask : random.nextBelow(2 ** bits);
      return { word, mask, manner: "put", value };
    }
    case "not-finite":
      return { word: random.nextBelow(all), ...drawNotFinite(random, bits, fault) };
    case "arithmetic":
      return { word: random.nextBelow(all), ...arithmeticMask(random, fault.operation) };
  }
}

/** Quiet NaN and +∞ as IEEE 754 (bfloat16 likewise) spells them; the sign of an infinity is drawn. */
const notFinite: Readonly<Record<FloatFormat, Readonly<{ nan: number; inf: number; sign: number }>>> = {
  f32: { nan: 0x7fc00000, inf: 0x7f800000, sign: 0x80000000 },
  bf16: { nan: 0x7fc0, inf: 0x7f80, sign: 0x8000 },
  fp16: { nan: 0x7e00, inf: 0x7c00, sign: 0x8000 },
};

function drawNotFinite(
  random: RandomStream,
  bits: number,
  { value, format }: Extract<Fault, { kind: "not-finite" }>,
): Omit<Partly, "word"> {
  const width = floatBits(format ?? "f32");
  const at = width * random.nextBelow(Math.floor(bits / width));
  const { nan, inf, sign } = notFinite[format ?? "f32"];
  const code = value === "nan" ? nan : random.nextBelow(2) === 1 ? inf + sign : inf;
  return { mask: ones(width) * 2 ** at, manner: "put", value: code * 2 ** at };
}

export function floatBits(format: FloatFormat): number {
  return format === "f32" ? 32 : 16;
}

/** How far apart words lie that differ in this axis alone, and how many there are; null: the target has no such axis. */
export function alongAxis(
  axes: readonly Axis[],
  name: string,
): { readonly step: number; readonly size: number } | null {
  const at = axes.findIndex((axis) => axis.name === name);
  if (at < 0) return null;
  return { step: axes.slice(at + 1).reduce((step, { size }) => step * size, 1), size: axes[at]!.size };
}

function oneBit(random: RandomStream, bits: number): number {
  return 2 ** random.nextBelow(bits);
}

/** Distinct bits, every choice of so many equally likely (Floyd's algorithm). */
function drawBits(random: RandomStream, bits: number, count: number): number {
  const chosen = new Set<number>();
  for (let last = bits - count; last < bits; last++) {
    const bit = random.nextBelow(last + 1);
    chosen.add(chosen.has(bit) ? last : bit);
  }
  return [...chosen].reduce((mask, bit) => mask + 2 ** bit, 0);
}

function ones(width: number): number {
  return 2 ** width - 1;
}
