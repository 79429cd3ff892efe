import { RigError } from "../domain/errors.ts";
import { effects } from "../domain/outcome.ts";
import type { EndReason } from "../domain/outcome.ts";
import { resultVersion } from "../domain/result.ts";
import type { Result, RunResult } from "../domain/result.ts";
import { dosesOf, runsPastOnset } from "./dose.ts";
import { eccResults } from "./ecc.ts";
import { estimatesOf, meaningful, trialsOf } from "./estimate.ts";
import { exposureOf } from "./exposure.ts";
import { controlledBoards, isVoid, runFlags } from "./flags.ts";
import type { KnownOfRun } from "./flags.ts";
import { liveAccount } from "./live-time.ts";
import { eventsPerWindow } from "./pile-up.ts";
import { orderedCounts, pool } from "./pool.ts";
import { severityOf } from "./severity.ts";
import type { CampaignState, RunTally } from "./state.ts";

/**
 *   journal ─→ fold ─→ analyze ─→ Result ─→ result.json
 *
 * Everything a journal says, from the journal alone: the same journal gives the same result, whoever asks and when.
 * A journal without a start is RigError `journal_unreadable`.
 */
export function analyze(state: CampaignState): Result {
  const { start } = state;
  if (start === null)
    throw new RigError(
      "journal_unreadable",
      "the journal holds no campaign_start record: it is no journal of a campaign, or its head is lost",
    );
  const controlled = controlledBoards(state);
  const tallies = [...state.runs.values()].sort((a, b) => a.number - b.number);
  const pastOnset = runsPastOnset(state);
  const runs = tallies.map((run) => ({
    result: runResult(run, start.sessionId, start.emulated, {
      controlled: controlled.has(run.start.plan.dut),
      pastOnset: pastOnset.has(run.number),
    }),
    struck: run.start.plan,
    bits: bitsOf(run),
    severity: run.severity,
    ecc: run.ecc,
    counts: !isVoid(run),
  }));
  return {
    schemaVersion: resultVersion,
    tool: start.tool,
    campaign: start.campaign,
    seed: start.seed,
    emulated: start.emulated,
    rig: start.rig,
    endReason: state.end?.endReason ?? "unknown_end",
    segments: state.segments,
    runs: runs.map(({ result }) => result),
    pooled: pool(runs.filter(({ counts, result }) => counts && result.exposure.kind !== "unknown")),
    doses: dosesOf(state),
    flags: [
      ...(runs.some(({ result }) => result.flags.includes("no_control")) ? ["no_control"] : []),
      ...(state.unguarded ? ["no_guard"] : []),
    ],
  };
}

function runResult(run: RunTally, sessionId: string, emulated: boolean, known: KnownOfRun): RunResult {
  const { plan, dut, runKind } = run.start;
  const account = liveAccount(run.timeline, run.lastNs);
  const exposure = exposureOf(run, sessionId, emulated);
  const outcomes = orderedCounts((outcome) =>
    // Only a strike put in on purpose can be seen to do nothing.
    outcome === "masked" && runKind !== "injection" ? null : run.outcomes[outcome],
  );
  const measured = run.die.samples > 0;
  return {
    number: run.number,
    runKind,
    dut: { name: dut.name, model: dut.model, serial: dut.serial, accelerator: dut.accelerator },
    workload: plan.workload,
    target: plan.target,
    faultModel: plan.faultModel?.name ?? null,
    semAfter: plan.semAfter,
    refresh: { policy: plan.refresh, every: plan.refreshEvery, after: plan.refreshAfter },
    temperatureC: {
      set: plan.temperatureC,
      dieMean: measured ? run.die.sumC / run.die.samples : null,
      dieMin: measured ? run.die.minC : null,
      dieMax: measured ? run.die.maxC : null,
    },
    exposure,
    endReason: endReasonOf(run),
    segments: run.segments,
    outcomes,
    corrected: run.corrected,
    severity: severityOf(run.severity),
    detection: run.detection,
    ecc: eccResults(run.ecc, exposure, trialsOf(exposure, outcomes)),
    iterations: run.iterations,
    eventsPerWindow: eventsPerWindow(run, run.lastNs),
    effects: Object.fromEntries(
      effects.flatMap((effect) => {
        const count = run.effects[effect];
        return count === undefined ? [] : [[effect, count]];
      }),
    ),
    link: run.link,
    live: {
      elapsedSeconds: account.elapsedSeconds,
      liveSeconds: account.liveSeconds,
      deadSeconds: account.deadSeconds,
    },
    throttled: {
      seconds: run.underThrottle.seconds,
      events: run.underThrottle.events,
      iterations: run.underThrottle.iterations,
      fluencePerCm2: run.underThrottle.fluencePerCm2,
    },
    estimates: meaningful(runKind, estimatesOf(exposure, outcomes, bitsOf(run))),
    flags: runFlags(run, account, known),
  };
}

/** Every run has a reason: where the host died before it wrote one, a later process's start proves it; else nobody knows. */
function endReasonOf(run: RunTally): EndReason {
  return run.end?.endReason ?? (run.cut ? "host_crash" : "unknown_end");
}

/** Bits that the run exposed: those of its target, or in a beam all that the board described; null where it described none. */
function bitsOf(run: RunTally): number | null {
  const { targets, plan } = run.start;
  const exposed = plan.target === null ? targets : targets.filter((space) => space.name === plan.target);
  const bits = exposed.reduce((sum, space) => sum + space.words * space.bits, 0);
  return bits > 0 ? bits : null;
}
