import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/domain/random.ts";
import { logSlope } from "./log-slope.ts";
import { poissonDraw } from "./draws.ts";

describe("slope of ln σ on temperature", () => {
  test("two temperatures: the line goes through both, by hand", () => {
    // ln(300/100)/60 = 0.0183102; standard error √(1/100 + 1/300)/60 = 0.00192450.
    const fit = logSlope([
      { temperatureC: 25, fluencePerCm2: 1e9, events: 100 },
      { temperatureC: 85, fluencePerCm2: 1e9, events: 300 },
    ])!;
    expect(fit.slopePerC).toBeCloseTo(0.0183102, 7);
    expect(fit.slopeStandardError).toBeCloseTo(0.0019245, 7);
    expect(fit.deviance).toBeCloseTo(0, 9);
    expect(fit.degrees).toBe(0);
    expect(fit.atC).toBeCloseTo(70, 9);
    expect(fit.crossSectionCm2).toBeCloseTo(1e-7 * 3 ** 0.75, 12);
  });

  test("unequal fluences, and a temperature without an event", () => {
    const fit = logSlope([
      { temperatureC: 0, fluencePerCm2: 4e9, events: 200 },
      { temperatureC: 40, fluencePerCm2: 1e9, events: 100 },
      { temperatureC: 20, fluencePerCm2: 1e3, events: 0 },
    ])!;
    // (100/1e9)/(200/4e9) = 2 over 40 °C; the empty one expects 7e-5 events and says nothing.
    expect(fit.slopePerC).toBeCloseTo(Math.LN2 / 40, 6);
  });

  test("no slope follows from one temperature, from no event, from no fluence", () => {
    const one = { temperatureC: 25, fluencePerCm2: 1e9, events: 10 };
    expect(logSlope([])).toBeNull();
    expect(logSlope([one, one])).toBeNull();
    expect(logSlope([one, { temperatureC: 85, fluencePerCm2: 0, events: 0 }])).toBeNull();
    expect(
      logSlope([
        { ...one, events: 0 },
        { temperatureC: 85, fluencePerCm2: 1e9, events: 0 },
      ]),
    ).toBeNull();
  });

  test("over many draws it is unbiased, and its standard error is the spread of the slopes", () => {
    const temperatures = [25, 40, 55, 70, 85];
    const slopes: number[] = [];
    let squares = 0;
    const draws = temperatures.map((temperatureC) => poissonDraw(100 * Math.exp(0.01 * (temperatureC - 25))));
    for (let seed = 1; seed <= 2_000; seed++) {
      const random = randomStream(seed, "log-slope");
      const fit = logSlope(
        temperatures.map((temperatureC, index) => ({
          temperatureC,
          fluencePerCm2: 1e9,
          events: draws[index]!(random),
        })),
      )!;
      slopes.push(fit.slopePerC);
      squares += fit.slopeStandardError ** 2;
    }
    const mean = slopes.reduce((a, b) => a + b) / slopes.length;
    const spread = Math.sqrt(slopes.reduce((sum, slope) => sum + (slope - mean) ** 2, 0) / slopes.length);
    expect(Math.abs(mean - 0.01)).toBeLessThan((4 * spread) / Math.sqrt(slopes.length));
    expect(spread / Math.sqrt(squares / slopes.length)).toBeGreaterThan(0.94);
    expect(spread / Math.sqrt(squares / slopes.length)).toBeLessThan(1.06);
  });

  test("whatever the counts, it ends with a finite slope where every temperature has events", () => {
    const count = fc.record({
      fluencePerCm2: fc.double({ min: 1, max: 1e12, noNaN: true }),
      events: fc.integer({ min: 1, max: 1_000_000 }),
    });
    fc.assert(
      fc.property(fc.array(count, { minLength: 2, maxLength: 8 }), (counts) => {
        const fit = logSlope(counts.map((one, index) => ({ ...one, temperatureC: -40 + 20 * index })))!;
        expect(Number.isFinite(fit.slopePerC)).toBe(true);
        expect(fit.slopeStandardError).toBeGreaterThan(0);
        expect(fit.deviance).toBeGreaterThanOrEqual(
          -1e-6 * counts.reduce((sum, { events }) => sum + events, 0),
        );
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});
