import type { BenchFault } from "../domain/equipment.ts";
import type { EndReason, Outcome } from "../domain/outcome.ts";
import type { RunPlan } from "../domain/plan.ts";
import { randomStream } from "../domain/random.ts";
import type { Rec, StrikeRec } from "../domain/records.ts";
import { plainFlip } from "../domain/strike.ts";
import type { Drawn } from "../domain/draw-fault.ts";
import { drawStrike } from "../domain/draw-fault.ts";
import { strikeInWords } from "../domain/strike-words.ts";
import { unfitFault } from "../domain/unfit-fault.ts";
import { beyondBoard, beyondInjector } from "./fault-reach.ts";
import type { Strike, TargetSpace } from "../domain/strike.ts";
import { devicesOf } from "./bench-health.ts";
import { placeInConfiguration } from "./configuration-places.ts";
import type { Places } from "./configuration-places.ts";
import { createJudge } from "./judge.ts";
import type { Judge } from "./judge.ts";
import { reload } from "./incident.ts";
import { msSince } from "./lane.ts";
import { checkRecord } from "./check-record.ts";
import type { Lane } from "./lane.ts";
import { tryStep } from "./lasting-step.ts";
import { howToMend, placesOf, proveByConfirmation } from "./own-space-proof.ts";
import type { Prepared } from "./prepare.ts";
import { restoresAll } from "./prepare.ts";
import { ownSpaceOf, reconfigure } from "./reconfigure.ts";
import type { Recovery } from "./recover.ts";
import { repeatOf } from "../science/repeats.ts";
import type { SeenError } from "../science/repeats.ts";
import type { RunDone } from "../science/so-far.ts";
import { stopReason } from "./stop-rules.ts";
import { strikeOnce } from "./strike-once.ts";
import type { Struck } from "./struck-outcome.ts";

/** Why a run ended, in a word of the closed list and a sentence. */
export interface Ended {
  readonly endReason: EndReason;
  readonly detail: string;
}

/** The conditions of the run are not what the plan says any more. */
export function benchFault({ device, what, detail }: BenchFault): Ended {
  return { endReason: "bench_fault", detail: `'${device}' is ${what.replaceAll("_", " ")}: ${detail}` };
}

/** Strikes that in a row could not be confirmed before the run is given up: the path, not the device, is at fault. */
const unconfirmedInARow = 20;
/** The self-check is no strike of the run's: its id is never one of theirs. */
const selfCheckId = 0xffffffff;

/**
 * One injection run. Strike k is a pure function of (seed, run, k), starts from golden state, and is struck once:
 * those in `soFar` stay struck, whichever process did it (law 3).
 */
