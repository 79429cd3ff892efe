import type { Effect } from "../../domain/outcome.ts";

/**
 * `model.json`: what was measured of one kind of device, with all that a rate in another environment needs of it (docs/model.md).
 *
 *   journals ───────┐                  ┌→ responses        events against species and energy or LET
 *   published files ┴→ observations ─→ ┼→ vulnerabilities  what becomes of an upset, by workload, structure, cells an event
 *                                      ├→ multiplicities   cells an event
 *                                      ├→ sensitivities    temperature and voltage
 *                                      └→ compositions     all of it together, beside the beam
 *
 * Every number has a unit and an interval, and names the sources it comes from; numbers have 6 digits. What a source of counts was: `sources[n]`.
 */
export const modelVersion = 1;

export interface Model {
  readonly schemaVersion: typeof modelVersion;
  readonly tool: string;
  /** Any of its sources was an emulated bench: nothing of it was measured on a device. */
  readonly emulated: boolean;
  readonly device: DeviceName;
  readonly sources: readonly Source[];
  readonly structures: readonly Structure[];
  readonly responses: readonly Response[];
  readonly vulnerabilities: readonly Vulnerability[];
  readonly multiplicities: readonly Multiplicity[];
  readonly sensitivities: readonly Sensitivity[];
  readonly compositions: readonly Composition[];
  /** What a reader must know, in whole sentences. */
  readonly findings: readonly string[];
}

export interface DeviceName {
  readonly model: string;
  readonly accelerator: string;
  /** Of the parts measured; none where a published source states none. */
  readonly serials: readonly string[];
}

export interface Source {
  /** Name of the campaign, or title of the publication. */
  readonly name: string;
  readonly kind: "record" | "published";
  /** Of journal.jsonl, or of the file of the published result. */
  readonly sha256: string;
  /** Fluence scales: all runs of one session share the error of it. */
  readonly sessions: readonly string[];
  readonly emulated: boolean;
}

/** Energies are of protons and neutrons, LET is of ions: `ion` is everything heavier than a proton. */
export const modelSpecies = ["proton", "neutron", "ion"] as const;
export type ModelSpecies = (typeof modelSpecies)[number];

/** `sdc` and `due` are sums: sdcTolerable + sdcCritical, dueDetected + dueCrash + dueHang. */
export const modelOutcomes = [
  "sdc",
  "due",
  "sdcTolerable",
  "sdcCritical",
  "dueDetected",
  "dueCrash",
  "dueHang",
] as const;
export type ModelOutcome = (typeof modelOutcomes)[number];

/** `sefi` is the sum over all rungs that cured one. */
export type ModelEffect = Effect | "sefi";

/**
 * What was counted. `upset` is an event in a structure, however many cells it met, by the bit; structures that no test told apart share one cross-section, and
 * one draw of it. The others are of the whole device.
 */
export type Quantity =
  | { readonly kind: "upset"; readonly structures: readonly string[] }
  /** Words that a memory's own counter called corrected or uncorrected, by the place it counts at. */
  | {
      readonly kind: "memory";
      readonly structure: string;
      readonly what: "corrected" | "uncorrected";
      /** null: a test of the memory, or nobody says. */
      readonly workload: string | null;
      readonly protection: Protection;
    }
  | {
      readonly kind: "outcome";
      /** null: a mixture that nobody names. */
      readonly workload: string | null;
      readonly outcome: ModelOutcome;
      readonly protection: Protection;
    }
  | { readonly kind: "effect"; readonly effect: ModelEffect };

/** Whether error-correcting codes were at work. `unknown`: a published source does not say. */
export type Protection = "on" | "off" | "unknown";

/** One quantity against the particles that struck. A species that was never measured is not there. */
export interface Response {
  readonly quantity: Quantity;
  /** Of a bit of the structure, or of the whole device. */
  readonly per: "bit" | "device";
  /** Die temperature that the cross-sections are of: the mean over their exposure; null: no run told one. */
  readonly referenceC: number | null;
  readonly fits: readonly Fit[];
}

