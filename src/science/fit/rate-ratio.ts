import { RigError } from "../../domain/errors.ts";
import { clopperPearson } from "../clopper-pearson.ts";
import type { CountedRun } from "./homogeneity.ts";

export interface RateRatio {
  /** null: no event in the second, so no finite ratio is best. */
  readonly ratio: number | null;
  readonly lower: number;
  /** null: unbounded. */
  readonly upper: number | null;
  readonly confidence: number;
  readonly method: "conditional-binomial";
}

/**
 * (n₁/f₁) / (n₂/f₂). Of n₁ + n₂ events, n₁ are binomial with odds ratio · f₁/f₂ whatever the common rate is, so the exact interval of that share is the ratio's
 * (J. Przyborowski and H. Wilenski, Biometrika 31 (1940) 313): hot against cold, ECC off against on. A fluence scale common to both cancels; independent ones are to be
 * carried by the caller.
 */
export function rateRatio(first: CountedRun, second: CountedRun, confidence = 0.95): RateRatio {
  for (const { exposure } of [first, second])
    if (!(exposure > 0 && exposure < Infinity))
      throw new RigError("config", `a rate without exposure: ${exposure}, expected above 0`);
  const share = clopperPearson(first.events, first.events + second.events, confidence);
  const scale = second.exposure / first.exposure;
  const odds = (p: number): number | null => (p >= 1 ? null : (p / (1 - p)) * scale);
  return {
    ratio: second.events === 0 ? null : (first.events / second.events) * scale,
    lower: odds(share.lower)!,
    upper: odds(share.upper),
    confidence,
    method: "conditional-binomial",
  };
}
