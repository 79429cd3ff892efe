import { expect, test } from "vitest";
import { coefficientPerC, eventsOf, sweepRig, thermalSweep } from "../studies/thermal-sweep.ts";
import { campaignOn, fates, injection, ofType } from "./emulated.ts";

test("sweep from 25 to 85 °C in the beam: the slope of ln σ on the die is the rig file's", async () => {
  const { runs, fit } = await thermalSweep(1_100, 1);
  expect(runs.map((run) => run.temperatureC.set)).toEqual([25, 40, 55, 70, 85]);
  for (const run of runs) {
    expect(eventsOf(run)).toBeGreaterThanOrEqual(1_000);
    expect(run.endReason).toBe("events");
    expect(run.flags).not.toContain("throttled");
    // The die is above its block by its own heat, and never where its block is not.
    expect(run.temperatureC.dieMean! - run.temperatureC.set!).toBeGreaterThan(5);
    expect(run.temperatureC.dieMean! - run.temperatureC.set!).toBeLessThan(11);
  }
  expect(fit.slopeStandardError).toBeLessThanOrEqual(0.0007);
  expect(Math.abs(fit.slopePerC - coefficientPerC)).toBeLessThanOrEqual(3 * fit.slopeStandardError);
  // A coefficient of nothing is told apart by far: the check can fail.
  expect(fit.slopePerC / fit.slopeStandardError).toBeGreaterThan(10);
}, 60_000);

test("one strike list at 25 and at 85 °C: outcomes are the same, and the record shows no throttling and no reset", async () => {
  const at = (temperatureC: number): ReturnType<typeof campaignOn> =>
    campaignOn(sweepRig, [
      injection("strikes: 150", `, temperatureC: ${temperatureC}`).replace(
        "target: weights",
        "target: [weights, activations]",
      ),
    ]);
  const [cold, hot] = [await at(25), await at(85)];
  const told = fates(cold.records);
  expect(told).toHaveLength(300);
  const disturbed = ({ records, result }: Awaited<typeof cold>): boolean =>
    result.runs.some(({ flags }) => flags.includes("throttled")) ||
    ofType(records, "boot").some(({ expected }) => !expected) ||
    ofType(records, "telemetry").some(({ throttle }) => throttle !== 0);
  expect([disturbed(cold), disturbed(hot)]).toEqual([false, false]);
  expect(fates(hot.records)).toEqual(told);
  const dies = (records: typeof cold.records): number[] =>
    ofType(records, "strike").flatMap(({ dieC }) => (dieC === null ? [] : [dieC]));
  expect(Math.min(...dies(hot.records))).toBeGreaterThan(84);
  expect(Math.max(...dies(cold.records))).toBeLessThan(40);
}, 60_000);
