import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/cli/package-root.ts";
import { readPublishedFile } from "../../src/cli/read-observed.ts";
import { surroundingsAt } from "../../src/cli/surroundings.ts";
import { environmentSources } from "../../src/cli/trapped-source.ts";
import { short } from "../../src/report/prediction-table.ts";
import { calibrate } from "../../src/science/model/calibrate.ts";
import type { Model } from "../../src/science/model/model.ts";
import { predict } from "../../src/science/predict/predict.ts";
import type { Figure, PredictedLine, Prediction } from "../../src/science/predict/prediction.ts";
import type { Surroundings } from "../../src/science/predict/surroundings.ts";
import { integralAbove } from "../../src/science/spectra/log-line.ts";

/**
 * The only published beam numbers of a data centre's TPU, taken to a sun-synchronous orbit:
 *
 *   rigs/published/tpu-v6e-suncatcher.yaml ─calibrate→ model ─predict, 650 km behind 10 mm→ a year of one chip, beside what its authors say of it
 */
const published = "rigs/published/tpu-v6e-suncatcher.yaml";
export const suns = ["quiet", "mean", "max", "worst-day"] as const;
export type SunWord = (typeof suns)[number];

/** What the source itself makes of its numbers (section 4.3): 150 rad(Si) a year, one SDC in 17 rad. */
const theirs = { radPerYear: 150, radPerSdc: 17, sdcPerYear: 8.8 } as const;

export interface TpuInOrbit {
  readonly model: Model;
  readonly predictions: ReadonlyMap<SunWord, Prediction>;
  readonly surroundings: Surroundings;
}

export async function tpuInOrbit(draws: number, which: readonly SunWord[] = suns): Promise<TpuInOrbit> {
  const model = calibrate([readPublishedFile(join(packageRoot, published))], { tool: "radrig", seed: 1 });
  const predictions = new Map<SunWord, Prediction>();
  let first: Surroundings | null = null;
  for (const solar of which) {
    const surroundings = await surroundingsAt(
      { orbit: "sso-650", solar, shieldMm: 10, shieldShape: "sphere", directIonisation: false },
      () => Promise.resolve(environmentSources({ kind: "tables" })),
    );
    first ??= surroundings;
    const conditions = { seed: 1, draws, temperatureC: null, thicknessUm: null, inferencesPerSecond: 1 };
    predictions.set(solar, predict({ tool: "radrig", model, modelSha256: "", surroundings, conditions }));
  }
  return { model, predictions, surroundings: first! };
}

export const lineNamed = (prediction: Prediction, name: string): PredictedLine =>
  prediction.lines.find((line) => line.name === name)!;

const quantities = [
  ["SDC", "silent data corruption (SDC)"],
  ["hbm uncorrected", "uncorrectable error of HBM"],
  ["SEFI", "functional interrupt (SEFI)"],
] as const;

export async function tpuInOrbitReport(): Promise<string[]> {
  const study = await tpuInOrbit(10_000);
  const page = join(packageRoot, "docs/tpu-v6e-in-orbit.md");
  writeFileSync(page, pageOf(study));
  const sdc = lineNamed(study.predictions.get("quiet")!, "SDC").rates!.perYear!;
  return [
    `SDC a chip-year at 650 km behind 10 mm, quiet Sun, protons alone: ${withInterval(sdc)}`,
    `report: docs/tpu-v6e-in-orbit.md`,
  ];
}

const withInterval = ({ value, lower, upper }: Figure): string =>
  `${short(value)} (${short(lower)} to ${short(upper ?? NaN)})`;

