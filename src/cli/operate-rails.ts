import { cutAll, railsOff, railsOn, readRails } from "../control/cut-rails.ts";
import type { RailDone } from "../control/cut-rails.ts";
import { RigError } from "../domain/errors.ts";
import type { GuardedStation } from "../domain/guarded.ts";
import { openGuarded } from "../rig/open-guarded.ts";
import type { RigSpec } from "../rig/rig-schema.ts";
import { openablePorts } from "./assemble.ts";
import { realClock } from "./clocks.ts";
import type { ReadRig } from "./files.ts";
import { placeOf } from "./read-yaml.ts";

export const powerVerbs = ["on", "off", "cycle", "status"] as const;
export type PowerVerb = (typeof powerVerbs)[number];

/** A device that another process held a moment ago is asked so often, and so far apart. */
const tries = 4;
const pauseMs = 200;

/**
 * The rails of a rig worked by this process itself, while nobody else holds them. Each device is opened alone: one that does
 * not answer keeps no other from being cut.
 *
 *   rig file ─┬ supply ─open→ off, verified ─close→ ┐
 *             └ relay ──open→ off, verified ─close→ ┴→ what became of every rail
 */
export async function operateRails(
  read: ReadRig,
  what: PowerVerb | "cut",
  only: string | null,
  say: (text: string) => void,
): Promise<readonly RailDone[]> {
  const clock = realClock();
  const ports = await openablePorts(read, { clock, seed: 0, segment: 0, truthPath: null, say });
  const spec = railsAndHeaters(read.rig, only);
  const held = new Set(Object.values(spec.stations).flatMap(devicesIn));
  const context = {
    clock,
    openPort: ports.of,
    connectMs: 3_000,
    locate: (path: readonly PropertyKey[]) => placeOf(read.file, path),
  };
  const one = async (device: string): Promise<readonly RailDone[]> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const part = await openGuarded(spec, context, new Set([device]));
        try {
          return await worked(part.stations, what);
        } finally {
          await part.close();
        }
      } catch (error) {
        if (!(error instanceof RigError)) throw error;
        if (error.code === "config" || attempt === tries) return unworked(spec, device, error.message);
        // Whoever held it died in the middle of a word: the rest of that word may have come first.
        await clock.sleep(pauseMs);
      }
    }
  };
  try {
    return (await Promise.all([...held].map(one))).flat();
  } finally {
    await ports.close();
  }
}

async function worked(
  stations: ReadonlyMap<string, GuardedStation>,
  what: PowerVerb | "cut",
): Promise<readonly RailDone[]> {
  const every = async (
    deed: (name: string, station: GuardedStation) => Promise<readonly RailDone[]>,
  ): Promise<readonly RailDone[]> =>
    (await Promise.all([...stations].map(([name, station]) => deed(name, station)))).flat();
  switch (what) {
    case "cut":
      return cutAll(stations);
    case "status":
      return every(readRails);
    case "off":
      return every(railsOff);
    case "on":
      return every(railsOn);
    case "cycle":
      await every(railsOff);
      return every(railsOn);
  }
}

type StationSpec = RigSpec["stations"][string];

function railsAndHeaters(rig: RigSpec, only: string | null): RigSpec {
  const stations = Object.entries(rig.stations).flatMap(([name, station]) => {
    const { injector: _injector, beam: _beam, ...rest } = station;
    return only === null || only === name ? [[name, rest] as const] : [];
  });
  return { ...rig, stations: Object.fromEntries(stations) };
}

function devicesIn({ supply = [], thermal }: StationSpec): string[] {
  return [...supply.map(({ device }) => device), ...(thermal === undefined ? [] : [thermal.device])];
}

function unworked(spec: RigSpec, device: string, detail: string): RailDone[] {
  return Object.entries(spec.stations).flatMap(([station, { supply = [] }]) =>
    supply
      .filter((rail) => rail.device === device)
      .map(({ rail }): RailDone => {
        return {
          station,
          rail,
          device,
          on: null,
          known: "commanded",
          milliV: null,
          milliA: null,
          detail,
        };
      }),
  );
}
