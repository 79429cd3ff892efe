import { existsSync } from "node:fs";
import { join } from "node:path";
import { RigError } from "../domain/errors.ts";
import { readJournal } from "../records/journal-reader.ts";
import { emptyState, fold } from "../science/fold.ts";
import type { CampaignState } from "../science/state.ts";

/** What a record folder's journal amounts to. RigError `journal_unreadable` where it holds none, or a damaged one. */
export async function readRecord(folder: string, onTorn?: (bytes: number) => void): Promise<CampaignState> {
  const path = join(folder, "journal.jsonl");
  if (!existsSync(path))
    throw new RigError(
      "journal_unreadable",
      `${folder}: no journal.jsonl there: name the folder of a record, as \`radrig run\` prints it`,
    );
  const state = emptyState();
  for await (const batch of readJournal(path, onTorn === undefined ? {} : { onTorn }))
    for (const record of batch) fold(state, record);
  return state;
}
