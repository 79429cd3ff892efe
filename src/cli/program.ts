import { Command } from "commander";
import { exitCodeHelp } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import { columns } from "./output.ts";
import { toolName } from "./package-root.ts";
import { addAgent } from "./verbs/agent.ts";
import { addAnalyze } from "./verbs/analyze.ts";
import { addCalibrate } from "./verbs/calibrate.ts";
import { addCheck } from "./verbs/check.ts";
import { addCompare } from "./verbs/compare.ts";
import { addControl } from "./verbs/control.ts";
import { addDoctor } from "./verbs/doctor.ts";
import { addEmulate } from "./verbs/emulate.ts";
import { addEnvironment } from "./verbs/environment.ts";
import { addGuard } from "./verbs/guard.ts";
import { addImport } from "./verbs/import.ts";
import { addInflux } from "./verbs/influx.ts";
import { addModel } from "./verbs/model.ts";
import { addPorts } from "./verbs/ports.ts";
import { addKill, addPower } from "./verbs/power.ts";
import { addPredict } from "./verbs/predict.ts";
import { addReplay } from "./verbs/replay.ts";
import { addRig } from "./verbs/rig.ts";
import { addRun } from "./verbs/run.ts";
import { addSchema } from "./verbs/schema.ts";
import { addThermal } from "./verbs/thermal.ts";

const verbs = [
  addRun,
  addAnalyze,
  addCalibrate,
  addModel,
  addControl,
  addCheck,
  addRig,
  addThermal,
  addPorts,
  addDoctor,
  addPredict,
  addCompare,
  addEnvironment,
  addEmulate,
  addGuard,
  addPower,
  addKill,
  addAgent,
  addReplay,
  addImport,
  addInflux,
  addSchema,
] as const;

/** The whole command line. Verbs load what they need when they are called: `radrig check` opens no serial port. */
export function createProgram(output: Output): Command {
  const program = new Command("radrig")
    .description(
      "Strike an accelerator while it works, count what goes wrong, and turn the counts into rates.\nWithout a rig of your own: `radrig run` runs the first-light campaign on an emulated one.",
    )
    .version(toolName, "-V, --version")
    .option("--no-color", "no colour, no line drawn twice (also: the environment variable NO_COLOR)")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => output.data(text.replace(/\n$/, "")),
      writeErr: (text) => output.say(text.replace(/\n$/, "")),
      getOutHasColors: () => output.canvas().colour,
    })
    .showHelpAfterError("(radrig --help lists the verbs, radrig <verb> --help what one takes)")
    .addHelpText("after", `\n${examples}\n\nExit codes:\n${exitCodeTable()}`)
    .exitOverride();
  for (const add of verbs) add(program, output);
  return program;
}

const examples = `Examples:
  radrig run                                  first light: two emulated boards, an injector, a beam
  radrig run campaign.yaml --rig bench.yaml   your campaign on your bench
  radrig run --resume records/first-light-1   go on where a run was cut short
  radrig analyze records/first-light-1        every number again, from the journal alone
  radrig check bench.yaml                     what is wrong with a rig file, by line and column
  radrig doctor                               what is missing on this machine, and what mends it`;

function exitCodeTable(): string {
  return columns(exitCodeHelp.map(([code, meaning]) => [`  ${String(code).padStart(3)}`, meaning]));
}
