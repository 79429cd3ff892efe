import { RigError } from "../domain/errors.ts";
import type { RigErrorCode } from "../domain/errors.ts";
import type { RailVerification } from "../domain/equipment.ts";
import type { GuardedStation } from "../domain/guarded.ts";
import { checkRails } from "./absolute-limits.ts";
import { dutOver } from "./dut.ts";
import { FaultQueue } from "./fault-queue.ts";
import { boardSession, deviceSession } from "./open-devices.ts";
import type { DeviceContext } from "./open-devices.ts";
import type { RigSpec } from "./rig-schema.ts";
import { Session } from "./session.ts";
import { equipmentOf, railsOf } from "./stations.ts";
import type { OpenDevice } from "./stations.ts";
import { equipmentWithin } from "./guarded-part.ts";

/** One device of a rig, asked who it is and made to prove it (`radrig rig check`). */
export interface DeviceReport {
  readonly device: string;
  readonly kind: "board" | "bench box" | "instrument";
  readonly ok: boolean;
  readonly model: string | null;
  readonly serial: string | null;
  readonly firmware: string | null;
  /** What a harmless exchange brought, in words. */
  readonly readings: readonly string[];
  /** What it cannot do or prove: `no dead-man`. */
  readonly lacks: readonly string[];
  /** What is wrong, and what mends it; null where nothing is. */
  readonly problem: string | null;
  readonly mend: string | null;
}

type Kind = DeviceReport["kind"];

/** Opens this one device alone, examines it, closes it. Never throws for what a device or port does. */
export async function examineAlone(
  spec: RigSpec,
  name: string,
  context: DeviceContext,
): Promise<DeviceReport> {
  const faults = new FaultQueue();
  const session = deviceSession(spec, name, faults, context);
  try {
    await (session instanceof Session ? session.connect(connectMs, context.signal) : session.connect());
    const devices = new Map([[name, session]]);
    const stations = new Map<string, GuardedStation>();
    for (const [station, itsSpec] of Object.entries(spec.stations)) {
      const mine = equipmentWithin(itsSpec, new Set([name]), true);
      // A counter is examined without its shutter, which is a device of its own.
      const { beam, ...rest } = mine;
      const alone = beam?.shutter === undefined || beam.shutter.device === name ? mine : rest;
      stations.set(
        station,
        equipmentOf(station, alone, devices, railsOf(station, alone, devices, context.clock)),
      );
    }
    checkRails(spec, stations, context.locate);
    return await examineOpen(name, session, stations);
  } catch (error) {
    return failed(name, session instanceof Session ? "bench box" : "instrument", error);
  } finally {
    await session.close();
  }
}

const connectMs = 3_000;

/** A device that is open already; `stations` are what hangs on it. */
export async function examineOpen(
  device: string,
  session: OpenDevice,
  stations: ReadonlyMap<string, GuardedStation>,
): Promise<DeviceReport> {
  const rails = await railWords(device, stations);
  if (session instanceof Session) {
    const { model = null, serial = null, firmware = null, capabilities = [] } = session.hello ?? {};
    const reply = await session.ask({ kind: "c", name: "status" });
    const found = { device, kind: "bench box" as const, model, serial, firmware };
    if (reply.kind !== "ok")
      return {
        ...found,
        ok: false,
        readings: [],
        lacks: [],
        ...said(reply.kind === "refused" ? reply.reason : null),
      };
    return {
      ...found,
      ok: rails.problem === null,
      readings: [`can ${capabilities.join(", ")}`, ...rails.readings, ...(await boxWords(stations))],
      lacks: rails.lacks,
      problem: rails.problem,
      mend: rails.problem === null ? null : mends.instrument,
    };
  }
  const { model = "", serial = null, firmware = null } = session.identity ?? {};
  const proof = await session.verb((instrument) => instrument.prove());
  const found = { device, kind: "instrument" as const, model, serial, firmware };
  if (proof.kind !== "ok")
    return {
      ...found,
      ok: false,
      readings: [],
      lacks: session.lacks,
      ...said(proof.kind === "refused" ? proof.reason : null),
    };
  return {
    ...found,
    ok: rails.problem === null,
    readings: [...proof.value, ...rails.readings],
    // Its own words say more than those that follow from what its rails can prove.
    lacks: [
      ...session.lacks,
      ...rails.lacks.filter((words) => !session.lacks.some((own) => own.startsWith(words))),
    ],
    problem: rails.problem,
    mend: rails.problem === null ? null : mends.instrument,
  };
}

