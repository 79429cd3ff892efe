import type { Result } from "../domain/result.ts";
import { resultSchema } from "./result-schema.ts";

/**
 * The bytes of `result.json`: checked against its schema and with its order of keys, counts as they are, other numbers with
 * 12 digits, which is more than anything here is known to and less than what may differ between two machines.
 */
export function resultJson(result: Result): string {
  const ordered = resultSchema.parse(result);
  return `${JSON.stringify(ordered, (_, value: unknown) => (typeof value === "number" ? digits(value) : value), 2)}\n`;
}

function digits(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(12));
}
