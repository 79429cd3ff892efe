import type { Protection, Quantity } from "../model/model.ts";
import type { InputShare } from "./dominance.ts";
import type { ParticleSource } from "./surroundings.ts";

/**
 * What `radrig predict` answers (docs/predict.md). Every number has its unit, its interval and how that was made; where nothing was ever counted it is an upper
 * limit, and `value` is it.
 */
export const predictionVersion = 1;

export interface Prediction {
  readonly schemaVersion: typeof predictionVersion;
  readonly tool: string;
  readonly model: { readonly device: string; readonly sha256: string; readonly emulated: boolean };
  readonly conditions: PredictionConditions;
  readonly surroundings: SurroundingsSummary;
  readonly lines: readonly PredictedLine[];
  /** What a reader must know, in whole sentences. */
  readonly findings: readonly string[];
}

export interface PredictionConditions {
  readonly seed: number;
  readonly draws: number;
  readonly temperatureC: number | null;
  readonly thicknessUm: number | null;
  readonly inferencesPerSecond: number | null;
}

export interface SurroundingsSummary {
  readonly name: string;
  readonly isEvent: boolean;
  readonly streams: readonly {
    readonly source: ParticleSource;
    readonly strike: "energy" | "let";
    readonly perCm2Second: number;
    /** Lognormal widths of what makes it uncertain, one standard deviation. */
    readonly lnSigma: Readonly<Record<string, number>>;
  }[];
  /** rad(Si) a year behind the shield, protons alone; of an event, rad(Si) a day. */
  readonly dose: Figure | null;
}

/** Draws come to a number so: its median, and the middle 95 %. */
export interface Figure {
  readonly value: number;
  readonly unit: string;
  readonly lower: number;
  /** null: nothing bounds it. */
  readonly upper: number | null;
  readonly confidence: number;
  readonly method: string;
  /** Nothing was counted: `upper` (of a time between failures: `lower`) is all that is known, and `value` is it. */
  readonly limitOnly: boolean;
}

/** Where a rate comes from. `beam`: the very quantity was counted in a beam. `composed`: upsets of structures, and what injection saw become of them. */
export type LineKind = "beam" | "composed";

/** One quantity in these surroundings. */
export interface PredictedLine {
  readonly kind: LineKind;
  readonly quantity: Quantity;
  readonly name: string;
  readonly workload: string | null;
  readonly protection: Protection | null;
  readonly bits: number | null;
  /** How σ became a rate, by particles: `proton integral`, `IRPP`, `effective flux`. */
  readonly methods: readonly string[];
  /** The headline: of all particles that were measured. null: none that strikes here was. */
  readonly rates: Rates | null;
  readonly bySource: readonly {
    readonly source: ParticleSource;
    readonly perDay: Figure;
  }[];
  /** Apart from the headline, in no sum. */
  readonly unmeasured: Unmeasured | null;
  readonly inputs: readonly InputShare[];
  readonly findings: readonly string[];
}

export interface Rates {
  /** Of a bit where the structure's size is not known. */
  readonly per: "device" | "bit";
  readonly perDay: Figure;
  /** 10⁹ bits; null: not a quantity of bits, or their number is not known. */
  readonly perGigabitDay: Figure | null;
  /** Failures in 10⁹ h. */
  readonly fit: Figure;
  readonly meanDaysBetween: Figure;
  /** null: nobody said how many inferences a second. */
  readonly perMillionInferences: Figure | null;
  /** null in a solar event, which lasts a day. */
  readonly perYear: Figure | null;
}

export interface Unmeasured {
  readonly particles: "ions" | "protons";
  /** By Petersen's figure of merit, a bound and no measurement; null: that relation says nothing of such a quantity. */
  readonly boundedPerDay: Figure | null;
  /** Structures of a composition that lack it; none: the quantity itself. */
  readonly structures: readonly string[];
}
