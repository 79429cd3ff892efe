import { arrayCycle, arrayLength } from "./array.ts";
import { dmaCycle, dmaLength } from "./dma.ts";
import { Trap, control, machineOf, wordAt } from "./machine.ts";
import type { Image, Machine, OracleStrike } from "./machine.ts";
import { Uncorrectable } from "./store.ts";
import { vectorCycle, vectorLength } from "./vector.ts";

/**
 * The TPU-like accelerator cycle by cycle, from docs/tpu.md alone: slow, and as plain as the page. Every register of every element is clocked in every
 * cycle; nothing is worked out ahead. It shares no code with the accelerator but the functions exp, tanh and rsqrt, which the page names.
 */
export interface OracleRun {
  readonly end: "ok" | "trap" | "reset" | "budget";
  readonly cycles: number;
  readonly machine: Machine;
  readonly output: readonly number[];
  /** Before and after each strike, in the order in which they landed. */
  readonly flips: readonly { readonly before: number; readonly after: number }[];
  /** An uncorrectable word was read. */
  readonly detected: boolean;
}

/** As the units see an instruction. */
export interface Decoded {
  readonly code: number;
  readonly x: number;
  readonly a: number;
  readonly b: number;
  readonly imm: number;
  readonly op: number;
  readonly fa: number;
  readonly fb: number;
  readonly fo: number;
  readonly flags: number;
}

type Field = "x" | "a" | "b" | "imm" | "op" | "fa" | "fb" | "fo";

interface Shape {
  readonly uses: readonly Field[];
  readonly flags?: number;
  readonly operands?: number;
  readonly ops?: number;
  /** Bit of `enable`. */
  readonly unit?: 1 | 2 | 4;
  readonly formats?: readonly number[];
}

const shapes: Readonly<Record<number, Shape>> = {
  1: { uses: [] },
  2: { uses: [] },
  3: { uses: ["x", "imm"] },
  4: { uses: ["x", "imm"] },
  5: { uses: ["x", "a", "b"] },
  6: { uses: ["x", "a", "b"] },
  7: { uses: ["x", "a", "imm"] },
  8: { uses: ["x", "imm"] },
  9: { uses: ["a", "b"] },
  16: { uses: ["x"], operands: 6, unit: 2 },
  17: { uses: ["x"], operands: 6, unit: 2 },
  18: { uses: ["x", "fa"], operands: 10, unit: 2 },
  19: { uses: ["x"], operands: 4, unit: 2 },
  20: { uses: ["x", "fa"], operands: 5, unit: 2 },
  21: { uses: ["x"], flags: 0b11111, operands: 8, unit: 2 },
  24: { uses: ["x", "fa"], operands: 2, unit: 1 },
  25: { uses: [], unit: 1 },
  26: { uses: ["x", "fa"], flags: 1, operands: 4, unit: 1, formats: [0, 2, 3, 4, 5, 6] },
  32: { uses: ["x", "op", "fa", "fo"], operands: 6, ops: 8, unit: 4 },
  33: { uses: ["x", "op", "fa", "fb", "fo"], flags: 1, operands: 8, ops: 7, unit: 4 },
  34: { uses: ["x"], flags: 1, operands: 8, unit: 4 },
  35: { uses: ["x", "op", "fa", "fo"], operands: 6, ops: 3, unit: 4 },
  36: { uses: ["x", "fa"], operands: 4, unit: 4, formats: [0, 1] },
  37: { uses: ["x"], operands: 5, unit: 4 },
};

/** Bits 25–21, 20–16, 15–11, 15–0; of units 20–17, 16–14, 13–11, 10–8. */
const places: Readonly<Record<Field, readonly [low: number, bits: number]>> = {
  x: [21, 5],
  a: [16, 5],
  b: [11, 5],
  imm: [0, 16],
  op: [17, 4],
  fa: [14, 3],
  fb: [11, 3],
  fo: [8, 3],
};

const halt = 1;
const stop = 2;

