import { resolve } from "node:path";
import type { ImportTallies } from "../records/import/radhelper.ts";
import { importRadhelper } from "../records/import/radhelper.ts";
import { createJournal } from "../records/journal.ts";
import { beginSegment } from "../records/record-folder.ts";
import { writeAtomically } from "../records/write-atomically.ts";
import { analyze } from "../science/analyze.ts";
import { emptyState } from "../science/fold.ts";
import { resultJson } from "../science/result-json.ts";
import { thisProcess } from "./this-process.ts";
import { keep } from "./hold-loop.ts";

/**
 *   logs ─→ tallies
 *        └→ records → journal.jsonl → result.json
 */
export async function importRecord(
  paths: readonly string[],
  out: string,
  tool: string,
): Promise<{ readonly tallies: ImportTallies; readonly folder: string }> {
  const folder = resolve(out);
  const { tallies, records } = await importRadhelper(paths, { tool });
  const journal = await createJournal(folder);
  await beginSegment(folder, thisProcess());
  const state = emptyState();
  try {
    for await (const record of records()) await keep([record], journal, state, () => undefined);
    await journal.durable();
    await writeAtomically(`${folder}/result.json`, resultJson(analyze(state)));
  } finally {
    await journal.close();
  }
  return { tallies, folder };
}
