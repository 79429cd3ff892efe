import type { Prepared } from "../../src/board/workloads/workload.ts";

/**
 * The workloads again, slowly, from docs/workloads.md alone: plain numbers and a division for every address, no typed
 * operands, no resuming. A strike is applied by looking at it before every step. Nothing is shared with the kernels.
 */
export interface OracleStrike {
  readonly target: string;
  readonly word: number;
  readonly mask: number;
  readonly cycle: number;
}

export interface OracleRun {
  readonly end: "ok" | "trap" | "reset" | "budget";
  readonly cycles: number;
  readonly output: readonly number[];
}

const bytes = new DataView(new ArrayBuffer(4));

/** Raw words of a structure as `input` sees it, read by striking a bit twice. */
export function peek(prepared: Prepared, name: string, input: number): number[] {
  const structure = prepared.structures.find((candidate) => candidate.name === name)!;
  return Array.from({ length: structure.words }, (_, word) => {
    structure.xor(input, word, 1);
    return structure.xor(input, word, 1)!.after;
  });
}

export function oracle(
  prepared: Prepared,
  name: string,
  input: number,
  budget: number,
  strike: OracleStrike | null,
): OracleRun {
  const machine = machineOf(prepared, name.endsWith("f32"), input, budget, strike);
  const kernel = name.startsWith("gemm") ? gemm : name.startsWith("digits") ? digits : scan;
  try {
    kernel(machine);
    machine.land(Infinity);
    return { end: "ok", cycles: machine.cycle, output: machine.output.map(machine.bitsOf) };
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop;
    return { end: stop.end, cycles: machine.cycle, output: machine.output.map(machine.bitsOf) };
  }
}

interface Machine {
  readonly float: boolean;
  readonly output: number[];
  cycle: number;
  readonly control: (word: number) => number;
  readonly operand: (target: string, from: number, size: number, offset: number, walked: number) => number;
  readonly round: (value: number) => number;
  readonly keep: (target: string, word: number, value: number) => void;
  readonly bitsOf: (value: number) => number;
  /** To be called before every step: the budget, then the strike. */
  readonly before: () => void;
  readonly land: (cycle: number) => void;
}

class Stop extends Error {
  readonly end: "trap" | "budget";
  constructor(end: "trap" | "budget") {
    super(end);
    this.end = end;
  }
}

function machineOf(
  prepared: Prepared,
  float: boolean,
  input: number,
  budget: number,
  strike: OracleStrike | null,
): Machine {
  const raw = new Map(prepared.structures.map(({ name }) => [name, peek(prepared, name, input)]));
  let landed = strike === null;
  const bitsOf = (value: number): number => {
    if (Number.isNaN(value)) return 0x7fc00000;
    if (float) bytes.setFloat32(0, value);
    else bytes.setInt32(0, value);
    return bytes.getUint32(0);
  };
  const valueOf = (word: number): number => {
    if (!float) return word >= 128 ? word - 256 : word;
    bytes.setUint32(0, word);
    return bytes.getFloat32(0);
  };
  const machine: Machine = {
    output: Array.from(prepared.output, () => 0),
    cycle: 0,
    float,
    control: (word) => raw.get("control")![word]!,
    operand: (target, from, size, offset, walked) => {
      const at = offset + ((walked % 2 ** 32) % size);
      if (at >= size) throw new Stop("trap");
      return valueOf(raw.get(target)![from + at]!);
    },
    round: (value) => {
      if (!float) return ((((value + 2 ** 31) % 2 ** 32) + 2 ** 32) % 2 ** 32) - 2 ** 31;
      bytes.setFloat32(0, value);
      return bytes.getFloat32(0);
    },
    keep: (target, word, value) => {
      raw.get(target)![word] = float ? bitsOf(value) : value & 0xff;
    },
    bitsOf,
    before: () => {
      if (machine.cycle >= budget) throw new Stop("budget");
      machine.land(machine.cycle);
    },
    land: (cycle) => {
      if (landed || strike!.cycle > cycle) return;
      landed = true;
      const words = raw.get(strike!.target)!;
      words[strike!.word] = (words[strike!.word]! ^ strike!.mask) >>> 0;
    },
  };
  return machine;
}

/** A loop whose pass is charged one cycle where it makes no step. */
function passes(machine: Machine, bound: () => number, body: (index: number) => void): void {
  for (let index = 0; index < bound(); index++) {
    const from = machine.cycle;
    body(index);
    if (machine.cycle === from) {
      machine.before();
      machine.cycle++;
    }
  }
}

/** The innermost loop: bound, strike, bound again, step. */
function steps(machine: Machine, bound: () => number, body: (index: number) => void): void {
  for (let index = 0; index < bound(); index++) {
    machine.before();
    if (index >= bound()) return;
    body(index);
    machine.cycle++;
  }
}

function gemm(machine: Machine): void {
  const { control, operand, round } = machine;
  passes(machine, () => control(0), (i) =>
    passes(machine, () => control(1), (j) => {
      let sum = 0;
      steps(machine, () => control(2), (p) => {
        const a = operand("activations", 0, 256, control(6), i * control(3) + p);
        const b = operand("weights", 0, 256, control(7), p * control(4) + j);
        sum = round(sum + round(a * b));
      });
      machine.output[(i * control(5) + j) % 256] = sum;
    }),
  ); // prettier-ignore
}

function digits(machine: Machine): void {
  const { control, operand, round, float } = machine;
  passes(
    machine,
    () => control(1),
    (row) => {
      let sum = 0;
      steps(
        machine,
        () => control(0),
        (p) => {
          const x = operand("activations", 0, 196, control(5), p);
          const w = operand("weights", 0, 6272, control(7), row * control(3) + p);
          sum = round(sum + round(x * w));
        },
      );
      const positive = sum > 0 ? sum : 0;
      const kept = float
        ? positive
        : Math.min(127, Math.floor((positive * control(9)) / 2 ** (control(10) % 32)));
      machine.keep("activations", 196 + (row % 32), kept);
    },
  );
  passes(
    machine,
    () => control(2),
    (row) => {
      let sum = 0;
      steps(
        machine,
        () => control(1),
        (p) => {
          const h = operand("activations", 196, 32, control(6), p);
          const w = operand("weights", 6272, 320, control(8), row * control(4) + p);
          sum = round(sum + round(h * w));
        },
      );
      machine.output[row % 10] = sum;
    },
  );
}

function scan(machine: Machine): void {
  const { control, operand, round } = machine;
  for (const pass of [1, 2]) {
    let carry = 0;
    let at = 0;
    let block = 0;
    while (at < control(0)) {
      const from = machine.cycle;
      let sum = carry;
      const left = (): number => Math.min(control(1), control(0) - at);
      steps(machine, left, (j) => {
        const x = operand("activations", 0, 1024, control(4), (at + j) * control(2));
        const s = operand("weights", 0, 1024, control(5), (at + j) * control(3));
        sum = round(sum + round(x * s));
        machine.output[16 + ((at + j) % 1024)] = sum;
      });
      if (pass === 1) machine.output[block] = sum;
      else carry = round(carry + machine.output[block]!);
      if (machine.cycle === from) {
        machine.before();
        machine.cycle++;
      }
      at += control(1);
      block = (block + 1) % 16;
    }
  }
}
