import type { Fit } from "../model/model.ts";
import { fluxAboveLet } from "../upset/effective-flux.ts";
import type { Exceedance } from "../upset/exceedance.ts";
import { bendelRate, fluxAboveEnergy, weibullRate } from "../upset/nucleon-rate.ts";
import { cellRates, weibullOf } from "./cell-rates.ts";
import type { CellRates } from "./cell-rates.ts";
import type { Part, Surroundings } from "./surroundings.ts";

/** A part made ready for many curves: what costs milliseconds is done once, a curve then costs microseconds. */
export interface PreparedPart {
  readonly part: Part;
  /** Of each row of the posterior, events a second of what σ is of: a bit or a device. Every direction alike; for ions this is effective flux. */
  rowsOf(fit: Fit): Float64Array;
  /** Ions alone: square cells of a thickness. */
  readonly cells: CellRates | null;
}

export function prepareParts({ parts }: Surroundings): PreparedPart[] {
  return parts.map((part) => {
    const rows = new Map<Fit, Float64Array>();
    const above = onceMade(() =>
      part.strike === "ions" ? fluxAboveLet(part.spectrum) : fluxAboveEnergy(part.spectrum),
    );
    const bendel = onceMade(() => bendelTable(above()));
    return {
      part,
      rowsOf: (fit) => {
        let known = rows.get(fit);
        if (known === undefined) {
          const of = (row: readonly number[]): number =>
            fit.curve === "bendel" ? row[0]! * bendel()(row[1]!) : weibullRate(above(), weibullOf(row));
          known = Float64Array.from(fit.posterior, of);
          rows.set(fit, known);
        }
        return known;
      },
      cells: part.strike === "ions" ? cellRates(part.spectrum) : null,
    };
  });
}

/** Steps of ln A: between them a straight line in the logarithm of the rate is right to a part in ten thousand. */
const [aFrom, aTo, aSteps] = [0.1, 1000, 1000];

/** Bendel's rate by A at a saturation of 1: one number, so a table. */
function bendelTable(above: Exceedance): (aMeV: number) => number {
  const values = new Float64Array(aSteps + 1).fill(NaN);
  const ln = Math.log(aTo / aFrom) / aSteps;
  const at = (i: number): number => {
    if (Number.isNaN(values[i]!))
      values[i] = bendelRate(above, { saturatedCm2: 1, aMeV: aFrom * Math.exp(i * ln) });
    return values[i]!;
  };
  return (aMeV) => {
    const place = Math.log(aMeV / aFrom) / ln;
    if (!(place >= 0 && place < aSteps)) return bendelRate(above, { saturatedCm2: 1, aMeV });
    const i = Math.floor(place);
    const [low, high] = [at(i), at(i + 1)];
    return low > 0 && high > 0 ? low * (high / low) ** (place - i) : low + (place - i) * (high - low);
  };
}

function onceMade<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
