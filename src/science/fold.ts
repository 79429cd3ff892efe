import type { Rec } from "../domain/records.ts";
import { foldBoard } from "./fold-board.ts";
import { cutRun, foldRun, startRun } from "./fold-run.ts";
import type { CampaignState, RunTally } from "./state.ts";

/**
 *   journal ─Rec→ fold ─→ CampaignState ┬→ resume: what is left
 *                                       ├→ live view
 *                                       └→ analyze → result.json
 *
 * One pass, one record at a time, whatever they are: a record that makes no sense where it stands is counted nowhere.
 */
export function emptyState(): CampaignState {
  return {
    start: null,
    segments: 1,
    runs: new Map(),
    boards: new Map(),
    phase: "idle",
    unguarded: false,
    end: null,
    records: 0,
    lastNs: 0,
    warning: null,
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Name of the board that a record's run is on; null where it has none. */
function boardOf(runs: ReadonlyMap<number, RunTally>, record: Rec): string | null {
  if (record.type === "run_start") return record.plan.dut;
  if (!("run" in record) || record.run === null) return null;
  return runs.get(record.run)?.start.plan.dut ?? null;
}

/** Takes one record in, in place, and returns the same state. */
export function fold(into: CampaignState, record: Rec): CampaignState {
  const state: Writable<CampaignState> = into;
  const runs = state.runs as Map<number, RunTally>;
  state.records++;
  state.lastNs = Math.max(state.lastNs, record.tNs);
  // A board's link counts run on from one run to the next: each run takes what was gained since the record before.
  const linkGained = foldBoard(state.boards, record, boardOf(runs, record));
  switch (record.type) {
    case "campaign_start":
      state.start ??= record;
      break;
    case "resumed":
      state.segments++;
      state.end = null;
      state.phase = "idle";
      for (const run of runs.values()) cutRun(run);
      break;
    case "guard":
      if (record.afterSeconds === null) state.unguarded = true;
      break;
    case "run_start":
      runs.set(record.run, startRun(runs.get(record.run), record));
      break;
    case "state":
      state.phase = record.to;
      break;
    case "campaign_end":
      state.end = { endReason: record.endReason, detail: record.detail };
      break;
    case "command":
    case "thermal":
    case "bench_fault":
      break;
    case "note":
      if (record.level !== "info") state.warning = { tNs: record.tNs, text: record.text };
      break;
    case "check":
    case "strike":
    case "beam_event":
    case "ecc":
    case "corrected":
    case "telemetry":
    case "beam":
    case "dead":
    case "rung":
    case "effect":
    case "iterations":
    case "run_end":
    case "link":
    case "boot":
    case "rail_event": {
      const run = record.run === null ? undefined : runs.get(record.run);
      if (run !== undefined) foldRun(run, record, linkGained);
      break;
    }
  }
  return state;
}
