import type { InjectionSeen } from "../../domain/equipment.ts";
import type { Upset } from "../../domain/strike.ts";
import { printAddress } from "../address/sem-address.ts";
import type { SemAddress } from "../address/sem-address.ts";
import type { ErrorReport } from "./sem-reports.ts";

/** One strike from its first `N` until its bits are taken back: what was seen of it so far. */
export interface StrikeUnderWay {
  readonly strike: Upset;
  /** One linear address for each bit, all in one word. */
  readonly bits: readonly SemAddress[];
  /** The frame before the first `N`; null where it cannot be read. */
  readonly before: readonly number[] | null;
  /** Each `N` was answered with `SC 10`, `SC 00`. */
  answered: boolean;
  /** The frame was read back, and just these bits differed. */
  readBack: boolean;
  /** The controller has reported an error in this frame. */
  reported: boolean;
  injectedNs: number;
  /** Error reports that there had been before its bits were last inverted. */
  reportsBefore: number;
  /** Garbled lines there had been when it began. */
  readonly garbledBefore: number;
  readonly observations: string[];
  readonly details: string[];
}

export function addressesOf(strike: Upset, word: SemAddress): SemAddress[] {
  return Array.from({ length: 32 }, (_, bit) => bit)
    .filter((bit) => ((strike.mask >>> bit) & 1) === 1)
    .map((bit) => ({ ...word, bit }));
}

/** Two independent observations: the answers to `N`, and the frame read back or the report of the scan. */
export function isProven({ answered, readBack, reported }: StrikeUnderWay): boolean {
  return answered && (readBack || reported);
}

export interface SeenExtras {
  readonly before?: number;
  readonly after?: number;
  readonly dwellMs?: number;
  readonly restored: boolean | null;
}

export function seen(under: StrikeUnderWay, its: SeenExtras): InjectionSeen {
  return {
    confirmed: isProven(under),
    observations: [...under.observations],
    address: under.bits.map(printAddress).join(" "),
    before: its.before ?? null,
    after: its.after ?? null,
    dwellMs: its.dwellMs ?? null,
    restored: its.restored,
    detail: under.details.join("; "),
  };
}

/** The report is of the frame that was struck. */
export function isOf(report: ErrorReport, { bits }: StrikeUnderWay): boolean {
  const [first] = bits;
  const { linear } = report;
  return (
    first?.kind === "linear" &&
    linear?.kind === "linear" &&
    linear.frame === first.frame &&
    linear.slr === first.slr
  );
}

/** Whatever was wrong with the frame is so no more. */
export function isCorrected({ flags, correctedCount }: ErrorReport): boolean {
  return flags !== null && (flags & 0x20) === 0 && correctedCount > 0;
}

/** It took back every bit that was struck. */
export function corrects(report: ErrorReport, { bits }: StrikeUnderWay): boolean {
  if (!isCorrected(report)) return false;
  return bits.every(({ word, bit }) => report.corrected.some((one) => one.word === word && one.bit === bit));
}

/** Bits by which two readings of a frame differ, word by word; null where they are alike. */
export function differences(
  before: readonly number[],
  after: readonly number[],
): ReadonlyMap<number, number> | null {
  const differing = new Map<number, number>();
  before.forEach((word, index) => {
    const mask = (word ^ after[index]!) >>> 0;
    if (mask !== 0) differing.set(index, mask);
  });
  return differing.size === 0 ? null : differing;
}
