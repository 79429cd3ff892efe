import { describe, expect, test } from "vitest";
import { RigError } from "../../../src/domain/errors.ts";
import { calibrate } from "../../../src/science/model/calibrate.ts";
import { crossSection } from "../../../src/science/model/cross-section.ts";
import { orbitalRateRefusal } from "../../../src/science/model/findings.ts";
import type { Fit, Model, ModelOutcome } from "../../../src/science/model/model.ts";
import { contradictionIn } from "../../../src/science/model/contradictions.ts";
import { modelSchema } from "../../../src/science/model/model-schema.ts";
import { modelJson } from "../../../src/science/model/model-json.ts";
import { createReadings } from "../../../src/science/model/memory-readings.ts";
import { observe } from "../../../src/science/model/observe.ts";
import type { Observed } from "../../../src/science/model/observed.ts";
import { campaignOn, exposure, injection, smallRig } from "../../campaign/emulated.ts";
import { evidence, folded } from "../records.ts";
import { beamRun, controlRun, observedOf, strikes } from "./by-hand.ts";

const tool = "radrig test";
const made = (...observed: Observed[]): Model => calibrate(observed, { tool });
const outcomeFit = (model: Model, outcome: ModelOutcome): Fit =>
  model.responses.find(({ quantity }) => quantity.kind === "outcome" && quantity.outcome === outcome)!
    .fits[0]!;
const upsetFit = (model: Model): Fit =>
  model.responses.find(({ quantity }) => quantity.kind === "upset")!.fits[0]!;
const quiet = { beam: { fluenceRelUncertainty1Sigma: 0 } };

describe("counts in a beam", () => {
  test("become a cross-section whose interval is that of the count, when the fluence is sure", () => {
    const { measured, basis, points } = outcomeFit(
      made(observedOf([beamRun(1e9, { sdcCritical: 100 }, quiet)])),
      "sdc",
    );
    // Jeffreys for 100: Gamma(100.5) has its 2.5 % and 97.5 % at 81.75 and 121.05 (scipy.stats.gamma.ppf).
    expect(measured.value * 1e9).toBeCloseTo(100.17, -0.5);
    expect(Math.abs(measured.lower * 1e9 - 81.75)).toBeLessThan(1.5);
    expect(Math.abs(measured.upper * 1e9 - 121.05)).toBeLessThan(1.5);
    expect(basis).toBe("prior-shape");
    expect(points[0]).toMatchObject({
      events: 100,
      fluencePerCm2: 1e9,
      source: 0,
      runs: [1],
      backgroundEvents: 0,
    });
  });

  test("of none are a limit and never 0", () => {
    const { measured, basis, posterior } = outcomeFit(made(observedOf([beamRun(1e9, {}, quiet)])), "sdc");
    expect(measured.limitOnly).toBe(true);
    expect(measured.upper * 1e9).toBeCloseTo(3.6889, 3);
    expect(basis).toBe("limit");
    expect(posterior.every(([plateau]) => plateau! > 0)).toBe(true);
  });

  test("without the beam are taken off: a rig that errs by itself is no cross-section of the device", () => {
    const observed = observedOf([beamRun(1e9, { sdcCritical: 100 }, quiet), controlRun(50, 80)]);
    const fit = outcomeFit(made(observed), "sdc");
    expect(fit.points[0]!.backgroundEvents).toBeCloseTo(80, 0);
    expect(fit.measured.value * 1e9).toBeGreaterThan(12);
    expect(fit.measured.value * 1e9).toBeLessThan(28);
  });

  test("of runs that are worth nothing are left out, and the model says why", () => {
    const past = { beam: { ...quiet.beam, doseRadSiPerFluence: 1e-6, doseOnsetRadSi: 500 } };
    const model = made(
      observedOf([beamRun(1e8, { sdcCritical: 5 }, past), beamRun(1e9, { sdcCritical: 500 }, past)]),
    );
    expect(outcomeFit(model, "sdc").points).toMatchObject([{ events: 5, runs: [1] }]);
    expect(model.findings.join("\n")).toMatch(/run 2 left out: the part had taken more dose/);
  });

  test("at several LETs give a Weibull curve, and its posterior holds the truth", () => {
    const truth = [3e-7, 2, 20, 1.5] as const;
    const runs = [3, 6, 12, 24, 48].map((letMeVCm2PerMg, at) => {
      const expected = 1e9 * crossSection("weibull", truth, letMeVCm2PerMg);
      return beamRun(
        1e9,
        { sdcCritical: Math.round(expected + (at % 2 === 0 ? 0.5 : -0.5) * Math.sqrt(expected)) },
        { beam: { species: "Xe", energyMeV: null, letMeVCm2PerMg, fluenceRelUncertainty1Sigma: 0.05 } },
      );
    });
    const fit = outcomeFit(made(observedOf(runs)), "sdc");
    expect(fit).toMatchObject({ species: "ion", curve: "weibull", basis: "fitted" });
    expect(fit.goodness!.p).toBeGreaterThan(0.01);
    const at20 = fit.posterior.map((row) => crossSection("weibull", row, 20)).sort((a, b) => a - b);
    const real = crossSection("weibull", truth, 20);
    expect(at20[25]!).toBeLessThan(real);
    expect(at20[974]!).toBeGreaterThan(real);
    expect(at20[974]! / at20[25]!).toBeLessThan(1.5);
  });

  test("at several temperatures give a coefficient", () => {
    const runs = [25, 45, 65, 85].map((dieC) =>
      beamRun(1e9, { sdcCritical: Math.round(200 * Math.exp(0.01 * (dieC - 25))) }, { ...quiet, dieC }),
    );
    const [found] = made(observedOf(runs)).sensitivities;
    expect(found!.coefficient.lower).toBeLessThan(0.01);
    expect(found!.coefficient.upper).toBeGreaterThan(0.01);
    expect(found!.coefficient.upper - found!.coefficient.lower).toBeLessThan(0.01);
    expect([found!.from, found!.to]).toEqual([25, 85]);
  });
});

