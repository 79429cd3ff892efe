import type { Station } from "../domain/capabilities.ts";
import type { RailReading } from "../domain/equipment.ts";
import { valueOf } from "../domain/reply.ts";

/**
 * The rails of one board, taken together: on in order, off the other way round.
 */
export async function readRails({ rails }: Station): Promise<RailReading | null> {
  const readings: (RailReading | null)[] = [];
  for (const rail of rails) readings.push(valueOf(await rail.read()));
  return together(readings);
}

/** null: some rail did not obey or answer. */
export async function railsOff({ rails }: Station): Promise<RailReading | null> {
  const readings: (RailReading | null)[] = [];
  for (const rail of [...rails].reverse()) readings.push(valueOf(await rail.off()));
  return together(readings.reverse());
}

export async function railsOn({ rails }: Station): Promise<RailReading | null> {
  const readings: (RailReading | null)[] = [];
  for (const rail of rails) readings.push(valueOf(await rail.on()));
  return together(readings);
}

/** On when all are; the first rail that measures speaks for voltage and current. */
function together(readings: readonly (RailReading | null)[]): RailReading | null {
  const known = readings.filter((reading) => reading !== null);
  if (known.length < readings.length || known.length === 0) return null;
  const main = known.find(({ milliA }) => milliA !== null) ?? known[0]!;
  return {
    ...main,
    on: known.every(({ on }) => on),
    tripped: known.every(({ tripped }) => tripped === null)
      ? null
      : known.some(({ tripped }) => tripped === true),
  };
}
