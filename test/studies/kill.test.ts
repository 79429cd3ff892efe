import { expect, test } from "vitest";
import { killStudy } from "./kill.ts";

test("kill -9 at ten moments spread over the journal loses nothing that was acknowledged, and changes no total", async () => {
  const report = await killStudy(10, 60);
  expect(report.at).toHaveLength(10);
  // The kills came where they were meant to: later ones found more in the journal.
  expect(report.at).toEqual([...report.at].sort((a, b) => a - b));
  expect(report.acknowledged).toBeGreaterThan(60);
  expect(report.lost).toEqual([]);
  expect(report.differing).toEqual([]);
  expect(report.strikes).toBe(120);
  // Some kills came in the exposure: it went on as a new segment, and the outages are not live.
  expect(report.live.segments).toBeGreaterThan(1);
  expect(report.live.outages).toBeGreaterThan(0.1);
  expect(report.live.seconds).toBeLessThanOrEqual(report.live.withoutOutages);
  // Four seconds were asked; a kill costs what came after the last record, at most a second.
  expect(report.live.seconds).toBeGreaterThan(3);
}, 180_000);
