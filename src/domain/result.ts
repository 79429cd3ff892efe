import type { SemAfter } from "./plan.ts";
import type { Exposure } from "./exposure.ts";
import type { Effect, EndReason, Outcome, RunKind } from "./outcome.ts";

/** Of its shape. 2: doses, throttled shares, what a SEM controller did after each strike. 3: what memories corrected, criticality, shapes of mismatches. */
export const resultVersion = 3;

/** `result.json`: what a journal amounts to. Made by `science/analyze.ts` from the journal alone. */
export interface Result {
  readonly schemaVersion: typeof resultVersion;
  readonly tool: string;
  readonly campaign: string;
  readonly seed: number;
  readonly emulated: boolean;
  readonly rig: string;
  readonly endReason: EndReason | "complete";
  readonly segments: number;
  readonly runs: readonly RunResult[];
  /** Runs of like conditions taken together: the campaign's answer. */
  readonly pooled: readonly PooledResult[];
  /** Dose by part, where the plan states a dose per fluence. */
  readonly doses: readonly PartDose[];
  readonly flags: readonly string[];
}

/** By serial number: before this campaign, and in all of its runs, rad(Si). */
export interface PartDose {
  readonly serial: string;
  readonly dut: string;
  readonly priorRadSi: number;
  readonly campaignRadSi: number;
}

export interface RunResult {
  readonly number: number;
  readonly runKind: RunKind;
  readonly dut: {
    readonly name: string;
    readonly model: string;
    readonly serial: string;
    readonly accelerator: string;
  };
  readonly workload: string;
  readonly target: string | null;
  readonly faultModel: string | null;
  /** What a SEM controller did after each strike: the two are different questions. */
  readonly semAfter: SemAfter;
  /** `after`: every so many iterations, or the host's at an error. */
  readonly refresh: { readonly policy: string; readonly every: number; readonly after: "every" | "error" };
  readonly temperatureC: {
    readonly set: number | null;
    readonly dieMean: number | null;
    readonly dieMin: number | null;
    readonly dieMax: number | null;
  };
  readonly exposure: Exposure;
  readonly endReason: EndReason;
  readonly segments: number;
  readonly outcomes: OutcomeCounts;
  readonly corrected: number;
  readonly severity: Severity | null;
  readonly detection: DetectionCounts;
  readonly ecc: readonly EccResult[];
  readonly iterations: { readonly total: number; readonly clean: number; readonly computeSeconds: number };
  readonly effects: Readonly<Partial<Record<Effect, number>>>;
  /** Events expected in one observation window, seen and planned; null but for exposures of a board at work. */
  readonly eventsPerWindow: { readonly observed: number | null; readonly planned: number | null } | null;
  readonly link: {
    readonly frames: number;
    readonly garbled: number;
    readonly lost: number;
    readonly bytesDropped: number;
  };
  readonly live: {
    readonly elapsedSeconds: number;
    readonly liveSeconds: number;
    readonly deadSeconds: number;
  };
  /** While the board throttled: a rate without it is (events − these) / (exposure − this). Events are primary. */
  readonly throttled: {
    readonly seconds: number;
    readonly events: number;
    readonly iterations: number;
    readonly fluencePerCm2: number;
  };
  readonly estimates: readonly Estimate[];
  readonly flags: readonly string[];
}

/** How bad the wrong outputs were: of primary SDCs alone, by several measures at once. */
export interface Severity {
  /** Wrong outputs looked at. */
  readonly outputs: number;
  /** How many have an element further off than `above`, relative to golden: a curve. */
  readonly relativeError: readonly { readonly above: number; readonly outputs: number }[];
  /** How many hold a NaN or an infinity. */
  readonly notFinite: number;
  /** How many listed fewer elements than were wrong: their shape and distance are lower bounds. */
  readonly censored: number;
  /** How the wrong elements of a matrix lay; null where the output is none. */
  readonly shapes: {
    readonly single: number;
    readonly line: number;
    readonly block: number;
    readonly random: number;
  } | null;
  /** Of classifiers: another first class, another five best; change of the golden class's softmax share among the five best, 0 to 1. */
  readonly classes: {
    readonly top1Flips: number;
    readonly top5Changes: number;
    readonly meanConfidenceChange: number;
    readonly largestConfidenceChange: number;
  } | null;
  /** Of generators: index of the first token that differs, and the share of tokens that do. */
  readonly tokens: { readonly meanFirstDiffering: number; readonly meanWrongShare: number } | null;
}

/** What detectors made of the errors: by strikes, or by events in a beam. Primary ones alone. */
export interface DetectionCounts {
  /** Output wrong, and nothing said so. */
  readonly missed: number;
  /** A detector fired and could not correct. */
  readonly detected: number;
  /** Something was corrected, and the output is golden, or within the rounding of the checksum that corrected it. */
  readonly corrected: number;
  /** Something was corrected, and the output is wrong all the same. */
  readonly miscorrected: number;
}

export interface PrimaryRepeat {
  readonly primary: number;
  readonly repeat: number;
}

/** In a beam a harmless particle leaves no trace: `masked` is null there. */
export type OutcomeCounts = Readonly<Record<Exclude<Outcome, "masked">, PrimaryRepeat>> & {
  readonly masked: PrimaryRepeat | null;
};

export interface Estimate {
  readonly outcome: "sdc" | "due" | Exclude<Outcome, "unattributed">;
  readonly kind: "vulnerability" | "crossSection";
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  readonly confidence: number;
  /** `clopper-pearson`, `garwood`. */
  readonly method: string;
  readonly unit: "1" | "cm2";
  /** Events counted. */
  readonly n: number;
  readonly per: "device" | "bit";
  readonly bits: number | null;
  /** No event: `upper` is all that is known. */
  readonly limitOnly: boolean;
  /** Vulnerability with every unknown strike taken as masked, and as DUE; null for a cross-section. */
  readonly unknownBounds: { readonly allMasked: number; readonly allDue: number } | null;
}

/** A rate of something that is no outcome. */
export type CountedRate = Pick<
  Estimate,
  "kind" | "value" | "lower" | "upper" | "confidence" | "method" | "unit" | "n" | "limitOnly"
>;

/** What a board's error counters counted at one place, in live time. */
export interface EccResult {
  readonly structure: string;
  readonly corrected: EccRate;
  readonly uncorrected: EccRate;
}

export interface EccRate {
  /** As the counter counts: a word that stays wrong once a read, an upset of several words several times. */
  readonly errors: number;
  /** By injection: strikes in whose iteration it counted any; null in a beam. */
  readonly strikes: number | null;
  /** Share of the strikes, or cross-section of the errors; null where there is no denominator. */
  readonly rate: CountedRate | null;
}

export interface PooledResult {
  readonly runKind: RunKind;
  readonly dut: string;
  readonly workload: string;
  readonly target: string | null;
  readonly faultModel: string | null;
  /** What a SEM controller did after each strike: the two are different questions. */
  readonly semAfter: SemAfter;
  readonly runs: readonly number[];
  readonly exposure: Exposure;
  readonly outcomes: OutcomeCounts;
  readonly severity: Severity | null;
  readonly detection: DetectionCounts;
  readonly ecc: readonly EccResult[];
  readonly estimates: readonly Estimate[];
}
