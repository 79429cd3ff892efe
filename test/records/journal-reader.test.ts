import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RigError } from "../../src/domain/errors.ts";
import type { Rec } from "../../src/domain/records.ts";
import type { Place, StampedRec } from "../../src/records/journal-line.ts";
import { readBatches, readJournal } from "../../src/records/journal-reader.ts";
import { createJournal, journalPath, openJournal } from "../../src/records/journal.ts";
import { judgeShape } from "../../src/records/record-shapes.ts";
import { fastFolder } from "./fast-folder.ts";
import { campaign, strike } from "./some-records.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(fastFolder, "radrig-reader-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A journal of whatever objects, sealed as it should be. */
async function seal(records: readonly unknown[]): Promise<void> {
  let crc = 0;
  const lines = records.map((record) => {
    const body = JSON.stringify(record).slice(0, -1);
    crc = crc32(body, crc);
    return `${body},"crc":"${crc.toString(16).padStart(8, "0")}"}\n`;
  });
  await writeFile(journalPath(folder), lines.join(""));
}

async function read(): Promise<StampedRec[]> {
  const records: StampedRec[] = [];
  for await (const batch of readJournal(journalPath(folder))) records.push(...batch);
  return records;
}

function stamped(records: readonly Rec[]): Record<string, unknown>[] {
  return records.map((record, seq) => ({ ...{ seq, tNs: 0, type: "" }, ...record }));
}