describe("upsets a bit", () => {
  test("are what the beam showed, by the bits and the share of strikes that show", () => {
    const struck = [
      strikes({ masked: 300, sdcCritical: 100 }, { target: "weights" }),
      strikes({ masked: 399, sdcCritical: 1 }, { target: "activations" }),
    ];
    const model = made(observedOf([...struck, beamRun(1e12, { sdcCritical: 81 }, quiet)]));
    const fit = upsetFit(model);
    // 3,200 bits each: ¼ and 1/400 of the strikes show, so 3,200 · 0.2525 = 808 bits that would show.
    expect(fit.points[0]!.bits).toBeCloseTo(808, 6);
    expect(fit.measured.value * 1e12 * 808).toBeGreaterThan(70);
    expect(fit.measured.value * 1e12 * 808).toBeLessThan(92);
    // What 400 strikes do not know of the share is in it, beside the count: √(1/81 + 0.75/100) = 14 %.
    expect(fit.measured.upper / fit.measured.lower).toBeGreaterThan(1.55);
    const [composition] = model.compositions;
    const sdc = composition!.outcomes.find(({ outcome }) => outcome === "sdc")!;
    expect(sdc.independent).toBe(false);
    expect(sdc.ratio!.lower).toBeLessThan(1);
    expect(sdc.ratio!.upper).toBeGreaterThan(1);
  });

  test("of a memory test: events are clusters of cells, and a bit that comes back is stuck and none", () => {
    const readings = [
      [[10, 1]],
      [[50, 0b11]],
      [
        [90, 4],
        [300, 4],
      ],
      // The same bit again and again: 7.3.
      ...Array.from({ length: 5 }, () => [[7, 8]]),
    ].map((words, iteration) => ({
      evidence: evidence({
        iteration,
        elements: words.map(([index, got]) => ({ index: index!, expected: 0, got: got! })),
      }),
    }));
    const memory = { workload: "memory-march-c" };
    const model = made(
      observedOf([
        strikes({ masked: 50, sdcCritical: 50 }, { ...memory, target: "weights" }),
        beamRun(1e12, { sdcCritical: readings.length }, { ...quiet, plan: memory, events: readings }),
      ]),
    );
    expect(model.multiplicities).toMatchObject([{ structure: "weights", events: [3, 1] }]);
    expect(upsetFit(model).points).toMatchObject([{ events: 4, bits: 1600 }]);
    expect(model.findings.join("\n")).toMatch(/1 cells of weights came back .* stuck/);
  });
});

