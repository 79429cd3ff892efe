import { createHash } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { RigError } from "../domain/errors.ts";
import { readJournal } from "../records/journal-reader.ts";
import { emptyState, fold } from "../science/fold.ts";
import { createReadings } from "../science/model/memory-readings.ts";
import type { Model } from "../science/model/model.ts";
import { parseModel } from "../science/model/model-json.ts";
import { observe } from "../science/model/observe.ts";
import type { Observed } from "../science/model/observed.ts";
import { observePublished } from "../science/model/published.ts";
import { publishedSchema } from "../science/model/published-schema.ts";
import { checkYaml, readYaml } from "./read-yaml.ts";
import { shortPath } from "./short-path.ts";

/**
 *   record folder ─journal.jsonl→ fold, readings ─observe→ ┐
 *                                                          ├→ Observed, each with the SHA-256 of its bytes
 *   published file ─YAML→ schema ─observePublished→────────┘
 */
export async function readObserved(path: string, duts: readonly string[] | null): Promise<Observed> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    throw new RigError("config", `${path}: no such record folder or file of published results`);
  return found.isDirectory() ? readRecordObserved(path, duts) : readPublishedFile(path);
}

async function readRecordObserved(folder: string, duts: readonly string[] | null): Promise<Observed> {
  const path = join(folder, "journal.jsonl");
  if (!existsSync(path))
    throw new RigError(
      "journal_unreadable",
      `${folder}: no journal.jsonl there: name the folder of a record, as \`radrig run\` prints it`,
    );
  const state = emptyState();
  const { add, readings } = createReadings();
  for await (const batch of readJournal(path, {}))
    for (const record of batch) {
      fold(state, record);
      add(record);
    }
  const observed = observe(state, await sha256Of(path), { duts, readings });
  if (duts !== null && observed.devices.length === 0)
    throw new RigError(
      "config",
      `${folder}: no run of ${duts.join(" or ")}: its boards are ${[...state.boards.keys()].join(", ")}`,
    );
  return observed;
}

/** RigError `config`, located, where the file is not what the schema says. */
export function readPublishedFile(path: string): Observed {
  const file = readYaml(resolve(path));
  return observePublished(checkYaml(file, publishedSchema), file.sha256);
}

/** More than a device of a hundred workloads comes to. */
const mostModelBytes = 200_000_000;

/** RigError `config`, in one line, where it is no model of this version. */
export async function readModel(path: string): Promise<Model> {
  const name = shortPath(path);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile())
    throw new RigError(
      "config",
      `${name}: ${found === undefined ? "no such file" : "no file"}: expected a model.json of \`radrig calibrate\``,
    );
  if (found.size > mostModelBytes)
    throw new RigError("config", `${name}: ${found.size} bytes; a model has at most ${mostModelBytes}`);
  return parseModel(await readFile(path, "utf8"), name);
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
