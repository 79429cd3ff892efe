import type { Command } from "commander";
import type { Canvas } from "../../report/line.ts";
import { paintLine } from "../../report/line.ts";
import { checkRig } from "../cross-checks.ts";
import { exitCodes } from "../exit-codes.ts";
import { readRig } from "../files.ts";
import type { Output } from "../output.ts";

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
    .summary("draw a rig: its boards, and what stands around them")
    .description(
      "Draw a rig as its file says: boards, instruments, links, limits. Nothing is opened. --json has all of it, defaults written out.",
    )
    .argument("<rig>", "rig file")
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExample:\n  radrig rig show rigs/emulated.yaml")
    .action(async (path: string, options: Options) => {
      const read = readRig(path);
      checkRig(read);
      const { rig: name, title } = read.rig;
      if (options.json) {
        output.data(JSON.stringify(read.rig, null, 2));
        return;
      }
      const { benchDrawing } = await import("../../report/bench-drawing.ts");
      const { drawnStations } = await import("../draw-rig.ts");
      output.data(title === "" ? name : `${name}: ${title}`);
      for (const line of benchDrawing(drawnStations(read.rig))) output.data(paintLine(line, wide(output)));
    });
}

/** A drawing is not cut where nobody looks at a terminal. */
function wide(output: Output): Canvas {
  const canvas = output.canvas();
  return canvas.marks ? canvas : { ...canvas, columns: 1_000 };
}

function addCheckRig(rig: Command, output: Output): void {
  rig
    .command("check")
    .summary("open every device of a rig, and say what is wrong with it and how to mend it")
    .description(
      "Open every board and instrument of a rig, one apart from the other: who it is, a harmless exchange that proves that it understands,\n" +
        "what it cannot do or prove, and what is wrong and how to mend it. Runs no workload, resets no board, turns nothing on or off.\n" +
        "Exit code 4 where one fails.",
    )
    .argument("<rig>", "rig file")
    .option("--json", "print the answers as JSON")
    .addHelpText("after", "\nExample:\n  radrig rig check rigs/emulated.yaml")
    .action(async (path: string, options: Options) => {
      const { checkRigDevices } = await import("../check-rig.ts");
      const { rigCheckLines } = await import("../../report/rig-check-lines.ts");
      const check = await checkRigDevices(path, output.say);
      if (options.json) output.data(JSON.stringify(check));
      else for (const line of rigCheckLines(check)) output.data(paintLine(line, wide(output)));
      if (!check.ok) process.exitCode = exitCodes.rig;
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
