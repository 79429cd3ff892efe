import type { Command } from "commander";
import type { Output } from "../output.ts";
import { columns } from "../output.ts";
import type { CaptureTally } from "../tally-capture.ts";

interface Options {
  readonly messages?: true;
  readonly json?: true;
}

export function addReplay(program: Command, output: Output): void {
  program
    .command("replay")
    .summary("read a raw capture again, through link and codec")
    .description(
      "Read a raw capture (a file of it, or the raw folder of a record) through the link and the codec, and count what is in it.\nAny other file is taken as plain bytes, as `cat` of a serial port gives them.",
    )
    .argument("<file>", "raw capture: a file, or a record's raw folder")
    .option("--messages", "print every accepted message as a line of JSON first")
    .option("--json", "print the counts as JSON")
    .addHelpText("after", "\nExample:\n  radrig replay records/first-light-1/raw")
    .action(async (path: string, options: Options) => {
      const { tallyCapture } = await import("../tally-capture.ts");
      const tally = await tallyCapture(path, (message) => {
        if (options.messages) output.data(JSON.stringify(message));
      });
      output.data(options.json ? JSON.stringify(tally) : describe(tally));
    });
}

function describe(tally: CaptureTally): string {
  const rows: (readonly string[])[] = [
    ["bytes", String(tally.bytes)],
    ["lines", String(tally.lines)],
    ["accepted", String(tally.messages)],
    ...Object.entries(tally.messagesByName).map(([name, count]) => [`  ${name}`, String(count)]),
    ["garbled", String(tally.garbled)],
    ...Object.entries(tally.garbledByReason).map(([reason, count]) => [`  ${reason}`, String(count)]),
    ["lines lost", `${tally.linesLost} (missing in the boards' numbering)`],
    ["boots heard", String(tally.boots.length)],
    ...tally.boots
      .slice(0, 20)
      .map((boot) => [
        `  ${boot.bootId}`,
        `${boot.serial ?? "serial not heard"}, ${boot.lines} lines, ${boot.linesLost} lost`,
      ]),
  ];
  return columns(rows);
}
