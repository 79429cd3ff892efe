import { virtualClock } from "../../src/cli/clocks.ts";
import type { Clock } from "../../src/domain/clock.ts";
import type { Port } from "../../src/domain/link.ts";
import { randomStream } from "../../src/domain/random.ts";
import { emulatedInstruments } from "../../src/emulator/instruments/all.ts";
import type { EmulatedInstrument, Served } from "../../src/emulator/instruments/emulated.ts";
import { createWorld } from "../../src/emulator/world.ts";
import type { World } from "../../src/emulator/world.ts";
import { drivers } from "../../src/instruments/all.ts";
import type { Driver, Instrument, InstrumentKind } from "../../src/instruments/driver.ts";
import { benchSpec } from "../emulator/bench-spec.ts";
import type { Fixture } from "./fixture.ts";
import { roughWire } from "./rough-wire.ts";
import type { Rough, RoughWire } from "./rough-wire.ts";

/** One driver with its emulated instrument on the far end of a wire, and nothing else of a bench. */
export interface InstrumentBench {
  readonly instrument: Instrument;
  readonly wire: RoughWire;
  readonly world: World;
  readonly clock: Clock;
  /** The emulated instrument's life: over when its cable is. */
  readonly life: Promise<void>;
}

export function instrumentBench(fixture: Fixture, rough?: Rough, clock = virtualClock()): InstrumentBench {
  const wire = roughWire(fixture.protocol, clock, rough);
  const { world, life } = emulatedOn(wire.device, fixture, clock);
  return { instrument: drivenOver(wire.host, fixture, clock), wire, world, clock, life };
}

export function drivenOver(port: Port, fixture: Fixture, clock: Clock): Instrument {
  const driver = driverOf(fixture.protocol);
  const { baud = null, answerMs = 1_000 } = fixture;
  return driver.open(port, { ...driver.schema.parse(settingsOf(fixture)), baud, answerMs }, clock);
}

export function emulatedOn(
  uart: Port,
  fixture: Fixture,
  clock: Clock,
): { readonly world: World; readonly life: Promise<void> } {
  const kind = emulatedOf(fixture.protocol);
  const world = createWorld(benchSpec({}, fixture.board), clock);
  const { serves = [servedBy(driverOf(fixture.protocol).kind)], serial = "1234", quirks = {} } = fixture;
  const life = kind.live(uart, {
    name: "device",
    serial,
    quirks: kind.schema.parse(quirks),
    settings: { protocol: fixture.protocol, ...settingsOf(fixture) },
    serves,
    world,
    clock,
    random: randomStream(1, "device", "instrument"),
    memory: new Map(),
  });
  return { world, life };
}

export function driverOf(protocol: string): Driver {
  const driver = drivers.find((one) => one.protocol === protocol);
  if (driver === undefined) throw new Error(`no driver speaks '${protocol}': see src/instruments/all.ts`);
  return driver;
}

function emulatedOf(protocol: string): EmulatedInstrument {
  const emulated = emulatedInstruments.find((one) => one.protocol === protocol);
  if (emulated === undefined) throw new Error(`no emulated instrument speaks '${protocol}'`);
  return emulated;
}

function settingsOf(fixture: Fixture): Readonly<Record<string, unknown>> {
  return fixture.settings ?? {};
}

function servedBy(kind: InstrumentKind): Served {
  const railed = kind === "supply" || kind === "switch";
  return {
    station: "a",
    role: kind === "supply" || kind === "switch" ? "rail" : kind,
    channel: 1,
    rail: railed ? "main" : null,
  };
}
