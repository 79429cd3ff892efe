import type { CurveName } from "./model.ts";

/** σ of one row of a posterior at an energy or LET, in the row's own unit (cm² a bit or a device); `row` as `curveColumns`. */
export function crossSection(curve: CurveName, row: readonly number[], at: number): number {
  if (curve === "bendel") {
    const [saturated, a] = row;
    if (!(at > a!)) return 0;
    const y = (at - a!) * Math.sqrt(18 / a!);
    return saturated! * (-Math.expm1(-0.18 * Math.sqrt(y))) ** 4;
  }
  const [saturated, onset, width, shape] = row;
  return at > onset! ? saturated! * -Math.expm1(-(((at - onset!) / width!) ** shape!)) : 0;
}
