import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAllObserved } from "../../src/cli/read-observed.ts";
import type { Rec } from "../../src/domain/records.ts";
import { createJournal } from "../../src/records/journal.ts";
import { calibrate } from "../../src/science/model/calibrate.ts";
import { modelJson } from "../../src/science/model/model-json.ts";
import { campaignStart } from "../science/records.ts";
import { beamRun, strikes } from "../science/model/by-hand.ts";
import { rowOf } from "./row.ts";
import type { BenchRow } from "./row.ts";

/**
 * A model from the journal of a campaign of 1,000 runs: 900 in ion beams of nine LETs, 100 of 50 strikes. Read, folded, fitted, written out as
 * `radrig calibrate` does it. It may take 5 s: the ratio is to those.
 */
const windows = 3;
const mayTakeSeconds = 5;

export async function calibrateBench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "radrig-bench-"));
  try {
    const journal = await createJournal(folder);
    journal.append(campaignOf1000());
    await journal.durable();
    await journal.close();
    const seconds: number[] = [];
    for (let window = 0; window < windows; window++) {
      const from = performance.now();
      const model = calibrate(await readAllObserved([folder], null), { tool: "bench" });
      modelJson(model);
      seconds.push((performance.now() - from) / 1000);
    }
    const row = rowOf("calibrate: a campaign of 1,000 runs, of 5 s", "s", seconds);
    return [{ ...row, ratio: row.value / mayTakeSeconds, aim: { atMost: 1 } }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Weibull: onset 2, width 20, exponent 1.5, 3e-8 cm². */
function campaignOf1000(): Rec[] {
  const lets = [2.5, 4, 6, 9, 14, 20, 30, 45, 60];
  const records: Rec[] = [campaignStart()];
  for (let number = 1; number <= 1000; number++) {
    const at = 100 * (number - 1);
    if (number % 10 === 0) {
      const target = number % 20 === 0 ? "weights" : "activations";
      records.push(...strikes({ masked: 35, sdcCritical: 10, dueCrash: 5 }, { target })(at, number));
      continue;
    }
    const letMeVCm2PerMg = lets[number % lets.length]!;
    const expected = 1e8 * 3e-8 * -Math.expm1(-(((letMeVCm2PerMg - 2) / 20) ** 1.5));
    // Whole events that come to the expectation over the runs of one LET.
    const sdcCritical = Math.floor(expected + ((number * 7) % 10) / 10);
    const dueCrash = number % 3 === 0 && letMeVCm2PerMg > 5 ? 1 : 0;
    records.push(
      ...beamRun(
        1e8,
        { sdcCritical, dueCrash },
        { beam: { species: "Xe", energyMeV: null, letMeVCm2PerMg } },
      )(at, number),
    );
  }
  return records;
}
