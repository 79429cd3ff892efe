import { join } from "node:path";
import type { RunStart } from "../domain/records.ts";
import { readJournal } from "../records/journal-reader.ts";
import { paintLine } from "../report/line.ts";
import type { Line } from "../report/line.ts";
import { listedStrike, runHeading, strikeLines } from "../report/strike-list.ts";
import type { Output } from "./output.ts";

/** journal ─→ strikes, each once, in the order made ─→ lines for people, or with `json` one object a line. How many; RigError `journal_unreadable`. */
export async function listStrikes(folder: string, json: boolean, output: Output): Promise<number> {
  const runs = new Map<number, RunStart>();
  const told = new Set<string>();
  let heading = 0;
  // Never cut: the last word struck is as much a word as the first.
  const canvas = { ...output.canvas(), columns: Infinity };
  const print = (line: Line): void => output.data(paintLine(line, canvas));
  for await (const batch of readJournal(join(folder, "journal.jsonl"), {}))
    for (const record of batch) {
      if (record.type === "run_start") runs.set(record.run, record);
      if (record.type !== "strike") continue;
      const run = runs.get(record.run);
      const key = `${record.run} ${record.strike.id}`;
      if (run === undefined || told.has(key)) continue;
      told.add(key);
      const listed = listedStrike(record, run);
      if (json) {
        output.data(JSON.stringify(listed));
        continue;
      }
      if (heading !== record.run) print(runHeading(listed));
      heading = record.run;
      for (const line of strikeLines(listed)) print(line);
    }
  return told.size;
}
