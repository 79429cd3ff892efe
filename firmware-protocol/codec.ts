import { hex8, u32, u40 } from "./fields.ts";
import type { Field, FieldType } from "./fields.ts";
import { bodyEnd, enclose, frameFault } from "./frame.ts";
import { messages } from "./messages.ts";
import type { Garbled, Head, Kind, Message, Payload } from "./messages.ts";

/**
 * Lines to messages and back, pure and total (PROTOCOL.md is the norm).
 *
 *   line ─frame→ body ─head→ kind seq boot uptime name ─fields→ Message
 *     └───────────┴────────────────┴──────────────────────────→ Garbled, with the first rule broken
 *
 * Every value has one spelling and every message one order of fields, so `encode(decode(line)) = line` for every accepted line.
 */

/** What stands at the start of every line whose frame and head are well, whether or not its message is known. */
export interface Heading extends Head {
  readonly kind: Kind;
  readonly name: string;
}

interface CompiledField {
  readonly key: string;
  /** ` key=`, as it stands on the wire. */
  readonly lead: string;
  readonly type: FieldType<unknown>;
}

const space = 0x20;

type Compiled = ReadonlyMap<string, readonly CompiledField[]>;

const compiled: Readonly<Record<Kind, Compiled>> = {
  c: compile(messages.c),
  a: compile(messages.a),
  e: compile(messages.e),
  t: compile(messages.t),
};

/**
 * The line of a message, without its LF. Throws RangeError for a value its field cannot hold: the caller's fault,
 * since nothing that was decoded can cause it.
 */
export function encode(head: Head, payload: Payload): string {
  const fields = compiled[payload.kind].get(payload.name);
  if (fields === undefined) throw new RangeError(`no message ${payload.kind} ${payload.name}`);
  let body = `${payload.kind} ${u32.print(head.seq)} ${hex8.print(head.boot)} ${u40.print(head.uptimeMs)} ${payload.name}`;
  const values = payload as unknown as Readonly<Record<string, unknown>>;
  for (const { key, lead, type } of fields) body += lead + type.print(values[key]);
  return enclose(body);
}

/** The message of a line that came without its LF, or the line itself and the first rule it broke. Never throws. */
export function decode(line: string): Message | Garbled {
  const fault = frameFault(line);
  if (fault !== undefined) return garbled(fault, line);
  const end = bodyEnd(line);
  const head = readHead(line, end);
  if (head === undefined) return garbled("bad-head", line);
  const fields = compiled[head.heading.kind].get(head.heading.name);
  if (fields === undefined) return garbled("unknown-message", line);
  const message = head.heading as unknown as Record<string, unknown>;
  let at = head.end;
  for (const { key, lead, type } of fields) {
    if (!line.startsWith(lead, at)) return garbled("bad-field", line);
    const from = at + lead.length;
    at = partEnd(line, from, end);
    const value = type.parse(line.slice(from, at));
    if (value === undefined) return garbled("bad-field", line);
    message[key] = value;
  }
  return at === end ? (message as unknown as Message) : garbled("bad-field", line);
}

/**
 * The heading of a line whose frame and head are well, else undefined. A board names by it the command that it refuses
 * as `unknown-command` or `bad-field`; a host sees by it that an unknown message is a newer one and no damage.
 */
export function headingOf(line: string): Heading | undefined {
  return frameFault(line) === undefined ? readHead(line, bodyEnd(line))?.heading : undefined;
}

function readHead(line: string, bodyEnd: number): { heading: Heading; end: number } | undefined {
  const kind = line.charAt(1);
  if (line.charCodeAt(2) !== space || !isKind(kind)) return undefined;
  const seqEnd = partEnd(line, 3, bodyEnd);
  const bootEnd = partEnd(line, seqEnd + 1, bodyEnd);
  const uptimeEnd = partEnd(line, bootEnd + 1, bodyEnd);
  const end = partEnd(line, uptimeEnd + 1, bodyEnd);
  const seq = u32.parse(line.slice(3, seqEnd));
  const boot = hex8.parse(line.slice(seqEnd + 1, bootEnd));
  const uptimeMs = u40.parse(line.slice(bootEnd + 1, uptimeEnd));
  const name = line.slice(uptimeEnd + 1, end);
  if (seq === undefined || boot === undefined || uptimeMs === undefined || !isName(name)) return undefined;
  return { heading: { kind, name, seq, boot, uptimeMs }, end };
}

/** Where the part that begins at `from` ends: at the next space, or with the body. */
function partEnd(line: string, from: number, bodyEnd: number): number {
  const next = line.indexOf(" ", from);
  return next === -1 ? bodyEnd : next;
}

function isKind(letter: string): letter is Kind {
  return letter === "c" || letter === "a" || letter === "e" || letter === "t";
}

function isName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,31}$/.test(name);
}

function garbled(reason: Garbled["reason"], line: string): Garbled {
  return { kind: "garbled", reason, line };
}

function compile(table: Readonly<Record<string, Readonly<Record<string, Field<unknown>>>>>): Compiled {
  return new Map(
    Object.entries(table).map(([name, fields]) => [
      name,
      Object.entries(fields).map(([key, field]) => ({
        key,
        lead: ` ${field.key}=`,
        type: field.type,
      })),
    ]),
  );
}
