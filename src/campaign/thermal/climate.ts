import type { ThermalReading } from "../../domain/equipment.ts";
import type { RunEnd, ThermalRec } from "../../domain/records.ts";

type Ended = Pick<RunEnd, "endReason" | "detail">;

/** What is known of one board's temperatures, and what is being done about them. One writes, the watch; the others read. */
export interface Climate {
  doing: ThermalRec["doing"];
  /** The run that it is done for; null: none. */
  run: number | null;
  /** The latest reading that was believed. */
  reading: { readonly tNs: number; readonly value: ThermalReading } | null;
  /** From the board's heartbeats. */
  die: { readonly tNs: number; readonly c: number } | null;
  /** Block and visit whose moves were made last. */
  visited: string | null;
  /** The soak that was passed last, with its set point: it needs not be waited for again. */
  soaked: string | null;
  /** A visit whose conditions could not be made, and why: its other runs need not try. */
  failed: { readonly visit: string; readonly ended: Ended } | null;
  /** Heater and rails were cut: this board is run no more. */
  cut: Ended | null;
  /** Ends the run under way at once. */
  halt: (() => void) | null;
}

export function newClimate(): Climate {
  return {
    doing: "off",
    run: null,
    reading: null,
    die: null,
    visited: null,
    soaked: null,
    failed: null,
    cut: null,
    halt: null,
  };
}

/** Older than this a die's temperature says nothing. */
const freshNs = 3e9;

export function freshDieC({ die }: Climate, nowNs: number): number | null {
  return die !== null && nowNs - die.tNs <= freshNs ? die.c : null;
}