/**
 * A curve, and how well it is known. Rows of `posterior` are equally likely curves; a rate is to be worked out for each of them and not from `parameters`,
 * which without a plateau are known worse than any rate that follows from them.
 */
export interface Fit {
  readonly species: ModelSpecies;
  readonly curve: CurveName;
  /**
   * `fitted`: the counts gave the curve. `prior-shape`: they gave its height at one energy or LET, its shape is a stated prior.
   * `limit`: no event, or none that stands out of the background: an upper limit of the height, of the stated prior shape. `stated`: a value without a count, of a stated prior width.
   */
  readonly basis: "fitted" | "prior-shape" | "limit" | "stated";
  /** In words, where `basis` needs one: of the shape, and of the width of a value without a count. */
  readonly prior: string | null;
  /** In the order of the columns of `posterior`; the most likely curve, or the median where a prior made it. */
  readonly parameters: readonly Parameter[];
  /** Column names as `parameters`; a few hundred to a few thousand rows of 6 digits. */
  readonly posterior: readonly (readonly number[])[];
  /** Cross-section where it was measured at the highest energy or LET, of the response's `per`. */
  readonly measured: Estimated;
  readonly points: readonly Point[];
  readonly goodness: Goodness | null;
  readonly findings: readonly string[];
}

/**
 * `weibull`   σ(x) = saturatedCm2 · (1 − exp(−((x − onset)/width)^shape)) above the onset; x is MeV, or MeV·cm²/mg
 * `bendel`    σ(E) = saturatedCm2 · (1 − exp(−0.18 √Y))⁴, Y = (E − A) √(18/A); of the one-parameter form the height follows from A
 */
export type CurveName = "weibull" | "bendel";

export const curveColumns = {
  weibull: ["saturatedCm2", "onset", "width", "shape"],
  bendel: ["saturatedCm2", "aMeV"],
} as const satisfies Readonly<Record<CurveName, readonly string[]>>;

export interface Parameter {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** null: the counts do not bound it there. */
  readonly lower: number | null;
  readonly upper: number | null;
  readonly confidence: number;
  readonly method: string;
}

/** A number with its unit, its interval and what it rests on. */
export interface Estimated {
  readonly value: number;
  readonly unit: string;
  readonly lower: number;
  readonly upper: number;
  readonly confidence: number;
  /** `garwood`, `clopper-pearson`, `posterior` (2.5 % to 97.5 % of draws), `prior`. */
  readonly method: string;
  /** Events behind it; null: a value without a count. */
  readonly events: number | null;
  /** No event: `upper` is all that is known, and `value` is it. */
  readonly limitOnly: boolean;
}

/** Events counted in one beam: runs of one session at one energy or LET, temperature and tilt. */
export interface Point {
  readonly source: number;
  readonly sessionId: string;
  readonly energyMeV: number | null;
  readonly letMeVCm2PerMg: number | null;
  readonly tiltDeg: number;
  /** null: the source states a value and no count. */
  readonly events: number | null;
  /** Live; null where a value without a count stands. */
  readonly fluencePerCm2: number | null;
  readonly fluenceRelUncertainty1Sigma: number;
  /** To expect without the beam in so much time, from control runs. */
  readonly backgroundEvents: number;
  /** Bits exposed, times the share of them that would have shown: 1 for a response of a device. */
  readonly bits: number;
  /** Of a value without a count: what the source gives, cm², lowest and highest. */
  readonly statedCm2: readonly [number, number] | null;
  readonly dieC: number | null;
  readonly runs: readonly number[];
}

export interface Goodness {
  readonly deviance: number;
  readonly pearson: number;
  readonly degreesOfFreedom: number;
  /** Chance of a worse one, if the curve were true. */
  readonly p: number;
  /** Pearson's χ² by its degrees of freedom: 1 for counts of single events. */
  readonly dispersion: number;
  /** Chance that runs at one place differ so by counting alone; null where there was one run a place. */
  readonly homogeneityP: number | null;
}

