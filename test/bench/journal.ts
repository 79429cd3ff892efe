import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Rec } from "../../src/domain/records.ts";
import { createJournal } from "../../src/records/journal.ts";
import { strike } from "../records/some-records.ts";
import { rowOf } from "./row.ts";
import type { BenchRow } from "./row.ts";

/**
 * Events a second that are on disk for certain, by how many share one fdatasync: through the journal, and by bare appends of
 * their JSON, in turns, on the disk of the temporary folder.
 */
const windows = 9;
const groups = [
  { size: 1, events: 400 },
  { size: 16, events: 6400 },
  { size: 1000, events: 50_000 },
] as const;

export async function journalBench(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { size, events } of groups) {
    const batches = Array.from({ length: events / size }, (_, group) =>
      Array.from({ length: size }, (__, k) => strike(1, group * size + k + 1, group * size + k)),
    );
    const ours: number[] = [];
    const bare: number[] = [];
    // The first turn of each warms the machine and is not counted.
    for (let window = -1; window < windows; window++) {
      const rates = [await timed(batches, throughJournal), await timed(batches, byBareAppends)] as const;
      if (window < 0) continue;
      ours.push(rates[0]);
      bare.push(rates[1]);
    }
    const name = size === 1 ? "durable events, one by one" : `durable events, ${size} to an fdatasync`;
    rows.push(rowOf(`journal: ${name}`, "events/s", ours, { bare, aim: { atLeast: 0.5 } }));
    rows.push(rowOf(`bare appends: ${name}`, "events/s", bare));
  }
  return rows;
}

type Batches = readonly (readonly Rec[])[];

async function timed(
  batches: Batches,
  way: (folder: string, batches: Batches) => Promise<number>,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "radrig-bench-"));
  try {
    const ms = await way(folder, batches);
    return batches.reduce((sum, batch) => sum + batch.length, 0) / (ms / 1000);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function throughJournal(folder: string, batches: Batches): Promise<number> {
  const journal = await createJournal(folder);
  const from = performance.now();
  for (const batch of batches) {
    journal.append(batch);
    await journal.durable();
  }
  const ms = performance.now() - from;
  await journal.close();
  return ms;
}

async function byBareAppends(folder: string, batches: Batches): Promise<number> {
  const file = await open(join(folder, "bare.jsonl"), "a");
  const from = performance.now();
  for (const batch of batches) {
    await file.write(batch.map((record) => `${JSON.stringify(record)}\n`).join(""));
    await file.datasync();
  }
  const ms = performance.now() - from;
  await file.close();
  return ms;
}
