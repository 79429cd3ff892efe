import type { Fit, Model, Quantity, Response, Vulnerability } from "../../../src/science/model/model.ts";
import { predict } from "../../../src/science/predict/predict.ts";
import type { Prediction, PredictionConditions } from "../../../src/science/predict/prediction.ts";
import type { Surroundings } from "../../../src/science/predict/surroundings.ts";

/** Models and surroundings whose rates can be worked out by hand. */
type Rows = readonly (readonly number[])[];

export function fit(
  species: Fit["species"],
  curve: Fit["curve"],
  posterior: Rows,
  more: Partial<Fit> = {},
): Fit {
  return {
    species,
    curve,
    basis: "fitted",
    prior: null,
    parameters: [],
    posterior,
    measured: {
      value: 1,
      unit: "cm2",
      lower: 1,
      upper: 1,
      confidence: 0.95,
      method: "posterior",
      events: 100,
      limitOnly: false,
    },
    points: [],
    goodness: null,
    findings: [],
    ...more,
  };
}

export const sdc: Quantity = { kind: "outcome", workload: "gemm", outcome: "sdc", protection: "off" };
export const upsetOf = (structure: string): Quantity => ({ kind: "upset", structures: [structure] });

export function response(quantity: Quantity, fits: readonly Fit[]): Response {
  return { quantity, per: quantity.kind === "upset" ? "bit" : "device", referenceC: 40, fits };
}

export function modelOf(responses: readonly Response[], more: Partial<Model> = {}): Model {
  return {
    schemaVersion: 1,
    tool: "test",
    emulated: false,
    device: { model: "part", accelerator: "tpu", serials: [] },
    sources: [],
    structures: [],
    responses,
    vulnerabilities: [],
    multiplicities: [],
    sensitivities: [],
    compositions: [],
    findings: [],
    ...more,
  };
}

/** Of `trials` strikes `critical` ended in a critical SDC, the others in nothing. */
export function struck(structure: string, trials: number, critical: number): Vulnerability {
  return {
    workload: "gemm",
    structure,
    multiplicity: 1,
    protection: "off",
    faultModel: "flip",
    bits: 1000,
    trials,
    unknown: 0,
    counts: {
      masked: trials - critical,
      sdcTolerable: 0,
      sdcCritical: critical,
      dueDetected: 0,
      dueCrash: 0,
      dueHang: 0,
    },
    shares: [],
    sources: [],
  };
}

/** 10 protons/(cm²·s) from 50 to 100 MeV, evenly; uncertain as asked. */
export function protonsAlone(lnSigma: Surroundings["parts"][number]["lnSigma"] = {}): Surroundings {
  return {
    name: "a beam all round",
    parts: [
      {
        source: "trappedProtons",
        strike: "nucleons",
        species: "proton",
        spectrum: { energyMeV: [50, 100], perCm2SecondMeV: [0.2, 0.2] },
        lnSigma,
      },
    ],
    doseRadPerSecond: 1e-6,
    doseLnSigma: 0,
    isEvent: false,
    findings: [],
  };
}

/** Ions of 10 to 20 MeV·cm²/mg beside them, 10⁻³ of them a second and cm². */
export function withIons(surroundings: Surroundings): Surroundings {
  const edges = Array.from({ length: 101 }, (_, i) => 1e4 * 2 ** (i / 100));
  return {
    ...surroundings,
    parts: [
      ...surroundings.parts,
      {
        source: "galacticIons",
        strike: "ions",
        spectrum: { edgesMeVCm2PerG: edges, perCm2Second: edges.slice(1).map(() => 1e-5) },
        lnSigma: {},
      },
    ],
  };
}

export const conditions: PredictionConditions = {
  seed: 1,
  draws: 2_000,
  temperatureC: null,
  thicknessUm: null,
  inferencesPerSecond: null,
};

export function predicted(
  model: Model,
  surroundings: Surroundings,
  more: Partial<PredictionConditions> = {},
): Prediction {
  return predict({
    tool: "test",
    model,
    modelSha256: "00",
    surroundings,
    conditions: { ...conditions, ...more },
  });
}

/** σ of `saturatedCm2` everywhere above 1 MeV, or 1 MeV·cm²/mg. */
export const step = (saturatedCm2: number): readonly number[] => [saturatedCm2, 1, 1e-6, 1];
