import type { Axis } from "../../../domain/strike.ts";
import type { StruckSpace } from "../machine.ts";
import { arrayStructures, bitsOf, wordsOf } from "./array-registers.ts";
import type { ArrayRegisters } from "./array-registers.ts";
import type { TpuImage } from "./tpu-image.ts";
import { accumulatorRows, lanes } from "./tpu-state.ts";
import type { TpuState } from "./tpu-state.ts";

/** Every target of the device (docs/tpu.md, "State"): memories, their check bits where they have some, registers. */
export function spacesOf(
  state: TpuState,
  registers: ArrayRegisters,
  image: TpuImage,
): readonly StruckSpace[] {
  const { rows, columns } = state.shape;
  const square = [
    { name: "row", size: rows },
    { name: "column", size: columns },
  ];
  const axesOf: Readonly<Record<string, readonly Axis[]>> = {
    accumulators: [
      { name: "row", size: accumulatorRows },
      { name: "column", size: columns },
    ],
    lanes: [
      { name: "lane", size: lanes },
      { name: "register", size: 2 },
    ],
    weight: square,
    "shadow-weight": square,
    activation: square,
    "partial-sum": square,
  };
  const registerFiles = new Set(["scalars", "control", "skew", "de-skew"]);
  const space = (name: string, words: number, bits: number): StruckSpace => ({
    name,
    words,
    bits,
    axes: axesOf[name] ?? [{ name: registerFiles.has(name) ? "register" : "word", size: words }],
    selfCheck: image.selfChecks[name] ?? {},
  });
  const memories = [...state.banks.values()].flatMap(({ cells }) => {
    const { name, words, bits, checkBits } = cells;
    return [space(name, words, bits), ...(checkBits === 0 ? [] : [space(`${name}-check`, words, checkBits)])];
  });
  const array = arrayStructures.map((name) =>
    space(name, wordsOf(registers, name).length, bitsOf(registers, name)),
  );
  return [...memories, ...array];
}
