/** The denominator of a rate. Only `beam` gives a cross-section; `injection` gives a vulnerability factor. */
export type Exposure =
  | {
      readonly kind: "injection";
      readonly asked: number;
      readonly confirmed: number;
      readonly unknown: number;
    }
  | {
      readonly kind: "beam";
      readonly species: string;
      readonly energyMeV: number | null;
      readonly letMeVCm2PerMg: number | null;
      readonly tiltDeg: number;
      readonly fluenceLivePerCm2: number;
      readonly fluenceGrossPerCm2: number;
      readonly fluenceRelUncertainty1Sigma: number;
      readonly fluenceSource: string;
      readonly computeSeconds: number;
      readonly liveSeconds: number;
      readonly deadSeconds: number;
      readonly doseRadSi: number | null;
      readonly sessionId: string;
      readonly emulated: boolean;
    }
  | { readonly kind: "time"; readonly liveSeconds: number }
  | { readonly kind: "unknown"; readonly reason: string };

/** The beam as the plan or the facility states it. */
export interface BeamDescription {
  readonly species: string;
  readonly energyMeV: number | null;
  readonly letMeVCm2PerMg: number | null;
  readonly tiltDeg: number;
  readonly fluenceRelUncertainty1Sigma: number;
  readonly fluenceSource: string;
  /** Dose per unit fluence, rad(Si)·cm²; null where nobody stated one. */
  readonly doseRadSiPerFluence: number | null;
  /** Dose from which the part is no longer what it was (memory wears out), rad(Si): a run that passes it is flagged. Null where nobody stated one. */
  readonly doseOnsetRadSi: number | null;
  /** What the device's cross-section is thought to be: gives the events to expect in an iteration before any was seen. */
  readonly expectedCrossSectionCm2: number | null;
}
