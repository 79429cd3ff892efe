import type { Command } from "commander";
import { checkRig } from "../cross-checks.ts";
import { exitCodes } from "../exit-codes.ts";
import { readRig } from "../files.ts";
import type { Output } from "../output.ts";
import { columns } from "../output.ts";

interface Options {
  readonly json?: true;
}

export function addRig(program: Command, output: Output): void {
  const rig = program
    .command("rig")
    .summary("show a rig, see whether all of it answers, examine its boards")
    .description("Show a rig, see whether all of it answers, examine its boards.");
  addShow(rig, output);
  addCheckRig(rig, output);
  addConformance(rig, output);
}

function addShow(rig: Command, output: Output): void {
  rig
    .command("show")
    .summary("what a rig file says, defaults written out")
    .description("What a rig file says, with defaults written out and paths resolved. Nothing is opened.")
    .argument("<rig>", "rig file")
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExample:\n  radrig rig show rigs/emulated.yaml")
    .action((path: string, options: Options) => {
      const read = readRig(path);
      checkRig(read);
      const { stations, devices, rig: name, title } = read.rig;
      if (options.json) {
        output.data(JSON.stringify(read.rig, null, 2));
        return;
      }
      output.data(title === "" ? name : `${name}: ${title}`);
      output.data(
        columns([
          ["STATION", "SERIAL", "LINK", "INJECTOR", "HEATER", "RAIL", "BEAM"],
          ...Object.entries(stations).map(([station, { serial, link, injector, thermal, supply, beam }]) => [
            station,
            serial,
            JSON.stringify(link),
            injector === undefined ? "-" : `${injector.device} (${injector.targets.join(", ")})`,
            thermal?.device ?? "-",
            supply?.map(({ device, rail }) => `${device}:${rail}`).join(" ") ?? "-",
            beam?.counter ?? "-",
          ]),
        ]),
      );
      const boxes = Object.entries(devices).map(([device, { serial, link }]) => [
        device,
        serial ?? "-",
        JSON.stringify(link),
      ]);
      if (boxes.length > 0) output.data(columns([["DEVICE", "SERIAL", "LINK"], ...boxes]));
    });
}

function addCheckRig(rig: Command, output: Output): void {
  rig
    .command("check")
    .summary("open a rig and ask every device who it is")
    .description(
      "Open a rig, ask every board and device who it is and what it reads, and close it. Runs no workload; a board is not reset.",
    )
    .argument("<rig>", "rig file")
    .option("--json", "print the answers as JSON")
    .addHelpText("after", "\nExample:\n  radrig rig check rigs/emulated.yaml")
    .action(async (path: string, options: Options) => {
      const { askRig } = await import("../ask-rig.ts");
      const answers = await askRig(path, output.say);
      if (options.json) output.data(JSON.stringify(answers));
      else
        output.data(
          columns([
            ["STATION", "MODEL", "SERIAL", "FIRMWARE", "BOOTS", "WORKLOADS", "READS"],
            ...answers.map(({ station, identity, readings }) => [
              station,
              identity?.model ?? "no answer",
              identity?.serial ?? "-",
              identity?.firmware ?? "-",
              identity === null ? "-" : `${identity.boots} (${identity.cause})`,
              identity?.workloads.join(" ") ?? "-",
              readings.join(", ") || "-",
            ]),
          ]),
        );
      if (answers.some(({ identity }) => identity === null)) process.exitCode = exitCodes.rig;
    });
}

function addConformance(rig: Command, output: Output): void {
  rig
    .command("conformance")
    .summary("hold boards against the firmware protocol")
    .description(
      "Hold every board and device of a rig against the firmware protocol, check by check.\nBoards are reset, loaded and struck: not for a board in a beam. The exit code is 4 where one fails.",
    )
    .argument("<rig>", "rig file")
    .argument("[device...]", "stations or devices to examine (default: all)")
    .option("--workload <name>", "the workload to examine a board on (default: its first)")
    .option("--json", "print each verdict as a line of JSON")
    .addHelpText("after", "\nExample:\n  radrig rig conformance my-bench.yaml board-a")
    .action(
      async (path: string, devices: readonly string[], options: Options & { readonly workload?: string }) => {
        const { examine } = await import("../examine.ts");
        let [passed, failed] = [0, 0];
        for await (const { device, name, pass, detail } of examine(
          path,
          devices,
          options.workload,
          output.say,
        )) {
          if (pass === true) passed++;
          if (pass === false) failed++;
          if (options.json) output.data(JSON.stringify({ device, name, pass, detail }));
          else
            output.data(
              `${pass === null ? "----" : pass ? "pass" : "FAIL"}  ${device}: ${name}${detail === "" ? "" : `\n      ${detail}`}`,
            );
        }
        if (!options.json) output.data(`${passed} passed, ${failed} failed`);
        if (failed > 0 || passed === 0) process.exitCode = exitCodes.rig;
      },
    );
}
