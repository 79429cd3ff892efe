import type { Command } from "commander";
import type { Output } from "../output.ts";
import { toolName } from "../package-root.ts";
import type { ConditionOptions, SurroundingOptions } from "./predict.ts";
import {
  conditionsOf,
  degrees,
  sha256OfFile,
  surroundingsFor,
  withConditions,
  withSurroundings,
} from "./predict.ts";
import { millimetres } from "./environment.ts";

interface Options extends SurroundingOptions, ConditionOptions {
  readonly andOrbit?: string;
  readonly andSolar?: string;
  readonly andShield?: number;
  readonly andTemperature?: number;
  readonly json?: true;
}

export function addCompare(program: Command, output: Output): void {
  const verb = program
    .command("compare")
    .summary("two devices, or one device in two orbits, side by side")
    .description(
      "Predict twice and say which difference is one: two models in the same surroundings, or one model in two. What both share, such as the flux of an orbit or\nthe cross-section of the device, cancels in the ratio.",
    )
    .argument("<a>", "model.json")
    .argument("[b]", "another (default: the same)");
  withSurroundings(verb);
  withConditions(verb)
    .option("--and-orbit <place>", "of B (default: as A)")
    .option("--and-solar <state>", "of B")
    .option("--and-shield <thickness>", "of B", millimetres)
    .option("--and-temperature <degrees>", "of B", degrees)
    .option("--json", "print every number as JSON, each with its unit")
    .addHelpText(
      "after",
      "\nExamples:\n  radrig compare tpu.json gpu.json --orbit sso-650 --shield 10mm\n  radrig compare tpu.json --orbit sso-650 --and-orbit ground:denver",
    )
    .action(async (a: string, b: string | undefined, options: Options) => {
      const [{ readModel }, { compare }, { comparisonTable }, { RigError }] = await Promise.all([
        import("../read-observed.ts"),
        import("../../science/predict/compare.ts"),
        import("../../report/comparison-table.ts"),
        import("../../domain/errors.ts"),
      ]);
      const { andOrbit, andSolar, andShield, andTemperature } = options;
      const other = { orbit: andOrbit, solar: andSolar, shield: andShield, temperature: andTemperature };
      const changed = Object.fromEntries(Object.entries(other).filter(([, value]) => value !== undefined));
      if (b === undefined && Object.keys(changed).length === 0)
        throw new RigError(
          "config",
          "nothing to compare: name a second model, or what differs for B (--and-orbit, --and-solar, --and-shield, --and-temperature)",
        );
      const of = { ...options, ...changed };
      const side = async (path: string, asked: Options) => ({
        name: path,
        model: await readModel(path),
        modelSha256: await sha256OfFile(path),
        surroundings: await surroundingsFor(asked),
        conditions: conditionsOf(asked),
      });
      const comparison = compare(await side(a, options), await side(b ?? a, of), {
        tool: toolName,
        seed: options.seed,
        draws: options.draws,
      });
      if (options.json) output.data(JSON.stringify(comparison, null, 1));
      else for (const line of comparisonTable(comparison, output.canvas())) output.data(line);
    });
}
