import { resolve } from "node:path";
import type { Command } from "commander";
import type { Finding } from "../diagnose.ts";
import { exitCodes } from "../exit-codes.ts";
import { readRig } from "../files.ts";
import type { Output } from "../output.ts";
import { toolName } from "../package-root.ts";

interface Options {
  readonly rig?: string;
  readonly out: string;
  readonly influx?: string;
  readonly json?: true;
}

export function addDoctor(program: Command, output: Output): void {
  program
    .command("doctor")
    .summary("say what is missing on this machine, and what mends it")
    .description(
      "Look at everything a campaign needs on this machine. Each failure comes with the line that mends it;\nthe exit code is 3 when there is one. What it prints can be pasted into a report.",
    )
    .option("--rig <file>", "also open and close every link of this rig; nothing is written to the boards")
    .option("--out <dir>", "where records are to go", "records")
    .option("--influx <url>", "also ask this InfluxDB server, as in http://host:8086/db")
    .option("--json", "print the findings as JSON")
    .addHelpText("after", "\nExample:\n  radrig doctor --rig bench.yaml")
    .action(async (options: Options) => {
      const { diagnose } = await import("../diagnose.ts");
      const rig = options.rig === undefined ? null : readRig(options.rig);
      const findings: Finding[] = [];
      if (!options.json) output.data(toolName);
      const survey = diagnose({
        nodeVersion: process.version,
        folder: resolve(options.out),
        rig,
        devices: "/dev",
      });
      const told = (finding: Finding): void => {
        findings.push(finding);
        if (!options.json) output.data(lineOf(finding));
      };
      for await (const finding of survey) told(finding);
      if (options.influx !== undefined) {
        const { diagnoseInflux } = await import("../diagnose-influx.ts");
        for await (const finding of diagnoseInflux(options.influx, process.env)) told(finding);
      }
      const failures = findings.filter(({ state }) => state === "failure").length;
      if (options.json) output.data(JSON.stringify({ tool: toolName, ok: failures === 0, findings }));
      else output.data(failures === 0 ? "nothing stands in the way" : `${failures} to mend`);
      if (failures > 0) process.exitCode = exitCodes.environment;
    });
}

const marks = { ok: "ok  ", warning: "warn", failure: "FAIL" } as const;

function lineOf({ name, state, found, mend }: Finding): string {
  return `${marks[state]}  ${name.padEnd(18)}${found}${mend === null ? "" : `\n        mend: ${mend}`}`;
}
