import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/domain/random.ts";
import { homogeneityOf } from "../../../src/science/model/run-goodness.ts";
import type { Measured } from "../../../src/science/model/quantities.ts";
import { poissonDraw } from "../../studies/draws.ts";

/** A point of these runs: nothing else of it is asked for. */
const pointOf = (byRun: readonly { readonly events: number; readonly exposure: number }[]): Measured =>
  ({ byRun: byRun.map((run) => ({ ...run, dieC: null })) }) as unknown as Measured;

describe("runs of one place", () => {
  test.each([
    [10, 0.3],
    [50, 0.3],
    [200, 0.1],
    [10, 30],
  ])("%d runs of one rate, %d events each on average: p below 0.05 five times in a hundred", (runs, mean) => {
    const random = randomStream(5, "runs", runs, mean);
    const [short, long] = [poissonDraw(0.2 * mean), poissonDraw(1.8 * mean)];
    let [asked, low] = [0, 0];
    for (let trial = 0; trial < 600; trial++) {
      const byRun = Array.from({ length: runs }, (_, i) =>
        i % 2 ? { events: short(random), exposure: 0.2 } : { events: long(random), exposure: 1.8 },
      );
      const found = homogeneityOf([pointOf(byRun)]);
      if (found === null) continue;
      asked++;
      if (found.p < 0.05) low++;
    }
    // Four standard errors above a twentieth.
    expect(asked).toBeGreaterThan(500);
    expect(low / asked).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / asked));
  });

  test("a burst is told, and one event alone says nothing", () => {
    const quiet = Array.from({ length: 20 }, () => ({ events: 0, exposure: 1 }));
    expect(homogeneityOf([pointOf([{ events: 8, exposure: 1 }, ...quiet])])!.p).toBeLessThan(1e-6);
    expect(homogeneityOf([pointOf([{ events: 1, exposure: 1 }, ...quiet])])!.p).toBe(1);
    // Counts enough: χ² of 30 and 60 at one exposure is 10, of which 0.00157 lie above (tables of one degree).
    const many = [
      { events: 30, exposure: 1 },
      { events: 60, exposure: 1 },
    ];
    expect(homogeneityOf([pointOf(many)])!.p).toBeCloseTo(0.00157, 3);
  });
});
