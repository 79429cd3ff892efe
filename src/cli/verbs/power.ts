import { statSync } from "node:fs";
import type { Command } from "commander";
import { Argument } from "commander";
import { railLine } from "../../control/cut-rails.ts";
import { RigError } from "../../domain/errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Output } from "../output.ts";
import { powerVerbs } from "../operate-rails.ts";
import type { PowerVerb } from "../operate-rails.ts";
import type { Powered } from "../power-rig.ts";

interface Options {
  readonly station?: string;
  readonly yes?: true;
  readonly input: boolean;
  readonly json?: true;
}

export function addPower(program: Command, output: Output): void {
  program
    .command("power")
    .summary("rails on, off, off and on again, or how they are")
    .description(
      "Work the rails of a rig by hand, while a run does or without one: through the guard where one is alive; else a run is told\n" +
        "(off ends it: beam shut, rails off), or the supply is opened here. A rail stays off for at least 4 s.\n" +
        "The exit code is 4 where a rail is not seen to be as it was told.",
    )
    .addArgument(new Argument("<what>", "what to do").choices(powerVerbs))
    .argument("<rig>", "rig file")
    .option("--station <name>", "the rails of this station alone")
    .option("-y, --yes", "do not ask")
    .option("--no-input", "never ask: fail where --yes is missing")
    .option("--json", "print what became of the rails as JSON")
    .addHelpText("after", "\nExample:\n  radrig power cycle my-bench.yaml --station board-a --yes")
    .action(async (what: PowerVerb, path: string, options: Options) => {
      const { powerRig } = await import("../power-rig.ts");
      const { confirm } = await import("../confirm.ts");
      const whose = options.station === undefined ? "all rails" : `the rails of '${options.station}'`;
      if (what !== "status" && !(await confirm(`Power ${what}: ${whose} of ${path}?`, options))) {
        output.say("left as it is");
        return;
      }
      const powered = await powerRig(path, what, options.station ?? null, output.say);
      tell(powered, what === "status" ? null : what !== "off", options, output);
    });
}

export function addKill(program: Command, output: Output): void {
  program
    .command("kill")
    .summary("cut the rails now, whatever the run does")
    .description(
      "Cut the rails of a rig at once and verify that they are off, even where the run hangs: through the guard where one is alive;\n" +
        "else the run is told to abort, and where it does not answer it is killed and the supply is worked from here. Asks nothing.\n" +
        "The exit code is 4 where a rail is not seen to be off.",
    )
    .argument("<rig-or-record>", "rig file, or record folder of a running campaign")
    .option("--json", "print what became of the rails as JSON")
    .addHelpText("after", "\nExamples:\n  radrig kill my-bench.yaml\n  radrig kill records/first-light-1")
    .action(async (target: string, options: Pick<Options, "json">) => {
      const { killRig } = await import("../power-rig.ts");
      const { readOrigin } = await import("../origin.ts");
      const folder = statSync(target, { throwIfNoEntry: false })?.isDirectory() === true ? target : null;
      const rig = folder === null ? target : (readOrigin(folder)?.rig ?? null);
      if (rig === null)
        throw new RigError("config", `${target}: no record folder (no origin.json): name the rig file`);
      tell(await killRig(rig, folder, output.say), false, options, output);
    });
}

/** `wanted`: how the rails should be by now; null: as they are. */
function tell(
  powered: Powered,
  wanted: boolean | null,
  options: { readonly json?: true },
  output: Output,
): void {
  const ok = powered.rails.every(({ on }) => (wanted === null ? on !== null : on === wanted));
  if (options.json) output.data(JSON.stringify({ ok, ...powered }));
  else {
    for (const rail of powered.rails) output.data(railLine(rail));
    const through = { guard: "through the guard", run: "past the run", itself: "asked from here, no guard" }[
      powered.through
    ];
    output.say(`${through}${powered.detail === "" ? "" : `: ${powered.detail}`}`);
  }
  if (!ok) process.exitCode = exitCodes.rig;
}
