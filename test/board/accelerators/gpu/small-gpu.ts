import { assemble } from "../../../../src/board/accelerators/gpu/assemble.ts";
import { createGpuMachine } from "../../../../src/board/accelerators/gpu/gpu-machine.ts";
import {
  defaultGpuSizes,
  launchDescriptor,
  lineWords,
} from "../../../../src/board/accelerators/gpu/image.ts";
import type { GpuImage, GpuSizes } from "../../../../src/board/accelerators/gpu/image.ts";
import type { Machine } from "../../../../src/board/accelerators/machine.ts";

/** A kernel for a test: c[8] is the byte address of the data, c[9] that of the output, c[10]… what the test gives. */
export interface Small {
  readonly text: string;
  readonly data?: ArrayLike<number>;
  /** Words of output, i32 unless said. */
  readonly out?: number;
  readonly format?: "f32" | "i32";
  readonly warps?: number;
  readonly gridX?: number;
  readonly gridY?: number;
  readonly sharedWords?: number;
  readonly parameters?: readonly number[];
  /** How often the kernel is launched, the same each time. */
  readonly launches?: number;
  readonly ecc?: boolean;
  readonly scrubPeriodCycles?: number;
  readonly sizes?: Partial<GpuSizes>;
}

export const queueAt = 0;
export const dataAt = 128;

export function outAt(small: Small): number {
  return dataAt + wholeLines(small.data?.length ?? 0);
}

export function imageOf(small: Small): GpuImage {
  const { text, data = [], out = 32, format = "i32", warps = 1, gridX = 1, gridY = 1, launches = 1 } = small;
  const { sharedWords = 0, parameters = [] } = small;
  const { words, labels } = assemble(`${text}\n handler:\n rtt\n`);
  const to = outAt(small);
  const memory = new Uint32Array(to + wholeLines(out));
  for (let launch = 0; launch < launches; launch++) {
    const given = [dataAt * 4, to * 4, ...parameters];
    memory.set(
      launchDescriptor({ gridX, gridY, warps, entry: 0, sharedWords, parameters: given }),
      queueAt + launch * lineWords,
    );
  }
  memory.set(Array.from(data), dataAt);
  return {
    instructions: words,
    trapVector: labels.get("handler")!,
    memory,
    regions: [
      { role: "inputs", from: dataAt, words: wholeLines(data.length) },
      { role: "scratch", from: to, words: wholeLines(out) },
    ],
    queue: { from: queueAt, launches },
    output: { from: to, words: out, format },
    flags: null,
    inputs: 1,
    ranks: false,
  };
}

export function machineOf(small: Small): Machine {
  return createGpuMachine(imageOf(small), {
    sizes: { ...defaultGpuSizes, ...small.sizes },
    ecc: small.ecc ?? false,
    scrubPeriodCycles: small.scrubPeriodCycles ?? 0,
  });
}

export interface Ran {
  readonly end: string | null;
  readonly cycles: number;
  readonly output: number[];
  readonly detectors: number;
  readonly corrected: number;
}

export interface At {
  readonly cycle: number;
  readonly target: string;
  readonly word: number;
  readonly mask: number;
  readonly manner?: "flip" | "put" | "hold";
  readonly value?: number;
}

/** One iteration from a restored machine, strikes before their cycles. */
export function runOn(machine: Machine, strikes: readonly At[] = [], budget = 20_000): Ran {
  machine.restore("full");
  machine.begin(0);
  for (const { cycle, target, word, mask, manner = "flip", value = 0 } of strikes) {
    machine.advance(cycle);
    if (machine.strike(target, word, mask, manner, value) === null)
      throw new Error(`no ${target} ${word} & ${mask}`);
  }
  const end = machine.advance(budget);
  const { cycle, detectors, corrected } = machine;
  return { end, cycles: cycle, output: Array.from(machine.output()), detectors, corrected };
}

export function run(small: Small, strikes: readonly At[] = []): Ran {
  return runOn(machineOf(small), strikes);
}

/** Index of a word by its place along the axes of the target. */
export function wordAt(machine: Machine, target: string, ...place: readonly number[]): number {
  const { axes } = machine.spaces.find(({ name }) => name === target)!;
  return axes.reduce((word, { size }, at) => word * size + place[at]!, 0);
}

/** One instruction on 32 lanes: operand i of lane l is word 32·i + l of the data. */
export function lanes(instruction: string, ...operands: readonly ArrayLike<number>[]): number[] {
  const data = new Uint32Array(32 * Math.max(1, operands.length));
  operands.forEach((words, at) => data.set(Array.from(words), at * 32));
  const { end, output } = run({
    data,
    text: `
      s2r r0, lane
      shl r0, r0, 2
      iadd r20, r0, c[8]
      ldg r1, [r20]
      ${operands.length > 1 ? "ldg r2, [r20 + 128]" : ""}
      ${operands.length > 2 ? "ldg r3, [r20 + 256]" : ""}
      mov r4, -1
      ${instruction}
      stg [r0 + c[9]], r4
      exit`,
  });
  if (end !== "ok") throw new Error(`${instruction} ended as ${end ?? "a hang"}`);
  return output;
}

function wholeLines(words: number): number {
  return Math.ceil(words / lineWords) * lineWords;
}