/** `see` is told the code of each instruction in each cycle that it is executed. */
export function simulate(
  image: Image,
  strikes: readonly OracleStrike[],
  budget: number,
  see: (cycle: number, code: number) => void = () => undefined,
): OracleRun {
  const machine = machineOf(image);
  const flips: { before: number; after: number }[] = [];
  const run = (end: OracleRun["end"], cycles: number, output: readonly number[]): OracleRun => {
    for (const strike of strikes) if (strike.cycle >= cycles) flips.push(land(machine, strike));
    return { end, cycles, machine, output, flips, detected: machine.errors.uncorrected > 0 };
  };
  let phase: "fetch" | "decode" | "execute" | "trap" = "fetch";
  let decoded: Decoded | null = null;
  let idle = false;
  let e = 0;
  for (let cycle = 0; cycle < budget; cycle++) {
    for (const strike of strikes) if (strike.cycle === cycle) flips.push(land(machine, strike));
    const registers = machine.control;
    if (phase === "trap") {
      if ((registers.raw(control.status) & 1) === 1) return run("reset", cycle + 1, outputAsIs(machine));
      registers.write(control.status, registers.raw(control.status) | 1);
      registers.write(control.pc, registers.raw(control.trapVector));
      phase = "fetch";
      continue;
    }
    try {
      if (phase === "fetch") {
        const pc = registers.raw(control.pc);
        const word = machine.instructions.read(wordAt(machine.instructions, pc), machine.errors);
        registers.write(control.instruction, word);
        registers.write(control.pc, (pc + 1) >>> 0);
        phase = "decode";
      } else if (phase === "decode") {
        decoded = decodeOrTrap(registers.raw(control.instruction), (registers.raw(control.status) & 1) === 1);
        const unit = shapes[decoded.code]!.unit;
        idle = unit !== undefined && (registers.raw(control.enable) & unit) === 0;
        e = 0;
        phase = "execute";
      } else {
        const d = decoded!;
        see(cycle, d.code);
        if (d.code === halt) return run("ok", cycle + 1, readBack(machine));
        if (d.code === stop) return run("trap", cycle + 1, outputAsIs(machine));
        const length = idle ? 1 : lengthOf(machine, d);
        if (!idle) execute(machine, d, e);
        if (e + 1 >= length) phase = "fetch";
        else e++;
      }
    } catch (raised) {
      if (!(raised instanceof Trap || raised instanceof Uncorrectable)) throw raised;
      phase = "trap";
    }
  }
  return run("budget", budget, outputAsIs(machine));
}

/** Check bits are not kept as such here, so what a strike on them was before is not told. */
function land(
  machine: Machine,
  { target, word, mask, hold }: OracleStrike,
): { before: number; after: number } {
  const check = target.endsWith("-check");
  const store = machine.stores[check ? target.slice(0, -"-check".length) : target]!;
  const before = store.raw(word);
  if (hold !== undefined) store.hold(word, mask, hold.value);
  else if (check) store.flipCheck(word, mask);
  else store.flip(word, mask);
  return { before, after: store.raw(word) };
}

function decodeOrTrap(word: number, inHandler: boolean): Decoded {
  const field = (name: Field): number => {
    const [low, bits] = places[name];
    return (word >>> low) & (2 ** bits - 1);
  };
  const code = word >>> 26;
  const shape = shapes[code];
  if (shape === undefined || (inHandler && code !== stop)) throw new Trap();
  let named = 0xfc000000 | (shape.flags ?? 0);
  for (const name of shape.uses) named |= (2 ** places[name][1] - 1) << places[name][0];
  if ((word & ~named) !== 0) throw new Trap();
  if (field("x") + (shape.operands ?? 0) > 32) throw new Trap();
  for (const name of ["fa", "fb", "fo"] as const) {
    if (!shape.uses.includes(name)) continue;
    if (field(name) === 7) throw new Trap();
  }
  if (shape.formats !== undefined && !shape.formats.includes(field("fa"))) throw new Trap();
  if (shape.ops !== undefined && field("op") >= shape.ops) throw new Trap();
  return {
    code,
    x: field("x"),
    a: field("a"),
    b: field("b"),
    imm: field("imm"),
    op: field("op"),
    fa: field("fa"),
    fb: field("fb"),
    fo: field("fo"),
    flags: word & 0xff,
  };
}

function lengthOf(machine: Machine, d: Decoded): number {
  if (d.code < 16) return 1;
  if (d.code < 24) return dmaLength(machine, d);
  return d.code < 32 ? arrayLength(machine, d) : vectorLength(machine, d);
}

function execute(machine: Machine, d: Decoded, e: number): void {
  if (d.code < 16) sequencer(machine, d);
  else if (d.code < 24) dmaCycle(machine, d, e);
  else if (d.code < 32) arrayCycle(machine, d, e);
  else vectorCycle(machine, d, e);
}

function sequencer(machine: Machine, { code, x, a, b, imm }: Decoded): void {
  const { scalars, control: registers } = machine;
  const s = (register: number): number => scalars.raw(register);
  const signed = (imm << 16) >> 16;
  switch (code) {
    case 3: {
      scalars.write(x, signed >>> 0);
      return;
    }
    case 4: {
      scalars.write(x, ((imm << 16) | (s(x) & 0xffff)) >>> 0);
      return;
    }
    case 5: {
      scalars.write(x, (s(a) + s(b)) >>> 0);
      return;
    }
    case 6: {
      scalars.write(x, Math.imul(s(a), s(b)) >>> 0);
      return;
    }
    case 7: {
      scalars.write(x, (s(a) + signed) >>> 0);
      return;
    }
    case 8:
      if (s(x) !== 0) registers.write(control.pc, imm);
      return;
    default:
      registers.write(control.rows, s(a));
      registers.write(control.columns, s(b));
  }
}

/** At HALT, word by word. An uncorrectable one is counted, and read as it stands. */
function readBack({ hbm, errors, image }: Machine): number[] {
  return image.output.map((word) => {
    try {
      return hbm.read(word, errors);
    } catch (raised) {
      if (!(raised instanceof Uncorrectable)) throw raised;
      return hbm.raw(word);
    }
  });
}

function outputAsIs({ hbm, image }: Machine): number[] {
  return image.output.map((word) => hbm.raw(word));
}
