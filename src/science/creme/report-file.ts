import { RigError } from "../../domain/errors.ts";
import { located } from "./located.ts";

/** One device of a report of upset rates: .HUP by ions, .PUP by protons. */
export interface CremeReport {
  readonly device: string;
  readonly response: IonResponse | ProtonResponse;
  readonly bits: number;
  readonly perBitSecond: number;
  readonly perDeviceSecond: number;
}

/** Weibull of a .HUP report, with the box of its sensitive volume. */
export interface IonResponse {
  readonly kind: "ions";
  readonly boxMicrometres: readonly [x: number, y: number, z: number];
  readonly onsetMeVCm2PerMg: number;
  readonly widthMeVCm2PerMg: number;
  readonly power: number;
  readonly plateauCm2PerBit: number;
}

/** Weibull of a .PUP report. */
export interface ProtonResponse {
  readonly kind: "protons";
  readonly onsetMeV: number;
  readonly widthMeV: number;
  readonly power: number;
  readonly plateauCm2PerBit: number;
}

const squareMicrometreCm2 = 1e-8;
const perMillionMillion = 1e-12;

interface Block {
  readonly device: string;
  readonly lines: readonly string[];
  /** Of its first line, counted from 1. */
  readonly line: number;
}

/**
 * Reads a .HUP or .PUP report of CREME96: which response it was computed for, and the rates. What it computed is a check of our own, never an input.
 * Only Weibull responses are read. A RigError "config" that names file and line where the text is no such report.
 */
export function readCremeReport(text: string, file: string): CremeReport[] {
  const lines = text.split(/\r\n|\r|\n/);
  const blocks = blocksOf(lines);
  if (blocks.length === 0)
    throw new RigError(
      "config",
      located(file, lines.length, "no 'REPORT NO.'", "a report of upset rates (.HUP or .PUP)"),
    );
  return blocks.map((block) => reportOf(block, file));
}

function blocksOf(lines: readonly string[]): Block[] {
  const starts = lines.flatMap((line, i) => {
    const device = /^\s*REPORT NO\.\s*\d+:\s*(.*)$/.exec(line)?.[1];
    return device === undefined ? [] : [{ device: device.trim(), at: i }];
  });
  return starts.map(({ device, at }, i) => ({
    device,
    line: at + 1,
    lines: lines.slice(at, starts[i + 1]?.at ?? lines.length),
  }));
}

function reportOf(block: Block, file: string): CremeReport {
  const [value, one] = readersOf(block, file);
  const [perBitSecond, , perDeviceSecond] = value(
    /^\s*\*+\s+\d+\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*$/,
    "its rates",
  );
  return {
    device: block.device,
    response: responseOf(block, file),
    bits: one(/Number of bits\s*=\s*(\S+)/, "its number of bits"),
    perBitSecond: perBitSecond!,
    perDeviceSecond: perDeviceSecond!,
  };
}

function responseOf(block: Block, file: string): IonResponse | ProtonResponse {
  const [value, one] = readersOf(block, file);
  const power = one(/POWER\s*=\s*(\S+)/, "the power of a Weibull response");
  if (block.lines.some((line) => /RPP Dimensions/.test(line)))
    return {
      kind: "ions",
      boxMicrometres: value(
        /X\s*=\s*(\S+)\s+Y\s*=\s*(\S+)\s+Z\s*=\s*(\S+)\s+microns/,
        "the box in microns",
      ) as [number, number, number],
      onsetMeVCm2PerMg: one(/ONSET\s*=\s*(\S+)\s+MeV-cm2\/milligram/, "an onset in MeV-cm2/milligram"),
      widthMeVCm2PerMg: one(/WIDTH\s*=\s*(\S+)\s+MeV-cm2\/milligram/, "a width in MeV-cm2/milligram"),
      power,
      plateauCm2PerBit:
        squareMicrometreCm2 * one(/PLATEAU\s*=\s*(\S+)\s+square microns/, "a plateau in square microns"),
    };
  return {
    kind: "protons",
    onsetMeV: one(/ONSET\s*=\s*(\S+)\s+MeV\s*$/, "an onset in MeV"),
    widthMeV: one(/WIDTH\s*=\s*(\S+)\s+MeV\s*$/, "a width in MeV"),
    power,
    plateauCm2PerBit:
      perMillionMillion * one(/PLATEAU\s*=\s*(\S+)\s+x 10\*\*-12 cm2/, "a plateau in 10**-12 cm2"),
  };
}

/** Readers of a block: all numbers that a pattern catches, and the one. */
function readersOf({ lines, line, device }: Block, file: string) {
  const value = (pattern: RegExp, what: string): number[] => {
    for (const [i, text] of lines.entries()) {
      const caught = pattern.exec(text)?.slice(1);
      if (caught === undefined) continue;
      const numbers = caught.map(Number);
      if (numbers.every((n) => Number.isFinite(n) && n >= 0)) return numbers;
      throw new RigError(
        "config",
        located(file, line + i, `'${text.trim().slice(0, 60)}'`, `${what} of ${device}, 0 or more`),
      );
    }
    throw new RigError(
      "config",
      located(file, line, `report of '${device.slice(0, 40)}' without ${what}`, what),
    );
  };
  const one = (pattern: RegExp, what: string): number => value(pattern, what)[0]!;
  return [value, one] as const;
}
