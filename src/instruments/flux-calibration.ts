import { z } from "zod";

/** How a counter's reading becomes the fluence at the board, and how well that is known: keys that every beam counter has. */
export const calibrationKeys = {
  attenuation: z
    .number()
    .positive()
    .max(10)
    .default(1)
    .describe("flux at the board, by flux at the counter: distance, scatterers, other boards in the way"),
  calibrationRelUncertainty1Sigma: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .describe("of the calibration factor; without it the uncertainty that the plan states holds"),
  attenuationRelUncertainty1Sigma: z.number().min(0).max(2).default(0).describe("of the attenuation"),
  gapSeconds: z
    .number()
    .positive()
    .default(10)
    .describe("readings farther apart than this are a gap: nobody knows what fell in it"),
};

export interface CalibrationUncertainty {
  readonly calibrationRelUncertainty1Sigma?: number | undefined;
  readonly attenuationRelUncertainty1Sigma: number;
}

/** Independent relative uncertainties, in quadrature; null where nobody states that of the calibration. */
export function relUncertaintyOf(
  { calibrationRelUncertainty1Sigma, attenuationRelUncertainty1Sigma }: CalibrationUncertainty,
  ofCounting: number,
): number | null {
  if (calibrationRelUncertainty1Sigma === undefined) return null;
  return Math.hypot(calibrationRelUncertainty1Sigma, attenuationRelUncertainty1Sigma, ofCounting);
}
