import { randomStream } from "../../src/domain/random.ts";
import type { BeamPoint } from "../../src/science/fit/beam-point.ts";
import type { SamplerOptions } from "../../src/science/fit/posterior.ts";
import { drawAll as drawCurves } from "../../src/science/model/draws.ts";
import type { Ingredient } from "../../src/science/model/compose.ts";
import type { Fit, Response } from "../../src/science/model/model.ts";
import type { Draws } from "../../src/science/predict/draws.ts";
import { compositionEvaluator } from "../../src/science/predict/evaluate-composition.ts";
import { responseEvaluator } from "../../src/science/predict/evaluate-responses.ts";
import type { PreparedPart } from "../../src/science/predict/prepared.ts";
import type { CampaignCounts, CampaignPlan } from "./closed-loop-campaign.ts";
import { conditions } from "./closed-loop-orbit.ts";

/**
 *   counts ─drawCurves→ posterior, all structures of a session jointly ─┐
 *   cells, SDC of the strikes ─→ ingredients ───────────────────────────┴─ predict's evaluators, draw by draw ─→ interval of the SDC rate
 *
 * The parts that `radrig calibrate` and `radrig predict` are made of, without what they tell beside the rate (profiles, bootstrap, goodness), of which 5,000 seeds have no need.
 */
export interface LoopModel {
  readonly responses: readonly Response[];
  readonly ingredients: readonly Ingredient[];
}

/** A quarter of what a calibration walks, and half of its rows: what the interval is unsteady by is in the coverage that is counted. */
const sweeps: SamplerOptions = { warmUp: 250, sweeps: 500, doublings: 0 };
const everyRow = 2;

export function calibrateCounts(plan: CampaignPlan, counts: CampaignCounts, seed: number): LoopModel {
  const requests = plan.structures.flatMap((structure, s) =>
    (["proton", "ion"] as const).map((species) => ({
      name: `${structure.name} ${species}`,
      curve: "weibull" as const,
      against: species === "proton" ? ("energy" as const) : ("let" as const),
      points: pointsOf(plan, counts, s, species),
      widenedFor: 1,
      stated: null,
    })),
  );
  const drawn = drawCurves(requests, seed, sweeps);
  return {
    responses: plan.structures.map(({ name }) => ({
      quantity: { kind: "upset", structures: [name] },
      per: "bit",
      referenceC: null,
      fits: (["proton", "ion"] as const).map((species) =>
        fitOf(
          species,
          drawn.get(`${name} ${species}`)!.rows.filter((_, row) => row % everyRow === 0),
        ),
      ),
    })),
    ingredients: plan.structures.map(({ name, bits }, s): Ingredient => {
      const { cells, sdc } = counts.structures[s]!;
      return {
        structure: name,
        bits,
        multiplicity: cells,
        strikes: sdc.map((n, m) => ({
          cells: m + 1,
          counts: {
            masked: plan.strikes - n,
            sdcTolerable: 0,
            sdcCritical: n,
            dueDetected: 0,
            dueCrash: 0,
            dueHang: 0,
          },
        })),
        ecc: null,
        interleave: 1,
      };
    }),
  };
}

function pointsOf(
  { sessions, structures }: CampaignPlan,
  counts: CampaignCounts,
  s: number,
  species: "proton" | "ion",
): BeamPoint[] {
  return sessions.flatMap((session, q) =>
    session.species !== species
      ? []
      : session.beams.map(({ at, fluencePerCm2 }, i) => ({
          events: counts.structures[s]!.events[q]![i]!,
          fluencePerCm2: fluencePerCm2 * structures[s]!.bits,
          energyMeV: species === "proton" ? at : null,
          letMeVCm2PerMg: species === "ion" ? at : null,
          sessionId: session.id,
          relFluenceUncertainty1Sigma: session.logSigma,
        })),
  );
}

/** What a rate is worked out from; of what a model tells beside, nothing. */
function fitOf(species: "proton" | "ion", posterior: Fit["posterior"]): Fit {
  return {
    species,
    curve: "weibull",
    basis: "fitted",
    prior: null,
    parameters: [],
    posterior,
    measured: {
      value: 0,
      unit: "",
      lower: 0,
      upper: 0,
      confidence: 0.95,
      method: "",
      events: null,
      limitOnly: false,
    },
    points: [],
    goodness: null,
    findings: [],
  };
}

/** Equally likely events a second of the device, in rising order. */
export function sdcRates(
  { responses, ingredients }: LoopModel,
  parts: readonly PreparedPart[],
  draws: Draws,
): Float64Array {
  const evaluate = responseEvaluator({ sensitivities: [] }, parts, conditions);
  const composed = compositionEvaluator({ responses }, ingredients, "loop", evaluate)(draws);
  return Float64Array.from(composed.get("sdc")!.total).sort();
}

/** Each row of the posterior once, and nothing uncertain beside it and the shares. */
export function drawsOfCounts(seed: number, rows: number): Draws {
  return {
    count: rows,
    normals: () => new Float64Array(rows),
    uniforms: () => new Float64Array(rows).fill(0.5),
    rows: (of) => Uint32Array.from({ length: rows }, (_, row) => row % of),
    shares: (label) => randomStream(seed, "closed-loop", "shares", label),
  };
}
