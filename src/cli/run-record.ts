import { rmSync } from "node:fs";
import { join } from "node:path";
import { runCampaign } from "../campaign/engine.ts";
import { createMailbox } from "../campaign/mailbox.ts";
import { startControl } from "../control/server.ts";
import type { LinkTotals } from "../domain/capabilities.ts";
import { RigError } from "../domain/errors.ts";
import type { Rec } from "../domain/records.ts";
import type { Result } from "../domain/result.ts";
import type { Journal } from "../records/journal.ts";
import { createJournal, openJournal } from "../records/journal.ts";
import { beginSegment } from "../records/record-folder.ts";
import { writeAtomically } from "../records/write-atomically.ts";
import { analyze } from "../science/analyze.ts";
import { resultJson } from "../science/result-json.ts";
import { soFar } from "../science/so-far.ts";
import type { CampaignState } from "../science/state.ts";
import { assemble } from "./assemble.ts";
import type { Assembled } from "./assemble.ts";
import type { Begun } from "./begin.ts";
import { endReasonOfError } from "./end-reason.ts";
import { holdLoop, keep } from "./hold-loop.ts";
import { writeOrigin } from "./origin.ts";
import { thisProcess } from "./this-process.ts";
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
  readonly seen: (state: CampaignState, savedBytes: number) => void;
  readonly say: (text: string) => void;
}

/**
 * Runs what was begun to its end, whatever that is: every end leaves a reason in the journal and a result.json. `abort` leaves
 * everything at once: beam shut, rails off.
 */
export async function runRecord(begun: Begun, watcher: RunWatcher, abort: AbortController): Promise<Result> {
  const { folder, clock, state } = begun;
  const bench = await benchOf(begun, abort.signal, watcher.say);
  // Virtual time stands still until the campaign works: what is read and written here takes real time.
  const still = clock.hold();
  try {
    const journal = await journalOf(begun);
    try {
      await campaign(begun, bench, journal, abort, still, watcher);
    } finally {
      await writeAtomically(join(folder, "result.json"), resultJson(analyze(state)));
      await journal.close();
    }
  } finally {
    still[Symbol.dispose]();
    await bench.close();
  }
  return analyze(state);
}

async function campaign(
  { folder, plan, clock, state }: Begun,
  { bench }: Assembled,
  journal: Journal,
  abort: AbortController,
  still: Disposable,
  watcher: RunWatcher,
): Promise<void> {
  const commands = createMailbox();
  const verdicts = createVerdicts(commands);
  watcher.started(verdicts);
  const control = await startControl(folder, verdicts.ask);
  const seen = (records: readonly Rec[]): void => {
    verdicts.heard(records);
    for (const record of records) if (record.type === "state") control.keepAwake(record.to === "paused");
    // Stopping already or not: who says abort wants beam and rails off.
    if (records.some((record) => record.type === "command" && record.command.verb === "abort")) abort.abort();
    watcher.seen(state, journal.durableOffset);
  };
  const context = {
    clock,
    sessionId: state.start!.sessionId,
    soFar: soFar(state),
    commands,
    signal: abort.signal,
  };
  try {
    still[Symbol.dispose]();
    await holdLoop(runCampaign(plan, bench, context), journal, state, seen);
  } catch (error) {
    await keepReason(error, journal, state, clock.nowNs());
    throw error;
  } finally {
    verdicts.close();
    await control.close();
  }
}

/** The bench comes before the journal: a board that is missing leaves a record as it was. */
async function benchOf(begun: Begun, signal: AbortSignal, say: (text: string) => void): Promise<Assembled> {
  const { folder, folderIsNew, state, clock, plan, rig } = begun;
  const segment = state.start === null ? 0 : state.segments;
  try {
    return await assemble(rig, {
      clock,
      seed: plan.seed,
      segment,
      rawFolder: join(folder, "raw"),
      truthPath:
        rig.rig.emulation === undefined
          ? null
          : join(folder, segment === 0 ? "truth.jsonl" : `truth-${segment + 1}.jsonl`),
      signal,
      say,
    });
  } catch (error) {
    if (folderIsNew) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The journal with its first record of this process, durable. */
async function journalOf({ folder, folderIsNew, clock, start, state, origin }: Begun): Promise<Journal> {
  if (folderIsNew) await writeOrigin(folder, origin);
  const { journal, tornBytes } = folderIsNew
    ? { journal: await createJournal(folder, { clock }), tornBytes: 0 }
    : await openJournal(folder, { clock });
  await beginSegment(folder, thisProcess());
  const tNs = clock.nowNs();
  const first: Rec =
    start === null ? { type: "resumed", tNs, segment: state.segments, tornBytes } : { ...start, tNs };
  await keep([first], journal, state, () => undefined);
  return journal;
}

/** However a campaign ends, its journal says why: an error is a reason too. A disk that failed takes none. */
async function keepReason(
  error: unknown,
  journal: Journal,
  state: CampaignState,
  tNs: number,
): Promise<void> {
  const endReason = endReasonOfError(error);
  const detail = error instanceof Error ? error.message : String(error);
  const open = [...state.runs.values()].filter((run) => run.open);
  const ends: Rec[] = open.map(({ number, start: { dut } }) => ({
    type: "run_end",
    tNs,
    run: number,
    endReason,
    detail,
    link: state.boards.get(dut.name)?.link ?? noLink,
  }));
  try {
    await keep([...ends, { type: "campaign_end", tNs, endReason, detail }], journal, state, () => undefined);
  } catch (failure) {
    if (!(failure instanceof RigError) || failure.code !== "storage") throw failure;
  }
}

const noLink: LinkTotals = { frames: 0, garbled: 0, lost: 0, bytesDropped: 0 };