/** What is known of a structure's size and protection. */
export interface Structure {
  readonly name: string;
  /** By workload where that matters: a memory holds as much as its program needs. `workload: null`: the whole device's. */
  readonly bits: readonly { readonly workload: string | null; readonly bits: number }[];
  /** null: no source says; composition then takes what injection saw. */
  readonly ecc: Ecc | null;
}

/** A code over words, in a memory whose words may lie interleaved. */
export interface Ecc {
  readonly code: "none" | "parity" | "sec-ded";
  /** Of one word: what it stores, and what the code adds. */
  readonly dataBits: number;
  readonly checkBits: number;
  /** Cells of one word are so far apart in a row. */
  readonly interleave: number;
  /** Time between two passes of a scrubber, or between two reads that correct; null: nothing corrects but a read. */
  readonly scrubIntervalSeconds: number | null;
}

/** What became of strikes of one kind: from injection alone. */
export interface Vulnerability {
  readonly workload: string;
  readonly structure: string;
  /** Cells of one event, side by side. */
  readonly multiplicity: number;
  readonly protection: Exclude<Protection, "unknown">;
  readonly faultModel: string;
  /** Of the structure, under this workload. */
  readonly bits: number;
  /** Strikes with an end of their own. */
  readonly trials: number;
  /** Strikes whose end nobody knows, in no share. */
  readonly unknown: number;
  readonly counts: Readonly<Record<"masked" | Exclude<ModelOutcome, "sdc" | "due">, number>>;
  readonly shares: readonly (Estimated & { readonly outcome: ModelOutcome })[];
  readonly sources: readonly number[];
}

/** Cells an event of one structure: events counted, not bits. */
export interface Multiplicity {
  readonly structure: string;
  /** Events of 1, 2, 3 … cells. */
  readonly events: readonly number[];
  /** Dirichlet: `events` + ½ each; the share of m cells. */
  readonly shares: readonly (Estimated & { readonly multiplicity: number })[];
  readonly sources: readonly number[];
}

/** d ln σ/dT (1/°C) or d ln σ/d(V/V₀) of a quantity, by Poisson regression of runs at different temperatures or voltages. */
export interface Sensitivity {
  readonly quantity: Quantity;
  readonly against: "temperature" | "voltage";
  /** σ = σ(reference) · exp(coefficient · (x − reference)). */
  readonly reference: number;
  readonly coefficient: Estimated;
  readonly from: number;
  readonly to: number;
  readonly sources: readonly number[];
}

/** λ's ingredients for one workload in one beam, the sum of them, and the beam's own counts beside it. */
export interface Composition {
  readonly workload: string;
  readonly protection: Exclude<Protection, "unknown">;
  readonly species: ModelSpecies;
  readonly energyMeV: number | null;
  readonly letMeVCm2PerMg: number | null;
  readonly terms: readonly CompositionTerm[];
  readonly outcomes: readonly ComposedOutcome[];
  /** Structures that a strike could reach of which one ingredient was never measured, with the reason. */
  readonly missing: readonly { readonly structure: string; readonly why: string }[];
}

export interface CompositionTerm {
  readonly structure: string;
  readonly bits: number;
  /** Events a bit, cm². */
  readonly eventCm2: Estimated;
  /** Where the vulnerability was taken with protection off: the share of events that the code lets through, by outcome `passes`; 1 where it was on. */
  readonly uncovered: Estimated;
  /** Contribution to sdc and due, cm² a device. */
  readonly sdcCm2: Estimated;
  readonly dueCm2: Estimated;
}

export interface ComposedOutcome {
  readonly outcome: ModelOutcome;
  readonly composed: Estimated;
  /** Counted in the beam, cm² a device; null where this workload was in no such beam. */
  readonly beam: Estimated | null;
  /** Beam minus composition, never below 0: what no structure explains. */
  readonly unmodelled: Estimated | null;
  /** Beam by composition: 1 where the structures explain all. */
  readonly ratio: Estimated | null;
  /** false: some of its cross-sections come from these very runs, so that agreement proves little. */
  readonly independent: boolean;
}
