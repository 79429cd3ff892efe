import { RigError } from "../../domain/errors.ts";
import type { Fit, Model } from "../model/model.ts";
import { integralAbove } from "../spectra/log-line.ts";
import { drawAll } from "./draws.ts";
import type { Draws } from "./draws.ts";
import { inputShares, middleRow, onlyDraws } from "./dominance.ts";
import type { OnlyDraws } from "./dominance.ts";
import { temperatureOf } from "./evaluate-responses.ts";
import type { Evaluated } from "./evaluated.ts";
import { secondsPerDay, secondsPerYear } from "../../domain/clock.ts";
import { figureOf, ratesOf, sortDraws } from "./figures.ts";
import { askAll, nameOf } from "./lines.ts";
import type { Asked } from "./lines.ts";
import { prepareParts } from "./prepared.ts";
import type { PreparedPart } from "./prepared.ts";
import { predictionVersion } from "./prediction.ts";
import type { PredictedLine, Prediction, PredictionConditions, SurroundingsSummary } from "./prediction.ts";
import { fitFor } from "./response-rates.ts";
import type { Surroundings } from "./surroundings.ts";
import { meritRatio, plausibleFactor } from "./unmeasured.ts";

/*
 * model ────────┐
 * surroundings ─┼─ askAll ─→ quantities ─ 10,000 draws ─→ events a second ─→ figures in every unit, and what makes them uncertain
 * conditions ───┘
 */

export interface PredictionRequest {
  readonly tool: string;
  readonly model: Model;
  readonly modelSha256: string;
  readonly surroundings: Surroundings;
  readonly conditions: PredictionConditions;
}

/**
 * Every rate that a model allows in these surroundings; shapes and units at `Prediction`. The same request gives the same bytes. A RigError "config" where the model
 * holds no cross-section, as of injection alone.
 */
export function predict({
  tool,
  model,
  modelSha256,
  surroundings,
  conditions,
}: PredictionRequest): Prediction {
  const draws = drawAll(conditions.seed, conditions.draws);
  const only = onlyDraws(draws);
  const parts = prepareParts(surroundings);
  const middles = new Map<object, number>();
  const lines = askQuantities(model, parts, conditions).map((asked): PredictedLine =>
    lineOf(asked, asked.evaluate(draws), { model, parts, surroundings, conditions, draws, only, middles }),
  );
  return {
    schemaVersion: predictionVersion,
    tool,
    model: { device: deviceName(model), sha256: modelSha256, emulated: model.emulated },
    conditions,
    surroundings: summaryOf(surroundings, draws),
    lines,
    findings: findingsOf(model, surroundings, parts),
  };
}

/** All quantities, or a refusal where there is none. */
export function askQuantities(
  model: Model,
  parts: readonly PreparedPart[],
  conditions: PredictionConditions,
): Asked[] {
  if (model.responses.every(({ fits }) => fits.length === 0))
    throw new RigError(
      "config",
      `the model of ${deviceName(model)} has no cross-section: injection tells what becomes of an upset, not how often one comes; calibrate with a record of a beam, or a published result`,
    );
  return askAll(model, parts, conditions);
}

export function deviceName({ device }: Model): string {
  return [device.model, device.accelerator].filter((word) => word !== "").join(", ");
}

interface Around {
  readonly model: Model;
  readonly parts: readonly PreparedPart[];
  readonly surroundings: Surroundings;
  readonly conditions: PredictionConditions;
  readonly draws: Draws;
  readonly only: OnlyDraws;
  readonly middles: Map<object, number>;
}

function lineOf(asked: Asked, evaluated: Evaluated, around: Around): PredictedLine {
  const { inferencesPerSecond } = around.conditions;
  const { isEvent } = around.surroundings;
  const { bySource, total, bounded } = evaluated;
  // A bit's rate is told as one of the device where its number of bits is known.
  const times = asked.per === "bit" && asked.bits !== null ? asked.bits : 1;
  const per = asked.per === "bit" && asked.bits === null ? "bit" : "device";
  const scaled = (values: Float64Array): Float64Array =>
    times === 1 ? values : values.map((v) => v * times);
  const unit = `1/(${per}·day)`;
  const isLimit = (fits: readonly Fit[]): boolean =>
    fits.length > 0 && fits.every(({ basis }) => basis === "limit");
  const allFits = bySource.flatMap(({ fits }) => fits);
  return {
    kind: asked.kind,
    quantity: asked.quantity,
    name: nameOf(asked.quantity),
    workload: asked.workload,
    protection: asked.protection,
    bits: asked.bits,
    methods: methodsOf(asked, around.parts),
    rates:
      bySource.length === 0
        ? null
        : ratesOf(sortDraws(scaled(total), isLimit(allFits)), {
            per,
            bits: asked.bits,
            inferencesPerSecond: hasInferences(asked) ? inferencesPerSecond : null,
            isEvent,
          }),
    bySource: bySource.map(({ source, fits, perSecond }) => ({
      source,
      perDay: figureOf(sortDraws(scaled(perSecond), isLimit(fits)), secondsPerDay, unit),
    })),
    unmeasured:
      bounded === null
        ? null
        : {
            particles: bounded.particles,
            boundedPerDay:
              bounded.perSecond === null
                ? null
                : figureOf(sortDraws(scaled(bounded.perSecond), false), secondsPerDay, unit),
            structures: asked.kind === "composed" ? lacking(asked, around.parts) : [],
          },
    inputs: bySource.length === 0 ? [] : inputShares(asked.evaluate, around.only, rowOf(asked, around)),
    findings: [...asked.findings, ...lineFindings(asked, around)],
  };
}

