import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { availableParallelism, cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { RigError } from "../domain/errors.ts";
import { openForReading } from "./journal-reader.ts";
import { journalPath } from "./journal.ts";
import { codeOf } from "./storage-error.ts";
import { writeAtomically } from "./write-atomically.ts";

/**
 * The folder of one record:
 *
 *   journal.jsonl   the truth; all else can be made from it again, but for what the host alone knows:
 *   host.json       the record's UUID, and for each process that wrote: what machine, what program, when
 *   raw/            bytes as they came from every port; torn tails of the journal
 *   result.json     what the journal amounts to
 *
 * The machine's name and its user's stay out of it: records are passed on.
 */
export interface HostFile {
  readonly schemaVersion: 1;
  /** Version 7 (RFC 9562): ordered by the time of its making. It marks every point of the record in InfluxDB. */
  readonly uuid: string;
  readonly segments: readonly Segment[];
}

export interface Segment {
  /** UTC by the wall when this process began to write, ISO-8601. */
  readonly wallStartUtc: string;
  readonly tool: string;
  /** Commit of the tool's own sources; null where they are no clone. */
  readonly gitSha: string | null;
  readonly node: string;
  readonly os: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGB: number;
}

export interface Process {
  readonly tool: string;
  readonly gitSha: string | null;
  /** The wall clock's word; only `cli/` reads it. */
  readonly wallStartUtc: string;
}

/** Makes `raw/`, and adds this process to `host.json`; the first one gives the record its UUID. */
export async function beginSegment(folder: string, writer: Process): Promise<HostFile> {
  await mkdir(join(folder, "raw"), { recursive: true });
  const before = await readHost(folder);
  const host: HostFile = {
    schemaVersion: 1,
    uuid: before?.uuid ?? uuidV7(Date.parse(writer.wallStartUtc), randomBytes(10)),
    segments: [...(before?.segments ?? []), segmentOf(writer)],
  };
  await writeAtomically(hostPath(folder), `${JSON.stringify(host, null, 2)}\n`);
  return host;
}

/** null where there is none; RigError `journal_mismatch` where it is none of ours. */
export async function readHost(folder: string): Promise<HostFile | null> {
  let text: string;
  try {
    text = await readFile(hostPath(folder), "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
  const host = parsed(text);
  if (host === null)
    throw new RigError(
      "journal_mismatch",
      `${hostPath(folder)} holds no UUID of a record: bring it back from a copy, or remove it (the record's points then get another UUID)`,
    );
  return host;
}

/** The UUID in `host.json`; where that file is gone, one made from the journal's beginning, so that it is the same each time. */
export async function recordUuid(folder: string): Promise<string> {
  const host = await readHost(folder);
  if (host !== null) return host.uuid;
  const file = await openForReading(journalPath(folder));
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    return uuid(createHash("sha256").update(buffer.subarray(0, bytesRead)).digest(), 8);
  } finally {
    await file.close();
  }
}

/** RFC 9562, section 5.7: 48 bits of Unix milliseconds, then chance. */
export function uuidV7(unixMs: number, chance: Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(unixMs, 0, 6);
  bytes.set(chance.subarray(0, 10), 6);
  return uuid(bytes, 7);
}

function uuid(bytes: Buffer, version: number): string {
  bytes[6] = (bytes[6]! & 0x0f) | (version << 4);
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function hostPath(folder: string): string {
  return join(folder, "host.json");
}

function segmentOf(writer: Process): Segment {
  return {
    wallStartUtc: writer.wallStartUtc,
    tool: writer.tool,
    gitSha: writer.gitSha,
    node: process.version,
    os: `${process.platform} ${release()} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? "",
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 1e8) / 10,
  };
}

function parsed(text: string): HostFile | null {
  try {
    const host = JSON.parse(text) as Partial<HostFile> | null;
    const known =
      typeof host?.uuid === "string" && /^[0-9a-f-]{36}$/.test(host.uuid) && Array.isArray(host.segments);
    return known ? (host as HostFile) : null;
  } catch {
    return null;
  }
}
