import type { InjectionSeen } from "../../src/domain/equipment.ts";
import type { Reply } from "../../src/domain/reply.ts";
import type {
  CounterInstrument,
  InjectorInstrument,
  Instrument,
  SupplyInstrument,
  SwitchInstrument,
  ThermalInstrument,
} from "../../src/instruments/driver.ts";
import type { Fixture } from "./fixture.ts";

/** One verb of a kind as the suite uses it, and what must be true of its value: anything else is a reply believed unchecked. */
export interface Verb {
  readonly name: string;
  readonly deed: () => Promise<Reply<unknown>>;
  /** What is wrong with the value; null: it is as it must be. */
  readonly wrong: (value: never) => string | null;
  /** The deed is claimed to be done, and seen to be; without it every value claims that. */
  readonly claims?: (value: never) => boolean;
}

/** In an order in which each can succeed, from a bench as it starts. */
export function verbsOf(instrument: Instrument, fixture: Fixture): readonly Verb[] {
  switch (instrument.kind) {
    case "thermal":
      return [...everyKind(instrument), ...thermalVerbs(instrument)];
    case "supply":
      return [...everyKind(instrument), ...supplyVerbs(instrument)];
    case "switch":
      return [...everyKind(instrument), ...switchVerbs(instrument)];
    case "counter":
      return [...everyKind(instrument), ...counterVerbs(instrument)];
    case "injector":
      return [...everyKind(instrument), ...injectorVerbs(instrument, fixture)];
  }
}

function everyKind(instrument: Instrument): Verb[] {
  return [
    verb(
      "identify",
      () => instrument.identify(),
      ({ model }) => (model === "" ? "no model" : null),
    ),
    verb(
      "prove",
      () => instrument.prove(),
      (lines) => (lines.length === 0 ? "proves nothing" : null),
    ),
  ];
}

const setC = 40;

function thermalVerbs(instrument: ThermalInstrument): Verb[] {
  const zone = instrument.zone(1);
  const plausible = (objectC: number): string | null =>
    objectC >= -60 && objectC <= 150 ? null : `object at ${objectC} °C`;
  return [
    verb(
      "set",
      () => zone.set(setC, null),
      () => null,
    ),
    verb(
      "read while on",
      () => zone.read(),
      (reading) => {
        if (!reading.on) return "is off after set";
        if (reading.setC !== null && Math.abs(reading.setC - setC) > 0.05) return `set to ${reading.setC} °C`;
        return plausible(reading.objectC);
      },
    ),
    verb(
      "off",
      () => zone.off(),
      () => null,
    ),
    verb(
      "read while off",
      () => zone.read(),
      ({ on, objectC }) => (on ? "is on after off" : plausible(objectC)),
    ),
  ];
}

function supplyVerbs(instrument: SupplyInstrument): Verb[] {
  const rail = instrument.rail(1);
  const milliV = 5_000;
  const near = (found: number | null): boolean => found === null || Math.abs(found - milliV) <= 50;
  return [
    verb(
      "arm",
      () => rail.arm({ milliV, tripMilliA: 3_000 }),
      ({ milliA }) => (milliA === null || Math.abs(milliA - 3_000) <= 50 ? null : `trips at ${milliA} mA`),
    ),
    verb(
      "on",
      () => rail.on(),
      ({ on }) => (on ? null : "is off after on"),
    ),
    verb(
      "read while on",
      () => rail.read(),
      ({ on, milliV: found }) => (on && near(found) ? null : `on ${on}, ${found} mV`),
    ),
    verb(
      "off",
      () => rail.off(),
      ({ on }) => (on ? "is on after off" : null),
    ),
    verb(
      "read while off",
      () => rail.read(),
      ({ on }) => (on ? "is on after off" : null),
    ),
  ];
}

function switchVerbs(instrument: SwitchInstrument): Verb[] {
  const contact = instrument.contact(1);
  const is = (closed: boolean) => (found: boolean) => (found === closed ? null : `closed ${found}`);
  return [
    verb("close", () => contact.set(true), is(true)),
    verb("read while closed", () => contact.read(), is(true)),
    verb("open", () => contact.set(false), is(false)),
    verb("read while open", () => contact.read(), is(false)),
  ];
}

function counterVerbs(instrument: CounterInstrument): Verb[] {
  return [
    verb(
      "zero",
      () => instrument.zero(),
      () => null,
    ),
    verb(
      "read",
      () => instrument.read(),
      ({ fluencePerCm2, fluxPerCm2PerSecond }) =>
        Number.isFinite(fluencePerCm2) && Number.isFinite(fluxPerCm2PerSecond) ? null : "not a number",
    ),
  ];
}

function injectorVerbs(instrument: InjectorInstrument, { protocol, strike }: Fixture): Verb[] {
  if (strike === undefined) throw new Error(`the fixture of '${protocol}' has no strike`);
  let armed = false;
  return [
    {
      ...verb(
        "arm",
        async () => {
          const reply = await instrument.arm(strike);
          armed = reply.kind === "ok" && reply.value.confirmed;
          return reply;
        },
        ({ confirmed, restored }) => (confirmed && restored === true ? "struck, and nothing changed" : null),
      ),
      claims: ({ confirmed }: InjectionSeen) => confirmed,
    },
    {
      ...verb(
        "release",
        () => instrument.release(strike),
        ({ confirmed, restored, detail }) =>
          armed && !(confirmed && restored !== false) ? `was armed, and now: ${detail}` : null,
      ),
      claims: ({ confirmed, detail }: InjectionSeen) => confirmed && detail === "",
    },
  ];
}

function verb<T>(name: string, deed: () => Promise<Reply<T>>, wrong: (value: T) => string | null): Verb {
  return { name, deed, wrong };
}
