import { describe, expect, test } from "vitest";
import { compare } from "../../../src/science/predict/compare.ts";
import type { Side } from "../../../src/science/predict/compare.ts";
import { fit, modelOf, protonsAlone, response, sdc, step } from "./small-model.ts";

/** 200 rows scattered about a σ: a posterior that is wide, by a factor of three and more. */
const wide = (centre: number, basis: "fitted" | "limit" = "fitted") =>
  modelOf([
    response(sdc, [
      fit(
        "proton",
        "weibull",
        Array.from({ length: 200 }, (_, i) => step(centre * 3 ** ((((i * 79) % 200) - 99.5) / 100))),
        { basis },
      ),
    ]),
  ]);

const side = (name: string, sigma: number, flux: number, more: Partial<Side> = {}): Side => {
  const around = protonsAlone({ trapped: 0.5 });
  return {
    name,
    model: wide(sigma),
    modelSha256: name,
    surroundings: {
      ...around,
      parts: around.parts.map((part) =>
        part.strike === "nucleons"
          ? { ...part, spectrum: { energyMeV: [50, 100], perCm2SecondMeV: [0.2 * flux, 0.2 * flux] } }
          : part,
      ),
    },
    conditions: { temperatureC: null, thicknessUm: null, inferencesPerSecond: null },
    ...more,
  };
};

const options = { tool: "test", seed: 1, draws: 4_000 } as const;

describe("two predictions side by side", () => {
  test("one device in two orbits: what both share cancels, and half the flux is half the rate", () => {
    const [line] = compare(side("a", 1e-9, 1), side("a", 1e-9, 0.5), options).lines;
    expect(line!.a.upper! / line!.a.lower).toBeGreaterThan(10);
    expect(line!.ratio).toMatchObject({ value: 0.5, lower: 0.5, upper: 0.5 });
    expect(line!.verdict).toBe("lower");
  });

  test("two devices in one orbit: the flux cancels, their posteriors do not", () => {
    const [line] = compare(side("a", 1e-9, 1), side("b", 1.2e-9, 1), options).lines;
    expect(line!.verdict).toBe("undecided");
    expect(line!.ratio!.value).toBeGreaterThan(1.05);
    expect(line!.ratio!.value).toBeLessThan(1.35);
    // The difference of two uniforms over ±ln 3 is a triangle: 95 % of it lie within ±2·ln 3·(1 − √0.05).
    expect(Math.log(line!.ratio!.upper! / line!.ratio!.lower)).toBeCloseTo(
      2 * Math.log(3) * 2 * (1 - Math.sqrt(0.05)),
      0,
    );
    expect(compare(side("a", 1e-9, 1), side("b", 1e-7, 1), options).lines[0]!.verdict).toBe("higher");
  });

  test("a limit decides nothing", () => {
    const [line] = compare(
      side("a", 1e-9, 1),
      side("b", 1e-7, 1, { model: wide(1e-7, "limit") }),
      options,
    ).lines;
    expect(line).toMatchObject({ ratio: null, verdict: "undecided" });
    expect(line!.b.limitOnly).toBe(true);
  });

  test("nothing in common is refused, with what each has", () => {
    const other = modelOf([
      response({ kind: "effect", effect: "sefi" }, [fit("proton", "weibull", [step(1e-9)])]),
    ]);
    expect(() => compare(side("a", 1e-9, 1), side("b", 1, 1, { model: other }), options)).toThrow(
      /no quantity in common: a has SDC, gemm; b has SEFI/,
    );
  });
});
