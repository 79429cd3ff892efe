import { RigError } from "../../domain/errors.ts";
import type { RandomStream } from "../../domain/random.ts";
import { percentileInterval } from "./bootstrap.ts";
import { marginalCountDraw } from "./marginal-count.ts";

/** What was counted in the beam over what composition from structures says for the same device. */
export interface BeamRatio {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
  readonly confidence: number;
  /** No event in beam: `upper` is all that is known, and it is an equal-tailed interval's. */
  readonly limitOnly: boolean;
  /** 1 lies outside: one of the two is not what it is held for. */
  readonly isApart: boolean;
  readonly method: "posterior-draws";
}

export interface BeamCount {
  readonly events: number;
  readonly fluencePerCm2: number;
  readonly relFluenceUncertainty1Sigma: number;
  /** Logarithm of the session's scale in every draw of the composition, where both were measured in one session: the error then cancels as far as it is common. */
  readonly logScale?: ArrayLike<number>;
}

/** `compositionCm2`: draws of the composed cross-section. */
export function beamOverComposition(
  beam: BeamCount,
  compositionCm2: ArrayLike<number>,
  random: RandomStream,
  confidence = 0.95,
): BeamRatio {
  const { events, fluencePerCm2, relFluenceUncertainty1Sigma: logSigma, logScale } = beam;
  if (!Number.isSafeInteger(events) || events < 0)
    throw new RigError("config", `${events} is no count of events`);
  if (!(fluencePerCm2 > 0))
    throw new RigError("config", `a cross-section without exposure: fluence ${fluencePerCm2} per cm²`);
  const draws = compositionCm2.length;
  if (draws === 0 || (logScale !== undefined && logScale.length !== draws))
    throw new RigError(
      "config",
      `${logScale?.length ?? 0} draws of the fluence scale for ${draws} of the composition; expected as many, above 0`,
    );
  const ratios = new Float64Array(draws);
  for (let i = 0; i < draws; i++) {
    if (!(compositionCm2[i]! > 0))
      throw new RigError(
        "config",
        `draw ${i} of the composition is ${compositionCm2[i]!} cm², expected above 0`,
      );
    const scale = logScale === undefined ? { logSigma } : { logScale: logScale[i]! };
    ratios[i] = marginalCountDraw(events, scale, random) / fluencePerCm2 / compositionCm2[i]!;
  }
  const { lower, upper } = percentileInterval(ratios, confidence);
  const median = percentileInterval(ratios, 0).lower;
  return {
    median,
    lower: events === 0 ? 0 : lower,
    upper,
    confidence,
    limitOnly: events === 0,
    isApart: upper < 1 || (events > 0 && lower > 1),
    method: "posterior-draws",
  };
}
