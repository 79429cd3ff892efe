import type { Clock } from "../../domain/clock.ts";
import { nsPerMs } from "../../domain/clock.ts";
import type { RandomStream } from "../../domain/random.ts";
import type { SemFamily } from "../../instruments/address/sem-address.ts";
import type { ConfigurationBit, ConfigurationMemory } from "../configuration-memory.ts";

/**
 * The readback scan: it walks over all frames again and again, and comes upon a flipped bit 0 to 1 scan time after it fell.
 *
 *   memory ─onChange→ next frame to come upon ─sleep→ wake ─→ controller asks `found`
 */
export interface Scan {
  /** Walks on from a place that nobody knows. */
  start(): void;
  stop(): void;
  /** The frame that it has come upon by now. */
  found(): Found | null;
}

export interface Found {
  readonly frame: number;
  /** False: the checksum over the device shows that there is an error, and not where. */
  readonly located: boolean;
  readonly correctable: boolean;
  readonly bits: readonly ConfigurationBit[];
}

export interface Correction {
  readonly family: SemFamily;
  readonly correction: "repair" | "enhanced" | "replace" | "off";
  /** Flipped bits in one frame that UltraScale parts correct. */
  readonly correctableBits: number;
}

export function scanOf(
  memory: ConfigurationMemory,
  scanMs: number,
  correction: Correction,
  clock: Clock,
  random: RandomStream,
  wake: () => void,
): Scan & { close(): void } {
  const scanNs = scanMs * nsPerMs;
  let walk: { readonly sinceNs: number; readonly phase: number } | null = null;
  let due: { readonly found: Found; readonly atNs: number } | null = null;
  let alarm = new AbortController();

  const judge = (frame: number): Found => judged(frame, memory.flippedIn(frame), correction);
  /** When the walk passes this place next, from now on. */
  const passes = (place: number, { sinceNs, phase }: { sinceNs: number; phase: number }): number => {
    const position = phase + (clock.nowNs() - sinceNs) / scanNs;
    return clock.nowNs() + ((((place - position) % 1) + 1) % 1) * scanNs;
  };
  const plan = (): void => {
    alarm.abort();
    due = null;
    if (walk === null) return;
    const frames = new Set(memory.flipped().map(({ frame }) => frame));
    for (const frame of frames) {
      const found = judge(frame);
      const atNs = Math.floor(passes(found.located ? frame / memory.shape.frames : 0, walk));
      if (due === null || atNs < (due as { readonly atNs: number }).atNs) due = { found, atNs };
    }
    if (due === null) return;
    alarm = new AbortController();
    const { signal } = alarm;
    void clock.sleep(((due as { readonly atNs: number }).atNs - clock.nowNs()) / nsPerMs, signal).then(() => {
      if (!signal.aborted) wake();
    });
  };
  const unsubscribe = memory.onChange(plan);

  return {
    start: () => {
      walk = { sinceNs: clock.nowNs(), phase: random.nextFloat() };
      plan();
    },
    stop: () => {
      walk = null;
      plan();
    },
    found: () => {
      if (due === null || clock.nowNs() < due.atNs) return null;
      const { frame } = due.found;
      due = null;
      return judge(frame);
    },
    close: () => {
      unsubscribe();
      alarm.abort();
    },
  };
}

/** What the error correcting code of one frame makes of its flipped bits (PG036 and PG187 Features). */
export function judged(frame: number, bits: readonly ConfigurationBit[], its: Correction): Found {
  const { family, correction, correctableBits } = its;
  if (family !== "x7") {
    const located = bits.length <= correctableBits;
    return { frame, bits, located, correctable: located && correction !== "off" };
  }
  // The 7-series code corrects one bit and detects two; an odd number looks like one that is not in the frame.
  const located = bits.length <= 2 || bits.length % 2 === 1;
  const correctable =
    bits.length === 1
      ? correction !== "off"
      : bits.length === 2 && (correction === "replace" || (correction === "enhanced" && areAdjacent(bits)));
  return { frame, bits, located, correctable };
}

function areAdjacent(bits: readonly ConfigurationBit[]): boolean {
  const [first, second] = bits.map(({ word, bit }) => word * 32 + bit);
  return second! - first! === 1;
}
