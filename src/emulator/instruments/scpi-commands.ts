/**
 * The grammar of a SCPI device's commands: a header in long or short form, with or without a leading colon, optional parts in brackets,
 * arguments after a space, and its answer, or an error for its queue.
 */
export interface ScpiError {
  readonly code: number;
  readonly words: string;
}

/** An answer to send, an error to keep, or null where it did its work and says nothing. */
export type ScpiOutcome = string | ScpiError | null;

export interface ScpiCommand {
  readonly header: RegExp;
  /** `suffix`: the number in the header, of `SOURce[n]`. */
  readonly run: (args: readonly string[], suffix: number) => ScpiOutcome;
}

export const undefinedHeader: ScpiError = { code: -113, words: "Undefined header" };
export const illegalParameter: ScpiError = { code: -224, words: "Illegal parameter value" };
export const outOfRange: ScpiError = { code: -222, words: "Data out of range" };

/** `OUTPut[:STATe]?`: capitals are the short form; `[n]` is a number that may be left out. */
export function scpiCommand(header: string, run: ScpiCommand["run"]): ScpiCommand {
  const pattern = header
    .replace(/[*?]/g, "\\$&")
    .replaceAll("[n]", "(\\d?)")
    .replace(/\[([^\]]+)\]/g, "(?:$1)?")
    .replace(/[A-Z]+[a-z]+/g, (word) => `(?:${word}|${word.replace(/[a-z]+$/, "")})`);
  return { header: new RegExp(`^:?${pattern}$`, "i"), run };
}

/** What becomes of one line. */
export function obeyScpi(commands: readonly ScpiCommand[], line: string): ScpiOutcome {
  const [header = "", ...rest] = line.trim().split(/\s+/);
  if (header === "") return null;
  const args = rest
    .join("")
    .split(",")
    .filter((arg) => arg !== "");
  for (const command of commands) {
    const found = command.header.exec(header);
    if (found !== null) return command.run(args, Number(found[1] ?? "") || 1);
  }
  return undefinedHeader;
}

/** Null: neither on nor off. */
export function switched(arg: string | undefined): boolean | null {
  if (/^(?:ON|1)$/i.test(arg ?? "")) return true;
  return /^(?:OFF|0)$/i.test(arg ?? "") ? false : null;
}

/** In V or A, as mV or mA. */
export function milliOf(arg: string | undefined): number | null {
  return /^[+-]?\d+(?:\.\d*)?(?:E[+-]?\d+)?$/i.test(arg ?? "") ? Math.round(Number(arg) * 1000) : null;
}