describe("what cannot be", () => {
  const refusal = (make: () => unknown): string => {
    try {
      make();
    } catch (error) {
      if (error instanceof RigError) return error.message;
      throw error;
    }
    return "not refused";
  };
  const other = {
    dut: {
      name: "gpu",
      model: "gpu-like",
      serial: "G",
      firmware: "1",
      accelerator: "gpu",
      bootId: 1,
      boots: 1,
    },
  };

  test("sources of two devices are refused, unless somebody says that they are one", () => {
    const [a, b] = [observedOf([beamRun(1e9, {})]), observedOf([beamRun(1e9, {}, { start: other })])];
    expect(refusal(() => made(a, b))).toMatch(
      /^the sources are of different devices: emu \(cpu\) in by-hand, gpu-like \(gpu\).*--one-device\)$/,
    );
    expect(calibrate([a, b], { tool, oneDevice: true }).device.serials).toEqual(["G", "S-cpu-f32"]);
  });

  test("a beam that nobody counted gives nothing, and a negative LET is no LET", () => {
    expect(refusal(() => made(observedOf([beamRun(0, { sdcCritical: 3 })])))).toMatch(
      /^nothing to calibrate from in by-hand: .*no fluence in live time$/,
    );
    const negative = { beam: { species: "Xe", energyMeV: null, letMeVCm2PerMg: -3 } };
    expect(refusal(() => made(observedOf([beamRun(1e9, { sdcCritical: 3 }, negative)])))).toMatch(
      /LET -3 .*expected above 0/,
    );
  });

  test("a model of strikes alone says that no rate in orbit follows", () => {
    const model = made(observedOf([strikes({ masked: 5, dueCrash: 5 })]));
    expect(orbitalRateRefusal(model)).toMatch(/^There is no cross-section: injection gives a vulnerability/);
    expect(orbitalRateRefusal(made(observedOf([beamRun(1e9, {})])))).toBeNull();
  });
});

describe("an emulated campaign", () => {
  test("gives back the cross-section a bit of the rig file, and the same bytes each time", async () => {
    const { records } = await campaignOn(smallRig(), [
      injection("strikes: 60").replace("target: weights", "target: [weights, activations, control]"),
      exposure("fluencePerCm2: 3.0e+9").replace("species: proton", "species: proton, energyMeV: 67"),
      "{ kind: beam_off, dut: dut, workload: gemm, stop: { seconds: 2 } }",
    ]);
    const observed = (): Observed => observe(folded(records), "b".repeat(64));
    const model = made(observed());
    expect(modelSchema.parse(JSON.parse(modelJson(model)))).toMatchObject({
      emulated: true,
      device: { serials: ["D-1"] },
    });
    expect(contradictionIn(model)).toBeNull();
    const { measured } = upsetFit(model);
    expect(measured.lower).toBeLessThan(1e-12);
    expect(measured.upper).toBeGreaterThan(1e-12);
    expect(modelJson(made(observed()))).toBe(modelJson(model));
    expect(modelJson(calibrate([observed()], { tool, seed: 2 }))).not.toBe(modelJson(model));
  });

  test("a memory test on a TPU-like board gives events a bit of HBM and its cells an event", async () => {
    const rig = smallRig()
      .replace(
        /accelerator: cpu\n\s+format: i8/,
        "accelerator: tpu\n      ecc: off\n      array: { rows: 4, columns: 4 }",
      )
      .replace(/beamFlux.*/, "beam: { species: proton, energyMeV: 67, fluxPerCm2PerSecond: 1.0e+6 }")
      .replace(
        /crossSectionPerBitCm2: .*/,
        "structures: { hbm: { proton: { flatCm2: 1.0e-12 }, multiplicity: [80, 20] } }",
      );
    const { records } = await campaignOn(rig, [
      "{ kind: injection, dut: dut, workload: memory-checkerboard, target: hbm, stop: { strikes: 60 } }",
      "{ kind: beam, dut: dut, workload: memory-checkerboard, elements: 64, beam: { species: proton, energyMeV: 67 }, stop: { events: 40 } }",
    ]);
    const { add, readings } = createReadings();
    records.forEach(add);
    const model = made(observe(folded(records), "c".repeat(64), { readings }));
    const { measured } = upsetFit(model);
    expect(measured.lower).toBeLessThan(1e-12);
    expect(measured.upper).toBeGreaterThan(1e-12);
    const [two] = model.multiplicities[0]!.shares.slice(1);
    expect(two!.lower).toBeLessThan(0.2);
    expect(two!.upper).toBeGreaterThan(0.2);
  });
});
