import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import { paintLine } from "../../report/line.ts";
import type { EnvironmentSources } from "../../science/environment/environment.ts";
import type { Output } from "../output.ts";

interface Options {
  readonly orbit: string;
  readonly solar: string;
  readonly shield: number;
  readonly shieldShape: "sphere" | "slab";
  readonly condition: "quiet" | "worst-day";
  readonly maps?: string;
  readonly json?: true;
}

export function addEnvironment(program: Command, output: Output): void {
  program
    .command("environment")
    .summary("spectra of the particles at an orbit or at the ground")
    .description(
      "Spectra of everything that meets a device at a place, outside and behind its shield: trapped protons and electrons, galactic ions, a worst day's solar particles,\n" +
        "LET in silicon, dose; neutrons at the ground. Models, validity and uncertainty: docs/environment.md.",
    )
    .requiredOption(
      "--orbit <place>",
      "ALTITUDExINCLINATION (km, degrees), iss, sso-500, sso-550, sso-650, 1200, geo, or ground:new-york, ground:denver, ground:milam",
    )
    .option("--solar <sun>", "min, mean, max, a number W from 0 to 200, or a date such as 2014-04", "min")
    .option("--shield <thickness>", "of aluminium, such as 2.54mm; none at the ground", millimetres, 2.54)
    .addOption(
      new Option("--shield-shape <shape>", "the same from all sides, or a plate")
        .choices(["sphere", "slab"])
        .default("sphere"),
    )
    .addOption(
      new Option("--condition <condition>", "with a worst day's solar particles or without")
        .choices(["quiet", "worst-day"])
        .default("quiet"),
    )
    .option(
      "--maps <dir>",
      "folder with the AP-8 and AE-8 maps and coefficients of the Earth's field, to compute from in place of the tables that come with radrig",
    )
    .option("--json", "print every spectrum as JSON, its units in its names")
    .addHelpText(
      "after",
      "\nExample:\n  radrig environment --orbit 825x98.8 --solar min --shield 0mm --json | jq '.trappedProtons.integral'\n  radrig environment --orbit ground:denver --solar mean",
    )
    .action((options: Options) => print(options, output));
}

async function print(options: Options, output: Output): Promise<void> {
  const [{ placeCalled }, { sunOf }, { environmentOf }] = await Promise.all([
    import("../surroundings.ts"),
    import("../../science/environment/sun.ts"),
    import("../../science/environment/environment-of.ts"),
  ]);
  const place = placeCalled(options.orbit);
  const question = {
    place,
    sun: sunOf(options.solar),
    shieldMmAl: options.shield,
    shieldShape: options.shieldShape,
    condition: options.condition,
  };
  const environment = environmentOf(
    question,
    place.kind === "ground" ? groundNeedsNone : await sourcesOf(options.maps),
  );
  if (options.json) {
    const { environmentJson } = await import("../../science/environment/environment-json.ts");
    output.data(JSON.stringify(environmentJson(environment)));
    return;
  }
  const { environmentLines } = await import("../../report/environment-lines.ts");
  for (const line of environmentLines(environment)) output.data(paintLine(line, output.canvas()));
}

export async function sourcesOf(maps: string | undefined): Promise<EnvironmentSources> {
  const { environmentSources, mapsIn } = await import("../trapped-source.ts");
  return environmentSources(maps === undefined ? { kind: "tables" } : mapsIn(maps));
}

export const groundNeedsNone: EnvironmentSources = {
  trapped: () => {
    throw new TypeError("no trapped particles at the ground");
  },
  shells: () => {
    throw new TypeError("no shells at the ground");
  },
};

/** `2.54mm`, or `2.54`; commander says which option was wrong. */
export function millimetres(text: string): number {
  const number = /^(\d+(?:\.\d+)?)\s*(?:mm)?$/.exec(text)?.[1];
  if (number === undefined || Number(number) > 1_000)
    throw new InvalidArgumentError("It is a thickness in mm of aluminium from 0 to 1000, such as 2.54mm.");
  return Number(number);
}