/** Who the board is, and its clock. Runs nothing, resets nothing. */
export async function examineBoard(
  spec: RigSpec,
  name: string,
  context: DeviceContext,
): Promise<DeviceReport> {
  const station = spec.stations[name]!;
  const session = boardSession(name, station, false, context);
  try {
    await session.connect(connectMs, context.signal);
    const dut = dutOver(session, station.serial);
    const identity = await dut.identify();
    if (identity.kind !== "ok") throw new RigError("board_missing", `board '${name}' says hello and no more`);
    const { model, serial, firmware, boots, cause, workloads } = identity.value;
    const clock = await dut.readBack();
    return {
      device: name,
      kind: "board",
      ok: true,
      model,
      serial,
      firmware,
      readings: [
        ...(clock.kind === "ok" ? [`${clock.value.clockKHz} kHz`] : []),
        `boot ${boots} (${cause})`,
        `offers ${workloads.join(", ")}`,
      ],
      lacks: [],
      problem: null,
      mend: null,
    };
  } catch (error) {
    return failed(name, "board", error);
  } finally {
    await session.close();
  }
}

/** What a box reads beside its rails: of a maker's instrument `prove` tells that. */
async function boxWords(stations: ReadonlyMap<string, GuardedStation>): Promise<string[]> {
  const words: string[] = [];
  let shutter: string | null = null;
  for (const [station, { thermal, beam }] of stations) {
    const heat = await thermal?.read();
    if (heat?.kind === "ok") words.push(`${station} ${heat.value.objectC.toFixed(1)} °C`);
    const counter = await beam?.read();
    if (counter?.kind === "ok") shutter = `shutter ${counter.value.open ? "open" : "shut"}`;
  }
  return shutter === null ? words : [...words, shutter];
}

async function railWords(
  device: string,
  stations: ReadonlyMap<string, GuardedStation>,
): Promise<{ readonly readings: string[]; readonly lacks: string[]; readonly problem: string | null }> {
  const readings: string[] = [];
  const lacks = new Set<string>();
  let problem: string | null = null;
  for (const [station, { rails }] of stations)
    for (const rail of rails) {
      if (rail.device !== device) continue;
      for (const words of lacksOf(rail.verifies)) lacks.add(words);
      const reply = await rail.read();
      if (reply.kind !== "ok") {
        problem ??= `rail '${rail.name}' of '${station}': ${reply.kind === "refused" ? reply.reason : "no answer"}`;
        continue;
      }
      const { on, milliV, milliA, tripped } = reply.value;
      const measured = [
        ...(milliV === null ? [] : [`${milliV.toFixed(0)} mV`]),
        ...(milliA === null ? [] : [`${milliA.toFixed(0)} mA`]),
        ...(tripped === true ? ["tripped"] : []),
      ];
      readings.push([`${station} ${rail.name} ${on ? "on" : "off"}`, ...measured].join(" "));
    }
  return { readings, lacks: [...lacks], problem };
}

export function lacksOf({ output, current, trip, deadMan }: RailVerification): string[] {
  return [
    ...(deadMan ? [] : ["no dead-man"]),
    ...(trip === "none" ? ["no over-current trip"] : []),
    ...(output === "commanded" ? ["on and off are commanded, not seen"] : []),
    ...(current === "none" ? ["no current measured: latch-up is not detected"] : []),
  ];
}

function said(reason: string | null): Pick<DeviceReport, "problem" | "mend"> {
  return reason === null
    ? { problem: "it said who it is, and then answered nothing", mend: mends.instrument }
    : { problem: reason, mend: mends.instrument };
}

function failed(device: string, kind: Kind, error: unknown): DeviceReport {
  if (!(error instanceof RigError)) throw error;
  return {
    device,
    kind,
    ok: false,
    model: null,
    serial: null,
    firmware: null,
    readings: [],
    lacks: [],
    problem: error.message,
    mend: mends[error.code] ?? null,
  };
}

const mends: Readonly<Partial<Record<RigErrorCode, string>>> & { readonly instrument: string } = {
  port_missing: "plug it in, or correct its link in the rig file (`radrig ports` lists what is there)",
  port_ambiguous: "name the port by usbSerial or byPath",
  port_busy: "end the program that has it open; a run or guard of this rig holds its own devices",
  link_lost: "look after the cable, then try again",
  environment: "`radrig doctor --rig FILE` says more of this machine",
  board_missing: "is it powered (`radrig power status`)? are cable and baud rate right?",
  board_mismatch: "plug in the one that the rig file names, or correct its serial number there",
  protocol_version: "give it firmware of this protocol version",
  config: "correct the rig file (`radrig check FILE`)",
  instrument:
    "is it plugged in, switched on and set to remote? is it the one that the rig file names, on the right channel?",
};
