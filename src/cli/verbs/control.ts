import type { Command } from "commander";
import { Argument } from "commander";
import { sendCommand } from "../../control/client.ts";
import type { CommandVerb } from "../../domain/command.ts";
import { commandVerbs } from "../../domain/command.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Output } from "../output.ts";
import { userName } from "../user-name.ts";

interface Options {
  readonly by?: string;
  readonly json?: true;
}

export function addControl(program: Command, output: Output): void {
  program
    .command("control")
    .summary("pause, resume, stop or abort a running campaign")
    .description(
      "Give a command to the campaign that is running into a record folder. Obeyed or refused, it becomes a record there.\n" +
        "stop ends the strike in hand, then the campaign; abort goes to the safe state at once (beam shut, rails off).",
    )
    .argument("<dir>", "record folder of the running campaign")
    .addArgument(new Argument("<verb>", "what to do").choices(commandVerbs))
    .option("--by <name>", "who asks, for the record (default: your user name)")
    .option("--json", "print the answer as JSON")
    .addHelpText("after", "\nExample:\n  radrig control records/first-light-1 pause --by alice")
    .action(async (folder: string, verb: CommandVerb, options: Options) => {
      const verdict = await sendCommand(folder, { verb, by: options.by ?? userName() });
      if (options.json) output.data(JSON.stringify({ verb, ...verdict }));
      else output.data(verdict.obeyed ? `${verb}: obeyed` : `${verb}: ${verdict.detail}`);
      if (!verdict.obeyed) process.exitCode = exitCodes.usage;
    });
}
