import type { Command } from "commander";
import type { Output } from "../output.ts";
import { toolName } from "../package-root.ts";
import { whole } from "../whole-number.ts";

interface Options {
  readonly out: string;
  readonly dut?: readonly string[];
  readonly oneDevice?: true;
  readonly seed: number;
  readonly json?: true;
}

export function addCalibrate(program: Command, output: Output): void {
  program
    .command("calibrate")
    .summary("make a model of a device from records and published results")
    .description(
      "Make a model of one device from what was counted: cross-sections against energy or LET with their posteriors, what becomes\nof an upset, cells an event, and what its parts come to beside the beam. The same sources give the same bytes.",
    )
    .argument("<record...>", "record folders, and files of published results (radrig schema published)")
    .requiredOption("--out <file>", "where the model goes: model.json")
    .option("--dut <name...>", "boards of the records that are meant (default: all)")
    .option("--one-device", "sources of different devices are meant to be one")
    .option("--seed <n>", "of the draws of its posteriors", whole(0, 0xffffffff), 1)
    .option("--json", "print the model as JSON too")
    .addHelpText(
      "after",
      "\nExamples:\n  radrig calibrate records/beam-1 records/injection-1 --out model.json\n  radrig calibrate rigs/published/tpu-v6e-suncatcher.yaml --out tpu-v6e.json",
    )
    .action(async (sources: readonly string[], options: Options) => {
      const [
        { readAllObserved },
        { modelPlace },
        { calibrate },
        { modelJson },
        { modelTable },
        { writeAtomically },
      ] = await Promise.all([
        import("../read-observed.ts"),
        import("../model-place.ts"),
        import("../../science/model/calibrate.ts"),
        import("../../science/model/model-json.ts"),
        import("../../report/model-table.ts"),
        import("../../records/write-atomically.ts"),
      ]);
      const { seed, oneDevice = false, out } = options;
      const place = modelPlace(out);
      const observed = await readAllObserved(sources, options.dut ?? null);
      const model = calibrate(observed, { tool: toolName, seed, oneDevice });
      const text = modelJson(model);
      await writeAtomically(place.path, text);
      if (options.json) output.data(text.trimEnd());
      else for (const line of modelTable(model, output.canvas())) output.data(line);
      output.say(`model: ${out}${place.replaces ? " (in place of the one that was there)" : ""}`);
      output.say(`next:  npx radrig predict ${out} --orbit sso-650 --shield 10mm`);
    });
}
