import type { Bench } from "../domain/capabilities.ts";
import { RigError } from "../domain/errors.ts";
import type { BenchFault, RailReading, Supply } from "../domain/equipment.ts";
import type { Reply } from "../domain/reply.ts";
import type { GuardedBench } from "../domain/guarded.ts";
import { dutOver } from "./dut.ts";
import { FaultQueue } from "./fault-queue.ts";
import { equipmentWithin } from "./guarded-part.ts";
import { checkRails } from "./absolute-limits.ts";
import type { DeviceContext } from "./open-devices.ts";
import { boardSession, checkNames, connectAll, defaultConnectMs, deviceSession } from "./open-devices.ts";
import { InstrumentSession } from "./instrument-session.ts";
import type { RigSpec, StationSpec } from "./rig-schema.ts";
import { isBox } from "./rig-schema.ts";
import { Session } from "./session.ts";
import { climateOf, equipmentOf, railsOf } from "./stations.ts";
import type { Equipment, OpenDevice } from "./stations.ts";

/**
 * A rig file to an open bench: all its devices connected and known by name, their verbs sorted by station. What a guard holds
 * stays with it: its capabilities are the guard's.
 *
 *   devices ─connect→ boxes, instruments ─rails on→ injectors in the boards, stations ─connect→ duts ─→ Bench
 *                        guard ─capabilities─┘
 */
export interface BenchContext extends DeviceContext {
  /** The guard that holds this rig's safety devices; null or left out: they are opened here. */
  readonly guard?: GuardedBench | null;
}

export interface OpenedBench extends Bench {
  /** Whether the rails of each station were on when it was found; null where nothing tells, or there are none. */
  readonly found: ReadonlyMap<string, boolean | null>;
}

/** RigError: those of the ports, `board_missing`, `board_mismatch`, `protocol_version`, `config`. Whatever was opened by then is closed. */
export async function openBench(spec: RigSpec, context: BenchContext): Promise<OpenedBench> {
  checkNames(spec);
  const guard = context.guard ?? null;
  const devices = new Map<string, OpenDevice>();
  const boards = new Map<string, Session>();
  const faults = new FaultQueue();
  const close = async (): Promise<void> => {
    faults.end();
    await Promise.all([...boards.values(), ...devices.values()].map((session) => session.close()));
  };
  try {
    for (const name of Object.keys(spec.devices))
      if (guard?.devices.has(name) !== true) devices.set(name, deviceSession(spec, name, faults, context));
    const fed = fedByStations(spec);
    await connectAll(
      [...devices.values()].filter(({ name }) => !fed.has(name)),
      context,
    );
    const rails = new Map(
      Object.entries(spec.stations).map(([name, station]) => [
        name,
        guard === null
          ? railsOf(name, station, devices, context.clock)
          : (guard.stations.get(name)?.rails ?? []),
      ]),
    );
    checkRails(spec, new Map([...rails].map(([name, its]) => [name, { rails: its }])), context.locate);
    const found = new Map<string, boolean | null>();
    for (const [name, its] of rails) found.set(name, await powered(name, its));
    for (const [name, stations] of fed) {
      const session = devices.get(name);
      const wasOff = stations.some((station) => found.get(station) === false);
      if (session instanceof InstrumentSession)
        await session.connect(context.signal, wasOff ? (context.connectMs ?? defaultConnectMs) : 0);
    }
    const equipment = new Map(
      Object.entries(spec.stations).map(([name, station]) => [
        name,
        equipmentHere(name, station, devices, guard, rails.get(name)!),
      ]),
    );
    for (const [name, station] of Object.entries(spec.stations))
      boards.set(name, boardSession(name, station, false, context));
    await connectAll([...boards.values()], context);
    const stations = new Map(
      Object.entries(spec.stations).map(([name, { serial }]) => [
        name,
        { dut: dutOver(boards.get(name)!, serial), ...equipment.get(name)! },
      ]),
    );
    if (guard !== null) void passOn(guard.faults, faults);
    const boxes = [...devices.values()].filter((device) => device instanceof Session);
    return {
      name: spec.rig,
      stations,
      found,
      othersAlive: async (dut) =>
        (await anyAnswers([...boards.values(), ...boxes].filter(({ name }) => name !== dut))) ||
        (guard !== null && (await guard.boxesAlive())),
      faults,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Injectors that sit in the boards they strike (a SEM controller) have those boards' power: each with its stations. */
function fedByStations(spec: RigSpec): ReadonlyMap<string, readonly string[]> {
  const fed = new Map<string, string[]>();
  const feeding = new Set(
    Object.values(spec.stations).flatMap(({ supply = [] }) => supply.map(({ device }) => device)),
  );
  for (const [name, { injector, supply = [] }] of Object.entries(spec.stations)) {
    if (injector === undefined || supply.length === 0 || feeding.has(injector.device)) continue;
    if (!isBox(spec.devices[injector.device]!))
      fed.set(injector.device, [...(fed.get(injector.device) ?? []), name]);
  }
  return fed;
}

/** What this process opened, and beside it what the guard holds. */
function equipmentHere(
  name: string,
  station: StationSpec,
  devices: ReadonlyMap<string, OpenDevice>,
  guard: GuardedBench | null,
  rails: readonly Supply[],
): Equipment {
  if (guard === null) return equipmentOf(name, station, devices, rails);
  const held = guard.stations.get(name);
  const mine = equipmentOf(name, equipmentWithin(station, guard.devices, false), devices, []);
  return {
    injector: mine.injector ?? held?.injector ?? null,
    thermal: mine.thermal ?? held?.thermal ?? null,
    climate: climateOf(station),
    rails,
    beam: mine.beam ?? held?.beam ?? null,
    priorDoseRadSi: mine.priorDoseRadSi,
  };
}

async function passOn(from: AsyncIterable<BenchFault>, to: FaultQueue): Promise<void> {
  for await (const fault of from) to.push(fault);
}

/**
 * A board whose rail an earlier run left off could not answer. What trips is armed before it goes on. Answers how the rails were
 * found; null where nothing tells.
 */
async function powered(name: string, rails: readonly Supply[]): Promise<boolean | null> {
  const found: (boolean | null)[] = [];
  for (const supply of rails) {
    const before = await supply.read();
    found.push(before.kind === "ok" && supply.verifies.output !== "commanded" ? before.value.on : null);
    await supply.arm();
    const rail = before.kind === "ok" ? before : await supply.read();
    const on = rail.kind === "ok" && !rail.value.on ? await turnedOn(supply) : rail;
    if (on.kind === "ok" && on.value.on) continue;
    const why = on.kind === "refused" ? on.reason : on.kind === "silence" ? "no answer" : "it stays off";
    throw new RigError(
      "instrument",
      `'${supply.device}' does not power rail '${supply.name}' of station '${name}' (${why}): check that it knows this board or channel, and its output`,
    );
  }
  if (found.length === 0 || found.includes(null)) return found.includes(false) ? false : null;
  return found.every((on) => on === true);
}

/** A board that comes up may pull on the bench so that an answer is lost: what must be obeyed is said again. */
async function turnedOn(supply: Supply): Promise<Reply<RailReading>> {
  for (let attempt = 1; ; attempt++) {
    const reply = await supply.on();
    if (reply.kind !== "silence" || attempt === 3) return reply;
  }
}

async function anyAnswers(sessions: readonly Session[]): Promise<boolean> {
  const replies = await Promise.all(sessions.map((session) => session.ask({ kind: "c", name: "status" })));
  return replies.some((reply) => reply.kind !== "silence");
}
