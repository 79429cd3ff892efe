import type { Command, CommandVerb } from "../domain/command.ts";
import { commandVerbs } from "../domain/command.ts";

/**
 *   client ─{"token","verb","by"}⏎→ server ─command→ campaign
 *   client ←{"obeyed","detail"}⏎── server ←record──┘      one question, one answer, then the socket closes
 */
export interface Request {
  readonly token: string;
  readonly command: Command;
}

export interface Verdict {
  readonly obeyed: boolean;
  /** Why not, or what follows. */
  readonly detail: string;
}

export const mostRequestBytes = 512;
export const mostVerdictBytes = 4_096;

export function printRequest({ token, command }: Request): string {
  return `${JSON.stringify({ token, verb: command.verb, by: command.by })}\n`;
}

/** Total: null for whatever is not a request. */
export function parseRequest(line: string): Request | null {
  const found = parseObject(line);
  const { token, verb, by } = found ?? {};
  if (typeof token !== "string" || typeof by !== "string" || !/^[\w .@-]{1,40}$/.test(by)) return null;
  return isVerb(verb) ? { token, command: { verb, by } } : null;
}

export function printVerdict(verdict: Verdict): string {
  return `${JSON.stringify(verdict)}\n`;
}

/** Total: null for whatever is not a verdict. */
export function parseVerdict(line: string): Verdict | null {
  const { obeyed, detail } = parseObject(line) ?? {};
  return typeof obeyed === "boolean" && typeof detail === "string" ? { obeyed, detail } : null;
}

function isVerb(value: unknown): value is CommandVerb {
  return commandVerbs.some((verb) => verb === value);
}

function parseObject(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
