import type { Rec } from "../../src/domain/records.ts";
import { campaignStart, runStart, strike, telemetry } from "./some-records.ts";

/** One run of so many strikes, with iterations and telemetry between them about as first light has them. */
export function longRun(strikes: number): readonly Rec[] {
  const records: Rec[] = [campaignStart(), runStart(1, 1)];
  for (let k = 1; k <= strikes; k++) {
    records.push(strike(1, k, 1000 + 10 * k, k % 2 === 0 ? "masked" : "sdcCritical"));
    records.push({
      type: "iterations",
      tNs: 1003 + 10 * k,
      run: 1,
      total: 1,
      clean: 0,
      computeSeconds: 0.001,
    });
    if (k % 10 === 0) records.push(telemetry(1, 1005 + 10 * k, k));
  }
  return records;
}
