import type { Station } from "../domain/capabilities.ts";
import type { Clock } from "../domain/clock.ts";
import type { ClimateLimits, RailLimits, Supply, ThermalLimits } from "../domain/equipment.ts";
import { RigError } from "../domain/errors.ts";
import type { Instrument, InstrumentKind, Rail, SupplyInstrument } from "../instruments/driver.ts";
import { beamOver, injectorOver, supplyOver, thermalOver } from "./bench-box.ts";
import {
  instrumentBeam,
  instrumentInjector,
  instrumentRail,
  instrumentThermal,
  switchedRail,
} from "./equipment.ts";
import type { RailPlace } from "./equipment.ts";
import type { InstrumentSession } from "./instrument-session.ts";
import { restedRail } from "./rested-rail.ts";
import type { RailSpec, StationSpec } from "./rig-schema.ts";
import { Session } from "./session.ts";

/**
 * The devices of a bench, sorted to the boards they serve: what a station's entry names becomes its capabilities.
 */
export type OpenDevice = Session | InstrumentSession;
export type OpenDevices = ReadonlyMap<string, OpenDevice>;

/** The equipment around a board, without the board; `rails` are those that `railsOf` made. */
export type Equipment = Omit<Station, "dut">;

export function equipmentOf(
  name: string,
  spec: StationSpec,
  devices: OpenDevices,
  rails: readonly Supply[],
): Equipment {
  const { injector, thermal, beam } = spec;
  return {
    injector: injector === undefined ? null : injectorOf(name, injector, devices),
    thermal: thermal === undefined ? null : thermalOf(name, thermal, devices),
    climate: climateOf(spec),
    rails,
    beam: beam === undefined ? null : beamOf(name, beam, devices),
    priorDoseRadSi: spec.priorDoseRadSi,
  };
}

/** Where no cut is given, what the part stands is the cut. */
export function climateOf({ limits, absolute, thermal }: StationSpec): ClimateLimits {
  return {
    dieWarnC: limits.dieWarnC ?? null,
    dieCutC: limits.dieCutC ?? absolute.dieC ?? null,
    dewPointC: thermal?.dewPointC ?? -Infinity,
    jumpCPerSecond: thermal?.jumpCPerSecond ?? Infinity,
  };
}

/** The rails of a station in the order they go on, none of them on again within 4 s of going off. */
export function railsOf(
  name: string,
  { supply = [] }: StationSpec,
  devices: OpenDevices,
  clock: Clock,
): readonly Supply[] {
  return supply.map((rail) => restedRail(railOf(name, rail, devices), clock));
}

/** RigError `config` or `board_mismatch` where the device is none that switches or feeds a rail. */
function railOf(station: string, spec: RailSpec, devices: OpenDevices): Supply {
  const limits: RailLimits = {
    milliV: spec.milliV ?? null,
    warnMilliA: spec.warnMilliA ?? null,
    tripMilliA: spec.tripMilliA ?? null,
    holdMilliA: spec.holdMilliA ?? null,
    microStepMilliA: spec.microStepMilliA ?? null,
  };
  const place = { name: spec.rail, device: spec.device, limits };
  const box = boxAt(devices, spec.device, "rail", station);
  if (box !== null) return supplyOver(box, station, place);
  const session = sessionAt(devices, spec.device, ["supply", "switch"], station);
  const { instrument } = session;
  if (instrument?.kind === "switch") {
    const verifies: RailPlace["verifies"] = {
      output: instrument.reports ? "reported" : "commanded",
      current: "none",
      trip: "none",
      deadMan: false,
    };
    return switchedRail(narrowed(session, "switch"), spec.channel, { ...place, verifies, most: null });
  }
  const { verifies, mostMilliV, mostMilliA } = channelOf(narrowed(session, "supply"), spec, station);
  const most = { milliV: mostMilliV, milliA: mostMilliA };
  return instrumentRail(narrowed(session, "supply"), spec.channel, { ...place, verifies, most });
}

