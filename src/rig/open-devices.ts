import type { Clock } from "../domain/clock.ts";
import { RigError } from "../domain/errors.ts";
import type { OpenPort } from "../domain/link.ts";
import type { Capture } from "../link/capture.ts";
import { drivers } from "../instruments/all.ts";
import type { FaultQueue } from "./fault-queue.ts";
import { InstrumentSession } from "./instrument-session.ts";
import type { DeviceSpec, InstrumentSpec, LinkSpec, RigSpec, StationSpec } from "./rig-schema.ts";
import { isBox } from "./rig-schema.ts";
import { Session } from "./session.ts";
import type { OpenDevice } from "./stations.ts";

/**
 * One device of a rig file as a session that can be connected: a bench box, a maker's instrument, a board.
 */
export interface DeviceContext {
  readonly clock: Clock;
  /** How the port at this link is opened; paths in it are already resolved by whoever read the rig file. */
  openPort(device: string, link: LinkSpec): OpenPort;
  /** Raw capture of this device's port; null keeps none. */
  capture?(device: string): Capture | null;
  /** How long a device may take to say who it is, a boot included. */
  readonly connectMs?: number;
  /** Where this place of the rig file stands, as `file:line:column: `, for what only the opened device tells. */
  readonly locate?: (path: readonly PropertyKey[]) => string;
  /** Aborted: nobody is waited for any more, to say who it is or to end long work. */
  readonly signal?: AbortSignal;
}

export const defaultConnectMs = 10_000;
/** A box is asked for nothing between commands; its heartbeats only show that it lives. */
const box = { heartbeatMs: 1000, leaseMs: 60_000, silenceMs: 5000 } as const;

/** The device of this name; nothing is opened before it is connected. */
export function deviceSession(
  spec: RigSpec,
  name: string,
  faults: FaultQueue,
  context: DeviceContext,
): OpenDevice {
  const device = spec.devices[name]!;
  return isBox(device)
    ? boardSession(name, { ...box, ...device }, true, context)
    : instrumentSession(name, device, stationsOn(spec, name), faults, context);
}

type SessionSpec = Pick<
  StationSpec,
  "serial" | "link" | "heartbeatMs" | "leaseMs" | "silenceMs" | "answerMs"
>;

export function boardSession(
  name: string,
  spec: SessionSpec,
  acknowledgeAtOnce: boolean,
  context: DeviceContext,
): Session {
  const { serial, link, heartbeatMs, leaseMs, silenceMs, answerMs } = spec;
  return new Session({
    name,
    serial,
    heartbeatMs,
    leaseMs,
    silenceMs,
    answerMs,
    acknowledgeAtOnce,
    clock: context.clock,
    open: context.openPort(name, link),
    capture: context.capture?.(name) ?? null,
    leave: context.signal,
  });
}

function instrumentSession(
  name: string,
  spec: InstrumentSpec,
  stations: readonly string[],
  faults: FaultQueue,
  context: DeviceContext,
): InstrumentSession {
  const { protocol, serial, link, ...settings } = spec;
  const driver = drivers.find((candidate) => candidate.protocol === protocol);
  if (driver === undefined) throw new RigError("config", `'${name}': no driver for protocol '${protocol}'`);
  return new InstrumentSession({
    name,
    serial: serial ?? null,
    driver,
    settings: { ...settings, baud: "serial" in link ? link.serial.baud : null },
    clock: context.clock,
    open: context.openPort(name, link),
    capture: context.capture?.(name) ?? null,
    tell: (what, sinceNs, detail) => faults.push({ device: name, stations, what, sinceNs, detail }),
  });
}

/** The stations that this device serves. */
export function stationsOn(spec: RigSpec, device: string): string[] {
  return Object.entries(spec.stations)
    .filter(([, station]) => devicesOf(station).includes(device))
    .map(([name]) => name);
}

/** Connects side by side, and waits for all before the first failure is thrown: none is left half open. */
export async function connectAll(sessions: readonly OpenDevice[], context: DeviceContext): Promise<void> {
  const { connectMs = defaultConnectMs, signal } = context;
  const ends = await Promise.allSettled(
    sessions.map((session) =>
      session instanceof Session ? session.connect(connectMs, signal) : session.connect(signal),
    ),
  );
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

export function checkNames(spec: RigSpec): void {
  const devices: Readonly<Record<string, DeviceSpec>> = spec.devices;
  for (const [name, station] of Object.entries(spec.stations)) {
    if (Object.hasOwn(devices, name))
      throw new RigError("config", `'${name}' is both a station and a device: give one of them another name`);
    for (const device of devicesOf(station))
      if (!Object.hasOwn(devices, device))
        throw new RigError(
          "config",
          `station '${name}' names device '${device}', which is not among devices (${Object.keys(devices).join(", ") || "none"})`,
        );
  }
}

/** Every device that a station names. */
export function devicesOf({ injector, thermal, supply, beam }: StationSpec): string[] {
  return [
    injector?.device,
    thermal?.device,
    ...(supply ?? []).map((rail) => rail.device),
    beam?.counter,
    beam?.shutter?.device,
  ].filter((device) => device !== undefined);
}
