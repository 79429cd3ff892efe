import { describe, expect, test } from "vitest";
import { flatten, movesBefore, setPoints, visitsOf } from "../../src/domain/thermal-steps.ts";
import type { Hold, ThermalStep } from "../../src/domain/thermal-steps.ts";

const run: ThermalStep = { kind: "run" };
const hold = (seconds: number): Hold => ({ kind: "hold", seconds });
const ramp = (toC: number): ThermalStep => ({ kind: "ramp", toC, rateCPerMin: null });

/** `r85`, `h5`, `run`, each with the set point after it. */
const words = (steps: readonly ThermalStep[]): string[] =>
  [...flatten(steps)].map((step) => {
    const word =
      step.kind === "hold" ? `h${step.seconds}` : step.kind === "ramp" ? `r${step.toC}` : step.kind;
    return `${word}@${step.setC}`;
  });

describe("thermal steps", () => {
  test("both ends of a sweep belong to it, up and down, as far as whole steps reach", () => {
    expect(setPoints({ fromC: 25, toC: 85, stepC: 15 })).toEqual([25, 40, 55, 70, 85]);
    expect(setPoints({ fromC: 85, toC: 25, stepC: 20 })).toEqual([85, 65, 45, 25]);
    expect(setPoints({ fromC: 0, toC: 1, stepC: 0.1 })).toHaveLength(11);
    expect(setPoints({ fromC: 0, toC: 10, stepC: 4 })).toEqual([0, 4, 8]);
    expect(setPoints({ fromC: 30, toC: 30, stepC: 5 })).toEqual([30]);
  });

  test("nested steps come out one after the other, each with the set point it is made at", () => {
    const steps: ThermalStep[] = [
      run,
      { kind: "cycle", times: 2, steps: [ramp(-10), hold(5), ramp(60)] },
      { kind: "sweep", fromC: 20, toC: 30, stepC: 10, rateCPerMin: 2, each: [hold(1), run] },
      hold(9),
    ];
    expect(words(steps)).toEqual([
      "run@null",
      ...["r-10@-10", "h5@-10", "r60@60", "r-10@-10", "h5@-10", "r60@60"],
      ...["r20@20", "h1@20", "run@20", "r30@30", "h1@30", "run@30"],
      "h9@30",
    ]);
    expect(visitsOf(steps)).toBe(3);
    const before = (visit: number): string[] =>
      [...movesBefore(steps, visit)].map(({ kind, setC }) => `${kind}@${setC}`);
    expect(before(0)).toEqual([]);
    expect(before(1)).toHaveLength(8);
    expect(before(2)).toEqual(["ramp@30", "hold@30"]);
    expect(before(3)).toEqual(["hold@30"]);
  });

  test("is lazy: of a cycle of a million only what is asked for is made", () => {
    const steps: ThermalStep[] = [{ kind: "cycle", times: 1_000_000, steps: [ramp(50), run] }];
    expect(visitsOf(steps)).toBe(1_000_000);
    expect([...movesBefore(steps, 3)]).toHaveLength(1);
  });
});
