import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { runCampaign } from "../campaign/engine.ts";
import { createMailbox } from "../campaign/mailbox.ts";
import { startControl } from "../control/server.ts";
import { EndedBy } from "../domain/ended-by.ts";
import type { Rec } from "../domain/records.ts";
import type { GuardRec } from "../domain/watched.ts";
import type { Result } from "../domain/result.ts";
import type { InfluxServer } from "../records/influx-server.ts";
import { startShipper } from "../records/influx-shipper.ts";
import type { Lag, Shipper } from "../records/influx-shipper.ts";
import type { Journal } from "../records/journal.ts";
import { recordUuid } from "../records/record-folder.ts";
import { writeAtomically } from "../records/write-atomically.ts";
import { analyze } from "../science/analyze.ts";
import { resultJson } from "../science/result-json.ts";
import { soFar } from "../science/so-far.ts";
import type { BoardTally, CampaignState } from "../science/state.ts";
import { assemble } from "./assemble.ts";
import type { Assembled } from "./assemble.ts";
import type { Begun } from "./begin.ts";
import { holdLoop } from "./hold-loop.ts";
import { readGuardLog } from "./guard-log.ts";
import { leftPowered, leftPoweredLine } from "./left-powered.ts";
import { postNotice } from "./run-notice.ts";
import { joinGuard } from "./run-guard.ts";
import type { RunGuard } from "./run-guard.ts";
import { journalOf, keepReason } from "./record-journal.ts";
import { shortPath } from "./short-path.ts";
import { checkThermalDevices } from "./thermal-checks.ts";
import { createVerdicts } from "./verdicts.ts";
import type { Verdicts } from "./verdicts.ts";

/**
 *   files → bench → journal → campaign ─records→ hold loop ─→ result.json
 *                               ↑ commands: keyboard, radrig control
 */
export interface RunWatcher {
  /** Told once, when commands can be given. */
  readonly started: (commands: Pick<Verdicts, "ask">) => void;
  /** Told after every durable batch. */
  readonly seen: (state: CampaignState, saved: Saved) => void;
  readonly say: (text: string) => void;
}

/** How far the records have got; `lag` is null where no InfluxDB is written. */
export interface Saved {
  readonly bytes: number;
  readonly lag: Lag | null;
}

/**
 * Runs what was begun to its end, whatever that is: every end leaves a reason in the journal and a result.json. `abort` leaves
 * everything at once: beam shut, rails off.
 */
export async function runRecord(
  begun: Begun,
  watcher: RunWatcher,
  abort: AbortController,
  influx: InfluxServer | null,
): Promise<Result> {
  const { folder, clock, state } = begun;
  const guard = await guardOf(begun, abort);
  if (guard !== null) watcher.say(guard.words);
  const bench = await benchOf(begun, guard, abort.signal, watcher.say);
  // Virtual time stands still until the campaign works: what is read and written here takes real time.
  const still = clock.hold();
  let shipper: Shipper | null = null;
  try {
    const left = guard === null ? [] : leftPowered(state, bench.bench.found, readGuardLog(folder), clock);
    for (const board of left) watcher.say(leftPoweredLine(board));
    const journal = await journalOf(begun, left, guard === null ? null : guardRecord(guard));
    if (influx !== null) shipper = await shipperTo(influx, folder, journal);
    try {
      const saved = (): Saved => ({ bytes: journal.durableOffset, lag: shipper?.lag() ?? null });
      await campaign(begun, bench, journal, abort, still, watcher, saved);
    } finally {
      await writeAtomically(join(folder, "result.json"), resultJson(analyze(state)));
      await journal.close();
    }
  } finally {
    still[Symbol.dispose]();
    await bench.close();
    await guard?.disarm();
    guard?.close();
    if (shipper !== null && influx !== null) await finishShipping(shipper, influx, begun.folder, watcher.say);
  }
  return analyze(state);
}

async function shipperTo(server: InfluxServer, folder: string, journal: Journal): Promise<Shipper> {
  return startShipper({ folder, recordUuid: await recordUuid(folder), journal, server });
}

