import { createHash } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
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
import type { CampaignState } from "../science/state.ts";
import { checkYaml, readYaml } from "./read-yaml.ts";
import { shortPath } from "./short-path.ts";

/** What a source told, and what tells it from every other. */
export interface ReadSource {
  readonly observed: Observed;
  /** Equal for a record and any copy of it, taken whenever: what its campaign began with. Of a published file its name. */
  readonly identity: string;
}

/**
 *   record folder ─journal.jsonl→ fold, readings ─observe→ ┐
 *                                                          ├→ Observed, each with the SHA-256 of its bytes
 *   published file ─YAML→ schema ─observePublished→────────┘
 */
export async function readObserved(path: string, duts: readonly string[] | null): Promise<ReadSource> {
  const found = statOf(path);
  if (found === undefined)
    throw new RigError("config", `${path}: no such record folder or file of published results`);
  if (found.isDirectory()) return readRecordObserved(path, duts);
  const observed = readPublishedFile(path);
  return { observed, identity: `published ${observed.name}` };
}

/** Sources that belong together. RigError `config` where two of them are one: its counts would count twice. */
export async function readAllObserved(
  paths: readonly string[],
  duts: readonly string[] | null,
): Promise<Observed[]> {
  const pathOf = new Map<string, string>();
  const all: Observed[] = [];
  for (const path of paths) {
    const { observed, identity } = await readObserved(path, duts);
    const before = pathOf.get(identity);
    if (before !== undefined) throw givenTwice(observed, before, path);
    pathOf.set(identity, path);
    all.push(observed);
  }
  return all;
}

function givenTwice({ kind, name }: Observed, before: string, path: string): RigError {
  return new RigError(
    "config",
    kind === "record"
      ? `${path}: the same campaign as ${before} (${name}, begun at the same time with the same seed): every event would count twice; give one of them, the later copy`
      : `${path}: published ${name}, as ${before} is: every event would count twice; give one of them, or each a name of its own (published:)`,
  );
}

async function readRecordObserved(folder: string, duts: readonly string[] | null): Promise<ReadSource> {
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
  return { observed, identity: identityOf(state) };
}

function identityOf({ start }: CampaignState): string {
  if (start === null) return "empty";
  const { epochUtc, campaign, seed, rigSha256, planSha256 } = start;
  return JSON.stringify([epochUtc, campaign, seed, rigSha256, planSha256]);
}

/** RigError `config`, located, where the file is not what the schema says. */
export function readPublishedFile(path: string): Observed {
  const file = readYaml(resolve(path));
  const { value } = file;
  if (typeof value === "object" && value !== null && "responses" in value && "vulnerabilities" in value)
    throw new RigError(
      "config",
      `${shortPath(path)}: a model already, and no record: \`radrig calibrate\` takes record folders and files of published results; \`radrig model show ${shortPath(path)}\` shows it`,
    );
  return observePublished(checkYaml(file, publishedSchema), file.sha256);
}

/** More than a device of a hundred workloads comes to. */
const mostModelBytes = 200_000_000;

/** RigError `config`, in one line, where it is no model of this version. */
export async function readModel(path: string): Promise<Model> {
  const name = shortPath(path);
  const found = statOf(path);
  if (found === undefined || !found.isFile())
    throw new RigError(
      "config",
      `${name}: ${found === undefined ? "no such file" : found.isDirectory() ? "a folder" : "no plain file"}: expected a model.json of \`radrig calibrate\``,
    );
  if (found.size > mostModelBytes)
    throw new RigError("config", `${name}: ${found.size} bytes; a model has at most ${mostModelBytes}`);
  return parseModel(await readFile(path, "utf8"), name);
}

/** undefined where nothing can be there: no such name, a file for a folder, a circle of links, a name too long. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
