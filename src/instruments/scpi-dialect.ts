import type { Reply } from "../domain/reply.ts";
import type { ScpiLine } from "./scpi-line.ts";

/** What makers write differently for the same deeds. Channels count from 1; amounts are in mV and mA. */
export interface ScpiDialect {
  /** Before anything else. */
  readonly remote: readonly string[];
  /** Makers whose devices speak it, as `*IDN?` names them. */
  readonly makers: RegExp;
  /** What must be sent so that the next lines mean this channel, and the query that shows it; null where a channel is an argument. */
  select(channel: number): { readonly command: string; readonly query: string } | null;
  apply(channel: number, milliV: number, milliA: number): readonly string[];
  applied(line: ScpiLine, channel: number): Promise<Reply<Amounts>>;
  output(channel: number, on: boolean): string;
  askOutput(channel: number): string;
  measured(line: ScpiLine, channel: number): Promise<Reply<Amounts>>;
  /** null where this device does not tell. */
  regulating(line: ScpiLine, channel: number): Promise<Reply<"voltage" | "current" | null>>;
  /** null where the device has no over-current trip. */
  readonly trip: ScpiTrip | null;
}

export interface ScpiTrip {
  set(channel: number, milliA: number): readonly string[];
  askLevel(channel: number): string;
  askArmed(channel: number): string;
  askTripped(channel: number): string;
  /** Sent while the output is off, so that nothing comes on by it. */
  clear(channel: number): string;
}

export interface Amounts {
  readonly milliV: number;
  readonly milliA: number;
}

export interface ScpiRange {
  readonly mostMilliV: number;
  readonly mostMilliA: number;
}

export function inVolts(milliV: number): string {
  return (milliV / 1000).toFixed(3);
}

export function inAmperes(milliA: number): string {
  return (milliA / 1000).toFixed(4);
}
