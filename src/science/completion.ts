import type { Plan, RunPlan } from "../domain/plan.ts";
import { visitsOf } from "../domain/thermal-steps.ts";
import { doseOf } from "./dose.ts";
import { liveAccount } from "./live-time.ts";
import { confirmedStrikes, primaries, primaryEvents } from "./so-far.ts";
import type { CampaignState, RunTally } from "./state.ts";

/** How far a campaign has come, every run of the plan counting alike. */
export interface Completion {
  readonly planned: number;
  readonly ended: number;
  /** 0 to 1; an open run counts by the stop rule that it is nearest to. */
  readonly share: number;
}

export function completionOf(state: CampaignState): Completion {
  const planned = state.start === null ? 0 : plannedRuns(state.start.plan);
  let ended = 0;
  let done = 0;
  for (const run of state.runs.values()) {
    if (run.end !== null) ended++;
    done += run.end === null ? runShare(run, state.lastNs) : 1;
  }
  return { planned, ended, share: planned === 0 ? 0 : Math.min(1, done / planned) };
}

/** Runs that the plan unfolds to. */
export function plannedRuns(plan: Plan): number {
  return plan.blocks.reduce(
    (sum, block) =>
      sum +
      block.duts.length *
        block.workloads.length *
        visitsOf(block.thermal) *
        (block.kind === "injection" ? block.targets.length * block.faultModels.length : 1),
    0,
  );
}

/** Which part of the nearest stop rule this run has reached. */
export function runShare(run: RunTally, nowNs: number): number {
  const { stop } = run.start.plan;
  const account = liveAccount(run.timeline, run.open ? nowNs : run.lastNs);
  const reached: readonly (readonly [number, number | null])[] = [
    [run.struck.size, stop.strikes],
    [primaryEvents(run), stop.events],
    [account.fluenceLivePerCm2, stop.fluencePerCm2],
    [doseOf(run) ?? 0, stop.doseRadSi],
    [account.liveSeconds, stop.seconds],
  ];
  return Math.min(1, Math.max(0, ...reached.map(([now, goal]) => (goal === null ? 0 : now / goal))));
}

/** Outcomes of all injection runs together, for a first look while they come in. */
export function tallyOf(state: CampaignState): Tally {
  const struck = { strikes: 0, known: 0, masked: 0, sdcTolerable: 0, sdcCritical: 0, due: 0 };
  const beam = { events: 0, sdcTolerable: 0, sdcCritical: 0, due: 0 };
  for (const run of state.runs.values()) {
    const isStruck = run.start.runKind === "injection";
    const counts = isStruck ? struck : beam;
    counts.sdcTolerable += primaries(run, "sdcTolerable");
    counts.sdcCritical += primaries(run, "sdcCritical");
    counts.due += primaries(run, "dueDetected", "dueCrash", "dueHang");
    if (!isStruck) {
      beam.events += primaryEvents(run);
      continue;
    }
    struck.strikes += run.struck.size;
    struck.known += confirmedStrikes(run) - primaries(run, "unattributed");
    struck.masked += primaries(run, "masked");
  }
  return { ...struck, beam };
}

/** Primary events so far: of strikes, and of runs in a beam or beside one. */
export interface Tally extends Readonly<
  Record<"strikes" | "known" | "masked" | "sdcTolerable" | "sdcCritical" | "due", number>
> {
  readonly beam: Readonly<Record<"events" | "sdcTolerable" | "sdcCritical" | "due", number>>;
}

const whereabouts = {
  beam: "in the beam",
  beam_off: "with the beam off",
  beam_on_dut_idle: "idle in the beam",
};

/** What a run is: `digits / weights`, or `digits in the beam`. */
export function runTitle(plan: RunPlan): string {
  if (plan.kind !== "injection") return `${plan.workload} ${whereabouts[plan.kind]}`;
  return `${plan.workload} / ${plan.target ?? "?"}`;
}
