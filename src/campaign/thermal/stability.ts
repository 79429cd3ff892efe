import type { Soak } from "../../domain/thermal-steps.ts";

/** One look at the load: the object the heater's sensor is on, and the die, where the board tells it. */
export interface LoadSample {
  readonly tNs: number;
  readonly objectC: number;
  readonly dieC: number | null;
}

/**
 * Whether the slowest load sensor stands still (TH-2, TH-3): the object within tolerance of the set point all through the
 * window, and the straight line through object and through die over the window no steeper than allowed. The line and not
 * neighbouring readings: a sensor that tells tenths of a degree each second would never be still.
 */
export interface Stability {
  add(sample: LoadSample): void;
  stable(): boolean;
}

const nsPerMinute = 60e9;
/** Fewer points make no line. */
const fewestSamples = 3;

export function stabilityAt(
  setC: number,
  { toleranceC, slopeCPerMin, windowS }: Pick<Soak, "toleranceC" | "slopeCPerMin" | "windowS">,
): Stability {
  let window: LoadSample[] = [];
  const windowNs = windowS * 1e9;
  return {
    add: (sample) => {
      if (!(Math.abs(sample.objectC - setC) <= toleranceC)) {
        window = [];
        return;
      }
      window.push(sample);
      // The oldest that is kept is the last at or before the window's start.
      while (window.length > 1 && sample.tNs - window[1]!.tNs >= windowNs) window.shift();
    },
    stable: () => {
      const [first, last] = [window[0], window.at(-1)];
      if (first === undefined || last === undefined || window.length < fewestSamples) return false;
      if (last.tNs - first.tNs < windowNs) return false;
      const dies = window.filter((sample): sample is LoadSample & { dieC: number } => sample.dieC !== null);
      return (
        Math.abs(slope(window, ({ objectC }) => objectC)) <= slopeCPerMin &&
        (dies.length < fewestSamples || Math.abs(slope(dies, ({ dieC }) => dieC)) <= slopeCPerMin)
      );
    },
  };
}

/** Of the least-squares line, °C a minute. */
function slope<T extends LoadSample>(samples: readonly T[], of: (sample: T) => number): number {
  const originNs = samples[0]!.tNs;
  const n = samples.length;
  let [st, sc, stt, stc] = [0, 0, 0, 0];
  for (const sample of samples) {
    const t = (sample.tNs - originNs) / nsPerMinute;
    const c = of(sample);
    st += t;
    sc += c;
    stt += t * t;
    stc += t * c;
  }
  const spread = n * stt - st * st;
  return spread > 0 ? (n * stc - st * sc) / spread : Infinity;
}
