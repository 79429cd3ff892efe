import type { Binary } from "./exact.ts";

/**
 * A table of every code of a format, from the definition: sign, exponent field, mantissa, as IEEE 754-2019 3.4 and OFP8 tables 1 and 2 give them.
 * Codes of NaN are NaN.
 */
export interface Defined {
  readonly name: string;
  readonly bits: number;
  readonly mantissa: number;
  readonly bias: number;
  readonly binary: Binary;
  /** `ieee`: the highest exponent field is infinity and NaN. `e4m3`: of it, only the highest mantissa is NaN. */
  readonly special: "ieee" | "e4m3";
}

export function valueOf({ bits, mantissa, bias, special }: Defined, code: number): number {
  const text = code.toString(2).padStart(bits, "0");
  const sign = text.startsWith("1") ? -1 : 1;
  const exponent = text.slice(1, bits - mantissa);
  const fraction = text.slice(bits - mantissa);
  if (!exponent.includes("0")) {
    if (special === "ieee") return fraction.includes("1") ? NaN : sign * Infinity;
    if (!fraction.includes("0")) return NaN;
  }
  const field = parseInt(exponent, 2);
  const part = parseInt(fraction, 2) / 2 ** mantissa;
  return sign * (field === 0 ? part * 2 ** (1 - bias) : (1 + part) * 2 ** (field - bias));
}

export const tableOf = (format: Defined): number[] =>
  Array.from({ length: 2 ** format.bits }, (_, code) => valueOf(format, code));
