import type { Command } from "commander";
import type { Output } from "../output.ts";
import { columns } from "../output.ts";
import { whole } from "../whole-number.ts";

interface Options {
  readonly seed: number;
  readonly truth?: string;
  readonly eventLogs?: string;
  readonly json?: true;
}

export function addEmulate(program: Command, output: Output): void {
  program
    .command("emulate")
    .summary("hold an emulated bench behind pseudo-terminals")
    .description(
      "Hold the emulated bench of a rig file, each board a process of its own behind a pseudo-terminal, until Ctrl-C.\nFrom another terminal, `radrig run --rig` speaks to it as to hardware.",
    )
    .argument("<rig>", "rig file with an `emulation` part and `pty` links")
    .option("--seed <n>", "seed of the world: boot ids, particles", whole(0, 4294967295), 1)
    .option("--truth <file>", "write what the world really did to the boards into this file")
    .option("--event-logs <dir>", "write the events that each board was told to forget into this folder")
    .option("--json", "print the ports as JSON, when they are ready")
    .addHelpText("after", "\nExample:\n  radrig emulate rigs/emulated-pty.yaml")
    .action(async (path: string, options: Options) => {
      const { holdBench } = await import("../hold-bench.ts");
      await holdBench(
        path,
        { seed: options.seed, truthPath: options.truth ?? null, eventLogs: options.eventLogs ?? null },
        (ports) => {
          output.data(
            options.json ? JSON.stringify(ports) : columns(ports.map(({ name, serial }) => [serial, name])),
          );
          output.say("ready; Ctrl-C ends it");
        },
      );
    });
}
