import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nearest } from "../../src/cli/did-you-mean.ts";
import { otherUnit, plainNumber } from "../../src/cli/unit-hints.ts";

describe("another unit in the key", () => {
  test.each([
    ["temperatureF", 77, ["temperatureC"], "temperatureC", 25],
    ["temperatureK", 298.15, ["temperatureC"], "temperatureC", 25],
    ["fluencePerM2", 1e14, ["fluencePerCm2"], "fluencePerCm2", 1e10],
    ["energyGeV", 0.067, ["energyMeV"], "energyMeV", 67],
    ["answerSeconds", 2, ["silenceMs", "answerMs"], "answerMs", 2000],
    ["hours", 1.5, ["seconds", "events"], "seconds", 5400],
    ["clockMHz", 100, ["clockKHz"], "clockKHz", 100_000],
    ["captureQuotaGB", 0.5, ["captureQuotaMB"], "captureQuotaMB", 500],
    ["tiltRad", Math.PI / 4, ["tiltDeg"], "tiltDeg", 45],
    ["busyMilliWatts", 500, ["busyWatts"], "busyWatts", 0.5],
  ])("%s: %f", (key, value, known, meant, converted) => {
    expect(otherUnit(key, value, known)).toEqual({ key: meant, value: converted });
  });

  test("a key without its unit is known by its stem", () =>
    expect(otherUnit("temperature", 25, ["temperatureC"])).toEqual({ key: "temperatureC", value: null }));

  test.each([
    ["strikes", ["events", "seconds"]],
    ["energyMeV", ["temperatureC"]],
    ["temperatureF", ["ambientC"]],
  ])("%s is none of %j", (key, known) => expect(otherUnit(key, 1, known)).toBeNull());
});

describe("a unit after the number", () => {
  test.each([
    ["seconds", "5 min", 300],
    ["seconds", "1.5h", 5400],
    ["seconds", "300", 300],
    ["seconds", "300 s", 300],
    ["answerMs", "2s", 2000],
    ["temperatureC", "77 °F", 25],
    ["temperatureC", "-40 F", -40],
    ["fluencePerCm2", "1e13 /m2", 1e9],
    ["energyMeV", "67 MeV", 67],
  ])("%s: %j is %f", (key, text, value) => expect(plainNumber(key, text)?.value).toBe(value));

  test.each([
    ["seconds", "soon"],
    ["seconds", "5 MeV"],
    ["strikes", "5 min"],
    ["seconds", ""],
  ])("%s: %j is no number that can be taken", (key, text) => expect(plainNumber(key, text)).toBeNull());

  test("whatever the text, there is an answer in no time", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 5_000 }), (text) => {
        const plain = plainNumber("seconds", text);
        expect(plain === null || Number.isFinite(plain.value)).toBe(true);
      }),
      { seed: 1 },
    );
  });
});

describe("did you mean", () => {
  test.each([
    ["worklaod", "workload"],
    ["tpc", "tcp"],
    ["Serial", "serial"],
    ["stikes", "strikes"],
  ])("%s: %s", (found, meant) =>
    expect(nearest(found, ["workload", "tcp", "serial", "strikes", "events"])).toBe(meant),
  );

  test.each(["", "banana", "x"])("%j is like nothing known", (found) =>
    expect(nearest(found, ["workload", "strikes"])).toBeNull(),
  );
});
