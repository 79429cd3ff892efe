import type { Element, Pattern, Program, Step, Tensor } from "../../../src/board/workloads/program.ts";

/**
 * What a program computes, slowly and plainly: the reference that accelerators are compared with. It shares no code with them.
 *
 * Every tensor is an array of doubles that holds numbers of its format. Integers are exact, and wrap where i32 does. Floats: each product and each sum is rounded to
 * f32 (`Math.fround`, to the nearest, ties to even), sums run by rising index, `reduce` too; exp and tanh are the engine's, rounded to f32. Another order
 * of sums gives other last bits, so floats are compared with a tolerance.
 */
export interface Evaluation {
  /** Elements of the output, row by row. */
  readonly output: Float64Array;
  /** [detected and not corrected, corrected]; null: the program has no detector. */
  readonly flags: readonly [number, number] | null;
  /** Everything as it stands at the end. */
  readonly tensors: ReadonlyMap<string, Float64Array>;
}

/** Called before the step of this index; what it writes into tensors stands: a fault put in between steps. */
export type BeforeStep = (at: number, step: Step, tensors: ReadonlyMap<string, Float64Array>) => void;

/** Throws an Error where a machine would trap. */
export function evaluateProgram(program: Program, input: number, before?: BeforeStep): Evaluation {
  const tensors = new Map<string, Float64Array>();
  const held = new Map<string, Held>();
  for (const tensor of program.tensors) {
    const count = tensor.rows * tensor.columns;
    const from = tensor.role === "inputs" ? input * count : 0;
    const values =
      tensor.role === "scratch" ? new Float64Array(count) : doublesOf(tensor).slice(from, from + count);
    tensors.set(tensor.name, values);
    held.set(tensor.name, { ...tensor, now: values });
  }
  program.steps.forEach((step, at) => {
    before?.(at, step, tensors);
    make(step, (name) => held.get(name)!);
  });
  const flags = program.flags === null ? null : tensors.get(program.flags.tensor)!;
  return {
    output: tensors.get(program.output)!,
    flags: flags === null ? null : [flags[0]!, flags[1]!],
    tensors,
  };
}

/** Made once for each tensor: thousands of inputs go through one program. */
const doubles = new WeakMap<Tensor, Float64Array>();
function doublesOf(tensor: Tensor): Float64Array {
  const known = doubles.get(tensor) ?? Float64Array.from(tensor.values);
  doubles.set(tensor, known);
  return known;
}

type Held = Tensor & { readonly now: Float64Array };

function make(step: Step, tensor: (name: string) => Held): void {
  switch (step.do) {
    case "matmul":
      multiply(tensor(step.a), tensor(step.b), tensor(step.into), step.transposeB === true);
      return;
    case "gather": {
      const [from, index, into] = [tensor(step.from).now, tensor(step.index).now, tensor(step.into).now];
      for (let i = 0; i < into.length; i++) {
        const at = index[i]!;
        if (at < -1 || at >= from.length) throw new Error(`trap: index ${at} of ${from.length}`);
        into[i] = at === -1 ? 0 : from[at]!;
      }
      return;
    }
    case "map": {
      const [from, into] = [tensor(step.from), tensor(step.into)];
      const round = roundings[into.element];
      const map = maps[step.op];
      const wrap = from.element === "i32" && into.element === "i32";
      from.now.forEach((x, i) => (into.now[i] = wrap ? map(x) | 0 : round(map(x))));
      return;
    }
    case "combine": {
      const [a, b, into] = [tensor(step.a), tensor(step.b), tensor(step.into)];
      const round = roundings[into.element];
      const combine = into.element === "i32" && step.op === "multiply" ? Math.imul : combines[step.op];
      const wrap = into.element === "i32";
      for (let i = 0; i < a.rows; i++)
        for (let j = 0; j < a.columns; j++) {
          const at = i * a.columns + j;
          const other = b.now[(b.rows === 1 ? 0 : i) * b.columns + (b.columns === 1 ? 0 : j)]!;
          const value = combine(a.now[at]!, other);
          into.now[at] = wrap ? value | 0 : round(value);
        }
      return;
    }
    case "reduce-rows": {
      const [from, into] = [tensor(step.from), tensor(step.into)];
      for (let i = 0; i < from.rows; i++) {
        const row = from.now.subarray(i * from.columns, (i + 1) * from.columns);
        into.now[i] =
          step.op === "sum"
            ? sum(row, from.element)
            : step.op === "max"
              ? row.reduce((best, x) => combines.max(best, x))
              : argMax(row);
      }
      return;
    }
    case "requantize": {
      const { multiplier, shift, least } = step;
      const into = tensor(step.into).now;
      tensor(step.from).now.forEach((x, i) => {
        const scaled = (BigInt(x) * BigInt(multiplier) + (1n << BigInt(shift - 1))) >> BigInt(shift);
        into[i] = Number(scaled > 127n ? 127n : scaled < BigInt(least) ? BigInt(least) : scaled);
      });
      return;
    }
    case "place":
      tensor(step.into).now.set(tensor(step.from).now, step.row * tensor(step.into).columns);
      return;
    case "reduce":
      tensor(step.into).now[0] = sum(tensor(step.from).now, tensor(step.from).element);
      return;
    case "scan": {
      const [from, into] = [tensor(step.from), tensor(step.into).now];
      let total = 0;
      from.now.forEach((x, i) => (into[i] = total = add(total, x, from.element)));
      return;
    }
    case "sort":
      tensor(step.into).now.set(Float64Array.from(tensor(step.from).now).sort());
      return;
    case "march": {
      const [memory, log] = [tensor(step.memory).now, tensor(step.log).now];
      const count = memory.length;
      for (let k = 0; k < count; k++) {
        const i = step.order === "up" ? k : count - 1 - k;
        if (step.read !== null) log[i] = log[i]! | (memory[i]! ^ wordOf(step.read, i));
        if (step.write !== null) memory[i] = wordOf(step.write, i);
      }
      return;
    }
  }
}

