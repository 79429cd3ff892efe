import { RigError } from "../domain/errors.ts";
import type { GuardedStation } from "../domain/guarded.ts";
import type { RigSpec } from "./rig-schema.ts";

/**
 * The outer ring of limits (CLI-9). What a rig file sets for a rail must lie within what the board stands (`absolute`) and
 * within what the device family can; the second is known only when the device was opened.
 *
 *   milliV, tripMilliA ─≤→ absolute (file, checked before anything is opened)
 *                      ─≤→ mostMilliV, mostMilliA of the opened device (here)
 */
export interface Beyond {
  /** The place in the rig file. */
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

/** Everything in which the rig's settings go beyond what the file says that the boards stand. */
export function beyondAbsolute(spec: RigSpec): readonly Beyond[] {
  return Object.entries(spec.stations).flatMap(([name, { supply = [] }]) =>
    supply.flatMap((rail, place): Beyond[] => {
      const path = ["stations", name, "supply", place];
      const { absolute, milliV, rail: called } = rail;
      const found: Beyond[] = [];
      if (absolute.milliV !== undefined && milliV !== undefined && milliV > absolute.milliV)
        found.push({
          path: [...path, "milliV"],
          text: `${milliV} mV is more than rail '${called}' of '${name}' stands (absolute.milliV ${absolute.milliV}): set at most that`,
        });
      for (const key of ["warnMilliA", "tripMilliA", "holdMilliA"] as const) {
        const limit = rail[key];
        if (absolute.milliA !== undefined && limit !== undefined && limit > absolute.milliA)
          found.push({
            path: [...path, key],
            text: `${key} ${limit} is more than rail '${called}' of '${name}' stands (absolute.milliA ${absolute.milliA}): set at most that`,
          });
      }
      found.push(...outOfOrder(rail, path));
      return found;
    }),
  );
}

/** A warning above the trip never comes, and a latch-up held above it is cut before it is told. */
function outOfOrder(
  { warnMilliA, tripMilliA, holdMilliA }: NonNullable<RigSpec["stations"][string]["supply"]>[number],
  path: readonly PropertyKey[],
): Beyond[] {
  if (tripMilliA === undefined) return [];
  return Object.entries({ warnMilliA, holdMilliA }).flatMap(([key, limit]) =>
    limit !== undefined && limit > tripMilliA
      ? [
          {
            path: [...path, key],
            text: `${key} ${limit} is above tripMilliA ${tripMilliA}: it would never be seen`,
          },
        ]
      : [],
  );
}

/** Throws RigError `config` where a setting goes beyond what the opened device can. */
export function checkRails(
  spec: RigSpec,
  stations: ReadonlyMap<string, Pick<GuardedStation, "rails">>,
  locate: (path: readonly PropertyKey[]) => string = () => "",
): void {
  const problems: string[] = [];
  for (const [name, { rails }] of stations)
    for (const { name: called, device, limits, most } of rails) {
      const supply = spec.stations[name]?.supply ?? [];
      const place = supply.findIndex((rail) => rail.rail === called && rail.device === device);
      if (most === null || place < 0) continue;
      const path = ["stations", name, "supply", place];
      const { milliV, tripMilliA } = limits;
      if (most.milliV !== null && milliV !== null && milliV > most.milliV)
        problems.push(
          `${locate([...path, "milliV"])}${milliV} mV is more than '${device}' gives (${most.milliV} mV): set at most that, or use another supply`,
        );
      if (most.milliA !== null && tripMilliA !== null && tripMilliA > most.milliA)
        problems.push(
          `${locate([...path, "tripMilliA"])}a trip at ${tripMilliA} mA is more than '${device}' can (${most.milliA} mA): it would never trip`,
        );
    }
  if (problems.length > 0) throw new RigError("config", problems.join("\n"));
}
