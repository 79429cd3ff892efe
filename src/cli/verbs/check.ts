import type { Command } from "commander";
import { RigError } from "../../domain/errors.ts";
import { checkEmulatedBoards } from "../board-checks.ts";
import { checkCampaign, checkRig, rigPathOf } from "../cross-checks.ts";
import { readCampaign, readRig } from "../files.ts";
import type { Output } from "../output.ts";
import { readYaml } from "../read-yaml.ts";

interface Options {
  readonly rig?: string;
  readonly json?: true;
}

export function addCheck(program: Command, output: Output): void {
  program
    .command("check")
    .summary("check a rig or campaign file, or one of published results")
    .description(
      "Check a rig or campaign file, or one of published results, told apart by its first key. Every problem is shown as file:line:column.",
    )
    .argument("<file>", "rig or campaign file, or published results")
    .option("--rig <file>", "rig to hold a campaign against, in place of the one it names")
    .option("--json", "print the answer as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  radrig check rigs/emulated.yaml\n  radrig check rigs/campaigns/first-light.yaml",
    )
    .action(async (path: string, options: Options) => check(path, options, output));
}

async function check(path: string, options: Options, output: Output): Promise<void> {
  const kind = kindOf(path);
  try {
    const said = await answerOf(kind, path, options.rig);
    output.data(
      options.json ? JSON.stringify({ file: path, kind, ok: true, problems: [] }) : `${path}: ${said}`,
    );
  } catch (error) {
    if (options.json && error instanceof RigError)
      output.data(JSON.stringify({ file: path, kind, ok: false, problems: error.message.split("\n") }));
    throw error;
  }
}

type Kind = "rig" | "campaign" | "published";

async function answerOf(kind: Kind, path: string, rig: string | undefined): Promise<string> {
  switch (kind) {
    case "rig":
      return rigAnswer(path);
    case "campaign":
      return campaignAnswer(path, rig);
    case "published": {
      const { readPublishedFile } = await import("../read-observed.ts");
      const { name, statements } = readPublishedFile(path);
      return `published results '${name}' are in order: ${counted(statements.length, "number")}`;
    }
  }
}

/** The first key tells what a file is. */
function kindOf(path: string): Kind {
  const file = readYaml(path);
  const first =
    typeof file.value === "object" && file.value !== null ? Object.keys(file.value)[0] : undefined;
  if (first === "rig" || first === "campaign" || first === "published") return first;
  throw new RigError(
    "config",
    `${file.name}:1:1: found ${first === undefined ? "no key" : `'${first.slice(0, 40)}' first`}, expected a file that begins with 'rig: <name>', 'campaign: <name>' or 'published: <name>'`,
  );
}

async function rigAnswer(path: string): Promise<string> {
  const read = readRig(path);
  checkRig(read);
  await checkEmulatedBoards(read, null);
  const { rig } = read;
  const [stations, devices] = [Object.keys(rig.stations), Object.keys(rig.devices)];
  return `rig '${rig.rig}' is in order: ${counted(stations.length, "board")} (${stations.join(", ")}), ${counted(devices.length, "device")}${rig.emulation === undefined ? "" : ", emulated"}`;
}

async function campaignAnswer(path: string, rigOption: string | undefined): Promise<string> {
  const campaign = readCampaign(path);
  const rigPath = rigOption ?? (campaign.rigPath === null ? null : rigPathOf(campaign, undefined));
  if (rigPath === null)
    return `campaign '${campaign.plan.campaign}' is in order by itself; give --rig FILE to hold it against a rig`;
  const rig = readRig(rigPath);
  checkRig(rig);
  checkCampaign(campaign, rig);
  await checkEmulatedBoards(rig, campaign);
  return `campaign '${campaign.plan.campaign}' is in order on rig '${rig.rig.rig}': ${counted(campaign.plan.blocks.length, "block")}, seed ${campaign.plan.seed}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
