import type { EmulatedBoardSpec } from "../emulator/world-schema.ts";
import { boardNameOf } from "./emulated-boards.ts";
import type { ReadCampaign, ReadRig } from "./files.ts";
import { at } from "./problem-words.ts";
import { located } from "./read-yaml.ts";

/** Emulated accelerators as a rig file writes them, found before anything is opened. */
type Located = ReturnType<typeof located>;
type Accelerator = EmulatedBoardSpec["accelerator"];

/** Keys that only some accelerators have. */
const only: readonly { readonly key: string; readonly of: readonly Accelerator[]; readonly what: string }[] =
  [
    { key: "ecc", of: ["tpu", "gpu"], what: "its memories have no codes" },
    { key: "scrubCycles", of: ["tpu", "gpu"], what: "it has no memory to scrub" },
    { key: "array", of: ["tpu"], what: "its size is not given by an array" },
    { key: "gpu", of: ["gpu"], what: "it has none of these sizes" },
    { key: "configuration", of: ["soft"], what: "it is not made in an FPGA" },
    { key: "format", of: ["cpu", "soft"], what: "its workloads have their formats in their names" },
  ];

/** Presets name structures of one accelerator: on another, nothing would ever be struck. */
const presetsOf: Readonly<Record<NonNullable<EmulatedBoardSpec["device"]>, Accelerator>> = {
  "tpu-v6e-like": "tpu",
  "gpu-hbm-like": "gpu",
};

/** Keys that the board's accelerator has none of. What counts is what the file says: a default is nobody's mistake. */
export function acceleratorProblems({ file, rig }: Pick<ReadRig, "file" | "rig">): Located[] {
  return Object.entries(rig.emulation?.boards ?? {}).flatMap(([board, { accelerator, device }]) => {
    const path = ["emulation", "boards", board];
    const misplaced = only.flatMap(({ key, of, what }) =>
      of.includes(accelerator) || at(file.value, [...path, key]) === undefined
        ? []
        : [
            located(
              file,
              [...path, key],
              `found '${key}' on a ${accelerator}, expected it on a ${of.join(" or ")} alone: ${what}; leave it out`,
            ),
          ],
    );
    if (device === undefined || presetsOf[device] === accelerator) return misplaced;
    const able = Object.entries(presetsOf).flatMap(([name, of]) => (of === accelerator ? [name] : []));
    return [
      ...misplaced,
      located(
        file,
        [...path, "device"],
        `'${device}' is a preset of a ${presetsOf[device]}, found on a ${accelerator}: ${able.length === 0 ? "leave it out and give crossSectionPerBitCm2" : `write ${able.join(" or ")}`}`,
      ),
    ];
  });
}

/** A block that opens the beam on a board with a preset needs to know the beam: no cross-section of it would be above 0. Others do without. */
export function unknownBeamProblems(
  { file, campaign }: ReadCampaign,
  index: number,
  { file: rigFile, rig }: ReadRig,
): Located[] {
  const block = campaign.blocks[index]!;
  const { emulation } = rig;
  if (!("beam" in block) || emulation === undefined || emulation.beam !== undefined) return [];
  return block.dut.flatMap((dut, place) => {
    const link = rig.stations[dut]?.link;
    if (link === undefined) return [];
    const device = emulation.boards[boardNameOf(dut, link)]?.device;
    if (device === undefined) return [];
    return [
      located(
        file,
        ["blocks", index, "dut", place],
        `board '${dut}' is a '${device}', whose cross-sections follow energy, and ${rigFile.name} does not tell of its beam: add 'beam: { species: proton, energyMeV: 67 }' under its emulation`,
      ),
    ];
  });
}
