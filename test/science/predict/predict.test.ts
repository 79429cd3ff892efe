import { describe, expect, test } from "vitest";
import { RigError } from "../../../src/domain/errors.ts";
import type { Response } from "../../../src/science/model/model.ts";
import {
  fit,
  modelOf,
  predicted,
  protonsAlone,
  response,
  sdc,
  step,
  struck,
  upsetOf,
  withIons,
} from "./small-model.ts";

const day = 86_400;

describe("a rate by hand", () => {
  const certain = modelOf([response(sdc, [fit("proton", "weibull", [step(1e-9)])])]);

  test("10 protons/(cm²·s) on 1e-9 cm²: 1e-8 a second, in every unit", () => {
    const [line] = predicted(certain, protonsAlone(), { inferencesPerSecond: 20 }).lines;
    const {
      perDay,
      perYear,
      fit: failures,
      meanDaysBetween,
      perMillionInferences,
      perGigabitDay,
    } = line!.rates!;
    expect(perDay.value).toBeCloseTo(1e-8 * day, 9);
    expect(perDay.lower).toBe(perDay.upper);
    expect(perYear!.value).toBeCloseTo(1e-8 * day * 365.25, 6);
    expect(failures.value).toBeCloseTo(1e-8 * 3600e9, 2);
    expect(meanDaysBetween.value).toBeCloseTo(1 / (1e-8 * day), 0);
    // A million inferences take 50,000 s.
    expect(perMillionInferences!.value).toBeCloseTo(1e-8 * 50_000, 9);
    expect(perGigabitDay).toBeNull();
    expect(line!.inputs).toEqual([]);
  });

  test("a bit's rate is one of 10⁹ bits, and of the device where its bits are known", () => {
    const upset = response(upsetOf("hbm"), [fit("proton", "weibull", [step(1e-15)])]);
    const [known] = predicted(
      modelOf([upset], { structures: [{ name: "hbm", bits: [{ workload: null, bits: 4e9 }], ecc: null }] }),
      protonsAlone(),
    ).lines;
    expect(known!.rates!.per).toBe("device");
    expect(known!.rates!.perDay.value).toBeCloseTo(1e-14 * 4e9 * day, 6);
    expect(known!.rates!.perGigabitDay!.value).toBeCloseTo(1e-14 * 1e9 * day, 6);
    const [unknown] = predicted(modelOf([upset]), protonsAlone()).lines;
    expect(unknown!.rates!.per).toBe("bit");
    expect(unknown!.rates!.perGigabitDay!.value).toBeCloseTo(1e-14 * 1e9 * day, 6);
  });

  test("a lognormal of the flux is the interval, and the input that dominates", () => {
    const [line] = predicted(certain, protonsAlone({ trapped: 0.5, shield: 0.1 }), { draws: 10_000 }).lines;
    const { value, lower, upper } = line!.rates!.perDay;
    const sigma = Math.hypot(0.5, 0.1);
    expect(Math.log(value / (1e-8 * day))).toBeCloseTo(0, 1);
    expect(Math.log(upper! / lower) / (2 * 1.96)).toBeCloseTo(sigma, 1);
    expect(line!.inputs.map(({ input }) => input)).toEqual(["trapped", "shield"]);
    expect(line!.inputs[0]!.share).toBeCloseTo(0.25 / 0.26, 1);
    expect(line!.inputs.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  test("the same seed gives the same bytes, another one does not", () => {
    const around = protonsAlone({ trapped: 0.5 });
    const bytes = (seed: number): string => JSON.stringify(predicted(certain, around, { seed }));
    expect(bytes(7)).toBe(bytes(7));
    expect(bytes(7)).not.toBe(bytes(8));
  });

  test("ions strike a device by effective flux: σ times the flux above the onset", () => {
    const ions = modelOf([response(sdc, [fit("ion", "weibull", [step(1e-6)])])]);
    const [line] = predicted(ions, withIons(protonsAlone()), { thicknessUm: 1 }).lines;
    expect(line!.methods).toEqual(["effective flux"]);
    const found = line!.bySource.find(({ source }) => source === "galacticIons")!;
    expect(Math.log(found.perDay.value / (1e-3 * 1e-6 * day))).toBeCloseTo(0, 1);
    expect(line!.unmeasured).toMatchObject({ particles: "protons" });
  });

  test("temperature moves a rate by exp(a·ΔT) from where the cross-section was measured", () => {
    const warm = modelOf([response(sdc, [fit("proton", "weibull", [step(1e-9)])])], {
      sensitivities: [
        {
          quantity: sdc,
          against: "temperature",
          reference: 55,
          coefficient: {
            value: 0.02,
            unit: "1/°C",
            lower: 0.02,
            upper: 0.02,
            confidence: 0.95,
            method: "poisson regression",
            events: 400,
            limitOnly: false,
          },
          from: 25,
          to: 85,
          sources: [0],
        },
      ],
    });
    const [line] = predicted(warm, protonsAlone(), { temperatureC: 75 }).lines;
    expect(line!.rates!.perDay.value).toBeCloseTo(1e-8 * day * Math.exp(0.02 * 35), 7);
    expect(line!.findings).toEqual([]);
    expect(predicted(warm, protonsAlone(), { temperatureC: 95 }).lines[0]!.findings[0]).toMatch(
      /outside 25 to 85/,
    );
    expect(predicted(certain, protonsAlone(), { temperatureC: 75 }).lines[0]!.findings[0]).toMatch(
      /no temperature coefficient/,
    );
  });
});

describe("what was never measured stays out of the headline", () => {
  const protons = response(sdc, [fit("proton", "weibull", [step(1e-9)])]);

  test("ions are bounded apart: the headline is the same as without ions", () => {
    const alone = predicted(modelOf([protons]), protonsAlone()).lines[0]!;
    const both = predicted(modelOf([protons]), withIons(protonsAlone())).lines[0]!;
    expect(both.rates).toEqual(alone.rates);
    expect(alone.unmeasured).toBeNull();
    expect(both.unmeasured!.particles).toBe("ions");
    const { lower, upper } = both.unmeasured!.boundedPerDay!;
    // σ of ln: 0.7 of the conversion and ln 3/1.96 of the environment.
    expect(Math.log(upper! / lower) / (2 * 1.96)).toBeCloseTo(Math.hypot(0.7, Math.log(3) / 1.96), 1);
  });

  test("of a latch-up the relation says nothing", () => {
    const sel = response({ kind: "effect", effect: "sel" }, [fit("proton", "weibull", [step(1e-12)])]);
    expect(predicted(modelOf([sel]), withIons(protonsAlone())).lines[0]!.unmeasured).toEqual({
      particles: "ions",
      boundedPerDay: null,
      structures: [],
    });
  });

  test("protons and ions that do not go together are told", () => {
    const ions = (saturation: number): Response =>
      response(sdc, [...protons.fits, fit("ion", "weibull", [[saturation, 1, 15, 1.5]])]);
    const findings = (saturation: number): readonly string[] =>
      predicted(modelOf([ions(saturation)]), withIons(protonsAlone())).lines[0]!.findings;
    // Petersen: FOM = 4.5e4·1e-9 = σ/L0.25², L0.25 = 7.5.
    expect(findings(4.5e-5 * 57)).toEqual([]);
    expect(findings(4.5e-5 * 57 * 20)[0]).toMatch(/do not go together: .* 20 times/);
  });
});

describe("limits", () => {
  test("no event stays an upper limit in every unit, and a lower one of a time", () => {
    const rows = Array.from({ length: 200 }, (_, i) => step(1e-9 * (i + 0.5)));
    const none = modelOf([response(sdc, [fit("proton", "weibull", rows, { basis: "limit" })])]);
    const { perDay, meanDaysBetween } = predicted(none, protonsAlone()).lines[0]!.rates!;
    expect(perDay).toMatchObject({ limitOnly: true, lower: 0 });
    expect(perDay.value).toBe(perDay.upper);
    expect(perDay.value / (195 * 1e-8 * day)).toBeCloseTo(1, 1);
    expect(meanDaysBetween.upper).toBeNull();
    expect(meanDaysBetween.value).toBeCloseTo(1 / perDay.value, 3);
  });

  test("a model of injection alone is refused", () => {
    const injected = modelOf([], { vulnerabilities: [struck("hbm", 100, 20)] });
    expect(() => predicted(injected, protonsAlone())).toThrow(RigError);
    expect(() => predicted(injected, protonsAlone())).toThrow(/no cross-section: injection tells/);
  });
});

describe("composed of its structures", () => {
  const structure = { name: "hbm", bits: [{ workload: null, bits: 1e6 }], ecc: null };
  const parts = {
    structures: [structure],
    vulnerabilities: [struck("hbm", 100_000, 20_000)],
  };
  const upset = response(upsetOf("hbm"), [fit("proton", "weibull", [step(1e-12)])]);

  test("bits × upsets × share", () => {
    const { lines } = predicted(modelOf([upset], parts), protonsAlone());
    const critical = lines.find(({ kind, name }) => kind === "composed" && name === "SDC critical")!;
    expect(critical.rates!.perDay.value / (1e6 * 1e-11 * 0.2 * day)).toBeCloseTo(1, 2);
    expect(critical.inputs.map(({ input }) => input)).toEqual(["vulnerability"]);
    expect(critical.bySource[0]!.perDay.value).toBeCloseTo(critical.rates!.perDay.value, 9);
    const due = lines.find(({ kind, name }) => kind === "composed" && name === "DUE")!;
    expect(due.rates!.perDay.upper! / critical.rates!.perDay.value).toBeLessThan(1e-3);
  });

  test("a structure that was never struck is named, for the sum is then too low", () => {
    const two = { ...parts, structures: [structure, { ...structure, name: "vmem" }] };
    const line = predicted(modelOf([upset], two), protonsAlone()).lines.find(
      ({ kind }) => kind === "composed",
    );
    expect(line!.findings.join()).toMatch(
      /vmem has no part in it, so it is too low: never struck under gemm/,
    );
  });

  test("ions that no structure was measured with are composed apart", () => {
    const line = predicted(modelOf([upset], parts), withIons(protonsAlone())).lines.find(
      ({ kind, name }) => kind === "composed" && name === "SDC",
    )!;
    expect(line.unmeasured).toMatchObject({ particles: "ions", structures: ["hbm"] });
    const bit = predicted(modelOf([upset], parts), withIons(protonsAlone())).lines[0]!;
    const ratio = line.unmeasured!.boundedPerDay!.value / bit.unmeasured!.boundedPerDay!.value;
    expect(ratio).toBeCloseTo(0.2, 2);
  });
});
