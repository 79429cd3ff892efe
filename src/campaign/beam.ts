import type { Beam, BeamReading } from "../domain/equipment.ts";
import { nsPerSecond } from "../domain/clock.ts";
import type { RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import { valueOf } from "../domain/reply.ts";
import { heartbeatsToWait } from "./settle.ts";
import { switchBeam, wantsBeam } from "./beam-switch.ts";
import type { Switched } from "./beam-switch.ts";
import { devicesOf } from "./bench-health.ts";
import { isError, resultRecord } from "./beam-result.ts";
import { beamRecord, deadRecord, knownDose, readBeam } from "./exposed.ts";
import type { Exposed } from "./exposed.ts";
import { functionalCheck } from "./functional-check.ts";
import type { Checked } from "./functional-check.ts";
import { reload } from "./incident.ts";
import type { Incident } from "./incident.ts";
import { benchFault } from "./injection.ts";
import type { Ended } from "./injection.ts";
import { createJudge } from "./judge.ts";
import { tryStep } from "./lasting-step.ts";
import { acknowledgeHeld, forgetIterations, iterationsRecord, listen, msSince } from "./lane.ts";
import type { Lane } from "./lane.ts";
import { watchPileUp } from "./pile-up.ts";
import type { Prepared } from "./prepare.ts";
import type { Recovery } from "./recover.ts";
import type { RunDone } from "../science/so-far.ts";
import { stopReason } from "./stop-rules.ts";
import { shutterOf } from "./shutter.ts";
import { befallen, drainStop, pause, silenceMs, wind } from "./wind.ts";

/** So often a board is loaded again that does not run, and so often the counter asked that does not answer. */
const mostUnstarted = 3;
const mostUnread = 3;
/** Where the facility has the shutter, so many readings in a row without beam mean that it is off. */
const mostDark = 3;

/** What a control run on a bench without a beam counter reads. */
const noBeam: BeamReading = {
  open: false,
  fluencePerCm2: 0,
  fluxPerCm2PerSecond: 0,
  gapSeconds: 0,
  restarts: 0,
  relUncertainty1Sigma: null,
};

/**
 * One exposure: the board runs for ever under the open shutter; every iteration that is not clean, every trap, boot and
 * silence is an event (a control run is the same in the dark). Golden is made and checked with the shutter closed, before and after.
 */
export async function* beamRun(
  lane: Lane,
  run: RunPlan,
  first: Prepared,
  soFar: RunDone,
): AsyncGenerator<Rec, Ended> {
  const { beam, dut } = lane.station;
  if (beam === null && wantsBeam(run))
    return { endReason: "config_error", detail: `station '${lane.name}' has no beam device in the rig file` };
  const fromNs = lane.clock.nowNs();
  lane.memory.doseRadSi ??= lane.station.priorDoseRadSi + lane.doseBeforeRadSi(first.identity.serial);
  const goal = run.stop.doseRadSi;
  if (goal !== null && lane.memory.doseRadSi >= goal)
    return {
      endReason: "dose",
      detail: `the part has taken ${lane.memory.doseRadSi.toFixed(1)} rad(Si) already`,
    };
  const checked = yield* functionalCheck(lane, run, "before");
  // Left in the middle of it, it says nothing of the board.
  if (checked !== "well") return lane.signal.aborted ? stopped : unfit[checked];
  const before = beam === null ? noBeam : await readInTheDark(beam);
  const switched: Switched | null = before === null ? null : yield* switchBeam(lane, run);
  if (before === null || switched?.done !== true) {
    await beam?.close();
    if (lane.signal.aborted || lane.conductor.stopping()) return stopped;
    const gone = lane.health.since(devicesOf(run, lane.station), fromNs);
    if (gone !== null) return benchFault(gone);
    return { endReason: "beam_lost", detail: switched?.byHand === true ? notOpened : mute };
  }
  const seen: Exposed = {
    lane,
    run,
    judge: createJudge(first.workload, first.loaded.format, first.loaded.inputs),
    goldenDigest: first.golden.digest,
    byHand: switched.byHand,
    events: soFar.beamEvents,
    primaries: soFar.counts.events,
    iterations: soFar.iterations,
    iterationsBefore: soFar.iterations,
    muTold: 0,
    openedNs: lane.clock.nowNs(),
    secondsBefore: soFar.seconds,
    fluencePerCm2: soFar.fluencePerCm2,
    latest: before,
    lastBeamNs: lane.clock.nowNs(),
    lastReadNs: lane.clock.nowNs(),
    unread: 0,
    unreadWhy: "",
    darkReadings: 0,
    previous: null,
  };
  yield deadRecord(seen, fromNs, "check");
  yield beamRecord(seen, { ...before, gapSeconds: 0, restarts: 0, open: wantsBeam(run) });
  // Where the flux stepped up must be seen from both sides: a picoammeter counts by straight lines between its readings.
  yield* readBeam(seen);
  lane.memory.latch.exposure = wantsBeam(run) ? shutterOf(seen) : null;
  try {
    return yield* expose(seen, fromNs);
  } finally {
    lane.memory.latch.exposure = null;
    lane.memory.keptOut = false;
    await beam?.close();
    await dut.stop();
  }
}

const stopped: Ended = { endReason: "operator", detail: "stopped by command" };
const mute = "the beam counter or its shutter does not answer";
const notOpened = "nobody opened the beam, or its counter does not see it";
const unfit: Readonly<Record<Exclude<Checked, "well">, Ended>> = {
  "not-golden": {
    endReason: "golden_unstable",
    detail: "before the exposure the board did not give its golden output",
  },
  silent: {
    endReason: "dut_dead",
    detail: "before the exposure the board did not answer its functional check",
  },
};

/** What the counter shows in the dark is taken off before the beam is on. */
async function readInTheDark(beam: Beam): Promise<BeamReading | null> {
  const found = valueOf(await beam.read());
  if (found === null || found.open) return found;
  return (await beam.zero()).kind === "ok" ? valueOf(await beam.read()) : null;
}

/** `fromNs` is when its segment began. */
async function* expose(seen: Exposed, fromNs: number): AsyncGenerator<Rec, Ended> {
  const { lane, run } = seen;
  const { dut } = lane.station;
  /** First iteration of the board's present run, and the one after the last it was seen in. */
  let begun = 0;
  let next = 0;
  let unstarted = 0;
  /** After an error, by itself; an older board is stopped when its result comes. */
  let stopsItself = true as boolean;
  /** Heartbeats until all is in that the board kept while no line came through; its fluence is dead, and so are its events. */
  let keptFor = 0;
  const start = async (): Promise<boolean> => {
    // An idle board stays as it was loaded.
    if (run.kind === "beam_on_dut_idle") return true;
    forgetIterations(lane.memory);
    begun = next;
    let reply = run.refreshAfter === "error" && stopsItself ? await dut.runToError(begun) : null;
    if (reply?.kind === "refused" && reply.reason === "unknown-command") stopsItself = false;
    if (reply === null || !stopsItself) reply = await dut.run(begun, 0, 0);
    if (reply.kind !== "refused") lane.memory.begunBootId = lane.memory.bootId;
    if (reply.kind === "ok") lane.watch.boardIs("busy");
    unstarted = reply.kind === "ok" ? 0 : unstarted + 1;
    return reply.kind === "ok";
  };
  /** Golden made anew under the beam may have been struck itself: it must be the one made in the dark. */
  const startAfter = async ({ cure, prepared }: Recovery): Promise<boolean> => {
    // What was wrong before is restored: nothing of it can be seen again.
    seen.previous = null;
    if (prepared === null || prepared.golden.digest === seen.goldenDigest) return cure !== null && start();
    unstarted++;
    return false;
  };
  /** Why it is about to end, and since when; the last of its fluence is not counted yet. */
  let ending: (Ended & { readonly sinceNs: number }) | null = null;
  const lagMs = wantsBeam(run) ? (lane.station.beam?.lagSeconds ?? 0) * 1_000 : 0;
  let running = await start();
  for (;;) {
    if (!running) {
      running = await startAfter(yield* reload(lane, run));
      if (lane.memory.dead) return { endReason: "dut_dead", detail: "the recovery ladder is spent" };
      if (!running && lane.signal.aborted) return { endReason: "operator", detail: "stopped at once" };
      if (unstarted >= mostUnstarted)
        return { endReason: "dut_dead", detail: `${unstarted} times loaded, it did not run as before` };
    }
    lane.memory.keptOut = keptFor > 0;
    const event = yield* listen(lane, run.number, silenceMs);
    if (lane.signal.aborted) return { endReason: "operator", detail: "stopped at once" };
    switch (event.kind) {
      case "result": {
        next = Math.max(next, event.evidence.iteration + 1);
        yield resultRecord(seen, event);
        await dut.acknowledge(event.bootId, event.event);
        // What was corrected is no error: a board that stops by itself goes on, too.
        if (run.refreshAfter === "error" && !stopsItself && isError(event.evidence)) await dut.stop();
        break;
      }
      case "heartbeat": {
        next = Math.max(next, event.iteration + 1);
        keptFor = Math.max(0, keptFor - 1);
        await acknowledgeHeld(lane);
        // Of a run that is over `done` has the counts.
        const iterations =
          event.state !== "running"
            ? null
            : iterationsRecord(lane, run.number, {
                total: event.iteration - begun,
                clean: event.clean,
                cycles: event.cycles,
              });
        if (iterations !== null) yield* counted(seen, iterations);
        if (lane.clock.nowNs() - seen.lastBeamNs >= nsPerSecond) yield* readBeam(seen);
        break;
      }
      case "done": {
        if (event.bootId !== lane.memory.bootId) break;
        const iterations = iterationsRecord(lane, run.number, {
          total: event.iterations,
          clean: event.clean,
          cycles: event.cycles,
        });
        if (iterations !== null) yield* counted(seen, iterations);
        await dut.acknowledge(event.bootId, event.event);
        running = false;
        if (event.why === "trap") {
          const trappedNs = lane.clock.nowNs();
          await dut.refresh("full");
          seen.previous = null;
          running = await start();
          yield deadRecord(seen, trappedNs, "recovery");
        } else if (run.refreshAfter === "error" && event.why === "stopped") {
          const stoppedNs = lane.clock.nowNs();
          const restored = run.refresh === "none" ? null : await dut.refresh(run.refresh);
          // Of what was not restored, an error may be seen again.
          if (run.refresh === "full" && restored?.kind === "ok") seen.previous = null;
          running = await start();
          yield deadRecord(seen, stoppedNs, "refresh");
        } else running = await start();
        break;
      }
      case "boot":
      case "rail":
      case "silence": {
        const incident: Incident = yield* befallen(seen, event);
        if (lane.memory.dead) return lost(incident);
        if (incident.recovery.cure === "retry") keptFor = heartbeatsToWait;
        else running = await startAfter(incident.recovery);
        break;
      }
    }
    if (seen.unread >= mostUnread) {
      // Nobody knows what fell since: it is in no denominator.
      yield deadRecord(seen, seen.lastReadNs, "counter");
      return {
        endReason: "beam_lost",
        detail: `the beam counter gave no reading ${seen.unread} times in a row (${seen.unreadWhy})`,
      };
    }
    const fault = lane.health.since(devicesOf(run, lane.station), fromNs);
    if (fault !== null) {
      yield* wind(seen);
      yield deadRecord(seen, fault.sinceNs, "bench");
      return benchFault(fault);
    }
    const risen = lane.watch.lasting();
    if (risen !== null && running) {
      const trouble = yield* drainStop(seen);
      if (trouble !== null) running = await startAfter((yield* befallen(seen, trouble)).recovery);
      else {
        const recovery = yield* tryStep(lane, run, risen);
        running =
          recovery.prepared === null ? recovery.cure !== null && (await start()) : await startAfter(recovery);
      }
    }
    const { limit } = lane.memory.latch;
    if (limit !== null) {
      if (!lane.memory.dead) yield* wind(seen);
      return limit;
    }
    const reason = stopReason(run.stop, {
      strikes: 0,
      confirmed: 0,
      sdc: 0,
      events: seen.primaries,
      fluencePerCm2: seen.fluencePerCm2,
      doseRadSi: knownDose(seen),
      seconds: seen.secondsBefore + msSince(lane.clock, seen.openedNs) / 1000,
    });
    const stopping = lane.conductor.stopping();
    if (ending === null && (reason !== null || stopping)) {
      ending = {
        ...(reason === null ? stopped : { endReason: reason, detail: "" }),
        sinceNs: lane.clock.nowNs(),
      };
      yield* readBeam(seen);
      // A counter that is late has to be waited for: the beam is closed first, and the board works on in the dark.
      if (lagMs > 0) await lane.station.beam?.close();
    }
    if (ending === null && seen.byHand && seen.darkReadings >= mostDark) {
      yield* wind(seen);
      return { endReason: "beam_lost", detail: "the beam went off" };
    }
    if (ending !== null && msSince(lane.clock, ending.sinceNs) >= lagMs) {
      yield* wind(seen);
      return { endReason: ending.endReason, detail: ending.detail };
    }
    if (ending === null && lane.conductor.state() === "paused") {
      if (!(yield* pause(seen)))
        return { endReason: "beam_lost", detail: "after the pause the shutter did not open" };
      if (lane.memory.dead) return { endReason: "dut_dead", detail: "the recovery ladder is spent" };
      running = lane.conductor.stopping() || (await start());
    }
  }
}

/** Iterations that came in: what was expected in each is looked at. */
function* counted(seen: Exposed, record: Extract<Rec, { type: "iterations" }>): Generator<Rec> {
  seen.iterations += record.total;
  yield record;
  yield* watchPileUp(seen);
}

function lost(incident: Incident): Ended {
  return incident.attribution.fault === "link"
    ? { endReason: "pulled_link", detail: "the link went away and did not come back" }
    : { endReason: "dut_dead", detail: "the recovery ladder is spent" };
}
