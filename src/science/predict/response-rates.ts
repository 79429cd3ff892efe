import type { Fit, Response, Sensitivity } from "../model/model.ts";
import type { Draws } from "./draws.ts";
import type { Input } from "./inputs.ts";
import { boxLnSigma, thicknessUm } from "./inputs.ts";
import type { PreparedPart } from "./prepared.ts";
import type { ParticleSource } from "./surroundings.ts";

/*
 * rows of the posterior ─┐
 * spectrum of a part ────┼─→ events a second, a draw each ─× environment ─× temperature─→ SourceRate
 * thickness of a cell ───┘
 */

/** Events a second of a bit or a device that one stream of particles brings, draw by draw. */
export interface SourceRate {
  readonly source: ParticleSource;
  readonly fit: Fit;
  readonly perSecond: Float64Array;
}

export interface Conditions {
  /** Die temperature; null: as it was measured. */
  readonly temperatureC: number | null;
  /** Sensitive thickness of a cell, µm; null: nobody states it, log-uniform over 0.1 to 2. */
  readonly thicknessUm: number | null;
}

/** The fit that answers for a part's particles: protons and fast neutrons stand for one another, ions for nobody. */
export function fitFor({ fits }: Response, { part }: PreparedPart): Fit | null {
  if (part.strike === "ions") return fits.find(({ species }) => species === "ion") ?? null;
  const other = part.species === "proton" ? "neutron" : "proton";
  return (
    fits.find(({ species }) => species === part.species) ??
    fits.find(({ species }) => species === other) ??
    null
  );
}

/** Of every part that the response was measured for. A part that nothing answers for is not there. */
export function responseRates(
  response: Response,
  parts: readonly PreparedPart[],
  draws: Draws,
  conditions: Conditions,
  sensitivity: Sensitivity | null,
): SourceRate[] {
  const byTemperature = temperatureFactor(response, draws, conditions, sensitivity);
  return parts.flatMap((prepared): SourceRate[] => {
    const fit = fitFor(response, prepared);
    if (fit === null || fit.posterior.length === 0) return [];
    const perSecond =
      prepared.part.strike === "ions"
        ? ionRates(response, fit, prepared, draws, conditions)
        : byRow(prepared.rowsOf(fit), draws);
    scaleByEnvironment(perSecond, prepared, draws);
    if (byTemperature !== null) for (let i = 0; i < perSecond.length; i++) perSecond[i]! *= byTemperature[i]!;
    return [{ source: prepared.part.source, fit, perSecond }];
  });
}

export function byRow(rates: Float64Array, draws: Draws): Float64Array {
  return Float64Array.from(draws.rows(rates.length), (row) => rates[row]!);
}

/** Bits are boxes (IRPP); a device has no one box, and is taken by effective flux. */
function ionRates(
  { per }: Response,
  fit: Fit,
  prepared: PreparedPart,
  draws: Draws,
  { thicknessUm: stated }: Conditions,
): Float64Array {
  const isBit = per === "bit";
  const rates = isBit ? cellsOf(fit, prepared, draws, stated) : byRow(prepared.rowsOf(fit), draws);
  if (!isBit || stated !== null) scale(rates, draws.normals("box", "box"), boxLnSigma);
  return rates;
}

function cellsOf(fit: Fit, { cells }: PreparedPart, draws: Draws, stated: number | null): Float64Array {
  if (stated !== null) return byRow(cells!.stated(fit, stated), draws);
  const [from, to] = thicknessUm;
  const place = draws.uniforms("thickness", "cell");
  return Float64Array.from(draws.rows(fit.posterior.length), (row, i) =>
    cells!.near(fit, row, from * (to / from) ** place[i]!),
  );
}

/** Errors of one input are the same for every part that has them. */
export function scaleByEnvironment(rates: Float64Array, { part }: PreparedPart, draws: Draws): void {
  for (const [input, lnSigma] of Object.entries(part.lnSigma) as [Input, number][])
    if (lnSigma > 0) scale(rates, draws.normals(input, input), lnSigma);
}

export function scale(rates: Float64Array, normals: Float64Array, lnSigma: number): void {
  for (let i = 0; i < rates.length; i++) rates[i]! *= Math.exp(lnSigma * normals[i]!);
}

/** exp(a·(T − T₀)), T₀ where the cross-section was measured; null where nothing is to be done. */
function temperatureFactor(
  { quantity, referenceC }: Response,
  draws: Draws,
  { temperatureC }: Conditions,
  sensitivity: Sensitivity | null,
): Float64Array | null {
  if (temperatureC === null || sensitivity === null) return null;
  const { value, lower, upper } = sensitivity.coefficient;
  const sigma = (upper - lower) / (2 * 1.959964);
  const span = temperatureC - (referenceC ?? sensitivity.reference);
  return draws
    .normals("temperature", JSON.stringify(quantity))
    .map((normal) => Math.exp((value + sigma * normal) * span));
}
