import type { Reply } from "./reply.ts";
import type { Upset, TargetSpace } from "./strike.ts";

/**
 * What the instruments around a board can do, as verbs, whoever made them. Each capability says how far its deeds can be
 * verified: a campaign records that, and never believes more (law 12).
 */

/** What an instrument says of itself; null where its protocol has no word for it. */
export interface InstrumentIdentity {
  readonly model: string;
  readonly serial: string | null;
  readonly firmware: string | null;
}

/** Puts upsets in on purpose, from outside the board. */
export interface Injector {
  readonly name: string;
  /** Targets of the board that it strikes. */
  readonly reaches: readonly string[];
  /** A state space of its own that the board knows nothing of (configuration memory of the FPGA); null: it strikes the board's targets. */
  readonly space: TargetSpace | null;
  /**
   * `ok`: what was seen of it. A strike was surely made when `arm` or the `release` after it says `confirmed`: an injector without
   * read-back has its second observation only when it looks again. Silence, or too few observations by then, leave it unknown.
   */
  arm(dut: string, strike: Upset, manner?: StrikeManner): Promise<Reply<InjectionSeen>>;
  /** Takes back what outlives its iteration, and looks once more; for a strike that leaves nothing behind it sees nothing. */
  release(dut: string, strike: Upset): Promise<Reply<InjectionSeen>>;
}

/** What an injector with a repair of its own does once the bits are flipped; without a word about it, it stays idle. */
export interface StrikeManner {
  /** `observe`: its scan goes on, and takes the upset back within one pass, often before the workload reads it. */
  readonly after: "idle" | "observe";
}

/** What was observed of one strike, independent observations each in words. */
export interface InjectionSeen {
  /** By now there are two independent observations of the strike. */
  readonly confirmed: boolean;
  readonly observations: readonly string[];
  /** The address as it was sent, for people; null where the strike itself says all. */
  readonly address: string | null;
  /** The struck word read back, raw bits; null where the device cannot. */
  readonly before: number | null;
  readonly after: number | null;
  /** How long the upset stood until the device itself repaired it; null: it did not, or nobody knows. */
  readonly dwellMs: number | null;
  /** The struck bits are known to be as they were before; false: known or feared to stand; null: that is not this injector's to see to. */
  readonly restored: boolean | null;
  readonly detail: string;
}

/** A heater, cooler or chamber that holds one board at a temperature. */
export interface Thermal {
  readonly name: string;
  /** Boards in one zone (a chamber) share its temperature, whatever each of them would like. */
  readonly zone: string;
  readonly limits: ThermalLimits;
  /** `rateCPerMinute`: how fast at most; null: as fast as it likes. Refused `no-ramp` by a device that cannot limit its rate. */
  set(temperatureC: number, rateCPerMinute?: number | null): Promise<Reply<null>>;
  off(): Promise<Reply<null>>;
  read(): Promise<Reply<ThermalReading>>;
}

/** What the rig file allows within what the device can. */
export interface ThermalLimits {
  readonly lowestC: number;
  readonly highestC: number;
  readonly fastestCPerMinute: number | null;
}

/** What a board stands, and what its bench must be warned of, from the rig file. */
export interface ClimateLimits {
  readonly dieWarnC: number | null;
  /** A hotter die, whoever heats it, loses heater and rails at once. */
  readonly dieCutC: number | null;
  /** A load set colder than this gets wet. */
  readonly dewPointC: number;
  /** Faster no load of this bench changes: a reading that does is none. */
  readonly jumpCPerSecond: number;
}

export interface ThermalReading {
  /** The load: block, case or chamber air, wherever the control sensor sits. */
  readonly objectC: number;
  /** null where the device has no such sensor. */
  readonly sinkC: number | null;
  readonly setC: number | null;
  readonly on: boolean;
  /** Of full drive, negative while cooling; null where the device does not tell. */
  readonly outputPercent: number | null;
  /** The device's own judgement; null where it has none. */
  readonly stable: boolean | null;
  /** What it complains of, in words; empty when it is well. */
  readonly faults: readonly string[];
}

