import type { Allowance, BeyondLimits } from "../campaign/thermal/limits.ts";
import { beyondLimits, setPoint } from "../campaign/thermal/limits.ts";
import { thermalSteps } from "../campaign/plan-schema.ts";
import type { Bench } from "../domain/capabilities.ts";
import { RigError } from "../domain/errors.ts";
import type { Plan } from "../domain/plan.ts";
import type { ReadCampaign, ReadRig } from "./files.ts";
import { complain, located } from "./read-yaml.ts";

/**
 * Thermal steps against what stands around them, located in the campaign file.
 *
 *   campaign ─steps→ rig's limits, absolute maxima, die's cut (files)   … ─→ limits of the opened device
 */
type Located = ReturnType<typeof located>;
type Station = ReadRig["rig"]["stations"][string];

/** What the rig file lets a board's temperature be set to. */
export function allowances(dut: string, { thermal, limits, absolute }: Station): Allowance[] {
  const ring = (who: string, lowestC = -Infinity, highestC = Infinity): Allowance => ({
    who,
    lowestC,
    highestC,
    fastestCPerMinute: null,
  });
  return [
    {
      ...ring(`the rig file allows for '${dut}'`, thermal?.lowestC, thermal?.highestC),
      fastestCPerMinute: thermal?.fastestCPerMinute ?? null,
    },
    ring(`board '${dut}' stands (absolute)`, thermal?.absolute.lowestC, thermal?.absolute.highestC),
    ring(`the part on '${dut}' stands (absolute.dieC)`, undefined, absolute.dieC),
    ring(`'${dut}' can be set to without being cut (limits.dieCutC)`, undefined, limits.dieCutC),
  ];
}

/** Everything that the blocks of a campaign ask of their boards' heaters and may not. */
export function thermalProblems(campaign: ReadCampaign, { file: rigFile, rig }: ReadRig): Located[] {
  const problems: Located[] = [];
  for (const [index, block] of campaign.campaign.blocks.entries())
    for (const [place, dut] of block.dut.entries()) {
      const station = rig.stations[dut];
      if (station === undefined) continue;
      const heats = thermalSteps(block, campaign.campaign).some(
        ({ kind }) => kind !== "run" && kind !== "hold",
      );
      if (heats && station.thermal === undefined)
        problems.push(
          located(
            campaign.file,
            ["blocks", index, "dut", place],
            `a temperature is asked, but board '${dut}' has no heater in ${rigFile.name}: add 'thermal: <device>' to its station`,
          ),
        );
      for (const { path, text } of beyondOf(campaign, index, allowances(dut, station)))
        problems.push(located(campaign.file, path, text));
    }
  return problems;
}

/** Limits of the rig file that go beyond what the board stands, in the rig file. */
export function thermalLimitProblems({ file, rig }: Pick<ReadRig, "file" | "rig">): Located[] {
  return Object.entries(rig.stations).flatMap(([name, { thermal, limits, absolute }]) => {
    const found: Located[] = [];
    const beyond = (
      path: readonly PropertyKey[],
      limit: number | undefined,
      most: number | undefined,
      what: string,
    ) => {
      if (limit !== undefined && most !== undefined && limit > most)
        found.push(
          located(
            file,
            ["stations", name, ...path],
            `${limit} °C is more than ${what} (${most} °C): set at most that`,
          ),
        );
    };
    beyond(["thermal", "highestC"], thermal?.highestC, thermal?.absolute.highestC, `board '${name}' stands`);
    beyond(["limits", "dieCutC"], limits.dieCutC, absolute.dieC, `the part on '${name}' stands`);
    beyond(["limits", "dieWarnC"], limits.dieWarnC, limits.dieCutC ?? absolute.dieC, "the die is cut at");
    const [lowest, least] = [thermal?.lowestC, thermal?.absolute.lowestC];
    if (lowest !== undefined && least !== undefined && lowest < least)
      found.push(
        located(
          file,
          ["stations", name, "thermal", "lowestC"],
          `${lowest} °C is less than board '${name}' stands (${least} °C): set at least that`,
        ),
      );
    return found;
  });
}

/** The steps against the devices as they were opened. RigError `config`; `campaign` null: gone on with, no file is at hand. */
export function checkThermalDevices(plan: Plan, campaign: ReadCampaign | null, bench: Bench): void {
  const problems: Located[] = [];
  const unplaced: string[] = [];
  for (const [index, block] of plan.blocks.entries())
    for (const dut of block.duts) {
      const thermal = bench.stations.get(dut)?.thermal ?? null;
      if (thermal === null) continue;
      const ring = { ...thermal.limits, who: `'${thermal.name}' and the rig file allow for '${dut}'` };
      if (campaign === null)
        for (const { text } of beyondLimits(block.thermal, [ring]))
          unplaced.push(`block ${index + 1}: ${text}`);
      else
        for (const { path, text } of beyondOf(campaign, index, [ring]))
          problems.push(located(campaign.file, path, text));
    }
  if (problems.length > 0) throw complain(problems, campaign!.file.name);
  if (unplaced.length > 0) throw new RigError("config", [...new Set(unplaced)].join("\n"));
}

/** Where a block's temperatures stand: in the block, in a profile it names, or as the short `temperatureC`. */
function* beyondOf(
  { campaign }: ReadCampaign,
  index: number,
  rings: readonly Allowance[],
): Generator<BeyondLimits> {
  const { thermal, temperatureC = [] } = campaign.blocks[index]!;
  if (thermal === undefined)
    for (const [place, toC] of temperatureC.entries())
      yield* setPoint(toC, rings, ["blocks", index, "temperatureC", place]);
  else if (typeof thermal === "string")
    yield* beyondLimits(campaign.profiles[thermal] ?? [], rings, ["profiles", thermal]);
  else yield* beyondLimits(thermal, rings, ["blocks", index, "thermal"]);
}
