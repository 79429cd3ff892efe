import type { Axis } from "../../../domain/strike.ts";
import type { Protection } from "../../cells.ts";
import type { StruckSpace } from "../machine.ts";
import { arrayStructures, bitsOf, wordsOf } from "./array-registers.ts";
import type { ArrayRegisters } from "./array-registers.ts";
import { selfCheckHint } from "./self-check-hints.ts";
import type { FirstUses } from "./self-check-hints.ts";
import { accumulatorRows, lanes } from "./tpu-state.ts";
import type { TpuState } from "./tpu-state.ts";

/**
 * Every target of the device (docs/tpu.md, "State"): memories, their check bits where they have some, registers. `uses` runs the program once, and is
 * asked when somebody wants a self-check.
 */
export function spacesOf(
  state: TpuState,
  registers: ArrayRegisters,
  uses: () => FirstUses,
): readonly StruckSpace[] {
  const { rows, columns } = state.shape;
  const square = [
    { name: "row", size: rows },
    { name: "column", size: columns },
  ];
  const axesOf: Record<string, readonly Axis[]> = {
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
  axesOf["accumulators-check"] = axesOf["accumulators"]!;
  const registerFiles = new Set(["scalars", "control", "skew", "de-skew"]);
  const space = (name: string, words: number, bits: number, checked: Protection = "none"): StruckSpace => {
    const hint = (): Required<StruckSpace["selfCheck"]> =>
      selfCheckHint(name, uses(), { rows, columns, bits, checked });
    return {
      name,
      words,
      bits,
      axes: axesOf[name] ?? [{ name: registerFiles.has(name) ? "register" : "word", size: words }],
      selfCheck: {
        get word() {
          return hint().word;
        },
        get cycle() {
          return hint().cycle;
        },
        get mask() {
          return hint().mask;
        },
        get tries() {
          return hint().tries;
        },
      },
    };
  };
  const memories = [...state.banks.values()].flatMap(({ cells }) => {
    const { name, words, bits, checkBits, protection } = cells;
    const own = space(name, words, bits, protection);
    return checkBits === 0 ? [own] : [own, space(`${name}-check`, words, checkBits, protection)];
  });
  const array = arrayStructures.map((name) =>
    space(name, wordsOf(registers, name).length, bitsOf(registers, name)),
  );
  return [...memories, ...array];
}
