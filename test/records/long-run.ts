import type { Rec } from "../../src/domain/records.ts";
import { campaignStart, runStart, strike, telemetry } from "./some-records.ts";

/** One run of so many strikes, with telemetry between them. */
export function longRun(strikes: number): readonly Rec[] {
  const records: Rec[] = [campaignStart(), runStart(1, 1)];
  for (let k = 1; k <= strikes; k++) {
    records.push(strike(1, k, 1000 + 10 * k, k % 2 === 0 ? "masked" : "sdcCritical"));
    if (k % 10 === 0) records.push(telemetry(1, 1005 + 10 * k, k));
  }
  return records;
}
