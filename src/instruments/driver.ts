import type { z } from "zod";
import type { Clock } from "../domain/clock.ts";
import type {
  ArmedTrip,
  InjectionSeen,
  InstrumentIdentity,
  RailReading,
  RailVerification,
  StrikeManner,
  ThermalLimits,
  ThermalReading,
} from "../domain/equipment.ts";
import type { Port } from "../domain/link.ts";
import type { Reply } from "../domain/reply.ts";
import type { Upset, TargetSpace } from "../domain/strike.ts";

/**
 * A driver speaks one device family's own protocol over a port. It knows nothing of stations, reopening or other instruments:
 *
 *   verb ─→ instrument ─bytes→ port ─→ device        one verb at a time, whoever calls sees to that (rig/)
 *   Reply ←─ instrument ←bytes─ port ←─ device
 *
 * An instrument is used for the life of one port: when its chunks end, every verb answers silence at once, and rig/ opens port
 * and instrument anew. What a device sends is never believed unchecked, never throws, and never fills memory (laws 1, 9).
 * Deadlines run on the clock that was handed in, and scale with the baud rate and the bytes expected.
 */
export interface Driver<Kind extends InstrumentKind = InstrumentKind> {
  /** As `protocol` in a rig file names it. */
  readonly protocol: string;
  readonly kind: Kind;
  /** The families it serves, for people. */
  readonly title: string;
  /** Its own keys in a rig file, each with a default or a description; `protocol`, `serial`, `link` and `answerMs` are the rig's. */
  readonly schema: z.ZodObject;
  /** Begins to listen. `settings` has passed `schema`. Nothing is sent before the first verb. */
  open(port: Port, settings: DriverSettings, clock: Clock): Instrument & { readonly kind: Kind };
}

/** What has passed the driver's own schema, beside what every device has. */
export interface DriverSettings {
  /** Of the serial link; null where the link has none (TCP, PTY, memory), and the wire is as fast as can be. */
  readonly baud: number | null;
  readonly answerMs: number;
  readonly [key: string]: unknown;
}

export type Instrument =
  InjectorInstrument | ThermalInstrument | SupplyInstrument | CounterInstrument | SwitchInstrument;
export type InstrumentKind = Instrument["kind"];

interface AnyInstrument {
  identify(): Promise<Reply<InstrumentIdentity>>;
  /** A harmless exchange that proves it understands; what it reads, in words (`radrig rig check`). */
  prove(): Promise<Reply<readonly string[]>>;
  /** What this device cannot do or prove, in words: `no dead-man`, `no read-back of the trip`. */
  readonly lacks: readonly string[];
  /** Hears what the device says unasked, and what is wrong with it; at most one listener. */
  onNews?(hear: (news: InstrumentNews) => void): void;
}

/** Said unasked. `fault`: it does not do its work any more until somebody sees to it. */
export interface InstrumentNews {
  readonly level: "info" | "warning" | "fault";
  readonly text: string;
}

export interface InjectorInstrument extends AnyInstrument {
  readonly kind: "injector";
  readonly space: TargetSpace | null;
  /** `manner`: what it does once the bits are flipped; idle where nobody says. One without a repair of its own has no such choice. */
  arm(strike: Upset, manner?: StrikeManner): Promise<Reply<InjectionSeen>>;
  release(strike: Upset): Promise<Reply<InjectionSeen>>;
}

export interface ThermalInstrument extends AnyInstrument {
  readonly kind: "thermal";
  zone(channel: number): ThermalZone;
}

export interface ThermalZone {
  /** What the device family can, whatever a rig file allows. */
  readonly limits: ThermalLimits;
  set(temperatureC: number, rateCPerMinute: number | null): Promise<Reply<null>>;
  off(): Promise<Reply<null>>;
  read(): Promise<Reply<ThermalReading>>;
}

export interface SupplyInstrument extends AnyInstrument {
  readonly kind: "supply";
  /** Channels count from 1. RangeError for one that the device does not have. */
  rail(channel: number): Rail;
}

export interface Rail {
  readonly verifies: RailVerification;
  /** What the device family can, whatever a rig file allows; null where it has no such setting. */
  readonly mostMilliV: number | null;
  readonly mostMilliA: number | null;
  arm(settings: {
    readonly milliV: number | null;
    readonly tripMilliA: number | null;
  }): Promise<Reply<ArmedTrip>>;
  /** Answers what was seen afterwards; `refused` where it did not obey. Turning on after a trip clears the trip first. */
  on(): Promise<Reply<RailReading>>;
  off(): Promise<Reply<RailReading>>;
  read(): Promise<Reply<RailReading>>;
}

export interface CounterInstrument extends AnyInstrument {
  readonly kind: "counter";
  /** What was counted stands in a reading at the latest this long afterwards; 0: at once. */
  readonly lagSeconds: number;
  /** Measures what it shows without beam, and takes that off from now on. Beam off is the caller's to see to. */
  zero(): Promise<Reply<null>>;
  /** Fluence is cumulative since this instrument was opened; gaps and restarts since the reading before. */
  read(): Promise<Reply<CounterReading>>;
}

export interface CounterReading {
  readonly fluencePerCm2: number;
  readonly fluxPerCm2PerSecond: number;
  readonly gapSeconds: number;
  readonly restarts: number;
  readonly relUncertainty1Sigma: number | null;
  readonly faults: readonly string[];
}

/** Contacts: a relay board or PDU. It can switch a rail or a shutter, and measures nothing. */
export interface SwitchInstrument extends AnyInstrument {
  readonly kind: "switch";
  /** Whether the device reports its contacts, or there is only what it was told. */
  readonly reports: boolean;
  contact(channel: number): Contact;
}

export interface Contact {
  set(closed: boolean): Promise<Reply<boolean>>;
  read(): Promise<Reply<boolean>>;
}
