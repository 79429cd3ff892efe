import { RigError } from "../../domain/errors.ts";
import type { CurveName } from "./curve.ts";
import type { ShapeName } from "./curve-search.ts";

/** What is held for likely before the counts, in the units of the parameter. */
export type Prior =
  /**
   * Of a plateau alone: density as √(Σ fluence · share / plateau), what the scale of counts has when nothing is known (H. Jeffreys 1946). Held against the events to expect, it
   * says nothing of the shape: of a test at one energy the shape keeps its prior, and the cross-section there is Gamma(events + ½)/fluence.
   */
  | { readonly kind: "jeffreys" }
  /** The logarithm is normal. */
  | { readonly kind: "lognormal"; readonly median: number; readonly logSigma: number }
  | { readonly kind: "uniform"; readonly from: number; readonly to: number };

export type CurvePriors = Readonly<Partial<Record<ShapeName | "plateau", Prior>>>;

/**
 * Wide enough that counts with a plateau overrule them, and narrow enough to keep a rate finite without one: widths from 4 to 210 MeV·cm²/mg or 2 to 140 MeV, exponents
 * from 0.5 to 4, at 95 %. A threshold may lie anywhere below the first event. Stored with every posterior, since where counts say little they decide.
 */
export function defaultPriors(
  curve: CurveName,
  against: "let" | "energy",
  thresholdCeiling: number,
): CurvePriors {
  const plateau: Prior = { kind: "jeffreys" };
  if (curve !== "weibull")
    return { plateau, a: { kind: "uniform", from: thresholdCeiling * 1e-3, to: thresholdCeiling } };
  return {
    plateau,
    threshold: { kind: "uniform", from: 0, to: thresholdCeiling },
    width: { kind: "lognormal", median: against === "let" ? 30 : 17, logSigma: against === "let" ? 1 : 1.05 },
    exponent: { kind: "lognormal", median: 1.4, logSigma: 0.52 },
  };
}

/**
 * For a test at one energy: A uniform over 10 to 30 MeV, where CREME's tables of parts lie. σ(67 MeV) is then 0.40 (A = 10), 0.24 (20) or 0.15 (30) of
 * the plateau, so a plateau is not to be taken from one energy.
 */
export const singleEnergyPrior: Prior = { kind: "uniform", from: 10, to: 30 };

/** A parameter as a number without bounds, in which a random walk steps. */
export interface Coordinate {
  readonly valueAt: (coordinate: number) => number;
  /** Logarithm of the prior's density in the coordinate, up to a constant. */
  readonly logDensity: (coordinate: number) => number;
  readonly middle: number;
  readonly width: number;
}

/** Logarithm of the prior's density in the logarithm of a value, up to a constant: of a plateau, whose coordinate the counts choose. A prior that is none is RigError `config`. */
export function logDensityOfLog(prior: Prior): (logValue: number) => number {
  check("plateau", prior);
  switch (prior.kind) {
    case "jeffreys":
      return (log) => log / 2;
    case "lognormal": {
      const middle = Math.log(prior.median);
      return (log) => -(((log - middle) / prior.logSigma) ** 2) / 2;
    }
    case "uniform": {
      const [from, to] = [Math.log(prior.from), Math.log(prior.to)];
      return (log) => (log >= from && log <= to ? log : -Infinity);
    }
  }
}

/**
 * Logit of a normal deviate's probability, to 1.4·10⁻⁴ of it (E. Page, Appl. Stat. 26 (1977) 75): in a coordinate whose prior is a normal's to so much, tails are light even where counts say nothing
 * of a threshold. A plain logit's are long, and a walk is slow to come back from them.
 */
const [linear, cubic] = [1.5976, 0.07056];

function spread(z: number): number {
  return z * (linear + cubic * z * z);
}

/** A prior that is none is RigError `config`. */
export function coordinateOf(name: string, prior: Prior): Coordinate {
  check(name, prior);
  switch (prior.kind) {
    case "jeffreys":
      return refuse(name, "Jeffreys' prior is of a plateau alone; give a lognormal or a uniform one");
    case "lognormal": {
      const { median, logSigma } = prior;
      const middle = Math.log(median);
      return {
        valueAt: Math.exp,
        logDensity: (z) => -(((z - middle) / logSigma) ** 2) / 2,
        middle,
        width: logSigma,
      };
    }
    case "uniform": {
      const { from, to } = prior;
      return {
        valueAt: (z) => from + (to - from) / (1 + Math.exp(-spread(z))),
        // The logit's own density, p(1 − p), without overflow at either end.
        logDensity: (z) => {
          const logit = Math.abs(spread(z));
          return -logit - 2 * Math.log1p(Math.exp(-logit)) + Math.log(linear + 3 * cubic * z * z);
        },
        middle: 0,
        width: 1,
      };
    }
  }
}

function check(name: string, prior: Prior): void {
  if (prior.kind === "lognormal") {
    const sizes = [prior.median, prior.logSigma];
    if (!sizes.every((size) => size > 0 && size < Infinity))
      refuse(name, "a lognormal prior needs a median and a logSigma above 0");
  }
  if (prior.kind === "uniform" && !(prior.from >= 0 && prior.to > prior.from && prior.to < Infinity))
    refuse(name, `a uniform prior from ${prior.from} to ${prior.to} is none`);
}

function refuse(name: string, message: string): never {
  throw new RigError("config", `prior of ${name}: ${message}`);
}
