import type { Fit, Quantity, Response } from "../model/model.ts";
import {
  conversionLnSigma,
  figureOfMerit,
  figureOfMeritFromProtons,
  protonLimitFromIons,
} from "../upset/figure-of-merit.ts";
import { bendelRate, fluxAboveEnergy } from "../upset/nucleon-rate.ts";
import type { LetSpectrum } from "../spectra/spectra.ts";
import { squareCells } from "../upset/rpp.ts";
import type { Weibull } from "../upset/weibull.ts";
import type { Draws } from "./draws.ts";
import { lnSigmaOfFactor } from "./inputs.ts";
import type { PreparedPart } from "./prepared.ts";
import { weibullOf } from "./cell-rates.ts";
import { byRow, fitFor, scale, scaleByEnvironment } from "./response-rates.ts";

/**
 * A line for particles that nobody measured: E. Petersen's figure of merit, from the others. It bounds, and says so: it is in no headline.
 *
 *   ions from protons    rate = C · 4.5·10⁴ · σ_p,   protons from ions    σ_p = FOM / 4.5·10⁴
 *
 * The conversion scatters by a lognormal of 0.7. C of an orbit and shield is that of a cell of middling hardness in that very spectrum, and good to a factor of three.
 */
export interface Bounded {
  readonly particles: "ions" | "protons";
  /** Events a second of a bit or a device, draw by draw; null: the relation says nothing of such a quantity. */
  readonly perSecond: Float64Array | null;
}

const environmentLnSigma = lnSigmaOfFactor(3);
/** Onset 1, width 15, shape 1.5, 1 µm² and 0.5 µm thick: between the softest and the hardest cells of the memories that the relation was drawn from. */
const middling: Weibull = { saturatedCm2: 1e-8, onset: 1, width: 15, shape: 1.5 };
const middlingThicknessUm = 0.5;
/** Onset of protons where ions alone were measured, MeV: Bendel's A from 10 to 30. */
const [aFrom, aTo] = [10, 30];

/** null: everything that strikes here was measured. */
export function unmeasuredRates(
  response: Response,
  parts: readonly PreparedPart[],
  draws: Draws,
): Bounded | null {
  const left = parts.filter((part) => fitFor(response, part) === null);
  if (left.length === 0) return null;
  const particles = left[0]!.part.strike === "ions" ? "ions" : "protons";
  const known = response.fits.find(({ species }) => (species === "ion") === (particles === "protons"));
  if (known === undefined || known.posterior.length === 0 || !isUpset(response.quantity))
    return { particles, perSecond: null };
  const total = new Float64Array(draws.count);
  for (const part of left) {
    const rates =
      particles === "ions" ? ionsFromProtons(known, part, draws) : protonsFromIons(known, part, draws);
    scaleByEnvironment(rates, part, draws);
    for (let i = 0; i < total.length; i++) total[i]! += rates[i]!;
  }
  scale(total, draws.normals("conversion", "petersen"), conversionLnSigma);
  if (particles === "ions") scale(total, draws.normals("conversion", "environment"), environmentLnSigma);
  return { particles, perSecond: total };
}

/** The relation is one of upsets: latch-up and a step in current have other causes. */
function isUpset(quantity: Quantity): boolean {
  return quantity.kind !== "effect" || !/^(sel|current_step|stuck_bit)/.test(quantity.effect);
}

/** C, events a second by cm²/(MeV·cm²/mg)², of this spectrum; each asked for once. */
export function meritRate(spectrum: LetSpectrum): number {
  let rate = meritRates.get(spectrum);
  if (rate === undefined) {
    rate = squareCells(spectrum).bitRate(middling, middlingThicknessUm) / figureOfMerit(middling);
    meritRates.set(spectrum, rate);
  }
  return rate;
}

const meritRates = new WeakMap<LetSpectrum, number>();

function ionsFromProtons({ posterior }: Fit, { part }: PreparedPart, draws: Draws): Float64Array {
  if (part.strike !== "ions") throw new TypeError("ions strike by LET");
  const perMerit = meritRate(part.spectrum);
  const rows = Float64Array.from(posterior, (row) => perMerit * figureOfMeritFromProtons(row[0]!).median);
  return byRow(rows, draws);
}

function protonsFromIons({ posterior }: Fit, { part }: PreparedPart, draws: Draws): Float64Array {
  if (part.strike === "ions") throw new TypeError("protons strike by energy");
  const above = fluxAboveEnergy(part.spectrum);
  const steps = 20;
  const byA = Array.from({ length: steps + 1 }, (_, i) =>
    bendelRate(above, { saturatedCm2: 1, aMeV: aFrom + ((aTo - aFrom) * i) / steps }),
  );
  const limits = Float64Array.from(posterior, (row) => protonLimitFromIons(weibullOf(row)).median);
  const onset = draws.uniforms("conversion", "onset");
  return byRow(limits, draws).map((limit, i) => limit * byA[Math.round(onset[i]! * steps)]!);
}

/** How many times the ions' figure of merit is what the protons' makes it: 1 where both agree, and a question where it is beyond three standard deviations of the relation. */
export function meritRatio(response: Response): number | null {
  const ions = response.fits.find(({ species, basis }) => species === "ion" && basis !== "limit");
  const protons = response.fits.find(({ species, basis }) => species === "proton" && basis !== "limit");
  if (ions === undefined || protons === undefined || !isUpset(response.quantity)) return null;
  const ratios = ions.posterior
    .map(
      (row, i) =>
        figureOfMerit(weibullOf(row)) /
        figureOfMeritFromProtons(protons.posterior[i % protons.posterior.length]![0]!).median,
    )
    .sort((a, b) => a - b);
  return ratios[Math.floor(ratios.length / 2)] ?? null;
}

export const plausibleFactor: number = Math.exp(3 * conversionLnSigma);
