import { beyondInjector } from "../campaign/fault-reach.ts";
import { configurationSpace } from "../instruments/sem/sem-injector.ts";
import { isBox } from "../rig/rig-schema.ts";
import type { ReadCampaign } from "./files.ts";
import { located } from "./read-yaml.ts";
import type { RigFile } from "./rig-file-schema.ts";

/** Fault models that a block asks of an injector, held against what its kind can do: every problem located in the campaign file. */
export function injectorProblems(
  { file, campaign, plan }: ReadCampaign,
  index: number,
  rig: RigFile,
): ReturnType<typeof located>[] {
  const block = campaign.blocks[index]!;
  if (block.kind !== "injection") return [];
  return block.dut.flatMap((dut) =>
    block.target.flatMap((target) => {
      const injector = injectorAt(rig, dut, target);
      if (injector === null) return [];
      return plan.blocks[index]!.faultModels.flatMap((model, place) => {
        const problem = beyondInjector(model, target, injector);
        return problem === null ? [] : [located(file, ["blocks", index, "faultModel", place], problem)];
      });
    }),
  );
}

/** What strikes this target of the board from outside, in a memory of its `own` or in the board's; null: the board strikes itself. */
export function injectorAt(
  rig: RigFile,
  dut: string,
  target: string,
): { readonly name: string; readonly own: boolean } | null {
  const injector = rig.stations[dut]?.injector;
  const device = injector === undefined ? undefined : rig.devices[injector.device];
  if (device === undefined || !injector?.targets.includes(target)) return null;
  return { name: injector.device, own: !isBox(device) && target === configurationSpace };
}
