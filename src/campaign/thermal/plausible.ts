import type { ThermalReading } from "../../domain/equipment.ts";

/**
 * A sensor that lies is worse than none: a heater believes it (TH-4). Three lies are told apart.
 *
 *   open   no number, or one that no bench has (a thermocouple that broke reads full scale, a shorted one far below)
 *   jump   further since the reading before than anything with a mass can go
 *   stuck  the very same number while the heater drives towards a set point that is far away
 */
export interface SensorCheck {
  /** What is wrong with this reading, in words; null: nothing is. */
  look(tNs: number, reading: Pick<ThermalReading, "objectC" | "setC" | "on">): string | null;
}

const lowestC = -100;
const highestC = 250;
/** Nearer than this to its set point a load may rest. */
const farC = 5;
const stuckAfterS = 120;
/** A sensor's resolution: less than this is no change. */
const unmovedC = 0.05;

export function sensorCheck(jumpCPerSecond: number): SensorCheck {
  let last: { readonly tNs: number; readonly c: number } | null = null;
  let still: { readonly sinceNs: number; readonly c: number } | null = null;
  return {
    look: (tNs, { objectC, setC, on }) => {
      if (!(objectC >= lowestC && objectC <= highestC)) {
        last = null;
        still = null;
        return `the sensor is open or shorted: it reads ${Number.isNaN(objectC) ? "no number" : `${objectC.toFixed(1)} °C`}`;
      }
      const before = last;
      last = { tNs, c: objectC };
      const drives = on && setC !== null && Math.abs(setC - objectC) > farC;
      if (!drives || still === null || Math.abs(objectC - still.c) >= unmovedC)
        still = { sinceNs: tNs, c: objectC };
      if (before !== null && tNs > before.tNs) {
        const seconds = (tNs - before.tNs) / 1e9;
        const jumped = Math.abs(objectC - before.c);
        // A reading a moment after another one has its resolution to jump by.
        if (jumped > jumpCPerSecond * Math.max(seconds, 1))
          return `the sensor jumped from ${before.c.toFixed(1)} to ${objectC.toFixed(1)} °C in ${seconds.toFixed(1)} s`;
      }
      const stillS = (tNs - still.sinceNs) / 1e9;
      if (drives && stillS >= stuckAfterS)
        return `the sensor is stuck, or nothing heats: ${objectC.toFixed(2)} °C for ${stillS.toFixed(0)} s, set to ${setC.toFixed(1)} °C`;
      return null;
    },
  };
}
