import type { RailReading } from "./equipment.ts";

export const railEventNames = [
  "armed",
  "trip",
  "fold_back",
  "load_step",
  "micro_sel",
  "current_step",
  "lost",
  "back",
  "warning",
  "cut",
  "off",
  "on",
] as const;
/** What of latch-ups would be noticed on a rail; `nothing`: none was detected there. */
export const railDetections = ["trips and steps", "trips", "steps", "nothing"] as const;
export type RailDetection = (typeof railDetections)[number];
export type RailEventName = (typeof railEventNames)[number];

/** One look at a rail's current. */
export interface TracePoint {
  readonly tNs: number;
  readonly milliA: number | null;
}

/** Something a rail did, or was made to do (REC-L6): enough to tell afterwards what it was. */
export interface RailEventRec {
  readonly tNs: number;
  readonly type: "rail_event";
  readonly run: number | null;
  readonly dut: string;
  readonly rail: string;
  readonly what: RailEventName;
  readonly reading: RailReading | null;
  /** What this rail drew in this state before. */
  readonly baselineMilliA: number | null;
  /** Of a trip or a step: the last looks at this rail before it was judged, as often as its supply answers (REC-L4); else empty. */
  readonly trace: readonly TracePoint[];
  readonly dieC: number | null;
  readonly fluencePerCm2: number | null;
  readonly doseRadSi: number | null;
  /** Of `armed`: what would be noticed here; null for all else. */
  readonly detects: RailDetection | null;
  /** After a power cycle: the current is as it should be again; null where that was not the question, or nothing measures it. */
  readonly cleared: boolean | null;
  readonly detail: string;
}
