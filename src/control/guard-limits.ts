import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { GuardedStation } from "../domain/guarded.ts";

/** Beyond these a guard cuts, whatever the run thinks of it; null: no such limit. */
export interface CutLimits {
  readonly objectCutC: number | null;
  readonly dieCutC: number | null;
}

/** A supply's own trip is faster by far: what is above it for this long was not tripped. */
const overTripMs = 2_000;
const everyMs = 1_000;

/**
 * Reads every rail that measures, and every heater that has a limit, once a second.
 *
 *   rail ─above its trip for 2 s→ passed         object ─above its cut→ passed
 *
 * What does not answer says nothing: that is the run's to notice, as a bench fault.
 */
export async function watchLimits(
  stations: ReadonlyMap<string, GuardedStation>,
  limits: ReadonlyMap<string, CutLimits>,
  clock: Clock,
  passed: (why: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const overSinceNs = new Map<string, number>();
  const hot = new Set<string>();
  while (!signal.aborted) {
    for (const [name, station] of stations) {
      const why = await railsPassed(name, station, clock, overSinceNs);
      if (why !== null) await passed(why);
      const heat = await heatPassed(name, station, limits.get(name)?.objectCutC ?? null);
      // What was cut cools slowly: it is told once.
      if (heat !== null && !hot.has(name)) await passed(heat);
      if (heat === null) hot.delete(name);
      else hot.add(name);
    }
    await clock.sleep(everyMs, signal);
  }
}

async function railsPassed(
  name: string,
  { rails }: GuardedStation,
  clock: Clock,
  overSinceNs: Map<string, number>,
): Promise<string | null> {
  for (const rail of rails) {
    const { tripMilliA } = rail.limits;
    if (tripMilliA === null || rail.verifies.current === "none") continue;
    const key = `${name}/${rail.name}`;
    const reply = await rail.read();
    const milliA = reply.kind === "ok" && reply.value.on ? reply.value.milliA : null;
    if (milliA === null || milliA <= tripMilliA) {
      overSinceNs.delete(key);
      continue;
    }
    const sinceNs = overSinceNs.get(key) ?? clock.nowNs();
    overSinceNs.set(key, sinceNs);
    const overMs = (clock.nowNs() - sinceNs) / nsPerMs;
    if (overMs < overTripMs) continue;
    overSinceNs.delete(key);
    return `rail '${rail.name}' of '${name}' has drawn ${milliA.toFixed(0)} mA, above its trip at ${tripMilliA} mA, for ${(overMs / 1000).toFixed(1)} s`;
  }
  return null;
}

async function heatPassed(
  name: string,
  { thermal }: GuardedStation,
  objectCutC: number | null,
): Promise<string | null> {
  if (thermal === null || objectCutC === null) return null;
  const reply = await thermal.read();
  if (reply.kind !== "ok" || !(reply.value.objectC > objectCutC)) return null;
  return `${thermal.name} holds '${name}' at ${reply.value.objectC.toFixed(1)} °C, above ${objectCutC} °C`;
}