/** Structures whose ions (or protons) nobody measured. */
function lacking(asked: Asked, parts: readonly PreparedPart[]): string[] {
  // Structures that share one cross-section share one response.
  return [...new Set(asked.responses)]
    .filter((response) => parts.some((part) => fitFor(response, part) === null))
    .flatMap(({ quantity }) => (quantity.kind === "upset" ? quantity.structures : []));
}

function hasInferences({ quantity }: Asked): boolean {
  return quantity.kind === "outcome" || quantity.kind === "effect" || quantity.kind === "memory";
}

function rowOf(asked: Asked, { only, middles }: Around): number {
  let row = middles.get(asked.group);
  if (row === undefined) {
    const rows = Math.max(
      1,
      ...asked.responses.flatMap(({ fits }) => fits.map(({ posterior }) => posterior.length)),
    );
    row = middleRow(asked.evaluate, only, rows);
    middles.set(asked.group, row);
  }
  return row;
}

function methodsOf({ responses }: Asked, parts: readonly PreparedPart[]): string[] {
  const methods = new Set<string>();
  for (const response of responses)
    for (const prepared of parts) {
      const fit = fitFor(response, prepared);
      if (fit === null) continue;
      const { part } = prepared;
      if (part.strike === "ions") methods.add(response.per === "bit" ? "IRPP" : "effective flux");
      else if (fit.species === part.species) methods.add(`${part.species} integral`);
      else methods.add(`${fit.species}s stand for ${part.species}s`);
    }
  return [...methods];
}

function lineFindings(asked: Asked, { model, parts, conditions, surroundings }: Around): string[] {
  const found = [...supposed(asked, parts)];
  for (const response of asked.responses) {
    const { temperatureC } = conditions;
    const of = asked.kind === "composed" ? `${nameOf(response.quantity)}: ` : "";
    if (temperatureC !== null) {
      const sensitivity = temperatureOf(model.sensitivities, response);
      if (sensitivity === null)
        found.push(
          `${of}no temperature coefficient was measured: ${temperatureC} °C makes no difference to it`,
        );
      else if (temperatureC < sensitivity.from || temperatureC > sensitivity.to)
        found.push(
          `${of}${temperatureC} °C lies outside ${sensitivity.from} to ${sensitivity.to} °C, where its coefficient was measured`,
        );
    }
    const ratio = asked.kind === "beam" ? meritRatio(response) : null;
    if (ratio !== null && (ratio > plausibleFactor || ratio < 1 / plausibleFactor))
      found.push(
        `ions and protons do not go together: the ions' figure of merit is ${ratio.toPrecision(2)} times what Petersen's relation makes of the protons`,
      );
    for (const { basis, species } of response.fits)
      if (basis === "limit" && response.fits.some((fit) => fit.basis !== "limit"))
        found.push(`${of}no event by ${species}s: their part is what the count allows`);
  }
  if (asked.quantity.kind === "effect" && surroundings.isEvent && /^sel/.test(asked.quantity.effect))
    found.push("a latch-up on such a day is decided by the event's ions, which are scaled and not measured");
  return found;
}

/** What of its curves is supposition: a shape or a width of a prior's, and nucleons of one kind for the other. */
function supposed({ responses }: Asked, parts: readonly PreparedPart[]): Set<string> {
  const found = new Set<string>();
  for (const response of responses)
    for (const prepared of parts) {
      const fit = fitFor(response, prepared);
      if (fit === null) continue;
      const { part } = prepared;
      const place = fit.species === "ion" ? "LET" : "energy";
      if (fit.basis === "prior-shape")
        found.add(`measured with ${fit.species}s at one ${place}: at all others its curve is a prior's`);
      if (fit.basis === "stated")
        found.add("a value stated without a count: its interval and its curve are a prior's");
      if (part.strike === "nucleons" && fit.species !== part.species)
        found.add(`never measured with ${part.species}s: its ${fit.species}s stand for them`);
    }
  return found;
}

function summaryOf(
  { name, isEvent, parts, doseRadPerSecond, doseLnSigma }: Surroundings,
  draws: Draws,
): SurroundingsSummary {
  const period = isEvent ? secondsPerDay : secondsPerYear;
  return {
    name,
    isEvent,
    streams: parts.map((part) => ({
      source: part.source,
      strike: part.strike === "ions" ? "let" : "energy",
      perCm2Second: Number(
        (part.strike === "ions"
          ? part.spectrum.perCm2Second.reduce((sum, flux) => sum + flux, 0)
          : integralAbove(part.spectrum.energyMeV, part.spectrum.perCm2SecondMeV, part.spectrum.energyMeV[0]!)
        ).toPrecision(6),
      ),
      lnSigma: Object.fromEntries(
        Object.entries(part.lnSigma).map(([input, sigma]) => [input, Number(sigma.toPrecision(6))]),
      ),
    })),
    dose:
      doseRadPerSecond === null
        ? null
        : figureOf(
            sortDraws(
              draws
                .normals("trapped", "trapped")
                .map((normal) => doseRadPerSecond * Math.exp(doseLnSigma * normal)),
              false,
            ),
            period,
            isEvent ? "rad(Si)/day" : "rad(Si)/year",
          ),
  };
}

function findingsOf(model: Model, surroundings: Surroundings, parts: readonly PreparedPart[]): string[] {
  const found: string[] = [...surroundings.findings];
  if (model.emulated)
    found.push("the model comes from an emulated bench: nothing of it was measured on a device");
  if (
    parts.some(
      ({ part }) =>
        part.strike === "ions" &&
        model.responses.some(
          ({ per, fits }) => per === "device" && fits.some(({ species }) => species === "ion"),
        ),
    )
  )
    found.push(
      "a device's σ(LET) goes by effective flux, every direction alike: cells in boxes would have up to 1.6 (soft) or 20 (hard) times as much",
    );
  return found;
}