export async function* injectionRun(
  lane: Lane,
  run: RunPlan,
  first: Prepared,
  soFar: RunDone,
): AsyncGenerator<Rec, Ended> {
  let prepared = first;
  const own = ownSpaceOf(lane.station, run.target);
  const space = own ?? prepared.loaded.targets.find((target) => target.name === run.target);
  if (space === undefined) {
    const names = prepared.loaded.targets.map((target) => target.name).join(", ");
    return {
      endReason: "config_error",
      detail: `the board has no target '${String(run.target)}', only ${names}`,
    };
  }
  const injector = lane.station.injector;
  const outside = own !== null || injector?.reaches.includes(space.name) === true;
  const misfit =
    (outside && injector !== null
      ? beyondInjector(run.faultModel!, space.name, { name: injector.name, own: own !== null })
      : null) ?? unfitFault(run.faultModel!, space, prepared.loaded.format);
  if (misfit !== null) return { endReason: "config_error", detail: misfit };
  const places = own === null ? null : placesOf(lane, run, own);
  if (typeof places === "string") return { endReason: "config_error", detail: places };
  const judge = createJudge(prepared.workload, prepared.loaded.format, prepared.loaded.inputs);
  const begunNs = lane.clock.nowNs();
  const proof = yield* selfCheck(lane, run, space, places, prepared, judge);
  if ("endReason" in proof) {
    // It says nothing of the path where the injector was not there.
    const gone = lane.health.since(devicesOf(run, lane.station), begunNs);
    return proof.endReason === "self_check_masked" && gone !== null ? benchFault(gone) : proof;
  }
  prepared = proof.prepared ?? prepared;

  const startNs = lane.clock.nowNs();
  const counts = { ...soFar.counts };
  let pausedMs = 0;
  let unconfirmed = 0;
  let sinceGolden = 0;
  let previous: SeenError | null = null;
  let step = 0;
  for (let id = 1; ; id++) {
    if (soFar.isDone(id)) continue;
    const reason = stopReason(run.stop, {
      ...counts,
      fluencePerCm2: 0,
      doseRadSi: null,
      seconds: soFar.seconds + (msSince(lane.clock, startNs) - pausedMs) / 1000,
    });
    if (reason !== null) return { endReason: reason, detail: "" };
    const waitedMs = await lane.conductor.waitWhilePaused();
    pausedMs += waitedMs;
    if (waitedMs > 0) yield paused(lane, run, waitedMs);
    if (lane.conductor.stopping() || lane.signal.aborted)
      return { endReason: "operator", detail: "stopped by command" };
    const fault = lane.health.standing(devicesOf(run, lane.station));
    if (fault !== null) return benchFault(fault);
    const risen = lane.watch.lasting();
    if (risen !== null) prepared = (yield* tryStep(lane, run, risen)).prepared ?? prepared;
    if (lane.memory.latch.limit !== null) return lane.memory.latch.limit;
    if (gaveUp(lane)) return deadBoard;

    const random = randomStream(lane.plan.seed, "strike", run.number, id);
    const { inputs } = prepared.loaded;
    const { strike, component } =
      places === null
        ? drawStrike(random, id, space, run.faultModel!, inputs, prepared.golden.cycles)
        : placeInConfiguration(random, id, space, places, run.faultModel!, inputs);
    const struck: Struck = yield* strikeOnce(lane, run, strike, prepared, judge);
    if (struck.interrupted) return { endReason: "operator", detail: "stopped at once" };
    const cannot = struck.refused === null ? null : beyondBoard(struck.refused, component, space.name);
    if (cannot !== null) return { endReason: "config_error", detail: `board '${lane.name}': ${cannot}` };
    step++;
    const repeat: number | null =
      struck.evidence === null
        ? null
        : repeatOf(previous, { step, evidence: struck.evidence }, restoresAll(run));
    const record = recordOf(lane, run, { strike, component, space }, struck, repeat);
    yield record;
    if (record.bootId !== null && record.event !== null)
      await lane.station.dut.acknowledge(record.bootId, record.event);
    if (struck.evidence !== null)
      previous = { number: id, primary: repeat ?? id, step, evidence: struck.evidence };
    counts.strikes++;
    // A repeat is none of its own: the stop rules count what a resumed run and the analysis count.
    if (record.outcome !== null && record.confirmed && repeat === null) {
      counts.confirmed++;
      if (record.outcome !== "masked") counts.events++;
      if (record.outcome === "sdcCritical" || record.outcome === "sdcTolerable") counts.sdc++;
    }
    unconfirmed = record.confirmed ? 0 : unconfirmed + 1;
    if (unconfirmed >= unconfirmedInARow)
      return {
        endReason: "config_error",
        detail: `${unconfirmed} strikes in a row were not confirmed: ${record.detail}${own === null ? "" : `; ${howToMend}`}`,
      };
    if (lane.memory.dead) return struck.linkGone ? pulledLink : deadBoard;
    if (struck.prepared !== null) prepared = struck.prepared;
    const due = ++sinceGolden >= run.goldenEvery || struck.doubtful;
    if (due && prepared.golden.digest === first.golden.digest) {
      sinceGolden = 0;
      // The check runs from restored state: no error seen before it can be seen again after it.
      previous = null;
      if (!(yield* goldenCheck(lane, run))) {
        const recovery: Recovery | null =
          own === null
            ? yield* reload(lane, run)
            : yield* reconfigure(lane, run, "golden differs after the strikes were taken back");
        if (recovery === null)
          return {
            endReason: "golden_unstable",
            detail: "golden differs, and nothing here configures the FPGA anew",
          };
        if (gaveUp(lane)) return deadBoard;
        prepared = recovery.prepared ?? prepared;
      }
    }
    // Not what the strikes before were held against: a stuck bit would make a golden output of its own.
    if (prepared.golden.digest !== first.golden.digest)
      return { endReason: "golden_unstable", detail: "after a reload the golden output was another one" };
  }
}

/** Asked anew after a climb: what the compiler knew before it no longer holds. */
function gaveUp(lane: Lane): boolean {
  return lane.memory.dead;
}

const deadBoard: Ended = { endReason: "dut_dead", detail: "the recovery ladder is spent" };
const pulledLink: Ended = { endReason: "pulled_link", detail: "the link went away and did not come back" };