function pageOf({ model, predictions, surroundings }: TpuInOrbit): string {
  const quiet = predictions.get("quiet")!;
  const of = (sun: SunWord, name: string): PredictedLine => lineNamed(predictions.get(sun)!, name);
  const year = (sun: SunWord, name: string): Figure => of(sun, name).rates!.perYear!;
  const sdc = year("quiet", "SDC");
  const hbm = year("quiet", "hbm uncorrected");
  const sefi = of("quiet", "SEFI").rates!;
  const inferences = of("quiet", "SDC").rates!.perMillionInferences!;
  const ions = (name: string): Figure => of("quiet", name).unmeasured!.boundedPerDay!;
  const dose = quiet.surroundings.dose!;
  const ladder = ladderOf(model, surroundings);
  const event = of("worst-day", "SDC").rates!.perDay;
  const rows = quantities.map(
    ([name, words]) =>
      `| ${words} | ${(["quiet", "mean", "max"] as const).map((sun) => withInterval(year(sun, name))).join(" | ")} | ${withInterval(of("worst-day", name).rates!.perDay)} |`,
  );
  const made = of("quiet", "SDC")
    .inputs.slice(0, 3)
    .map(({ input, share }) => `${input} ${Math.round(100 * share)} %`)
    .join(", ");
  return `# A TPU v6e in orbit: a year of one chip

Written by \`npm run study -- tpu-in-orbit\`: the published figures of a 67 MeV proton beam (\`${published}\`) calibrated and predicted for 650 km, dawn–dusk
(97.99°), behind 10 mm of aluminium all round. Averages over the orbit know no local time. Protons are the headline, since protons are what was measured. 10,000 draws, seed 1.

| events of one chip | a year, quiet Sun | a year, mean Sun | a year, active Sun | a day like 20 October 1989 |
| --- | --- | --- | --- | --- |
${rows.join("\n")}
| dose behind the shield, rad(Si), protons alone | ${(["quiet", "mean", "max"] as const).map((sun) => withInterval(predictions.get(sun)!.surroundings.dose!)).join(" | ")} | ${withInterval(predictions.get("worst-day")!.surroundings.dose!)} |

Medians, with 2.5 % to 97.5 % of the draws. What makes the SDC line uncertain (shares of the variance of its logarithm): ${made}.

## In words

With a quiet Sun one chip gives a wrong answer without a sign about ${short(sdc.value)} times a year, once in ${short(365.25 / sdc.value)} days; it may as well be ${short(sdc.lower)} or ${short(sdc.upper!)} times, since the source
states no count of these events, and nobody measured at another energy than 67 MeV. At one inference a second that is ${short(inferences.value)} (${short(inferences.lower)} to ${short(inferences.upper!)}) in a million. HBM meets an error that its code cannot
correct ${short(hbm.value)} (${short(hbm.lower)} to ${short(hbm.upper!)}) times a year; ${events(model)} events stand behind that line, so what it is uncertain by is the flux of the belts and the shape of the curve. Hanging until it is reset: once in
${short(sefi.meanDaysBetween.value / 365.25)} years (${short(sefi.meanDaysBetween.lower / 365.25)} to ${short((sefi.meanDaysBetween.upper ?? NaN) / 365.25)}). A day like that of October 1989 brings ${short(event.value)} (${short(event.lower)} to ${short(event.upper!)}) silent corruptions, in this orbit: over the poles such protons arrive unhindered.
A thousand chips that work on one model meet one between them every ${short((60 * 8766) / (1000 * sdc.value))} minutes: results must be checked, whatever the exact number is.

## Ions: unmeasured, and in no number above

No ion beam has met this chip. Petersen's figure of merit, from the protons, bounds what galactic ions add on a quiet day; a relation that scatters by a factor of two either way, of an environment good to three, and no measurement:

| events of one chip by ions, a day | bound |
| --- | --- |
${quantities.map(([name, words]) => `| ${words} | ${withInterval(ions(name))} |`).join("\n")}

The bound for SDC (${short(ions("SDC").value)} a day) ${ions("SDC").value > sdc.value / 365.25 ? "is above" : "is below"} the protons' own ${short(sdc.value / 365.25)} a day: protons alone may be less than half of it all. Of latch-up neither beam nor relation says anything: the source does not mention it, and nobody has looked with ions.

## Beside the source's own figure

Its authors count ${theirs.sdcPerYear} SDC a chip-year: ${theirs.radPerYear} rad(Si) a year by ${theirs.radPerSdc} rad an event. Ours is ${short(sdc.value / theirs.sdcPerYear)} times that, and theirs lies inside our interval. Step by step:

| step | SDC a chip-year |
| --- | --- |
| theirs: ${theirs.radPerYear} rad a year, one in ${theirs.radPerSdc} rad | ${short(theirs.radPerYear / theirs.radPerSdc)} |
| our dose of a quiet year, ${short(dose.value)} rad: AP-8 at solar minimum; at maximum it is ${short(predictions.get("max")!.surroundings.dose!.value)}, and theirs lies between | ${short(dose.value / theirs.radPerSdc)} |
| protons counted one by one instead of by their dose, each with σ of 67 MeV | ${short(ladder.flat)} |
| σ rising with energy as Bendel's curve does, A from 10 to 30 MeV: of the protons that come through 10 mm, ${Math.round(100 * ladder.above67)} % are faster than 67 MeV | ${short(sdc.value)} |

So the difference is two things: which Sun, and that a rad in orbit is made by faster protons than a rad in that beam. The last step is a prior's and no measurement: a second energy, 200 MeV, would settle it, and is worth more than more events at 67.

## What would narrow it

The count of SDC events, and the uncertainty of the fluence (they are not in the source): the interval of SDC would shrink to that of HBM. A point at 200 MeV. One LET above 10 and one above 40 MeV·cm²/mg. The die's temperature. A measured count of chips.
`;
}

/** Events that the source counted of HBM. */
function events(model: Model): number {
  const fits = model.responses.find(({ quantity }) => quantity.kind === "memory")!.fits;
  return fits[0]!.points.reduce((sum, point) => sum + (point.events ?? 0), 0);
}

/** SDC a year if σ were everywhere what it was at 67 MeV, and how much of the flux is faster. */
function ladderOf(
  model: Model,
  { parts }: Surroundings,
): { readonly flat: number; readonly above67: number } {
  const sdc = model.responses.find(({ quantity }) => quantity.kind === "outcome")!.fits[0]!.measured.value;
  let [all, fast] = [0, 0];
  for (const part of parts) {
    if (part.strike !== "nucleons") continue;
    const { energyMeV, perCm2SecondMeV } = part.spectrum;
    // Slower ones are stopped by a package, and upset by nothing that such a curve knows.
    all += integralAbove(energyMeV, perCm2SecondMeV, 10);
    fast += integralAbove(energyMeV, perCm2SecondMeV, 67);
  }
  return { flat: all * sdc * 86_400 * 365.25, above67: fast / all };
}
