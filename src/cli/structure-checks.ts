import type { TargetSpace } from "../domain/strike.ts";
import { partOf } from "../emulator/exposed.ts";
import type { SefiSpec } from "../emulator/device-schema.ts";
import type { EmulatedBoardSpec } from "../emulator/world-schema.ts";
import { oneOf } from "./did-you-mean.ts";
import { configurationSpace } from "../instruments/sem/sem-injector.ts";
import { isBox } from "../rig/rig-schema.ts";
import { boardNameOf } from "./emulated-boards.ts";
import type { KnownBoard } from "./emulated-boards.ts";
import type { ReadRig } from "./files.ts";
import { located, locatedKey } from "./read-yaml.ts";

/** What radiation does to structures of a board, in a rig file, held against those its accelerator has: under a name that is none nothing would ever be struck. */
type Located = ReturnType<typeof located>;

/** An injector's targets too: one that the board has not would go to nobody's injector, and be struck by the board itself. */
export function reachProblems(
  { file, rig }: Pick<ReadRig, "file" | "rig">,
  known: (spec: EmulatedBoardSpec) => KnownBoard,
): Located[] {
  return Object.entries(rig.stations).flatMap(([station, { link, injector }]) => {
    const device = injector === undefined ? undefined : rig.devices[injector.device];
    const spec = rig.emulation?.boards[boardNameOf(station, link)];
    if (injector === undefined || device === undefined || spec === undefined) return [];
    const board = known({ ...spec, ecc: "on" });
    const names = isBox(device) ? structuresOf(board) : [configurationSpace];
    const what = isBox(device) ? `a ${board.accelerator}` : `'${injector.device}'`;
    return injector.targets.flatMap((target, place) =>
      names.includes(target)
        ? []
        : [
            located(
              file,
              ["stations", station, "injector", "targets", place],
              `${what} has no structure '${target}' for an injector to strike${oneOf(target, names)}`,
            ),
          ],
    );
  });
}

/** What a workload changes of its structures is their size. */
function structuresOf(board: KnownBoard): readonly string[] {
  return board.load(board.workloads[0]!).targets.map(({ name }) => name);
}

export function structureProblems(
  { file, rig }: Pick<ReadRig, "file" | "rig">,
  known: (spec: EmulatedBoardSpec) => KnownBoard,
): Located[] {
  return Object.entries(rig.emulation?.boards ?? {}).flatMap(([name, spec]) => {
    const path = ["emulation", "boards", name];
    const { crossSectionPerBitCm2, structures, sefi = [], dose } = spec;
    const keys = [
      ...Object.keys(crossSectionPerBitCm2).map((key) => ["crossSectionPerBitCm2", key]),
      ...Object.keys(structures).map((key) => ["structures", key]),
    ];
    const values = [
      ...sefi.map(({ block }, index) => ({ at: ["sefi", index, "block"], named: block })),
      ...(dose?.wear ?? []).map(({ structure }, index) => ({
        at: ["dose", "wear", index, "structure"],
        named: structure,
      })),
    ];
    if (keys.length + values.length === 0) return [];
    // A curve for check bits stays in order while ECC is off: there are none to be struck then.
    const board = known({ ...spec, ecc: "on" });
    const names = structuresOf(board);
    const missing = (named: string): string | null =>
      names.includes(named)
        ? null
        : `a ${board.accelerator} has no structure '${named}'${oneOf(named, names)}`;
    return [
      ...keys.flatMap((key) => {
        const text = missing(key[1]!);
        return text === null ? [] : [locatedKey(file, [...path, ...key], text)];
      }),
      ...values.flatMap(({ at, named }) => {
        const text = missing(named);
        return text === null ? [] : [located(file, [...path, ...at], text)];
      }),
      ...sefi.flatMap((one, index) => {
        const text = names.includes(one.block) ? outside(one, board) : null;
        return text === null ? [] : [located(file, [...path, "sefi", index], text)];
      }),
    ];
  });
}

/** No workload has a word or bit of the block that is meant. */
function outside(sefi: SefiSpec, board: KnownBoard): string | null {
  const { block } = sefi;
  const [words, bits] = [sefi.words ?? null, sefi.bits ?? null];
  if (words === null && bits === null) return null;
  const sizes: TargetSpace[] = [];
  for (const workload of board.workloads) {
    const target = board.load(workload).targets.find(({ name }) => name === block);
    if (target === undefined) continue;
    if (partOf(target, { words, bits }) !== null) return null;
    sizes.push(target);
  }
  const most = (of: "words" | "bits"): number => Math.max(0, ...sizes.map((size) => size[of]));
  return `nothing of '${block}' is meant: a ${board.accelerator} has ${most("words")} words of ${most("bits")} bits there at most, counted from 0; give first and last of those`;
}
