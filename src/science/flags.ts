import type { LiveAccount } from "./live-time.ts";
import { eventsPerWindow, highestMu, muAlarm, muWarning } from "./pile-up.ts";
import { confirmedStrikes, primaries } from "./so-far.ts";
import type { CampaignState, RunTally } from "./state.ts";

/** What a reader of a result must know before he trusts it: flag → why it stands there. */
export const flagMeanings = {
  "dead>20%": "more than 20 % of the run was dead time; in a beam, lower the flux",
  "dead>10%": "more than 10 % of the run was dead time",
  "mu>0.5": "more than 0.5 events per observation window: two upsets often count as one",
  "mu>0.1": "more than 0.1 events per observation window: some upsets count as one",
  latch_up_unseen:
    "on some rail no latch-up would have been noticed: nothing trips there, and nobody looked at a current",
  throttled: "the board throttled its clock",
  no_control: "no control run of this board with the beam off, or on with the board idle",
  "unknown>1%": "more than 1 % of the strikes have no outcome of their own: look at the bounds",
  bytes_dropped: "bytes of this link were beyond the capture quota or the line guard",
  grouped_strikes: "state was not restored after every strike: strikes may have met",
  weighted: "strikes carry weights that these counts leave out",
  events_lost: "the board lost events in a reset: counts are lower bounds",
  counter_gap:
    "the beam counter has gaps: that time and its events are in no rate, its dose is estimated from above",
  counter_restarted: "the beam counter was restarted within the run",
  doubled_records: "an event stood in the journal twice and was counted once",
  dose_onset_passed:
    "the part had taken more dose than it stays sound at: a rate of the sound part uses the runs before",
  check_failed: "a golden or functional check failed",
  no_critical_proof:
    "no strike of this space is known to be critical: that strikes are made was proven by confirmation alone",
  no_guard: "nobody would have cut the rails if radrig had died: `radrig guard` holds a bench",
  not_pooled: "strikes did not reach the target, or golden was unstable: left out of the pooled results",
} as const;
export type Flag = keyof typeof flagMeanings;

/** What other runs tell of this one. */
export interface KnownOfRun {
  /** Its board had a control run. */
  readonly controlled: boolean;
  /** Its part had passed the dose that it stays sound at. */
  readonly pastOnset: boolean;
}

export function runFlags(run: RunTally, account: LiveAccount, { controlled, pastOnset }: KnownOfRun): Flag[] {
  const flags: Flag[] = [];
  const dead = account.elapsedSeconds > 0 ? account.deadSeconds / account.elapsedSeconds : 0;
  // The strikes of an injection are counted one by one: its dead time costs patience, not truth.
  if (run.start.runKind !== "injection" && dead > 0.1) flags.push(dead > 0.2 ? "dead>20%" : "dead>10%");
  const mu = highestMu(eventsPerWindow(run, run.lastNs));
  if (mu > muAlarm) flags.push("mu>0.5");
  else if (mu > muWarning) flags.push("mu>0.1");
  if (run.latchUpUnseen && inBeam(run)) flags.push("latch_up_unseen");
  if (run.throttled) flags.push("throttled");
  if (run.start.runKind === "beam" && !controlled) flags.push("no_control");
  if (unknownShare(run) > 0.01) flags.push("unknown>1%");
  if (run.link.bytesDropped > 0) flags.push("bytes_dropped");
  if (run.start.runKind === "injection" && !isolated(run)) flags.push("grouped_strikes");
  if (run.weighted) flags.push("weighted");
  if (run.eventsLostAtMost > 0) flags.push("events_lost");
  if (run.timeline.counterRestarts > 0) flags.push("counter_restarted");
  if (run.counterGapSeconds > 0 && run.start.runKind !== "beam_off") flags.push("counter_gap");
  if (run.doubled > 0) flags.push("doubled_records");
  if (run.checks.golden.failed + run.checks.functional.failed > 0) flags.push("check_failed");
  if (pastOnset) flags.push("dose_onset_passed");
  if (run.confirmedOnly) flags.push("no_critical_proof");
  if (isVoid(run)) flags.push("not_pooled");
  return flags;
}

function inBeam({ start: { runKind } }: RunTally): boolean {
  return runKind === "beam" || runKind === "beam_on_dut_idle";
}

/** Boards that had a control run: the beam off, or on while the board did nothing (REC-13). */
export function controlledBoards(state: CampaignState): ReadonlySet<string> {
  const names = new Set<string>();
  for (const run of state.runs.values())
    if (run.start.runKind === "beam_off" || run.start.runKind === "beam_on_dut_idle")
      names.add(run.start.plan.dut);
  return names;
}

/** Strikes of this run reached nothing, or there was nothing sure to compare with. */
export function isVoid(run: RunTally): boolean {
  return run.end?.endReason === "self_check_masked" || run.end?.endReason === "golden_unstable";
}

function isolated(run: RunTally): boolean {
  const { refresh, refreshEvery } = run.start.plan;
  return refresh === "full" && refreshEvery === 1;
}

function unknownShare(run: RunTally): number {
  const unknown = run.unknownStrikes + primaries(run, "unattributed");
  const asked = confirmedStrikes(run) + run.unknownStrikes;
  return asked === 0 || run.start.runKind !== "injection" ? 0 : unknown / asked;
}
