import { bendelCm2 } from "../upset/bendel.ts";
import { weibullCm2 } from "../upset/weibull.ts";
import type { CurveName } from "./model.ts";

/** σ of one row of a posterior at an energy or LET, in the row's own unit (cm² a bit or a device); `row` as `curveColumns`. */
export function crossSection(curve: CurveName, row: readonly number[], at: number): number {
  if (curve === "bendel") {
    const [saturated, a] = row;
    return bendelCm2({ saturatedCm2: saturated!, aMeV: a! }, at);
  }
  const [saturated, onset, width, shape] = row;
  return weibullCm2({ saturatedCm2: saturated!, onset: onset!, width: width!, shape: shape! }, at);
}
