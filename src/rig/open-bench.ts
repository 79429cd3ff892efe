import type { Bench, Station } from "../domain/capabilities.ts";
import type { Clock } from "../domain/clock.ts";
import { RigError } from "../domain/errors.ts";
import type { OpenPort } from "../domain/link.ts";
import type { Capture } from "../link/capture.ts";
import { beamOver, injectorOver, supplyOver, thermalOver } from "./bench-box.ts";
import { dutOver } from "./dut.ts";
import type { DeviceSpec, LinkSpec, RigSpec, StationSpec } from "./rig-schema.ts";
import { Session } from "./session.ts";

/**
 * A rig file to an open bench: all its devices connected and known by name, their verbs sorted by station.
 *
 *   devices ─connect→ boxes ─rails on→ stations ─connect→ duts ─→ Bench
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
  const sessions = new Map<string, Session>();
  const close = async (): Promise<void> => {
    await Promise.all([...sessions.values()].map((session) => session.close()));
  };
  try {
    await connectAll(
      Object.entries(spec.devices).map(([name, device]) =>
        addSession(sessions, name, { ...box, ...device }, true, context),
      ),
      context,
    );
    await powerStations(spec, sessions);
    await connectAll(
      Object.entries(spec.stations).map(([name, station]) =>
        addSession(sessions, name, station, false, context),
      ),
      context,
    );
    const stations = new Map(
      Object.entries(spec.stations).map(([name, station]) => [name, stationOf(name, station, sessions)]),
    );
    return {
      name: spec.rig,
      stations,
      othersAlive: (dut) => anyAnswers([...sessions.values()].filter((session) => session.name !== dut)),
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

function addSession(
  sessions: Map<string, Session>,
  name: string,
  spec: SessionSpec,
  acknowledgeAtOnce: boolean,
  context: BenchContext,
): Session {
  const { serial, link, heartbeatMs, leaseMs, silenceMs, answerMs } = spec;
  const session = new Session({
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
  sessions.set(name, session);
  return session;
}

/** Connects side by side, and waits for all before the first failure is thrown: none is left half open. */
async function connectAll(sessions: readonly Session[], context: BenchContext): Promise<void> {
  const { connectMs = defaultConnectMs, signal } = context;
  const ends = await Promise.allSettled(sessions.map((session) => session.connect(connectMs, signal)));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** A board whose rail an earlier run left off could not answer. */
async function powerStations(spec: RigSpec, sessions: ReadonlyMap<string, Session>): Promise<void> {
  for (const [name, station] of Object.entries(spec.stations)) {
    if (station.supply === undefined) continue;
    const supply = supplyOver(able(sessions, station.supply, "rail", name), name);
    const rail = await supply.read();
    const on = rail.kind === "ok" && !rail.value.on ? await supply.on() : rail;
    if (on.kind === "ok" && on.value.on) continue;
    const why = on.kind === "refused" ? on.reason : on.kind === "silence" ? "no answer" : "it stays off";
    throw new RigError(
      "instrument",
      `'${station.supply}' does not power station '${name}' (${why}): check that the box knows a board of that name, and its rail`,
    );
  }
}

function stationOf(name: string, spec: StationSpec, sessions: ReadonlyMap<string, Session>): Station {
  const { injector, thermal, supply, beam } = spec;
  return {
    dut: dutOver(sessions.get(name)!, spec.serial),
    injector:
      injector === undefined
        ? null
        : injectorOver(able(sessions, injector.device, "inject", name), injector.targets),
    thermal: thermal === undefined ? null : thermalOver(able(sessions, thermal, "heat", name), name),
    supply: supply === undefined ? null : supplyOver(able(sessions, supply, "rail", name), name),
    beam: beam === undefined ? null : beamOver(able(sessions, beam, "beam", name), name),
  };
}

/** The session of this device, which must be able to do that. */
function able(
  sessions: ReadonlyMap<string, Session>,
  device: string,
  capability: "inject" | "heat" | "rail" | "beam",
  station: string,
): Session {
  const session = sessions.get(device)!;
  const capabilities = session.hello?.capabilities ?? [];
  if (capabilities.includes(capability)) return session;
  throw new RigError(
    "board_mismatch",
    `station '${station}' asks '${device}' to ${capability}, which it cannot (it can: ${capabilities.join(", ") || "nothing"}): name another device in the rig file`,
  );
}

function checkNames(spec: RigSpec): void {
  const devices: Readonly<Record<string, DeviceSpec>> = spec.devices;
  for (const [name, station] of Object.entries(spec.stations)) {
    if (name in devices)
      throw new RigError("config", `'${name}' is both a station and a device: give one of them another name`);
    for (const device of [station.injector?.device, station.thermal, station.supply, station.beam])
      if (device !== undefined && !(device in devices))
        throw new RigError(
          "config",
          `station '${name}' names device '${device}', which is not among devices (${Object.keys(devices).join(", ") || "none"})`,
        );
  }
}

async function anyAnswers(sessions: readonly Session[]): Promise<boolean> {
  const replies = await Promise.all(sessions.map((session) => session.ask({ kind: "c", name: "status" })));
  return replies.some((reply) => reply.kind !== "silence");
}
