import type { Command } from "commander";
import type { Output } from "../output.ts";

interface Options {
  readonly json?: true;
}

export function addModel(program: Command, output: Output): void {
  const verb = program
    .command("model")
    .summary("read models of devices, and hold two against each other")
    .description("Read model.json as `radrig calibrate` makes it.");
  verb
    .command("show")
    .summary("what was measured, how well, and what is missing")
    .description(
      "Show a model: cross-sections, shares, cells an event, parts beside the beam, and what is missing.",
    )
    .argument("<file>", "model.json")
    .option("--json", "print the model as JSON (its schema: radrig schema model)")
    .addHelpText("after", "\nExample:\n  radrig model show model.json")
    .action(async (file: string, options: Options) => {
      const [{ readModel }, { modelJson }, { modelTable }] = await Promise.all([
        import("../read-observed.ts"),
        import("../../science/model/model-json.ts"),
        import("../../report/model-table.ts"),
      ]);
      const model = await readModel(file);
      if (options.json) output.data(modelJson(model).trimEnd());
      else for (const line of modelTable(model, output.canvas())) output.data(line);
    });
  verb
    .command("diff")
    .summary("which numbers of two models differ")
    .description(
      "Hold two models against each other: every number that both have, as a ratio with its interval.",
    )
    .argument("<a>", "model.json")
    .argument("<b>", "another")
    .option("--json", "print the differences as JSON")
    .addHelpText("after", "\nExample:\n  radrig model diff ecc-on.json ecc-off.json")
    .action(async (a: string, b: string, options: Options) => {
      const [{ readModel }, { diffModels }, { differenceTable }] = await Promise.all([
        import("../read-observed.ts"),
        import("../../science/model/diff-models.ts"),
        import("../../report/model-difference.ts"),
      ]);
      const differences = diffModels(await readModel(a), await readModel(b));
      if (options.json) output.data(JSON.stringify(differences, null, 2));
      else for (const line of differenceTable(differences, output.canvas())) output.data(line);
    });
}
