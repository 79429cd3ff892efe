import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/cli/package-root.ts";
import { readPublishedFile } from "../../src/cli/read-observed.ts";
import { surroundingsAt } from "../../src/cli/surroundings.ts";
import { environmentSources, mapsIn } from "../../src/cli/trapped-source.ts";
import { calibrate } from "../../src/science/model/calibrate.ts";
import { predict } from "../../src/science/predict/predict.ts";
import type { TrappedSource } from "../../src/science/trapped/trapped-spectra.ts";
import { orbitFolder } from "../science/maps-folder.ts";
import { rowOf } from "./row.ts";
import type { BenchRow } from "./row.ts";

/** A prediction of 10,000 draws from nothing, for a preset orbit out of the tables (aim: 1 s) and for a new one from the maps (aim: 10 s, where the maps are here). `ratio` is the time by the aim. */
const windows = 5;
const draws = 10_000;

export async function predictBench(): Promise<BenchRow[]> {
  const published = join(packageRoot, "rigs/published/tpu-v6e-suncatcher.yaml");
  const model = calibrate([readPublishedFile(published)], { tool: "bench", seed: 1 });
  const once = async (orbit: string, source: () => TrappedSource): Promise<number> => {
    const start = performance.now();
    const surroundings = await surroundingsAt(
      { orbit, solar: "quiet", shieldMm: 10, shieldShape: "sphere", directIonisation: false },
      () => Promise.resolve(environmentSources(source())),
    );
    const conditions = { seed: 1, draws, temperatureC: null, thicknessUm: null, inferencesPerSecond: 1 };
    predict({ tool: "bench", model, modelSha256: "", surroundings, conditions });
    return (performance.now() - start) / 1000;
  };
  const row = async (
    name: string,
    orbit: string,
    aimSeconds: number,
    source: () => TrappedSource,
  ): Promise<BenchRow> => {
    const seconds: number[] = [];
    for (let i = 0; i < windows; i++) seconds.push(await once(orbit, source));
    return rowOf(name, "s", seconds, { bare: seconds.map(() => aimSeconds), aim: { atMost: 1 } });
  };
  return [
    await row("predict: a preset orbit, 10,000 draws", "sso-650", 1, () => ({ kind: "tables" })),
    ...(existsSync(orbitFolder)
      ? [await row("predict: a new orbit with maps, 10,000 draws", "700x60", 10, () => mapsIn(orbitFolder))]
      : []),
  ];
}