export interface RailReading {
  readonly on: boolean;
  /** null: nothing on this rail measures it. */
  readonly milliV: number | null;
  readonly milliA: number | null;
  /** What the supply holds: its voltage, or (folded back) its current; null where it does not tell. */
  readonly regulating: "voltage" | "current" | null;
  /** It cut the rail itself; null where it does not tell. */
  readonly tripped: boolean | null;
}

/** One rail of one board. */
export interface Supply {
  /** The rail's name in the rig file. */
  readonly name: string;
  readonly device: string;
  readonly verifies: RailVerification;
  /** What the rig file allows on this rail. */
  readonly limits: RailLimits;
  /** What the device family can; null where nothing sets it. */
  readonly most: RailMost | null;
  /** Sets voltage and over-current trip, output untouched, and proves it as far as the device lets. */
  arm(): Promise<Reply<ArmedTrip>>;
  on(): Promise<Reply<RailReading>>;
  off(): Promise<Reply<RailReading>>;
  read(): Promise<Reply<RailReading>>;
}

/** How far a supply's deeds can be verified. */
export interface RailVerification {
  /** That a rail is off or on: its voltage is measured, the device reports its switch, or there is only what it was told. */
  readonly output: "measured" | "reported" | "commanded";
  readonly current: "measured" | "none";
  /** Who cuts on over-current. */
  readonly trip: "hardware" | "none";
  /** It cuts the rail by itself when its host falls silent. */
  readonly deadMan: boolean;
}

export interface RailMost {
  readonly milliV: number | null;
  readonly milliA: number | null;
}

export interface RailLimits {
  readonly milliV: number | null;
  readonly warnMilliA: number | null;
  readonly tripMilliA: number | null;
  /** After a power cycle the latch-up is over when the current is below this. */
  readonly holdMilliA: number | null;
  /** A lasting step above the state's baseline that is no trip. */
  readonly microStepMilliA: number | null;
}

export interface ArmedTrip {
  /** null: nothing on this rail trips. */
  readonly milliA: number | null;
  readonly verified: "read-back" | "commanded" | "none";
  readonly detail: string;
}

export interface BeamReading {
  readonly open: boolean;
  /** Cumulative at the DUT's position since the counter was started, and the momentary flux. */
  readonly fluencePerCm2: number;
  readonly fluxPerCm2PerSecond: number;
  /** Since the reading before: how long nothing was counted, and how often the counter began anew. */
  readonly gapSeconds: number;
  readonly restarts: number;
  /** Of the fluence, from the counter's calibration; null: what the plan states holds. */
  readonly relUncertainty1Sigma: number | null;
}

/** The reason of a beam that has nothing to open or close it with. */
export const noShutter = "no-shutter";

/** A counter with the shutter that goes with it. */
export interface Beam {
  /** The devices it is made of. */
  readonly devices: readonly string[];
  /** What was counted stands in a reading at the latest this long afterwards; 0: at once. */
  readonly lagSeconds: number;
  /** Refused with `noShutter` where a person or the facility opens it. */
  open(): Promise<Reply<null>>;
  close(): Promise<Reply<null>>;
  /** Measures what the counter shows in the dark and takes it off from now on. The dark is the caller's to see to. */
  zero(): Promise<Reply<null>>;
  read(): Promise<Reply<BeamReading>>;
}

/** What befell an instrument of the bench; never an error of the DUT. */
export interface BenchFault {
  readonly device: string;
  /** The stations that depend on it. */
  readonly stations: readonly string[];
  readonly what: BenchFaultName;
  /** When it last did what it should, by the bench's clock: nothing that depends on it is known since. */
  readonly sinceNs: number;
  readonly detail: string;
}

export const benchFaultNames = [
  "unplugged",
  "silent",
  "malformed",
  "identity_differs",
  "device_fault",
  "over_temperature",
  "sensor_implausible",
  "switched_off",
  "back",
] as const;

/** What stands for all rails of one board, where somebody else than the run has switched them. */
export function switchedRailsOf(station: string): string {
  return `rails of ${station}`;
}
export type BenchFaultName = (typeof benchFaultNames)[number];
