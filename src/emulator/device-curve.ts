import { z } from "zod";

/**
 * A cross-section against what strikes: the LET of an ion (MeV·cm²/mg) or the energy of a proton (MeV).
 *
 *   weibull  σ(x) = σ_sat·[1 − exp(−((x − x₀)/W)^S)], 0 below x₀                        E. L. Petersen et al., IEEE Trans. Nucl. Sci. 39 (1992) 1577
 *   bendel   σ(E) = σ_sat·[1 − exp(−0.18·√Y)]⁴, Y = (E − A)·√(18/A), σ_sat = (B/A)¹⁴·10⁻¹² cm²   W. J. Stapor et al., IEEE Trans. Nucl. Sci. 37 (1990) 1966
 */
const weibullSchema = z.strictObject({
  saturatedCm2: z.number().min(0),
  onset: z.number().min(0).describe("x₀: nothing below; MeV·cm²/mg or MeV"),
  width: z.number().positive().describe("W, in the unit of the onset"),
  shape: z.number().positive().describe("S"),
});

const bendelSchema = z
  .strictObject({
    aMeV: z.number().positive().describe("A: nothing below"),
    bMeV: z
      .number()
      .positive()
      .optional()
      .describe("B: σ_sat = (B/A)¹⁴·10⁻¹² cm²; 24 in the fit of one parameter"),
    saturatedCm2: z.number().min(0).optional().describe("σ_sat itself, where no B is given"),
  })
  .refine(({ bMeV, saturatedCm2 }) => (bMeV === undefined) !== (saturatedCm2 === undefined), {
    message: "say how high it rises: either bMeV or saturatedCm2",
  });

const flatSchema = z.strictObject({ flatCm2: z.number().min(0).describe("the same for every beam") });

export const ionCurveSchema = z.union([z.strictObject({ weibull: weibullSchema }), flatSchema]);
export const protonCurveSchema = z.union([
  z.strictObject({ weibull: weibullSchema }),
  z.strictObject({ bendel: bendelSchema }),
  flatSchema,
]);
export type IonCurve = z.infer<typeof ionCurveSchema>;
export type ProtonCurve = z.infer<typeof protonCurveSchema>;
export type Weibull = z.infer<typeof weibullSchema>;
export type Bendel = z.infer<typeof bendelSchema>;

/** cm², at this LET or energy. */
export function crossSectionAt(curve: IonCurve | ProtonCurve, x: number): number {
  if ("weibull" in curve) return weibull(curve.weibull, x);
  if ("bendel" in curve) return bendel(curve.bendel, x);
  return curve.flatCm2;
}

export function weibull({ saturatedCm2, onset, width, shape }: Weibull, x: number): number {
  return x <= onset ? 0 : -saturatedCm2 * Math.expm1(-(((x - onset) / width) ** shape));
}

export function bendel({ aMeV, bMeV, saturatedCm2 }: Bendel, energyMeV: number): number {
  const saturated = saturatedCm2 ?? ((bMeV ?? 0) / aMeV) ** 14 * 1e-12;
  return saturated * bendelShare(aMeV, energyMeV);
}

/** Which part of saturation a proton of this energy reaches. */
export function bendelShare(aMeV: number, energyMeV: number): number {
  if (energyMeV <= aMeV) return 0;
  const y = (energyMeV - aMeV) * Math.sqrt(18 / aMeV);
  return (-Math.expm1(-0.18 * Math.sqrt(y))) ** 4;
}
