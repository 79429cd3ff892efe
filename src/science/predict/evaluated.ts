import type { Fit } from "../model/model.ts";
import type { Bounded } from "./unmeasured.ts";
import type { ParticleSource } from "./surroundings.ts";

/** One quantity, draw by draw: events a second of a device, or of a bit. */
export interface Evaluated {
  readonly bySource: readonly {
    readonly source: ParticleSource;
    /** What answered for these particles; several where structures are added up. */
    readonly fits: readonly Fit[];
    readonly perSecond: Float64Array;
  }[];
  /** All that was measured: the headline. */
  readonly total: Float64Array;
  /** What nobody measured, apart; null where all was. */
  readonly bounded: Bounded | null;
}

/** Rates of one source that came by several ways (by LET and by energy) added up. */
export function gatherSources(
  parts: Evaluated["bySource"],
  count: number,
): Pick<Evaluated, "bySource" | "total"> {
  const total = new Float64Array(count);
  const bySource = new Map<ParticleSource, { fits: Fit[]; perSecond: Float64Array }>();
  for (const { source, fits, perSecond } of parts) {
    const before = bySource.get(source) ?? { fits: [], perSecond: new Float64Array(count) };
    bySource.set(source, before);
    for (const fit of fits) if (!before.fits.includes(fit)) before.fits.push(fit);
    for (let i = 0; i < count; i++) {
      before.perSecond[i]! += perSecond[i]!;
      total[i]! += perSecond[i]!;
    }
  }
  return { bySource: [...bySource].map(([source, of]) => ({ source, ...of })), total };
}
