import type { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import type { Output } from "../output.ts";

interface Options {
  readonly influx: string;
  readonly json?: true;
}

const login = "User and password come from RADRIG_INFLUX_USER and RADRIG_INFLUX_PASSWORD.";

export function addInflux(program: Command, output: Output): void {
  const influx = program
    .command("influx")
    .summary("bring records to InfluxDB, or see whether they would get there")
    .description(`Bring records to InfluxDB, or see whether they would get there. ${login}`);
  addReplayVerb(influx, output);
  addCheckVerb(influx, output);
}

function addReplayVerb(influx: Command, output: Output): void {
  influx
    .command("replay")
    .summary("send every point of a record, the same however often")
    .description(`Send every point of a record. Done again, it changes nothing. ${login}`)
    .argument("<dir>", "record folder")
    .requiredOption("--influx <url>", "server and database, as in http://host:8086/db")
    .option("--json", "print what was sent as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  radrig influx replay records/first-light-1 --influx http://localhost:8086/radrig",
    )
    .action(async (folder: string, options: Options) => {
      const [{ influxServer }, { replayRecord }] = await Promise.all([
        import("../../records/influx-server.ts"),
        import("../../records/influx-replay.ts"),
      ]);
      const sent = await replayRecord(folder, influxServer(options.influx, process.env));
      if (options.json) output.data(JSON.stringify(sent));
      else
        output.data(
          `${sent.points} points of ${sent.records} records are at ${sent.server}` +
            (sent.rejected === 0
              ? ""
              : `; ${sent.rejected} were refused (${sent.reason ?? ""}) and stand in ${sent.rejectedFile ?? ""}`),
        );
      if (sent.rejected > 0) process.exitCode = exitCodes.environment;
    });
}

function addCheckVerb(influx: Command, output: Output): void {
  influx
    .command("check")
    .summary("send a point there and read it back")
    .description(`Send a point to a server and read it back; say what stands in the way. ${login}`)
    .requiredOption("--influx <url>", "server and database, as in http://host:8086/db")
    .option("--json", "print the findings as JSON")
    .addHelpText("after", "\nExample:\n  radrig influx check --influx http://localhost:8086/radrig")
    .action(async (options: Options) => {
      const [{ influxServer }, { checkInflux }] = await Promise.all([
        import("../../records/influx-server.ts"),
        import("../../records/influx-check.ts"),
      ]);
      const findings = [];
      for await (const finding of checkInflux(influxServer(options.influx, process.env))) {
        findings.push(finding);
        const { name, ok, found, mend } = finding;
        if (!options.json)
          output.data(
            `${ok ? "ok  " : "FAIL"}  ${name.padEnd(10)}${found}${mend === null ? "" : `\n        mend: ${mend}`}`,
          );
      }
      const ok = findings.every((finding) => finding.ok);
      if (options.json) output.data(JSON.stringify({ ok, findings }));
      if (!ok) process.exitCode = exitCodes.environment;
    });
}
