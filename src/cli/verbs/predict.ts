import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import type { PredictionConditions } from "../../science/predict/prediction.ts";
import type { Surroundings } from "../../science/predict/surroundings.ts";
import type { Output } from "../output.ts";
import { toolName } from "../package-root.ts";
import { whole } from "../whole-number.ts";
import { groundNeedsNone, millimetres, sourcesOf } from "./environment.ts";

export interface SurroundingOptions {
  readonly orbit?: string;
  readonly solar: string;
  readonly shield: number;
  readonly shieldShape: "sphere" | "slab";
  readonly directIonisation?: true;
  readonly maps?: string;
  readonly spectra?: readonly string[];
  readonly tle?: string;
  readonly days: number;
}

interface Options extends SurroundingOptions, ConditionOptions {
  readonly json?: true;
}

export interface ConditionOptions {
  readonly temperature?: number;
  readonly thickness?: number;
  readonly inferencesPerSecond?: number;
  readonly draws: number;
  readonly seed: number;
}

export function addPredict(program: Command, output: Output): void {
  const verb = program
    .command("predict")
    .summary("how often a device will err in an orbit, and how sure that is")
    .description(
      "How often each kind of error is to be expected of a measured device in an orbit, behind a shield, at a temperature: with its interval\n" +
        "from 10,000 draws of everything uncertain, and what makes it so. What was never measured stands apart. Method: docs/predict.md.",
    )
    .argument("<model>", "model.json of `radrig calibrate`");
  withSurroundings(verb);
  withConditions(verb)
    .option("--json", "print every number as JSON, each with its unit")
    .addHelpText(
      "after",
      "\nExamples:\n  radrig predict model.json --orbit sso-650 --shield 10mm --solar mean\n  radrig predict model.json --orbit ground:denver --inferences-per-second 30\n  radrig predict model.json --spectra outside.FLX --shield 5mm --json | jq '.lines[0].rates.perDay'",
    )
    .action(async (file: string, options: Options) => {
      const [{ readModelFile }, { predict }, { predictionTable }] = await Promise.all([
        import("../read-observed.ts").then(({ readModel }) => ({ readModelFile: readModel })),
        import("../../science/predict/predict.ts"),
        import("../../report/prediction-table.ts"),
      ]);
      const prediction = predict({
        tool: toolName,
        model: await readModelFile(file),
        modelSha256: await sha256OfFile(file),
        surroundings: await surroundingsFor(options),
        conditions: conditionsOf(options),
      });
      if (options.json) output.data(JSON.stringify(prediction, null, 1));
      else for (const line of predictionTable(prediction, output.canvas())) output.data(line);
    });
}

/** Where: an orbit, a place on the ground, or spectra of somebody else's. */
export function withSurroundings(verb: Command): Command {
  return verb
    .option(
      "--orbit <place>",
      "iss, sso-500, sso-550, sso-650, 1200, geo, ALTITUDExINCLINATION (km, degrees), or ground:new-york, ground:denver, ground:milam",
    )
    .option("--spectra <file...>", "spectra in CREME96's formats instead (.FLX, .TFX, .LET, .DLT)")
    .option(
      "--tle <file>",
      "a satellite's elements instead: along its track, with passes through the belts (needs --maps)",
    )
    .option("--days <n>", "along the track, from the epoch of the elements", whole(1, 30), 1)
    .option("--solar <state>", "quiet, mean, worst-day; min, max, a number W, or a date", "quiet")
    .option("--shield <thickness>", "of aluminium, such as 10mm", millimetres, 2.54)
    .addOption(
      new Option("--shield-shape <shape>", "the same from all sides, or a plate")
        .choices(["sphere", "slab"])
        .default("sphere"),
    )
    .option("--direct-ionisation", "protons upset by their own ionisation too (cells of 65 nm and below)")
    .option("--maps <dir>", "folder with the AP-8 and AE-8 maps and coefficients of the Earth's field");
}

export function withConditions(verb: Command): Command {
  return verb
    .option("--temperature <degrees>", "of the die, such as 60C (default: as it was measured)", degrees)
    .option("--thickness <um>", "sensitive thickness of a cell, µm (default: 0.1 to 2, log-uniform)", above0)
    .option("--inferences-per-second <n>", "for events in a million inferences", above0)
    .option("--draws <n>", "of everything uncertain", whole(100, 1_000_000), 10_000)
    .option("--seed <n>", "of the draws: the same gives the same bytes", whole(0, 0xffffffff), 1);
}

export function conditionsOf(options: ConditionOptions): PredictionConditions {
  return {
    seed: options.seed,
    draws: options.draws,
    temperatureC: options.temperature ?? null,
    thicknessUm: options.thickness ?? null,
    inferencesPerSecond: options.inferencesPerSecond ?? null,
  };
}

export async function surroundingsFor(options: SurroundingOptions): Promise<Surroundings> {
  const [{ surroundingsAt }, { RigError }] = await Promise.all([
    import("../surroundings.ts"),
    import("../../domain/errors.ts"),
  ]);
  const {
    orbit,
    spectra,
    tle,
    maps,
    shield: shieldMm,
    solar,
    shieldShape,
    directIonisation = false,
  } = options;
  const named = [
    ["--orbit", orbit],
    ["--spectra", spectra],
    ["--tle", tle],
  ].flatMap(([name, value]) => (value === undefined ? [] : [name as string]));
  if (named.length !== 1)
    throw new RigError(
      "config",
      `${named.length === 0 ? "neither --orbit nor --spectra nor --tle" : named.join(" and ")}: name one, where the device will be, the spectra it meets or the elements of its satellite`,
    );
  const how = { solar, shieldMm, shieldShape, directIonisation };
  if (tle !== undefined) {
    const { surroundingsAlong } = await import("../track-surroundings.ts");
    return surroundingsAlong(tle, options.days, maps, how);
  }
  if (spectra !== undefined) {
    const { spectraIn } = await import("../supplied-spectra.ts");
    return spectraIn(spectra, how);
  }
  return surroundingsAt({ orbit: orbit!, ...how }, (place) =>
    place.kind === "ground" ? Promise.resolve(groundNeedsNone) : sourcesOf(maps),
  );
}

export async function sha256OfFile(path: string): Promise<string> {
  const [{ createHash }, { readFile }] = await Promise.all([
    import("node:crypto"),
    import("node:fs/promises"),
  ]);
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

/** `60C`, `-20`, `60 °C`. */
export function degrees(text: string): number {
  const number = /^(-?\d+(?:\.\d+)?)\s*°?C?$/i.exec(text)?.[1];
  if (number === undefined || Number(number) < -100 || Number(number) > 200)
    throw new InvalidArgumentError("It is a die temperature from -100 to 200 °C, such as 60C.");
  return Number(number);
}

function above0(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value < Infinity))
    throw new InvalidArgumentError("It is a number above 0.");
  return value;
}
