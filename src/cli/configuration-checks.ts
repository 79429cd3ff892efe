import type { ReadCampaign } from "./files.ts";
import { located } from "./read-yaml.ts";
import type { RigFile } from "./rig-file-schema.ts";

/** Keys of a block that speak of an injector's configuration memory, held against the rig: every problem located in the campaign file. */
export function configurationProblems(
  { file, campaign }: ReadCampaign,
  index: number,
  rig: RigFile,
  rigName: string,
): ReturnType<typeof located>[] {
  const block = campaign.blocks[index]!;
  if (block.kind !== "injection") return [];
  const { configuration, semAfter } = block;
  if (configuration === undefined && semAfter === "idle") return [];
  const path = ["blocks", index, configuration === undefined ? "semAfter" : "configuration"];
  return block.dut.flatMap((dut) => {
    const injector = rig.stations[dut]?.injector;
    const device = injector === undefined ? undefined : rig.devices[injector.device];
    const struck = injector?.targets.some((target) => block.target.includes(target)) === true;
    if (device === undefined || !struck || device.protocol === "radrig")
      return [
        located(
          file,
          path,
          `board '${dut}' has no injector in ${rigName} that strikes ${block.target.join(", ")} in a memory of its own: name a SEM controller in its station, 'injector: { device: <sem>, targets: [configuration] }'`,
        ),
      ];
    const family = "family" in device ? String(device.family) : null;
    if (configuration === undefined || family === null || family === configuration.family) return [];
    return [
      located(
        file,
        [...path, "family"],
        `'${configuration.family}' is asked, and the FPGA of '${dut}' is of family '${family}' in ${rigName} (device '${injector.device}')`,
      ),
    ];
  });
}