/** RigError `config` for a channel that the device does not have. */
function channelOf(session: InstrumentSession<SupplyInstrument>, spec: RailSpec, station: string): Rail {
  try {
    return session.instrument!.rail(spec.channel);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RigError(
      "config",
      `station '${station}': '${spec.device}' has no channel ${spec.channel} for rail '${spec.rail}': ${error.message}`,
      { cause: error },
    );
  }
}

function injectorOf(
  station: string,
  spec: NonNullable<StationSpec["injector"]>,
  devices: OpenDevices,
): NonNullable<Station["injector"]> {
  const box = boxAt(devices, spec.device, "inject", station);
  if (box !== null) return injectorOver(box, spec.targets);
  const session = narrowed(sessionAt(devices, spec.device, ["injector"], station), "injector");
  return instrumentInjector(session, spec.targets, session.instrument!.space);
}

/** A box has no range of its own worth the name. */
const boxRange: ThermalLimits = { lowestC: -60, highestC: 150, fastestCPerMinute: null };

function thermalOf(
  station: string,
  spec: NonNullable<StationSpec["thermal"]>,
  devices: OpenDevices,
): NonNullable<Station["thermal"]> {
  const within = (device: ThermalLimits): ThermalLimits => ({
    lowestC: Math.max(device.lowestC, spec.lowestC ?? -Infinity),
    highestC: Math.min(device.highestC, spec.highestC ?? Infinity),
    fastestCPerMinute:
      spec.fastestCPerMinute === undefined
        ? device.fastestCPerMinute
        : Math.min(spec.fastestCPerMinute, device.fastestCPerMinute ?? Infinity),
  });
  const box = boxAt(devices, spec.device, "heat", station);
  if (box !== null) return thermalOver(box, station, within(boxRange));
  const session = narrowed(sessionAt(devices, spec.device, ["thermal"], station), "thermal");
  return instrumentThermal(session, spec.channel, within(session.instrument!.zone(spec.channel).limits));
}

function beamOf(
  station: string,
  spec: NonNullable<StationSpec["beam"]>,
  devices: OpenDevices,
): NonNullable<Station["beam"]> {
  const box = boxAt(devices, spec.counter, "beam", station);
  if (box !== null) return beamOver(box, station);
  const counter = narrowed(sessionAt(devices, spec.counter, ["counter"], station), "counter");
  const shutter =
    spec.shutter === undefined
      ? null
      : {
          session: narrowed(sessionAt(devices, spec.shutter.device, ["switch"], station), "switch"),
          channel: spec.shutter.channel,
        };
  return instrumentBeam(counter, shutter, spec.onAboveFluxPerCm2PerSecond);
}

/** The bench box of this name, able to do that; null where the device is an instrument. */
function boxAt(
  devices: OpenDevices,
  device: string,
  capability: "inject" | "heat" | "rail" | "beam",
  station: string,
): Session | null {
  const session = devices.get(device);
  if (!(session instanceof Session)) return null;
  const capabilities = session.hello?.capabilities ?? [];
  if (capabilities.includes(capability)) return session;
  throw new RigError(
    "board_mismatch",
    `station '${station}' asks '${device}' to ${capability}, which it cannot (it can: ${capabilities.join(", ") || "nothing"}): name another device in the rig file`,
  );
}

function sessionAt(
  devices: OpenDevices,
  device: string,
  kinds: readonly InstrumentKind[],
  station: string,
): InstrumentSession {
  const session = devices.get(device);
  if (session === undefined || session instanceof Session)
    throw new RigError("config", `station '${station}' names device '${device}', which is not among devices`);
  if (session.instrument === null)
    throw new RigError(
      "instrument",
      `'${device}' (for station '${station}') answered, and went away while the bench was opened: see to its plug, then start again`,
    );
  if (kinds.includes(session.instrument.kind)) return session;
  throw new RigError(
    "config",
    `station '${station}' wants a ${kinds.join(" or ")}, and '${device}' is a ${session.instrument.kind}: name another device in the rig file`,
  );
}

/** Its kind was looked at. */
function narrowed<K extends InstrumentKind>(
  session: InstrumentSession,
  _kind: K,
): InstrumentSession<Extract<Instrument, { readonly kind: K }>> {
  return session as unknown as InstrumentSession<Extract<Instrument, { readonly kind: K }>>;
}
