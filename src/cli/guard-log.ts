import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { logWords } from "../control/guard-duty.ts";
import type { LogEntry } from "../control/guard-duty.ts";

/**
 * What a guard did, a line of JSON each, on disk before anything else is done.
 *
 *   duty ─entry→ guard-<rig>.jsonl, and guard.jsonl in the record folder of the run it was about
 */
export function recordLogPath(record: string): string {
  return join(record, "guard.jsonl");
}

/** Where it cannot be written the guard goes on: cutting comes first. Answers what went wrong, or null. */
export function writeLog(path: string, entry: LogEntry): string | null {
  const wrong: string[] = [];
  for (const file of [path, ...(entry.record === null ? [] : [recordLogPath(entry.record)])]) {
    try {
      append(file, `${JSON.stringify(entry)}\n`);
    } catch (error) {
      wrong.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return wrong.length === 0 ? null : wrong.join("; ");
}

function append(path: string, line: string): void {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
  const file = openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
  try {
    writeSync(file, line);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const entrySchema = z.object({
  atUtc: z.iso.datetime(),
  what: z.enum(logWords),
  record: z.string().nullable(),
  why: z.string(),
  silentMs: z.number().nullable(),
  rails: z.array(
    z.object({
      station: z.string(),
      rail: z.string(),
      device: z.string(),
      on: z.boolean().nullable(),
      known: z.enum(["measured", "reported", "commanded"]),
      milliV: z.number().nullable(),
      milliA: z.number().nullable(),
      detail: z.string(),
    }),
  ),
});

/** A log of this size is years of a guard. */
const mostBytes = 16 * 1024 * 1024;

/** What a guard did about the run of this record; lines that are none are left out. */
export function readGuardLog(record: string): readonly LogEntry[] {
  const path = recordLogPath(record);
  if (!existsSync(path) || statSync(path).size > mostBytes) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        const parsed = entrySchema.safeParse(JSON.parse(line));
        return parsed.success ? [parsed.data] : [];
      } catch {
        return [];
      }
    });
}
