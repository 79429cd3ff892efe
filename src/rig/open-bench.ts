import type { Bench } from "../domain/capabilities.ts";
import type { Clock } from "../domain/clock.ts";
import { RigError } from "../domain/errors.ts";
import type { OpenPort } from "../domain/link.ts";
import type { Capture } from "../link/capture.ts";
import { drivers } from "../instruments/all.ts";
import { FaultQueue } from "./fault-queue.ts";
import { InstrumentSession } from "./instrument-session.ts";
import type { DeviceSpec, InstrumentSpec, LinkSpec, RigSpec, StationSpec } from "./rig-schema.ts";
import { isBox } from "./rig-schema.ts";
import { Session } from "./session.ts";
import { railOf, stationOf } from "./stations.ts";
import type { OpenDevice, OpenDevices } from "./stations.ts";

/**
 * A rig file to an open bench: all its devices connected and known by name, their verbs sorted by station.
 *
 *   devices ─connect→ boxes, instruments ─rails on→ stations ─connect→ duts ─→ Bench
 */
export interface BenchContext {
  readonly clock: Clock;
  /** How the port at this link is opened; paths in it are already resolved by whoever read the rig file. */
  openPort(device: string, link: LinkSpec): OpenPort;
  /** Raw capture of this device's port; null keeps none. */
  capture?(device: string): Capture | null;
  /** How long a device may take to say who it is, a boot included. */
  readonly connectMs?: number;
  /** Aborted: nobody is waited for any more, to say who it is or to end long work. */
  readonly signal?: AbortSignal;
}

const defaultConnectMs = 10_000;
/** A box is asked for nothing between commands; its heartbeats only show that it lives. */
const box = { heartbeatMs: 1000, leaseMs: 60_000, silenceMs: 5000 } as const;

/** RigError: those of the ports, `board_missing`, `board_mismatch`, `protocol_version`, `config`. Whatever was opened by then is closed. */
export async function openBench(spec: RigSpec, context: BenchContext): Promise<Bench> {
  checkNames(spec);
  const devices = new Map<string, OpenDevice>();
  const boards = new Map<string, Session>();
  const faults = new FaultQueue();
  const close = async (): Promise<void> => {
    faults.end();
    await Promise.all([...boards.values(), ...devices.values()].map((session) => session.close()));
  };
  try {
    for (const [name, device] of Object.entries(spec.devices))
      devices.set(
        name,
        isBox(device)
          ? boardSession(name, { ...box, ...device }, true, context)
          : instrumentSession(name, device, stationsOn(spec, name), faults, context),
      );
    await connectAll([...devices.values()], context);
    await powerStations(spec, devices);
    for (const [name, station] of Object.entries(spec.stations))
      boards.set(name, boardSession(name, station, false, context));
    await connectAll([...boards.values()], context);
    const stations = new Map(
      Object.entries(spec.stations).map(([name, station]) => [
        name,
        stationOf(name, station, boards.get(name)!, devices),
      ]),
    );
    const boxes = [...devices.values()].filter((device) => device instanceof Session);
    return {
      name: spec.rig,
      stations,
      othersAlive: (dut) => anyAnswers([...boards.values(), ...boxes].filter(({ name }) => name !== dut)),
      faults,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type SessionSpec = Pick<
  StationSpec,
  "serial" | "link" | "heartbeatMs" | "leaseMs" | "silenceMs" | "answerMs"
>;

function boardSession(
  name: string,
  spec: SessionSpec,
  acknowledgeAtOnce: boolean,
  context: BenchContext,
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
  context: BenchContext,
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
function stationsOn(spec: RigSpec, device: string): string[] {
  return Object.entries(spec.stations)
    .filter(([, station]) => devicesOf(station).includes(device))
    .map(([name]) => name);
}

/** Connects side by side, and waits for all before the first failure is thrown: none is left half open. */
async function connectAll(sessions: readonly OpenDevice[], context: BenchContext): Promise<void> {
  const { connectMs = defaultConnectMs, signal } = context;
  const ends = await Promise.allSettled(
    sessions.map((session) =>
      session instanceof Session ? session.connect(connectMs, signal) : session.connect(signal),
    ),
  );
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** A board whose rail an earlier run left off could not answer. What trips is armed before it goes on. */
async function powerStations(spec: RigSpec, devices: OpenDevices): Promise<void> {
  for (const [name, station] of Object.entries(spec.stations)) {
    for (const railSpec of station.supply ?? []) {
      const supply = railOf(name, railSpec, devices);
      await supply.arm();
      const rail = await supply.read();
      const on = rail.kind === "ok" && !rail.value.on ? await supply.on() : rail;
      if (on.kind === "ok" && on.value.on) continue;
      const why = on.kind === "refused" ? on.reason : on.kind === "silence" ? "no answer" : "it stays off";
      throw new RigError(
        "instrument",
        `'${railSpec.device}' does not power rail '${railSpec.rail}' of station '${name}' (${why}): check that it knows this board or channel, and its output`,
      );
    }
  }
}

function checkNames(spec: RigSpec): void {
  const devices: Readonly<Record<string, DeviceSpec>> = spec.devices;
  for (const [name, station] of Object.entries(spec.stations)) {
    if (name in devices)
      throw new RigError("config", `'${name}' is both a station and a device: give one of them another name`);
    for (const device of devicesOf(station))
      if (!(device in devices))
        throw new RigError(
          "config",
          `station '${name}' names device '${device}', which is not among devices (${Object.keys(devices).join(", ") || "none"})`,
        );
  }
}

/** Every device that a station names. */
function devicesOf({ injector, thermal, supply, beam }: StationSpec): string[] {
  return [
    injector?.device,
    thermal?.device,
    ...(supply ?? []).map((rail) => rail.device),
    beam?.counter,
    beam?.shutter?.device,
  ].filter((device) => device !== undefined);
}

async function anyAnswers(sessions: readonly Session[]): Promise<boolean> {
  const replies = await Promise.all(sessions.map((session) => session.ask({ kind: "c", name: "status" })));
  return replies.some((reply) => reply.kind !== "silence");
}
