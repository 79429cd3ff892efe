import type { Command } from "commander";
import type { Output } from "../output.ts";
import { columns } from "../output.ts";
import { toolName } from "../package-root.ts";
import type { ImportTallies } from "../../records/import/radhelper.ts";
import { lineClasses } from "../../records/import/log-line.ts";

interface Options {
  readonly out: string;
  readonly json?: true;
}

export function addImport(program: Command, output: Output): void {
  const verb = program
    .command("import")
    .summary("make a record of what another harness logged")
    .description("Make a radrig record of what another harness logged.");
  verb
    .command("radhelper")
    .summary("UART frame logs of a radhelper set-up")
    .description(
      "Read folders, files or .tar.gz archives of UART frame logs by full resynchronisation: every frame whose checksum holds is\nrecovered, every other byte is accounted for by class, resets and gaps are listed.",
    )
    .argument("<path...>", "folders, files or archives")
    .requiredOption("--out <dir>", "folder for the record; it must not hold one yet")
    .option("--json", "print the tallies as JSON")
    .addHelpText("after", "\nExample:\n  radrig import radhelper uart-frames/*.tar.gz --out records/imported")
    .action(async (paths: readonly string[], options: Options) => {
      const { importRecord } = await import("../import-record.ts");
      const { tallies, folder } = await importRecord(paths, options.out, toolName);
      if (options.json) output.data(JSON.stringify(tallies));
      else output.data(tallyText(tallies));
      output.say(`record: ${folder}`);
    });
}

/** Every line of the logs is in one of the classes; their bytes add up. */
function tallyText(tallies: ImportTallies): string {
  const { framesRecovered, framesById, resets, gaps, damaged, bytesTotal, linesTotal, files, deviceBytes } =
    tallies;
  return columns([
    ["frames recovered", String(framesRecovered), ""],
    ...framesById.map(({ id, length, count }) => [`  id ${id}, ${length} bytes`, String(count), ""]),
    ["files", String(files), ""],
    ["lines", String(linesTotal), `${bytesTotal} bytes`],
    ...lineClasses.map((name) => [`  ${name}`, String(tallies[name].lines), `${tallies[name].bytes} bytes`]),
    [
      "bytes of the device",
      String(deviceBytes.total),
      `${deviceBytes.frames} in frames, ${deviceBytes.torn} torn, ${deviceBytes.corrupt} corrupt, ${deviceBytes.fragment} fragments`,
    ],
    ["resets", String(resets.count), ""],
    ["gaps", String(gaps.count), ""],
    ["files not read to their end", String(damaged.length), ""],
  ]);
}
