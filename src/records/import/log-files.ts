import { createReadStream } from "node:fs";
import { opendir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { RigError } from "../../domain/errors.ts";

/**
 * Log files out of folders, files and archives, as streams of bytes: nothing is unpacked to disk, and no more than a
 * chunk is held.
 *
 *   folder ─sorted, recursive─▶ file ─by its first bytes─▶ gzip? ─gunzip─▶ tar? ─each entry─▶ LogFile
 *
 * What a file is, its bytes say (gzip 1f 8b; `ustar` at 257), not its name. Symbolic links inside folders are not followed.
 * An archive that breaks off gives all that was readable and then a `Damage`.
 */
export interface LogFile {
  readonly kind: "file";
  /** Path within what was asked for, archives included: `a.tar.gz/logs/x.log`. */
  readonly path: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Something that could not be read to its end. */
export interface Damage {
  readonly kind: "damage";
  readonly path: string;
  readonly what: string;
}

type Chunks = AsyncIterable<Uint8Array>;

/** All log files under `path`, in an order that is always the same. Throws RigError `config` where there is no such file or folder. */
export async function* logFiles(path: string): AsyncGenerator<LogFile | Damage> {
  const found = await stat(path).catch((error: unknown) => {
    throw new RigError(
      "config",
      `${path}: ${messageOf(error)}; give a folder, a log file or a .tar.gz archive that exists and can be read`,
    );
  });
  if (found.isDirectory()) yield* folder(path);
  else if (found.isFile()) yield* file(path);
  else
    throw new RigError(
      "config",
      `${path}: neither a file nor a folder; give logs as files, folders or .tar.gz archives`,
    );
}

async function* folder(path: string): AsyncGenerator<LogFile | Damage> {
  const folders: string[] = [];
  const files: string[] = [];
  try {
    for await (const entry of await opendir(path)) {
      if (entry.isDirectory()) folders.push(entry.name);
      else if (entry.isFile()) files.push(entry.name);
    }
  } catch (error) {
    yield { kind: "damage", path, what: messageOf(error) };
  }
  for (const name of files.sort()) yield* file(join(path, name));
  for (const name of folders.sort()) yield* folder(join(path, name));
}

async function* file(path: string): AsyncGenerator<LogFile | Damage> {
  try {
    yield* content(path, createReadStream(path) as Chunks);
  } catch (error) {
    yield { kind: "damage", path, what: messageOf(error) };
  }
}

async function* content(path: string, raw: Chunks): AsyncGenerator<LogFile> {
  const outer = await peek(raw);
  const inner = isGzip(outer.head) ? await peek(gunzipped(outer.all)) : outer;
  if (isTar(inner.head)) yield* entries(path, inner.all);
  else yield { kind: "file", path, chunks: inner.all };
}

async function* entries(archive: string, chunks: Chunks): AsyncGenerator<LogFile> {
  const tar = extract();
  // The failure comes out of the loop below: the pipeline destroys `tar` with it.
  pipeline(Readable.from(chunks), tar).catch(() => undefined);
  for await (const entry of tar) {
    if (entry.header.type === "file") {
      yield { kind: "file", path: `${archive}/${entry.header.name}`, chunks: entry as Chunks };
    }
    entry.resume();
  }
}

async function* gunzipped(chunks: Chunks): Chunks {
  const gunzip = createGunzip();
  pipeline(Readable.from(chunks), gunzip).catch(() => undefined);
  yield* gunzip as Chunks;
}

/** The first bytes of a stream (enough to know a tar header), and the whole stream all the same. */
async function peek(chunks: Chunks): Promise<{ readonly head: Buffer; readonly all: Chunks }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < 512) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const all = (async function* () {
    try {
      if (head.length > 0) yield head;
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  })();
  return { head, all };
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function isTar(head: Buffer): boolean {
  return head.toString("latin1", 257, 262) === "ustar";
}

export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ");
}
