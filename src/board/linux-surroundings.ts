import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Surroundings } from "./surroundings.ts";

/** What this board cannot measure, as its maker states it. */
export interface StatedFacts {
  /** Kernel steps a millisecond. */
  readonly clockKHz: number;
  /** Where no thermometer is found; 25 unless told. */
  readonly dieC?: number;
  /** Folder of the kernel's thermal zones. */
  readonly thermalFolder?: string;
  /** Folder of the kernel's power sensors. */
  readonly powerFolder?: string;
}

/**
 * The surroundings of a real Linux board: its own sensors, and particles that strike without its knowledge.
 *
 *   /sys/class/thermal/thermal_zone*  hottest → die; beyond a zone's `passive` or `hot` trip point → throttle bits
 *   /sys/class/hwmon/hwmon*           power sensors, added up; 0 where there is none
 *
 * Sensors are looked at when asked for: a few microseconds, at every heartbeat and result.
 */
export function linuxSurroundings(facts: StatedFacts): Surroundings {
  const zones = thermalZones(facts.thermalFolder ?? "/sys/class/thermal");
  const meters = powerMeters(facts.powerFolder ?? "/sys/class/hwmon");
  const hottest = (): number | null => {
    const read = zones.flatMap((zone) => numberIn(zone.temperature) ?? []);
    return read.length === 0 ? null : Math.max(...read) / 1000;
  };
  return {
    dieC: () => hottest() ?? facts.dieC ?? 25,
    throttle: () => {
      let bits = 0;
      for (const { temperature, passiveMilliC, hotMilliC } of zones) {
        const now = numberIn(temperature);
        if (now === null) continue;
        if (passiveMilliC !== null && now >= passiveMilliC) bits |= 0x20;
        if (hotMilliC !== null && now >= hotMilliC) bits |= 0x40;
      }
      return bits;
    },
    clockKHz: () => facts.clockKHz,
    powerMilliW: () =>
      Math.round(meters.reduce((sum, meter) => sum + Math.max(0, numberIn(meter) ?? 0), 0) / 1000),
    // No world listens to a real board, and nobody tells it what is about to strike.
    occupy: () => undefined,
    rewritten: () => undefined,
    busy: () => undefined,
    strikesDue: () => [],
    // A real fabric feels its upsets itself.
    fabric: () => [],
    held: () => [],
  };
}

interface ThermalZone {
  readonly temperature: string;
  /** Trip points: where the kernel slows the processor, and where the hardware does. */
  readonly passiveMilliC: number | null;
  readonly hotMilliC: number | null;
}

function thermalZones(folder: string): readonly ThermalZone[] {
  return namesIn(folder, /^thermal_zone\d+$/).map((name) => {
    const zone = join(folder, name);
    const trips = namesIn(zone, /^trip_point_\d+_type$/).map((file) => ({
      type: textIn(join(zone, file)),
      milliC: numberIn(join(zone, file.replace("_type", "_temp"))),
    }));
    const trip = (type: string): number | null =>
      trips.find((point) => point.type === type && (point.milliC ?? 0) > 0)?.milliC ?? null;
    return { temperature: join(zone, "temp"), passiveMilliC: trip("passive"), hotMilliC: trip("hot") };
  });
}

function powerMeters(folder: string): readonly string[] {
  return namesIn(folder, /^hwmon\d+$/).flatMap((name) =>
    namesIn(join(folder, name), /^power\d+_(input|average)$/)
      .slice(0, 1)
      .map((file) => join(folder, name, file)),
  );
}

/** A sensor may go away or answer with an error at any time: then it says nothing. */
function numberIn(file: string): number | null {
  const text = textIn(file);
  return text !== null && /^-?\d+$/.test(text) ? Number(text) : null;
}

function textIn(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}

function namesIn(folder: string, pattern: RegExp): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .sort();
  } catch {
    return [];
  }
}
