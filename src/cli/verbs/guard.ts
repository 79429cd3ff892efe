import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { Output } from "../output.ts";

interface Options {
  readonly after: number;
  readonly json?: true;
}

export function addGuard(program: Command, output: Output): void {
  program
    .command("guard")
    .summary("hold a rig's supplies and heaters, and cut them when the run falls silent")
    .description(
      "Hold the safety devices of a rig (supplies, relays, heaters, shutters) in a process of its own, until Ctrl-C.\n" +
        "A run on this rig uses them through the guard and beats once a second. When it is silent for the stated time (killed, hung,\n" +
        "stopped), or a limit is passed, the guard cuts all rails, verifies that they are off and writes down when and why.\n" +
        "They stay off until `radrig power on`, or another run. See docs/guard.md for what protects against what.",
    )
    .argument("<rig>", "rig file")
    .option("--after <seconds>", "cut when a run was silent for this long, 1 to 600", seconds, 5)
    .option("--json", "print what it does as lines of JSON")
    .addHelpText("after", "\nExample:\n  radrig guard my-bench.yaml --after 5")
    .action(async (path: string, options: Options) => {
      const { guardRig, logLines } = await import("../guard-process.ts");
      await guardRig(path, {
        afterMs: options.after * 1000,
        say: output.say,
        ready: () => output.say("guarding; Ctrl-C ends it, and leaves the rails as they are"),
        did: (entry) => {
          if (options.json) output.data(JSON.stringify(entry));
          else for (const line of logLines(entry)) output.data(line);
        },
      });
    });
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 1 && value <= 600))
    throw new InvalidArgumentError("expected seconds, 1 to 600.");
  return value;
}
