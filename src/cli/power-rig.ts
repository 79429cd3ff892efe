import type { RailDone } from "../control/cut-rails.ts";
import { findGuard } from "../control/guard-client.ts";
import { rigPlace } from "../control/runtime-place.ts";
import { RigError } from "../domain/errors.ts";
import { inMemory } from "./assemble.ts";
import { checkRig } from "./cross-checks.ts";
import { nearest } from "./did-you-mean.ts";
import { readRig } from "./files.ts";
import type { ReadRig } from "./files.ts";
import { writeLog } from "./guard-log.ts";
import { endRun, liveRun } from "./live-run.ts";
import type { LiveRun } from "./live-run.ts";
import { operateRails } from "./operate-rails.ts";
import type { PowerVerb } from "./operate-rails.ts";
import { readRecord } from "./read-record.ts";
import { noticeOf } from "./run-notice.ts";
import { userName } from "./user-name.ts";

/**
 * The rails of a rig by hand, whoever holds them:
 *
 *   guard alive ─→ the guard does it        else a run alive ─→ it is told, or ended        else ─→ this process does it
 */
export interface Powered {
  readonly through: "guard" | "run" | "itself";
  readonly rails: readonly RailDone[];
  /** What else there is to know; "" for nothing. */
  readonly detail: string;
}

export async function powerRig(
  path: string,
  what: PowerVerb,
  station: string | null,
  say: (text: string) => void,
): Promise<Powered> {
  const read = realRig(path);
  checkStation(read, station);
  const byGuard = await guardDoes(read, { ask: "power", what, station });
  if (byGuard !== null) return byGuard;
  const run = liveRun(noticeOf(read.file.path));
  if (run === null)
    return { through: "itself", rails: await operateRails(read, what, station, say), detail: "" };
  if (what === "status") return lastReadings(run);
  if (what === "off") return cutUnder(read, run, say);
  throw new RigError(
    "environment",
    `process ${run.pid} runs into ${run.folder} and holds the supply: stop it first (radrig control ${run.folder} stop), or run it under \`radrig guard\``,
  );
}

/** Ends whatever runs on this rig and cuts its rails; through the guard where one is alive. */
export async function killRig(
  path: string,
  record: string | null,
  say: (text: string) => void,
): Promise<Powered> {
  const read = readRig(path);
  checkRig(read);
  const run = liveRun(record ?? (inMemory(read.rig) ? null : noticeOf(read.file.path)));
  if (inMemory(read.rig)) {
    if (run === null)
      throw new RigError("environment", "nothing runs there: a bench in memory dies with its run");
    return {
      through: "run",
      rails: [],
      detail: `process ${run.pid} ${await endRun(run)}, and its bench with it`,
    };
  }
  const byGuard = await guardDoes(read, { ask: "kill" });
  if (byGuard !== null) return byGuard;
  if (run !== null) return cutUnder(read, run, say);
  return {
    through: "itself",
    rails: await operateRails(read, "cut", null, say),
    detail: "nothing was running",
  };
}

/** The run ends first: its supply is free then, and is looked at whatever the run said. */
async function cutUnder(read: ReadRig, run: LiveRun, say: (text: string) => void): Promise<Powered> {
  const ending = await endRun(run);
  const detail =
    ending === "aborted"
      ? `process ${run.pid} went to the safe state and ended`
      : ending === "killed"
        ? `process ${run.pid} did not answer and was killed; \`radrig run --resume ${run.folder}\` goes on with its record`
        : `process ${run.pid} CANNOT BE ENDED: pull the plug`;
  const rails = await operateRails(read, "cut", null, say);
  const why = `radrig kill by ${userName()}: ${detail}`;
  const entry = { what: "cut", record: run.folder, why, silentMs: null, rails } as const;
  const wrong = writeLog(rigPlace(read.file.path, process.env).guardLog, {
    ...entry,
    atUtc: new Date().toISOString(),
  });
  if (wrong !== null) say(`not in the log: ${wrong}`);
  return { through: "run", rails, detail };
}

async function guardDoes(
  read: ReadRig,
  ask:
    | { readonly ask: "kill" }
    | { readonly ask: "power"; readonly what: PowerVerb; readonly station: string | null },
): Promise<Powered | null> {
  const { guard } = rigPlace(read.file.path, process.env);
  const link = await findGuard(guard, { role: "operator", by: userName(), pid: process.pid, record: null });
  if (link === null) return null;
  try {
    const reply = await link.ask(ask);
    // The guard's answer to both is what became of its rails.
    if (reply.kind === "ok")
      return {
        through: "guard",
        rails: reply.value as readonly RailDone[],
        detail: `by process ${link.info.pid}`,
      };
    throw new RigError(
      "instrument",
      `the guard of process ${link.info.pid}: ${reply.kind === "refused" ? reply.reason : "no answer"}`,
    );
  } finally {
    link.close();
  }
}

/** What the record of a run says last: the ports are its own. */
async function lastReadings({ folder, pid }: LiveRun): Promise<Powered> {
  const state = await readRecord(folder);
  const rails = [...state.boards.values()].flatMap(({ name, rail }): RailDone[] =>
    rail === null
      ? []
      : [
          {
            station: name,
            rail: "all",
            device: "",
            on: rail.on,
            known: "reported",
            milliV: rail.milliV,
            milliA: rail.milliA,
            detail: "",
          },
        ],
  );
  return { through: "run", rails, detail: `as last read by process ${pid}` };
}

function realRig(path: string): ReadRig {
  const read = readRig(path);
  checkRig(read);
  if (inMemory(read.rig))
    throw new RigError(
      "config",
      `${read.file.name}: a bench in memory lives inside its run: it has no rails of its own`,
    );
  if (Object.values(read.rig.stations).every(({ supply }) => supply === undefined))
    throw new RigError("config", `${read.file.name}: no station has a supply`);
  return read;
}

function checkStation({ rig, file }: ReadRig, station: string | null): void {
  if (station === null) return;
  const named = rig.stations[station];
  const guess = nearest(station, Object.keys(rig.stations));
  if (named === undefined)
    throw new RigError(
      "config",
      `${file.name} has no station '${station}'${guess === null ? `; it has ${Object.keys(rig.stations).join(", ")}` : `: did you mean '${guess}'?`}`,
    );
  if (named.supply === undefined)
    throw new RigError("config", `${file.name}: station '${station}' has no supply`);
}
