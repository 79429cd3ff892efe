import type { Command } from "commander";
import type { Timeline } from "../../campaign/thermal/timeline.ts";
import { guessedRateCPerMin, timelineOf } from "../../campaign/thermal/timeline.ts";
import type { Block } from "../../domain/plan.ts";
import { checkCampaign, checkRig, rigPathOf } from "../cross-checks.ts";
import type { ReadRig } from "../files.ts";
import { readCampaign, readRig } from "../files.ts";
import type { Output } from "../output.ts";
import { columns } from "../output.ts";
import { allowances } from "../thermal-checks.ts";
import { duration, plotTimeline } from "../thermal-plot.ts";
import type { PlotLimit } from "../thermal-plot.ts";

interface Options {
  readonly rig?: string;
  readonly json?: true;
}

export function addThermal(program: Command, output: Output): void {
  const thermal = program
    .command("thermal")
    .summary("what a campaign will heat and cool")
    .description("What a campaign will heat and cool, before it does.");
  thermal
    .command("preview")
    .summary("set points, times and limits of a campaign's thermal steps")
    .description(
      "Draw the set points of a campaign over time, with the limits of its rig. Nothing is opened, nothing is heated.\nWhat goes beyond a limit is shown as file:line:column, and the exit code is 2.",
    )
    .argument("<campaign>", "campaign file")
    .option("--rig <file>", "rig to hold it against, in place of the one it names")
    .option("--json", "print the timeline as JSON")
    .addHelpText("after", "\nExample:\n  radrig thermal preview rigs/campaigns/first-light.yaml")
    .action((path: string, options: Options) => preview(path, options, output));
}

/** Where a rig without emulation starts from, for the drawing. */
const roomC = 25;
/** So many legs are listed; the drawing has all of them. */
const mostListed = 60;

function preview(path: string, { rig: rigOption, json }: Options, output: Output): void {
  const campaign = readCampaign(path);
  const rigPath = rigOption ?? (campaign.rigPath === null ? null : rigPathOf(campaign, undefined));
  const rig = rigPath === null ? null : readRig(rigPath);
  if (rig !== null) {
    checkRig(rig);
    checkCampaign(campaign, rig);
  }
  const blocks = campaign.plan.blocks.map((block, index) => {
    const limits = limitsOf(block, rig);
    const fastest = fastestOf(block, rig);
    const timeline = timelineOf(
      block.thermal,
      rig?.rig.emulation?.ambientC ?? roomC,
      fastest,
      runSeconds(block),
    );
    return {
      block: index + 1,
      kind: block.kind,
      duts: block.duts,
      limits,
      timeline,
      warnings: warnings(block, rig),
    };
  });
  if (json) {
    output.data(JSON.stringify({ campaign: campaign.plan.campaign, blocks }));
    return;
  }
  for (const { block, kind, duts, limits, timeline, warnings: told } of blocks) {
    output.data(
      `block ${block}, ${kind}, ${duts.length === 1 ? "board" : "each of"} ${duts.join(", ")}: ${summary(timeline)}`,
    );
    if (timeline.legs.every(({ kind: step }) => step === "run")) continue;
    for (const line of plotTimeline(timeline, limits)) output.data(line);
    output.data(columns(table(timeline)));
    for (const warning of told) output.data(`warning: ${warning}`);
    output.data("");
  }
}

function summary({ legs, seconds, more }: Timeline): string {
  const guessed = legs.some((leg) => leg.guessed && leg.kind === "ramp");
  const open = legs.some((leg) => leg.guessed && leg.kind === "run");
  return [
    legs.every(({ kind }) => kind === "run") ? "heater off" : `${duration(seconds)} expected`,
    ...(open ? ["beside the runs, which end by their counts"] : []),
    ...(guessed ? [`ramps without a rate taken at ${guessedRateCPerMin} °C a minute`] : []),
    ...(more ? ["and more steps than are shown"] : []),
  ].join(", ");
}

function table({ legs }: Timeline): string[][] {
  const rows = legs
    .slice(0, mostListed)
    .map((leg) => [
      duration(leg.fromS),
      leg.kind,
      leg.kind === "ramp" ? `${leg.fromC} to ${leg.toC} °C` : `${leg.toC} °C`,
      leg.guessed && leg.kind === "run"
        ? "by its counts"
        : `${leg.guessed ? "about " : ""}${duration(leg.seconds)}`,
      leg.longestS === null ? "-" : duration(leg.longestS),
    ]);
  const left = legs.length - rows.length;
  return [
    ["AT", "STEP", "SET POINT", "EXPECTED", "AT MOST"],
    ...rows,
    ...(left > 0 ? [["…", `${left} more`]] : []),
  ];
}

/** A block's runs follow one another at each visit; null where they end by what they count. */
function runSeconds({ kind, workloads, targets, faultModels, stop }: Block): number | null {
  if (stop.seconds === null) return null;
  const matrix = workloads.length * (kind === "injection" ? targets.length * faultModels.length : 1);
  return stop.seconds * matrix;
}

function stationsOf(block: Block, rig: ReadRig | null) {
  return block.duts.flatMap((dut) => {
    const station = rig?.rig.stations[dut];
    return station === undefined ? [] : [{ dut, station }];
  });
}

function limitsOf(block: Block, rig: ReadRig | null): PlotLimit[] {
  const rings = stationsOf(block, rig).flatMap(({ dut, station }) => allowances(dut, station));
  const lowest = Math.max(-Infinity, ...rings.map(({ lowestC }) => lowestC));
  const highest = Math.min(Infinity, ...rings.map(({ highestC }) => highestC));
  return [
    ...(Number.isFinite(lowest) ? [{ name: "lowest", c: lowest }] : []),
    ...(Number.isFinite(highest) ? [{ name: "highest", c: highest }] : []),
  ];
}

function fastestOf(block: Block, rig: ReadRig | null): number | null {
  const rates = stationsOf(block, rig).flatMap(({ station }) => station.thermal?.fastestCPerMinute ?? []);
  return rates.length === 0 ? null : Math.min(...rates);
}

function warnings(block: Block, rig: ReadRig | null): string[] {
  const coldest = timelineOf(block.thermal, roomC, null, null).legs.reduce(
    (least, { kind, toC }) => (kind === "ramp" ? Math.min(least, toC) : least),
    Infinity,
  );
  return stationsOf(block, rig).flatMap(({ dut, station: { thermal } }) =>
    thermal !== undefined && coldest < thermal.dewPointC
      ? [`'${dut}' is set to ${coldest} °C, below the dew point of ${thermal.dewPointC} °C: keep its air dry`]
      : [],
  );
}
