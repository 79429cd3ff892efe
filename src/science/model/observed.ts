import type { Flag } from "../flags.ts";
import type { DeviceName, Ecc, ModelEffect, ModelOutcome, ModelSpecies, Protection } from "./model.ts";

/**
 * What calibration looks at, whichever way it came: counts with what they were counted over.
 *
 *   journal ─fold→ CampaignState ─observe→ ┐
 *                                          ├→ Observed ─→ points, vulnerabilities, multiplicities
 *   published file ──────readPublished────→ ┘
 */
export interface Observed {
  readonly name: string;
  readonly kind: "record" | "published";
  readonly sha256: string;
  readonly emulated: boolean;
  readonly devices: readonly DeviceName[];
  readonly runs: readonly ObservedRun[];
  /** Of published sources; runs have none. */
  readonly statements: readonly Statement[];
  readonly structures: readonly StatedStructure[];
  /** Runs that are in no number, with the reason. */
  readonly leftOut: readonly { readonly run: number; readonly why: string }[];
}

/** Outcomes that are counted one by one; `sdc` and `due` are sums of them. */
export const basicOutcomes = ["sdcTolerable", "sdcCritical", "dueDetected", "dueCrash", "dueHang"] as const;
export type BasicOutcome = (typeof basicOutcomes)[number];

export type OutcomeTally = Readonly<Record<"masked" | BasicOutcome, number>>;

/** A beam as a response is drawn against it. */
export interface ObservedBeam {
  readonly species: ModelSpecies;
  readonly energyMeV: number | null;
  readonly letMeVCm2PerMg: number | null;
  readonly tiltDeg: number;
  readonly fluencePerCm2: number;
  readonly relUncertainty1Sigma: number;
  readonly sessionId: string;
}

/** One run of a journal that may be believed: primary events alone. */
export interface ObservedRun {
  readonly number: number;
  readonly kind: "injection" | "beam" | "beam_off" | "beam_on_dut_idle";
  readonly dut: string;
  readonly model: string;
  readonly accelerator: string;
  /** The board's own name of the workload: `gemm-f32`. */
  readonly workload: string;
  /** Memories of the board with check bits of their own stand under it. */
  readonly protection: Exclude<Protection, "unknown">;
  /** Structures that a strike can reach, with their bits under this workload. */
  readonly bits: ReadonlyMap<string, number>;
  readonly liveSeconds: number;
  readonly dieC: number | null;
  readonly outcomes: OutcomeTally;
  readonly effects: ReadonlyMap<ModelEffect, number>;
  readonly memories: readonly {
    readonly place: string;
    readonly corrected: number;
    readonly uncorrected: number;
  }[];
  readonly beam: ObservedBeam | null;
  readonly injection: ObservedInjection | null;
  readonly flags: readonly Flag[];
  /** Wrong bits that a memory test read back, one reading an iteration with any; empty for every other workload. */
  readonly readings: readonly MemoryReading[];
}

export interface MemoryReading {
  /** Of the board, in the order in which they were executed. */
  readonly iteration: number;
  /** Words of the output with the bits of them that ever read wrong. */
  readonly words: readonly { readonly word: number; readonly wrong: number }[];
  /** More words were wrong than were listed. */
  readonly truncated: boolean;
}

export interface ObservedInjection {
  readonly target: string;
  readonly faultModel: string;
  /** Cells side by side; null: the model strikes otherwise, and tells nothing of such events. */
  readonly multiplicity: number | null;
  readonly trials: number;
  readonly unknown: number;
}

/** A published number: a count over a fluence, or a value alone. */
export interface Statement {
  readonly quantity:
    | { readonly kind: "upset"; readonly structure: string }
    | { readonly kind: "memory"; readonly structure: string; readonly what: "corrected" | "uncorrected" }
    | { readonly kind: "outcome"; readonly workload: string | null; readonly outcome: ModelOutcome }
    | { readonly kind: "effect"; readonly effect: ModelEffect };
  readonly protection: Protection;
  readonly species: ModelSpecies;
  readonly energyMeV: number | null;
  readonly letMeVCm2PerMg: number | null;
  /** null: the source states none. */
  readonly events: number | null;
  /** null where only a value stands. */
  readonly fluencePerCm2: number | null;
  /** Lowest and highest, cm² a device, or a bit of an upset. */
  readonly crossSectionCm2: readonly [number, number] | null;
  /** 1σ of the logarithm that a value without a count is given. */
  readonly priorLogSigma: number;
  readonly relUncertainty1Sigma: number;
  readonly sessionId: string;
  readonly bits: number;
}

export interface StatedStructure {
  readonly name: string;
  readonly bits: number | null;
  readonly ecc: Ecc | null;
}

/** Whose name it strikes by: everything heavier than a proton goes by LET. */
export function speciesOf(word: string): ModelSpecies {
  const name = word.trim().toLowerCase();
  if (/^(p|h|h1|1h|protons?)$/.test(name)) return "proton";
  if (/^(n|neutrons?)$/.test(name)) return "neutron";
  return "ion";
}

export function sumOf(tally: OutcomeTally, outcome: ModelOutcome): number {
  switch (outcome) {
    case "sdc":
      return tally.sdcTolerable + tally.sdcCritical;
    case "due":
      return tally.dueDetected + tally.dueCrash + tally.dueHang;
    case "sdcTolerable":
    case "sdcCritical":
    case "dueDetected":
    case "dueCrash":
    case "dueHang":
      return tally[outcome];
  }
}

/** Everything that was not masked. */
export function harmOf(tally: OutcomeTally): number {
  return sumOf(tally, "sdc") + sumOf(tally, "due");
}