/** At the end a server that is there gets the rest; one that is not keeps nobody waiting. */
const patienceMs = 5_000;

async function finishShipping(
  shipper: Shipper,
  server: InfluxServer,
  folder: string,
  say: (text: string) => void,
): Promise<void> {
  const { recordsBehind, rejected, lastError } = await shipper.finish(patienceMs);
  if (recordsBehind > 0)
    say(
      `InfluxDB lacks ${recordsBehind} records${lastError === null ? "" : ` (${lastError})`}; bring them by: npx radrig influx replay ${shortPath(folder)} --influx ${server.name}`,
    );
  if (rejected > 0)
    say(
      `InfluxDB refused ${rejected} points for good: they stand in ${join(shortPath(folder), "influx-rejected.lp")}`,
    );
}

async function campaign(
  { folder, plan, rig, essentialFiles, clock, state }: Begun,
  { bench }: Assembled,
  journal: Journal,
  abort: AbortController,
  still: Disposable,
  watcher: RunWatcher,
  saved: () => Saved,
): Promise<void> {
  const commands = createMailbox();
  const verdicts = createVerdicts(commands);
  watcher.started(verdicts);
  const control = await startControl(folder, verdicts.ask);
  const notice = postNotice(rig, folder);
  const seen = (records: readonly Rec[]): void => {
    verdicts.heard(records);
    for (const record of records) if (record.type === "state") control.keepAwake(record.to === "paused");
    // Stopping already or not: who says abort wants beam and rails off.
    if (records.some((record) => record.type === "command" && record.command.verb === "abort")) abort.abort();
    watcher.seen(state, saved());
  };
  const sessionId = state.start!.sessionId;
  const context = { clock, sessionId, soFar: soFar(state), essentialFiles, commands, signal: abort.signal };
  try {
    still[Symbol.dispose]();
    await holdLoop(runCampaign(plan, bench, context), journal, state, seen);
  } catch (error) {
    await keepReason(error, journal, state, clock.nowNs());
    throw error;
  } finally {
    verdicts.close();
    notice.takeDown();
    await control.close();
  }
}

/** Takes command of a guarded bench. Once the guard has cut its rails, there is nothing left to go on with. */
async function guardOf(begun: Begun, abort: AbortController): Promise<RunGuard | null> {
  const { folder, folderIsOurs, rig, clock, state } = begun;
  const known = ([name, { dieC }]: [string, BoardTally]): (readonly [string, number])[] =>
    dieC === null ? [] : [[name, dieC]];
  try {
    return await joinGuard(rig, {
      folder: resolve(folder),
      clock,
      diesC: () => Object.fromEntries([...state.boards].flatMap(known)),
      cut: ({ atUtc, why }) =>
        abort.abort(new EndedBy("bench_fault", `the guard cut the rails at ${atUtc}: ${why}`)),
    });
  } catch (error) {
    if (folderIsOurs) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function guardRecord({ afterMs, words }: RunGuard): Omit<GuardRec, "tNs"> {
  return { type: "guard", afterSeconds: afterMs === null ? null : afterMs / 1000, detail: words };
}

/** The bench comes before the journal: a board that is missing leaves a record as it was. */
async function benchOf(
  begun: Begun,
  guard: RunGuard | null,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<Assembled> {
  const { folder, folderIsOurs, state, clock, plan, campaign, rig } = begun;
  const segment = state.start === null ? 0 : state.segments;
  let assembled: Assembled | null = null;
  try {
    assembled = await assemble(rig, {
      clock,
      seed: plan.seed,
      segment,
      rawFolder: join(folder, "raw"),
      truthPath:
        rig.rig.emulation === undefined
          ? null
          : join(folder, segment === 0 ? "truth.jsonl" : `truth-${segment + 1}.jsonl`),
      signal,
      guard: guard?.bench ?? null,
      say,
    });
    checkThermalDevices(plan, campaign, assembled.bench);
    return assembled;
  } catch (error) {
    await assembled?.close();
    await guard?.disarm();
    guard?.close();
    if (folderIsOurs) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