/**
 * The same path as every strike of the run, at a place known to be critical: a path that reaches nothing is found here. In a space where
 * none is known, a strike that is confirmed must do.
 */
async function* selfCheck(
  lane: Lane,
  run: RunPlan,
  space: TargetSpace,
  places: Places | null,
  prepared: Prepared,
  judge: Judge,
): AsyncGenerator<Rec, Ended | { readonly prepared: Prepared | null }> {
  if (space.selfCheck === null) {
    if (places === null) return { prepared: null };
    const { struck, problem } = yield* proveByConfirmation(
      lane,
      run,
      space,
      places,
      prepared,
      judge,
      selfCheckId,
    );
    return proven(lane, struck, problem);
  }
  const strike: Strike = { ...plainFlip, id: selfCheckId, target: space.name, ...space.selfCheck };
  // A controller that observes may repair it before it is read: what is proved here is the path, with the controller idle.
  const standing: RunPlan = { ...run, semAfter: "idle", semObserveMs: 0 };
  const struck: Struck = yield* strikeOnce(lane, standing, strike, prepared, judge);
  const pass = struck.confirmed && struck.outcome !== null && isCritical(struck.outcome);
  yield {
    type: "check",
    tNs: lane.clock.nowNs(),
    run: run.number,
    check: "self_check",
    target: space.name,
    pass,
    outcome: struck.outcome,
    event: struck.event,
    bootId: struck.bootId,
    detail: pass
      ? ""
      : `a strike known to be critical came out ${struck.outcome ?? "unknown"}: ${struck.detail}`,
  };
  const advice =
    places === null
      ? "check the injector, its wiring and the target's name"
      : `${struck.detail}; ${howToMend}`;
  return proven(
    lane,
    struck,
    pass ? null : `strikes do not reach '${space.name}' of board '${lane.name}': ${advice}`,
  );
}

function proven(
  lane: Lane,
  struck: Struck,
  problem: string | null,
): Ended | { readonly prepared: Prepared | null } {
  if (struck.interrupted) return { endReason: "operator", detail: "stopped at once" };
  if (lane.memory.dead) return deadBoard;
  return problem === null
    ? { prepared: struck.prepared }
    : { endReason: "self_check_masked", detail: problem };
}

function isCritical(outcome: Outcome): boolean {
  return (
    outcome === "sdcCritical" || outcome === "dueDetected" || outcome === "dueCrash" || outcome === "dueHang"
  );
}

async function* goldenCheck(lane: Lane, run: RunPlan): AsyncGenerator<Rec, boolean> {
  const reply = await lane.station.dut.checkGolden();
  const pass = reply.kind === "ok" && reply.value.match;
  yield checkRecord(lane, run, "golden", pass, reply.kind === "ok" ? reply.value.digest : reply.kind);
  return pass;
}

function recordOf(
  lane: Lane,
  run: RunPlan,
  { strike, component, space }: Drawn & { readonly space: TargetSpace },
  struck: Struck,
  repeat: number | null,
): StrikeRec {
  const outcome = struck.confirmed ? struck.outcome : null;
  return {
    type: "strike",
    tNs: lane.clock.nowNs(),
    run: run.number,
    strike,
    component,
    places: strikeInWords(strike, space.axes, space.bits, struck.evidence?.struck ?? seenOutside(struck)),
    via: struck.via,
    confirmed: struck.confirmed && outcome !== null,
    injection: struck.injection,
    outcome,
    repeatOf: repeat,
    effect: struck.effect,
    evidence: struck.evidence,
    event: struck.event,
    bootId: struck.bootId,
    dieC: struck.evidence?.dieC ?? null,
    stratum: strike.target,
    weight: 1,
    sessionId: lane.sessionId,
    detail: struck.detail,
  };
}

/** What an injector read of the word before and after, where it can. */
function seenOutside({ injection }: Struck): Parameters<typeof strikeInWords>[3] {
  const { before = null, after = null } = injection?.armed ?? {};
  return before === null || after === null ? [] : [{ before, after }];
}

function paused(lane: Lane, run: RunPlan, waitedMs: number): Rec {
  const toNs = lane.clock.nowNs();
  return {
    type: "dead",
    tNs: toNs,
    run: run.number,
    fromNs: toNs - waitedMs * 1e6,
    toNs,
    cause: "paused",
    latencyMs: 0,
  };
}