describe("the reader", () => {
  test("a record of another version is refused by both numbers, and nothing of it is guessed", async () => {
    const [start] = stamped(campaign());
    await seal([{ ...start, schemaVersion: 1, tool: "radrig 0.0.9" }]);
    await expect(read()).rejects.toThrow(
      /:1: this record is of version 1, written by radrig 0\.0\.9; this radrig reads version 3: read it with the one that wrote it$/,
    );
  });

  test("goes on from any place that it told", async () => {
    const journal = await createJournal(folder);
    for (let k = 0; k < 20; k++)
      journal.append(Array.from({ length: 100 }, (_, i) => strike(1, 100 * k + i, 0)));
    await journal.close();
    const places: Place[] = [];
    for await (const { next } of readBatches(journal.path)) places.push(next);
    expect(places.length).toBeGreaterThan(3);
    for (const from of places) {
      let seen = 0;
      let first: number | null = null;
      for await (const batch of readJournal(journal.path, { from })) {
        first ??= batch[0]!.seq;
        seen += batch.length;
      }
      expect([first ?? 2000, seen]).toEqual([from.seq, 2000 - from.seq]);
    }
  });

  test("passes over a type it does not know, with a warning in its place", async () => {
    const lines = stamped(campaign());
    lines.splice(5, 1, { ...lines[5], type: "laser_scan", power: [1, 2] });
    await seal(lines);
    const records = await read();
    expect(records).toHaveLength(lines.length);
    expect(records[5]).toMatchObject({
      type: "note",
      seq: 5,
      level: "warning",
      text: expect.stringContaining("laser_scan") as string,
    });
  });

  test("takes what a newer version has added to a record it knows", async () => {
    const lines = stamped(campaign()).map((line) => ({ ...line, added: { later: true } }));
    await seal(lines);
    expect(await read()).toEqual(lines);
  });

  test("takes no record that is not what its type says: every property of every type, gone or another", () => {
    for (const record of stamped(campaign())) {
      expect([record["type"], judgeShape(record)]).toEqual([record["type"], "known"]);
      for (const path of pathsIn(record)) {
        if (["seq", "tNs", "type"].includes(path[0]!)) continue;
        const gone = without(record, path);
        const other = replaced(record, path, anotherThan(valueAt(record, path)));
        for (const wrong of [gone, other]) {
          expect([path.join("."), typeof judgeShape(wrong)]).toEqual([path.join("."), "object"]);
        }
      }
    }
  });

  test("names the line and the property", async () => {
    const lines = stamped(campaign());
    lines[2] = replaced(lines[2]!, ["plan", "stop", "strikes"], "many");
    await seal(lines);
    await expect(read()).rejects.toMatchObject({
      code: "journal_unreadable",
      message: expect.stringMatching(
        /journal\.jsonl:3: run_start\.plan\.stop\.strikes is "many", expected a number/,
      ) as string,
    });
  });

  test.each([
    ["a gap in seq", { seq: 3 }],
    ["a time that stands still", { tNs: 0 }],
    ["a time that is none", { tNs: "1" }],
    ["no type", { type: undefined }],
  ])("takes no line with %s, sealed or not", async (_, change) => {
    const lines = stamped(campaign());
    await seal([...lines.slice(0, 2), { ...lines[2], ...change }, ...lines.slice(3)]);
    await expect(read()).rejects.toMatchObject({ code: "journal_unreadable" });
  });

  test("whatever a file holds, it yields records or one RigError, and opening leaves a damaged file as it is", async () => {
    const journal = await createJournal(folder);
    journal.append(campaign());
    await journal.close();
    const whole = await readFile(journal.path);
    const mutation = fc.array(
      fc.record({
        at: fc.nat(whole.length),
        remove: fc.nat(40),
        bytes: fc.oneof(
          fc.uint8Array({ maxLength: 40 }),
          fc.string({ maxLength: 20 }).map((text) => Buffer.from(text)),
        ),
      }),
      { minLength: 1, maxLength: 4 },
    );
    const file = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
      mutation.map((steps) => apply(whole, steps)),
    );
    await fc.assert(
      fc.asyncProperty(file, async (bytes) => {
        await writeFile(journal.path, bytes);
        const records = await outcome(read());
        const opened = await outcome(openJournal(folder));
        // Both see the same: so many whole lines, or damage.
        if (opened instanceof RigError) {
          expect([opened.code, records]).toEqual(["journal_unreadable", expect.any(RigError)]);
          expect((await readFile(journal.path)).equals(bytes)).toBe(true);
        } else {
          await opened.journal.close();
          expect(records).toHaveLength(opened.records);
        }
        await rm(join(folder, "raw"), { recursive: true, force: true });
      }),
      { numRuns: 500 },
    );
  });

  test("holds some hundred records of a large journal at a time", async () => {
    const journal = await createJournal(folder);
    for (let k = 0; k < 40; k++) journal.append(Array.from({ length: 1000 }, (_, i) => strike(1, i, 0)));
    await journal.close();
    let most = 0;
    let total = 0;
    for await (const batch of readJournal(journal.path)) {
      most = Math.max(most, batch.length);
      total += batch.length;
    }
    expect(total).toBe(40_000);
    expect(most).toBeLessThan(1000);
    const file = await open(journal.path);
    expect((await file.stat()).size).toBeGreaterThan(20_000_000);
    await file.close();
  });
});

async function outcome<T>(work: Promise<T>): Promise<T | RigError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof RigError) return error;
    throw error;
  }
}

function apply(
  whole: Buffer,
  steps: readonly { readonly at: number; readonly remove: number; readonly bytes: Uint8Array }[],
): Buffer {
  let bytes = whole;
  for (const { at, remove, bytes: put } of steps)
    bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + remove)]);
  return bytes;
}

type Path = readonly string[];

/** Of a kind that no property of this value's kind may be. */
function anotherThan(value: unknown): unknown {
  return value === null ? {} : typeof value === "string" ? 7 : "seven";
}

/** To every value that is no object or list. */
function pathsIn(value: unknown, before: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [before];
  return Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...before, key]));
}

function valueAt(record: unknown, path: Path): unknown {
  return path.reduce((value, key) => (value as Record<string, unknown>)[key], record);
}

function replaced(record: Record<string, unknown>, path: Path, value: unknown): Record<string, unknown> {
  const copy = structuredClone(record);
  (valueAt(copy, path.slice(0, -1)) as Record<string, unknown>)[path.at(-1)!] = value;
  return copy;
}

function without(record: Record<string, unknown>, path: Path): Record<string, unknown> {
  return replaced(record, path, undefined);
}
