import { expect, test } from "vitest";
import { failings, selStorm } from "./sel-storm.ts";

test("a slice of the storm: every latch-up counted, no load step taken for one, rails seen off and on, live time right", async () => {
  const storm = await selStorm(5);
  expect(failings(storm)).toEqual([]);
}, 120_000);

test("a storm that was counted wrongly is no success", async () => {
  const storm = await selStorm(1);
  expect(failings(storm)).toEqual([]);
  expect(failings({ ...storm, countedLatchUps: 0 })).not.toEqual([]);
  expect(failings({ ...storm, others: ["micro_sel"] })).not.toEqual([]);
  expect(failings({ ...storm, longestOverLimitMs: 20.1 })).not.toEqual([]);
  expect(failings({ ...storm, liveSeconds: storm.trueLiveSeconds * 1.011 })).not.toEqual([]);
}, 60_000);
