import { Option } from "commander";
import type { Command } from "commander";
import type { RunRequest } from "../begin.ts";
import type { Output } from "../output.ts";
import { whole } from "../whole-number.ts";

interface Options extends Omit<RunRequest, "campaign"> {
  readonly influx?: string;
  readonly json?: true;
}

export function addRun(program: Command, output: Output): void {
  program
    .command("run")
    .summary("run a campaign, or go on with one")
    .description(
      "Run a campaign on a rig, into a record. Without a campaign: first light, on the emulated rig that comes with radrig.\n" +
        "Ctrl-C once ends it cleanly, with a summary; twice goes to the safe state at once (beam shut, rails off).",
    )
    .argument("[campaign]", "campaign file (default: first light)")
    .option("--rig <file>", "rig file, in place of the one the campaign names")
    .option("--seed <n>", "seed, in place of the campaign's", whole(0, 4294967295))
    .option("--out <dir>", "folder for the record (default: records/<campaign>-<n>)")
    .addOption(
      new Option("--resume <dir>", "go on with this record, from wherever it was cut short").conflicts("out"),
    )
    .option(
      "--influx <url>",
      "also send points to this InfluxDB, as in http://host:8086/db; user and password come from RADRIG_INFLUX_USER and RADRIG_INFLUX_PASSWORD",
    )
    .option("--json", "print the result as JSON in place of the table")
    .addHelpText(
      "after",
      "\nExamples:\n  radrig run\n  radrig run campaign.yaml --rig bench.yaml --seed 7\n  radrig run --resume records/first-light-1",
    )
    .action(async (campaign: string | undefined, options: Options) => {
      const { runVerb } = await import("../run-verb.ts");
      const { influx, json, ...rest } = options;
      process.exitCode = await runVerb(
        campaign === undefined ? rest : { ...rest, campaign },
        { influx: influx ?? null, json: json === true },
        output,
      );
    });
}
