import { printFrameAddress } from "../../instruments/address/sem-address.ts";
import type { FrameAddress, SemFamily } from "../../instruments/address/sem-address.ts";
import type { ConfigurationBit } from "../configuration-memory.ts";

/** What a SEM controller prints, line by line: PG036 and PG187 `…-Report` pages. Each line ends with CR, a prompt with nothing. */
export const stateCodes = {
  idle: "00",
  initialization: "01",
  observation: "02",
  correction: "04",
  classification: "08",
  injection: "10",
  detect: "20",
  diagnostic: "40",
} as const;
export type SemState = keyof typeof stateCodes;

export const prompts: Partial<Record<SemState, string>> = {
  idle: "I> ",
  observation: "O> ",
  detect: "D> ",
  diagnostic: "U> ",
};

export const stateLine = (state: SemState): string => `SC ${stateCodes[state]}`;
export const flagLine = (flags: number): string => `FC ${hex(flags, 2)}`;

export function bannerOf(family: SemFamily): string {
  return family === "x7" ? "X7_SEM_V4_1" : "SEM_ULTRA_V3_1";
}

export interface StatusFields {
  readonly family: SemFamily;
  readonly maxFrame: number;
  readonly state: SemState;
  readonly flags: number;
  readonly featureSet: number;
}

/** One record a super logic region, in hardware order. */
export function statusReport(its: StatusFields, slrs: number): string[] {
  return Array.from({ length: slrs }, (_, slr) => statusOf(its, slr)).flat();
}

function statusOf({ family, maxFrame, state, flags, featureSet }: StatusFields, slr: number): string[] {
  const sn = `SN ${hex(slr, 2)}`;
  const mf = `MF ${hex(maxFrame, 8)}`;
  const common = [stateLine(state), flagLine(flags)];
  if (family === "x7") return [mf, sn, ...common, `FS ${hex(featureSet, 2)}`];
  return [sn, ...common, "RI 00", mf, "TS 00000000", "TB 00000000", "CB 00000000", "CL 000"];
}

export interface FoundError {
  readonly family: SemFamily;
  /** null: it was seen by the CRC over the device alone. */
  readonly at: { readonly linear: FrameAddress; readonly physical: FrameAddress } | null;
  readonly bits: readonly ConfigurationBit[];
  readonly timestamp: number;
}

/** From the state change to the place of the error. */
export function detectionLines(error: FoundError): string[] {
  if (error.family === "x7") return [stateLine("correction"), ...diagnosisLines(error)];
  return ["RI 00", stateLine("correction"), ...locationLines(error)];
}

/** Detect only and diagnostic scan: no state change, no correction (the log printed in PG187 Correctable-ECC). */
export function detectOnlyLines(error: FoundError): string[] {
  const syndrome = error.at !== null && error.bits.length === 1 ? bitLines(error.bits) : [];
  return ["RI 00", ...locationLines(error), ...syndrome];
}

function diagnosisLines({ at, bits }: FoundError): string[] {
  if (at === null) return ["CRC"];
  const place = [`PA ${printFrameAddress(at.physical)}`, `LA ${printFrameAddress(at.linear)}`];
  if (bits.length === 1) return ["SED OK", ...place, ...bitLines(bits)];
  return [bits.length % 2 === 0 ? "DED" : "SED NG", ...place];
}

function locationLines({ at, timestamp }: FoundError): string[] {
  const ts = `TS ${hex(timestamp, 8)}`;
  if (at === null) return ["CRC", ts];
  return ["ECC", ts, `PA ${printFrameAddress(at.physical)}`, `LA ${printFrameAddress(at.linear)}`];
}

export function bitLines(bits: readonly ConfigurationBit[]): string[] {
  return bits.map(({ word, bit }) => `WD ${hex(word, 2)} BT ${hex(bit, 2)}`);
}

export function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