function multiply(a: Held, b: Held, into: Held, transposeB: boolean): void {
  const { columns: depth } = a;
  const [ofK, ofN] = transposeB ? [1, depth] : [b.columns, 1];
  const { rows, columns } = into;
  const [x, y] = [a.now, b.now];
  for (let m = 0; m < rows; m++)
    for (let n = 0; n < columns; n++) {
      let total = 0;
      let at = m * depth;
      let other = n * ofN;
      if (into.element === "i32")
        for (let k = 0; k < depth; k++, at++, other += ofK) total = (total + x[at]! * y[other]!) | 0;
      else
        for (let k = 0; k < depth; k++, at++, other += ofK)
          total = Math.fround(total + Math.fround(x[at]! * y[other]!));
      into.now[m * columns + n] = total;
    }
}

function wordOf(pattern: Pattern, i: number): number {
  if ("walkingPass" in pattern) return (1 << ((i + pattern.walkingPass) % 32)) | 0;
  return (i % 2 === 0 ? pattern.even : pattern.odd) | 0;
}

function add(a: number, b: number, element: Element): number {
  return element === "i32" ? (a + b) | 0 : Math.fround(a + b);
}

function sum(values: Float64Array, element: Element): number {
  return values.reduce((total, x) => add(total, x, element), 0);
}

function argMax(row: Float64Array): number {
  let best = 0;
  let most = -Infinity;
  row.forEach((x, i) => {
    if (x > most) [best, most] = [i, x];
  });
  return best;
}

const maps = {
  copy: (x: number) => x,
  relu: (x: number) => (x > 0 ? x : 0),
  negate: (x: number) => -x,
  absolute: Math.abs,
  exp: Math.exp,
  tanh: Math.tanh,
  reciprocal: (x: number) => 1 / x,
  rsqrt: (x: number) => 1 / Math.sqrt(x),
};

const combines = {
  add: (a: number, b: number) => a + b,
  subtract: (a: number, b: number) => a - b,
  multiply: (a: number, b: number) => a * b,
  min: (a: number, b: number) => (a < b || Number.isNaN(b) ? a : b),
  max: (a: number, b: number) => (a > b || Number.isNaN(b) ? a : b),
  greater: (a: number, b: number) => (a > b ? 1 : 0),
  "not-within": (a: number, b: number) => (a <= b && a >= -b ? 0 : 1),
};

/** To the nearest number of the format, ties to even. */
export const roundings: Readonly<Record<Element, (x: number) => number>> = {
  f32: Math.fround,
  tf32: (x) => toSignificant(x, 11, -126, Infinity),
  bf16: (x) => toSignificant(x, 8, -126, Infinity),
  fp16: (x) => toSignificant(x, 11, -14, 65504),
  fp8: (x) => Math.max(-448, Math.min(448, toSignificant(x, 4, -6, Infinity))),
  i8: (x) => toInteger(x, -128, 127),
  i32: (x) => toInteger(x, -(2 ** 31), 2 ** 31 - 1),
};

function toSignificant(x: number, significant: number, leastExponent: number, largest: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  let exponent = Math.max(leastExponent, Math.floor(Math.log2(Math.abs(x))));
  if (Math.abs(x) >= 2 ** (exponent + 1)) exponent++;
  if (Math.abs(x) < 2 ** exponent && exponent > leastExponent) exponent--;
  const step = 2 ** (exponent - significant + 1);
  const rounded = tiesToEven(x / step) * step;
  const over =
    largest === Infinity ? Math.abs(Math.fround(rounded)) === Infinity : Math.abs(rounded) > largest;
  return over ? Math.sign(x) * Infinity : rounded;
}

function toInteger(x: number, least: number, most: number): number {
  if (Number.isNaN(x)) return 0;
  return Math.max(least, Math.min(most, tiesToEven(x))) + 0;
}

function tiesToEven(x: number): number {
  const below = Math.floor(x);
  const over = x - below;
  if (over !== 0.5) return over < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
