import type { RandomStream } from "../../domain/random.ts";
import { convergenceOf } from "./convergence.ts";
import type { Convergence } from "./convergence.ts";
import { curveBlock } from "./curve-block.ts";
import type { CurveBlock, CurveResponse } from "./curve-block.ts";
import { normalDraw } from "./random-draws.ts";
import { walkChain } from "./walk-chain.ts";
import type { SampledSession } from "./walk-chain.ts";
import type { CurvePriors } from "./prior.ts";

/**
 *   counts of several kinds of event ─┐
 *   priors ───────────────────────────┼→ 4 chains of adaptive Metropolis ─→ the same draws of every curve and of every session's scale
 *
 * Draw i of every curve and of every session belong together, so that the fluence error which two structures have in common does not average out when
 * their rates are added. Without a plateau the parameters are a ridge and mean nothing one by one; what a draw's curve gives in an orbit does.
 */
export interface Posterior {
  readonly curves: readonly CurvePosterior[];
  readonly sessions: readonly {
    readonly id: string;
    readonly logSigma: number;
    readonly logScale: Float64Array;
  }[];
  readonly draws: number;
  readonly convergence: Convergence;
}

export interface CurvePosterior {
  readonly name: string;
  readonly priors: CurvePriors;
  readonly plateauCm2: Float64Array;
  /** As `Curve.shapeNames`, the draws of each. */
  readonly shape: readonly Float64Array[];
}

export interface SamplerOptions {
  readonly chains?: number;
  /** Sweeps thrown away while steps are learnt, then kept sweeps before thinning, a chain. */
  readonly warmUp?: number;
  readonly sweeps?: number;
  /** Kept draws of all chains together. */
  readonly draws?: number;
  /** How often the sweeps are doubled at most, where they do not suffice. */
  readonly doublings?: number;
}

/** Draws of the posterior, the same for the same seed. What did not converge says so in `convergence`: such draws are no result. */
export function samplePosterior(
  responses: readonly CurveResponse[],
  random: RandomStream,
  { chains = 4, warmUp = 2000, sweeps = 10_000, draws = 4000, doublings = 3 }: SamplerOptions = {},
): Posterior {
  const blocks = responses.map(curveBlock);
  const sessions = allSessions(responses);
  const drawsPerChain = Math.ceil(draws / chains);
  for (let doubling = 0; ; doubling++) {
    const length = sweeps * 2 ** doubling;
    const thin = Math.max(1, Math.floor(length / drawsPerChain));
    const walked = Array.from({ length: chains }, () =>
      walkChain(blocks, sessions, random, {
        warmUp: warmUp * 2 ** doubling,
        draws: drawsPerChain,
        thin,
        startFrom,
      }),
    );
    const watched = walked[0]!.map((_, number) => walked.map((chain) => chain[number]!));
    const convergence = convergenceOf(watched);
    if (convergence.converged || doubling === doublings)
      return gather(blocks, sessions, watched, drawsPerChain * chains, convergence);
  }
}

/** Starts lie wider apart than the posterior, so that chains which agree have found it. */
function startFrom(block: CurveBlock, random: RandomStream): Float64Array {
  const n = block.size;
  return block.centre.map(
    (value, i) => value + 2 * Math.sqrt(Math.min(4, block.covariance[i * n + i]!)) * normalDraw(random),
  );
}

function allSessions(responses: readonly CurveResponse[]): SampledSession[] {
  const sigmas = new Map<string, number>();
  for (const { table } of responses)
    for (const { id, logSigma } of table.sessions) sigmas.set(id, Math.max(sigmas.get(id) ?? 0, logSigma));
  return [...sigmas].map(([id, logSigma]) => ({
    id,
    logSigma,
    places: responses.map(({ table }) => table.sessions.findIndex((session) => session.id === id)),
  }));
}

/** Numbers of a chain stand in the order: of every block its state, then of every session its scale. */
function gather(
  blocks: readonly CurveBlock[],
  sessions: readonly SampledSession[],
  watched: readonly (readonly Float64Array[])[],
  draws: number,
  convergence: Convergence,
): Posterior {
  const joined = watched.map((chains) => {
    const all = new Float64Array(draws);
    chains.forEach((chain, c) => all.set(chain, c * chain.length));
    return all;
  });
  let next = 0;
  const curves = blocks.map((block): CurvePosterior => {
    const columns = joined.slice(next, (next += block.size));
    const plateauCm2 = new Float64Array(draws);
    const shape = block.response.curve.shapeNames.map(() => new Float64Array(draws));
    const state = new Float64Array(block.size);
    for (let i = 0; i < draws; i++) {
      for (let k = 0; k < block.size; k++) state[k] = columns[k]![i]!;
      const read = block.read(state);
      plateauCm2[i] = Math.exp(read.logPlateau);
      read.shape.forEach((value, k) => (shape[k]![i] = value));
    }
    return { name: block.response.name, priors: block.priors, plateauCm2, shape };
  });
  return {
    curves,
    sessions: sessions.map(({ id, logSigma }) => ({
      id,
      logSigma,
      logScale: logSigma > 0 ? joined[next++]! : new Float64Array(draws),
    })),
    draws,
    convergence,
  };
}
