import { loadOnMachine } from "../../../src/board/accelerators/machine.ts";
import type { Machine as StruckMachine } from "../../../src/board/accelerators/machine.ts";
import { createTpuMachine } from "../../../src/board/accelerators/tpu/tpu-machine.ts";
import type { TpuImage } from "../../../src/board/accelerators/tpu/tpu-image.ts";
import type { Image, OracleStrike } from "./machine.ts";
import { simulate } from "./oracle.ts";
import type { OracleRun } from "./oracle.ts";
import { usedBuffer } from "./random-program.ts";

/** The same image in the accelerator itself. */
export function acceleratorOf(image: Image): StruckMachine {
  const { rows, columns, ecc } = image;
  const tpuImage: TpuImage = {
    instructions: image.instructions,
    handler: image.trapVector,
    hbm: image.hbm,
    regions: [{ role: "weights", from: 0, words: image.hbm.length }],
    output: { from: image.output[0]!, words: image.output.length },
    flags: null,
    inputs: 4,
    format: "i32",
    ranks: false,
    operandBits: image.operandBits,
  };
  return createTpuMachine({ rows, columns, ecc }, tpuImage);
}

export interface Comparison {
  readonly want: OracleRun;
  /** Null: they agree bit for bit. */
  readonly problem: string | null;
}

/**
 * Runs both with these strikes and compares how it ended and when, the output, what each strike found and left, what the codes corrected and detected, and,
 * where `whole`, every word of the final state.
 */
export function compare(
  image: Image,
  accelerator: StruckMachine,
  strikes: readonly OracleStrike[],
  budget: number,
  whole: boolean,
): Comparison {
  const want = simulate(image, strikes, budget);
  return { want, problem: problemOf(image, accelerator, strikes, budget, want, whole) };
}

function problemOf(
  image: Image,
  accelerator: StruckMachine,
  strikes: readonly OracleStrike[],
  budget: number,
  want: OracleRun,
  whole: boolean,
): string | null {
  accelerator.restore("full");
  const placed = strikes.map(({ hold, ...place }, index) => ({
    id: index + 1,
    ...place,
    ...(hold === undefined ? {} : { manner: "hold" as const, value: hold.value }),
  }));
  const execution = loadOnMachine(accelerator).start(image.input, placed);
  const end = execution.advance(budget) ?? "budget";
  if (end !== want.end)
    return `ended '${end}' after ${execution.cycles} cycles, not '${want.end}' after ${want.cycles}`;
  if (execution.cycles !== want.cycles) return `took ${execution.cycles} cycles, not ${want.cycles}`;
  // A budget spent is no end: the strikes to come have not landed, and nothing is read back.
  if (end === "budget") return null;
  const output = [...execution.output];
  const at = output.findIndex((word, index) => word !== want.output[index]);
  if (at >= 0) return `output ${at} is ${hex(output[at]!)}, not ${hex(want.output[at]!)}`;
  if ((execution.detectors !== 0) !== want.detected)
    return `detectors ${execution.detectors}, ${want.detected ? "" : "not "}detected`;
  if (execution.corrected !== want.machine.errors.corrected)
    return `corrected ${execution.corrected}, not ${want.machine.errors.corrected}`;
  return flipsDiffer(execution.applied, want, strikes) ?? (whole ? stateDiffers(accelerator, want) : null);
}

function flipsDiffer(
  applied: readonly { readonly before: number; readonly after: number }[],
  { flips }: OracleRun,
  strikes: readonly OracleStrike[],
): string | null {
  if (applied.length !== flips.length) return `${applied.length} strikes landed, not ${flips.length}`;
  const at = flips.findIndex(
    ({ before, after }, index) =>
      !strikes[index]!.target.endsWith("-check") &&
      (before !== applied[index]!.before || after !== applied[index]!.after),
  );
  if (at < 0) return null;
  const { before, after } = applied[at]!;
  return `strike ${at} found ${hex(before)} and left ${hex(after)}, not ${hex(flips[at]!.before)} and ${hex(flips[at]!.after)}`;
}

/** By striking each word twice. */
function stateDiffers(accelerator: StruckMachine, { machine }: OracleRun): string | null {
  for (const { name, words } of accelerator.spaces) {
    const store = machine.stores[name];
    if (store === undefined) continue;
    const most = name === "unified-buffer" ? usedBuffer : words;
    for (let word = 0; word < most; word++) {
      const before = accelerator.strike(name, word, 1, "flip", 0)!.before;
      accelerator.strike(name, word, 1, "flip", 0);
      if (before !== store.raw(word))
        return `${name} ${word} ends as ${hex(before)}, not ${hex(store.raw(word))}`;
    }
  }
  return null;
}

function hex(word: number): string {
  return word.toString(16).padStart(8, "0");
}
