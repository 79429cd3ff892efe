import type {
  Beam,
  BeamReading,
  Injector,
  RailLimits,
  RailMost,
  RailVerification,
  Supply,
  Thermal,
  ThermalLimits,
} from "../domain/equipment.ts";
import { noShutter } from "../domain/equipment.ts";
import type { Reply } from "../domain/reply.ts";
import { done } from "../domain/reply.ts";
import type { TargetSpace } from "../domain/strike.ts";
import type {
  Contact,
  CounterInstrument,
  InjectorInstrument,
  Rail,
  SupplyInstrument,
  SwitchInstrument,
  ThermalInstrument,
} from "../instruments/driver.ts";
import type { InstrumentSession } from "./instrument-session.ts";

/**
 * Makers' instruments as the equipment around one board: each verb goes through the instrument's queue.
 *
 *   Injector Thermal Supply Beam ─verb→ session ─→ instrument now behind the port
 */
export function instrumentInjector(
  session: InstrumentSession<InjectorInstrument>,
  reaches: readonly string[],
  space: TargetSpace | null,
): Injector {
  return {
    name: session.name,
    reaches,
    space,
    arm: (_dut, strike, manner) => session.verb((injector) => injector.arm(strike, manner)),
    release: (_dut, strike) => session.verb((injector) => injector.release(strike)),
  };
}

export function instrumentThermal(
  session: InstrumentSession<ThermalInstrument>,
  channel: number,
  limits: ThermalLimits,
): Thermal {
  return {
    name: session.name,
    zone: `${session.name}:${channel}`,
    limits,
    set: async (temperatureC, rateCPerMinute = null) => {
      if (!(temperatureC >= limits.lowestC && temperatureC <= limits.highestC))
        return {
          kind: "refused",
          reason: `${temperatureC} °C is outside this rig's ${limits.lowestC} to ${limits.highestC} °C`,
        };
      return session.verb((thermal) => thermal.zone(channel).set(temperatureC, rateCPerMinute));
    },
    off: () => session.verb((thermal) => thermal.zone(channel).off()),
    read: () => session.verb((thermal) => thermal.zone(channel).read()),
  };
}

export interface RailPlace {
  readonly name: string;
  readonly device: string;
  readonly limits: RailLimits;
  readonly verifies: RailVerification;
  readonly most: RailMost | null;
}

export function instrumentRail(
  session: InstrumentSession<SupplyInstrument>,
  channel: number,
  place: RailPlace,
): Supply {
  const rail = <T>(deed: (rail: Rail) => Promise<Reply<T>>): Promise<Reply<T>> =>
    session.verb((supply) => deed(supply.rail(channel)));
  const { milliV, tripMilliA } = place.limits;
  return {
    ...place,
    arm: () => rail((one) => one.arm({ milliV, tripMilliA })),
    on: () => rail((one) => one.on()),
    off: () => rail((one) => one.off()),
    read: () => rail((one) => one.read()),
  };
}

/** A contact in the way of a rail: it can cut and cycle, and measures nothing. */
export function switchedRail(
  session: InstrumentSession<SwitchInstrument>,
  channel: number,
  place: RailPlace,
): Supply {
  const reading = async (reply: Promise<Reply<boolean>>): ReturnType<Supply["read"]> => {
    const contact = await reply;
    if (contact.kind !== "ok") return contact;
    return {
      kind: "ok",
      value: { on: contact.value, milliV: null, milliA: null, regulating: null, tripped: null },
    };
  };
  const contact = (deed: (contact: Contact) => Promise<Reply<boolean>>): ReturnType<Supply["read"]> =>
    reading(session.verb((relay) => deed(relay.contact(channel))));
  return {
    ...place,
    arm: () =>
      Promise.resolve({
        kind: "ok",
        value: {
          milliA: null,
          verified: "none",
          detail: "a contact does not trip: latch-up is not detected here",
        },
      }),
    on: () => contact((one) => one.set(true)),
    off: () => contact((one) => one.set(false)),
    read: () => contact((one) => one.read()),
  };
}

/** Without a shutter of its own the beam is opened and closed by hand, or by the facility: what the counter shows decides. */
export function instrumentBeam(
  counter: InstrumentSession<CounterInstrument>,
  shutter: { readonly session: InstrumentSession<SwitchInstrument>; readonly channel: number } | null,
  onAboveFluxPerCm2PerSecond: number,
): Beam {
  const setShutter = async (open: boolean): Promise<Reply<null>> =>
    shutter === null
      ? { kind: "refused", reason: noShutter }
      : done(await shutter.session.verb((relay) => relay.contact(shutter.channel).set(open)));
  return {
    devices: shutter === null ? [counter.name] : [counter.name, shutter.session.name],
    lagSeconds: counter.instrument?.lagSeconds ?? 0,
    open: () => setShutter(true),
    close: () => setShutter(false),
    zero: () => counter.verb((one) => one.zero()),
    read: async () => {
      const reply = await counter.verb((one) => one.read());
      if (reply.kind !== "ok") return reply;
      const { fluencePerCm2, fluxPerCm2PerSecond, gapSeconds, restarts, relUncertainty1Sigma } = reply.value;
      const contact =
        shutter === null
          ? null
          : await shutter.session.verb((relay) => relay.contact(shutter.channel).read());
      const open = contact?.kind === "ok" ? contact.value : fluxPerCm2PerSecond > onAboveFluxPerCm2PerSecond;
      const value: BeamReading = {
        open,
        fluencePerCm2,
        fluxPerCm2PerSecond,
        gapSeconds,
        restarts,
        relUncertainty1Sigma,
      };
      return { kind: "ok", value };
    },
  };
}
