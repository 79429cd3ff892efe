import type { RigSpec, StationSpec } from "./rig-schema.ts";

/**
 * Which devices of a rig a guard holds: whatever can cut or heat a board, and whatever shares a port or a duty with it.
 *
 *   rails, heaters, shutters ─→ held by the guard      all other injectors and counters ─→ opened by the run
 */
export function guardedDevices(spec: RigSpec): ReadonlySet<string> {
  const held = new Set<string>();
  for (const { supply = [], thermal, beam } of Object.values(spec.stations)) {
    for (const { device } of supply) held.add(device);
    if (thermal !== undefined) held.add(thermal.device);
    // A shutter and its counter are one capability: they have one owner.
    if (beam?.shutter !== undefined) held.add(beam.shutter.device).add(beam.counter);
  }
  return held;
}

/** The station with the equipment alone whose devices are in `devices` (or, with `within` false, in none of them). */
export function equipmentWithin(
  station: StationSpec,
  devices: ReadonlySet<string>,
  within: boolean,
): StationSpec {
  const { injector, thermal, supply, beam, ...bare } = station;
  const mine = (device: string): boolean => devices.has(device) === within;
  const rails = (supply ?? []).filter(({ device }) => mine(device));
  return {
    ...bare,
    ...(injector !== undefined && mine(injector.device) ? { injector } : {}),
    ...(thermal !== undefined && mine(thermal.device) ? { thermal } : {}),
    ...(rails.length > 0 ? { supply: rails } : {}),
    ...(beam !== undefined && mine(beam.counter) ? { beam } : {}),
  };
}
