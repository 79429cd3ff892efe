import { expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import { shiftedClock, shiftNs } from "../../src/cli/shifted-clock.ts";

const epoch = "2026-01-01T00:00:00.000Z";

test("wall time goes on from the journal's epoch, outage and all", () => {
  const later = virtualClock("2026-01-01T01:00:00.000Z");
  expect(shiftNs(later, epoch, 5e9)).toBe(3600e9);
});

test("virtual time, and a wall clock that ran backwards, go on right after the last record", () => {
  expect(shiftNs(virtualClock(epoch), epoch, 5e9)).toBe(5e9 + 1);
  expect(shiftNs(virtualClock("2025-12-31T00:00:00.000Z"), epoch, 5e9)).toBe(5e9 + 1);
});

test("sleeping is as long as before", async () => {
  const clock = shiftedClock(virtualClock(epoch), 7, epoch);
  expect(clock.nowNs()).toBe(7);
  await clock.sleep(2);
  expect(clock.nowNs()).toBe(2e6 + 7);
  expect(clock.epochUtc).toBe(epoch);
});
