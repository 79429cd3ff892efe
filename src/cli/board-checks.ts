import { beyondManners } from "../campaign/fault-reach.ts";
import { offeredAs } from "../campaign/offered-as.ts";
import { unfitFault } from "../domain/unfit-fault.ts";
import { oneOf } from "./did-you-mean.ts";
import { boardLibrary, boardNameOf } from "./emulated-boards.ts";
import type { KnownBoard, KnownWorkload } from "./emulated-boards.ts";
import type { ReadCampaign, ReadRig } from "./files.ts";
import { injectorAt } from "./injector-checks.ts";
import { complain, located } from "./read-yaml.ts";
import type { RigFile } from "./rig-file-schema.ts";
import { reachProblems, structureProblems } from "./structure-checks.ts";

/**
 * What a board would refuse in mid-campaign, told before anything is opened, where the rig emulates it.
 *
 *   rig ────── names of structures ───────┐
 *   campaign ─ workloads, targets, faults ┴→ emulated boards, loaded ─→ every problem located
 *
 * RigError `config`. `campaign` null: the rig alone.
 */
type Located = ReturnType<typeof located>;

export async function checkEmulatedBoards(read: ReadRig, campaign: ReadCampaign | null): Promise<void> {
  const { emulation } = read.rig;
  if (emulation === undefined) return;
  const known = await boardLibrary();
  const ofRig = [...structureProblems(read, known), ...reachProblems(read, known)];
  if (ofRig.length > 0) throw complain(ofRig, read.file.name);
  if (campaign === null) return;
  const problems = campaign.campaign.blocks.flatMap((block, index) =>
    block.dut.flatMap((dut) => {
      const station = read.rig.stations[dut];
      const spec = station === undefined ? undefined : emulation.boards[boardNameOf(dut, station.link)];
      return spec === undefined ? [] : blockProblems(campaign, index, dut, known(spec), read.rig);
    }),
  );
  if (problems.length > 0) throw complain(problems, campaign.file.name);
}

function blockProblems(
  campaign: ReadCampaign,
  index: number,
  dut: string,
  board: KnownBoard,
  rig: RigFile,
): Located[] {
  const block = campaign.campaign.blocks[index]!;
  return block.workload.flatMap((workload, place): Located[] => {
    const offered = offeredAs(workload, board.workloads);
    if (offered === null)
      return [
        located(
          campaign.file,
          ["blocks", index, "workload", place],
          `board '${dut}', a ${board.accelerator}, offers no workload '${workload}'${oneOf(workload, board.workloads)}`,
        ),
      ];
    if (block.kind !== "injection") return [];
    const who = `board '${dut}', workload '${offered}'`;
    const loaded = board.load(offered);
    return block.target.flatMap((target, at) => {
      const injector = injectorAt(rig, dut, target);
      // What lies in a memory of the injector's own the board knows nothing of.
      if (injector?.own === true) return [];
      return targetProblems(campaign, index, at, { target, who, loaded, outside: injector !== null });
    });
  });
}

interface Struck {
  readonly target: string;
  readonly who: string;
  readonly loaded: KnownWorkload;
  /** An injector strikes it: what that cannot do is told without the board. */
  readonly outside: boolean;
}

function targetProblems(
  { file, plan }: ReadCampaign,
  index: number,
  at: number,
  { target, who, loaded, outside }: Struck,
): Located[] {
  const space = loaded.targets.find(({ name }) => name === target);
  if (space === undefined) {
    const names = loaded.targets.map(({ name }) => name);
    const text = `${who}: no target '${target}'${oneOf(target, names)}`;
    return [located(file, ["blocks", index, "target", at], text)];
  }
  return plan.blocks[index]!.faultModels.flatMap((model, place) => {
    const misfit =
      unfitFault(model, space, loaded.format) ??
      (outside ? null : beyondManners(model, target, loaded.manners));
    return misfit === null
      ? []
      : [located(file, ["blocks", index, "faultModel", place], `${who}: ${misfit}`)];
  });
}
