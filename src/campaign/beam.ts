import type { BeamReading } from "../domain/equipment.ts";
import { nsPerSecond } from "../domain/clock.ts";
import type { RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import { devicesOf } from "./bench-health.ts";
import { beamRecord, deadRecord, eventRecord, notMasked, readBeam } from "./exposed.ts";
import type { Exposed } from "./exposed.ts";
import { afterBoot, afterSilence, reload } from "./incident.ts";
import type { Incident } from "./incident.ts";
import { benchFault } from "./injection.ts";
import type { Ended } from "./injection.ts";
import { createJudge } from "./judge.ts";
import { forgetIterations, iterationsRecord, listen, msSince } from "./lane.ts";
import type { Lane, Significant } from "./lane.ts";
import type { Prepared } from "./prepare.ts";
import type { Recovery } from "./recover.ts";
import type { RunDone } from "../science/so-far.ts";
import { heartbeatsToWait } from "./settle.ts";
import { stopReason } from "./stop-rules.ts";
import { valueOf } from "../domain/reply.ts";

type Trouble = Extract<Significant, { readonly kind: "boot" | "silence" }>;

/** So often a board is loaded again that does not run, and so often the counter asked that does not answer. */
const mostUnstarted = 3;
const mostUnread = 3;
/** No sign of life for this long is silence; boards beat at least twice a second. */
const silenceMs = 2000;

/** What a control run on a bench without a beam counter reads. */
const noBeam: BeamReading = {
  open: false,
  fluencePerCm2: 0,
  fluxPerCm2PerSecond: 0,
  gapSeconds: 0,
  restarts: 0,
  relUncertainty1Sigma: null,
};

/** Opens the shutter for an exposure; makes sure that it is closed for a control run. */
async function openBeam({ station: { beam } }: Lane, run: RunPlan): Promise<boolean> {
  if (beam === null) return run.kind !== "beam";
  return (await (run.kind === "beam" ? beam.open() : beam.close())).kind === "ok";
}

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
  if (beam === null && run.kind === "beam")
    return { endReason: "config_error", detail: `station '${lane.name}' has no beam device in the rig file` };
  const before = beam === null ? noBeam : valueOf(await beam.read());
  if (before === null || !(await openBeam(lane, run)))
    return { endReason: "beam_lost", detail: "the beam counter or its shutter does not answer" };
  const seen: Exposed = {
    lane,
    run,
    judge: createJudge(first.workload, first.loaded.format, first.loaded.inputs),
    goldenDigest: first.golden.digest,
    events: soFar.beamEvents,
    primaries: soFar.counts.events,
    openedNs: lane.clock.nowNs(),
    secondsBefore: soFar.seconds,
    fluencePerCm2: soFar.fluencePerCm2,
    latest: before,
    lastBeamNs: lane.clock.nowNs(),
    lastReadNs: lane.clock.nowNs(),
    unread: 0,
    previous: null,
  };
  yield beamRecord(seen, { ...before, open: run.kind === "beam" });
  try {
    return yield* expose(seen);
  } finally {
    await beam?.close();
    await dut.stop();
  }
}

async function* expose(seen: Exposed): AsyncGenerator<Rec, Ended> {
  const { lane, run, judge } = seen;
  const { dut } = lane.station;
  /** First iteration of the board's present run, and the one after the last it was seen in. */
  let begun = 0;
  let next = 0;
  let unstarted = 0;
  /** Heartbeats until all is in that the board kept while no line came through; its fluence is dead, and so are its events. */
  let keptFor = 0;
  const start = async (): Promise<boolean> => {
    forgetIterations(lane.memory);
    begun = next;
    const reply = await dut.run(begun, 0, 0);
    if (reply.kind !== "refused") lane.memory.begunBootId = lane.memory.bootId;
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
  let running = await start();
  for (;;) {
    if (!running) {
      running = await startAfter(yield* reload(lane, run));
      if (lane.memory.dead) return { endReason: "dut_dead", detail: "the recovery ladder is spent" };
      if (!running && lane.signal.aborted) return { endReason: "operator", detail: "stopped at once" };
      if (unstarted >= mostUnstarted)
        return { endReason: "dut_dead", detail: `${unstarted} times loaded, it did not run as before` };
    }
    const event = yield* listen(lane, run.number, silenceMs);
    if (lane.signal.aborted) return { endReason: "operator", detail: "stopped at once" };
    switch (event.kind) {
      case "result": {
        next = Math.max(next, event.evidence.iteration + 1);
        if (keptFor > 0)
          yield eventRecord(
            seen,
            "unattributed",
            null,
            event.evidence,
            event,
            "kept while the link was out: that time is not live",
          );
        else yield eventRecord(seen, notMasked(judge(event.evidence)), null, event.evidence, event);
        await dut.acknowledge(event.bootId, event.event);
        break;
      }
      case "heartbeat": {
        next = Math.max(next, event.iteration + 1);
        keptFor = Math.max(0, keptFor - 1);
        // Of a run that is over `done` has the counts.
        const iterations =
          event.state !== "running"
            ? null
            : iterationsRecord(lane, run.number, {
                total: event.iteration - begun,
                clean: event.clean,
                cycles: event.cycles,
              });
        if (iterations !== null) yield iterations;
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
        if (iterations !== null) yield iterations;
        await dut.acknowledge(event.bootId, event.event);
        running = false;
        if (event.why === "trap") {
          const trappedNs = lane.clock.nowNs();
          await dut.refresh("full");
          seen.previous = null;
          running = await start();
          yield deadRecord(seen, trappedNs, "recovery");
        } else running = await start();
        break;
      }
      case "boot":
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
      yield deadRecord(seen, seen.lastReadNs, "host");
      return { endReason: "beam_lost", detail: `the beam counter was silent ${seen.unread} times in a row` };
    }
    const fault = lane.health.standing(devicesOf(run, lane.station));
    if (fault !== null) {
      yield* wind(seen);
      yield deadRecord(seen, fault.sinceNs, "bench");
      return benchFault(fault);
    }
    const reason = stopReason(run.stop, {
      strikes: 0,
      confirmed: 0,
      sdc: 0,
      events: seen.primaries,
      fluencePerCm2: seen.fluencePerCm2,
      seconds: seen.secondsBefore + msSince(lane.clock, seen.openedNs) / 1000,
    });
    const stopping = lane.conductor.stopping();
    if (reason !== null || stopping) {
      yield* wind(seen);
      return { endReason: reason ?? "operator", detail: reason === null ? "stopped by command" : "" };
    }
    if (lane.conductor.state() === "paused") {
      if (!(yield* pause(seen)))
        return { endReason: "beam_lost", detail: "after the pause the shutter did not open" };
      if (lane.memory.dead) return { endReason: "dut_dead", detail: "the recovery ladder is spent" };
      running = lane.conductor.stopping() || (await start());
    }
  }
}

/** A boot or a silence in an exposure: what it was is an event of it. */
async function* befallen(seen: Exposed, event: Trouble): AsyncGenerator<Rec, Incident> {
  const { lane, run } = seen;
  const incident: Incident =
    event.kind === "boot"
      ? yield* afterBoot(lane, run, event)
      : yield* afterSilence(lane, run, event.waitedMs);
  yield* readBeam(seen);
  const { outcome, why } = incident.attribution;
  if (outcome !== null) yield eventRecord(seen, outcome, incident.effect, null, null, why);
  return incident;
}

function lost(incident: Incident): Ended {
  return incident.attribution.fault === "link"
    ? { endReason: "pulled_link", detail: "the link went away and did not come back" }
    : { endReason: "dut_dead", detail: "the recovery ladder is spent" };
}

/** Stops the board, counts its last iterations, closes the beam, and proves that the board still works. */
async function* wind(seen: Exposed): AsyncGenerator<Rec, void> {
  const { lane, run } = seen;
  const { dut, beam } = lane.station;
  const trouble = yield* drainStop(seen);
  const stoppedNs = lane.clock.nowNs();
  await beam?.close();
  yield* readBeam(seen);
  if (trouble !== null) yield* befallen(seen, trouble);
  const refreshed = await dut.refresh("full");
  const reply = refreshed.kind === "ok" ? await dut.checkGolden() : refreshed;
  const pass = reply.kind === "ok" && "match" in reply.value && reply.value.match;
  yield {
    type: "check",
    tNs: lane.clock.nowNs(),
    run: run.number,
    check: "functional",
    target: null,
    pass,
    outcome: null,
    event: null,
    bootId: null,
    detail: pass
      ? ""
      : "after the exposure the board does not give its golden output: reload it, and look for stuck bits",
  };
  yield deadRecord(seen, stoppedNs, "check");
}

/** `stop`, then events up to `done`: results on their way, and a board that went down, are events of this exposure. */
async function* drainStop(seen: Exposed): AsyncGenerator<Rec, Trouble | null> {
  const { lane, run } = seen;
  await lane.station.dut.stop();
  for (let heartbeats = 0; heartbeats < 3;) {
    const event = yield* listen(lane, run.number, silenceMs);
    if (lane.signal.aborted) return null;
    if (event.kind === "silence" || event.kind === "boot") return event;
    if (event.kind === "heartbeat") {
      heartbeats++;
      continue;
    }
    if (event.kind === "result")
      yield eventRecord(seen, notMasked(seen.judge(event.evidence)), null, event.evidence, event);
    else {
      const rest = iterationsRecord(lane, run.number, {
        total: event.iterations,
        clean: event.clean,
        cycles: event.cycles,
      });
      if (rest !== null) yield rest;
    }
    await lane.station.dut.acknowledge(event.bootId, event.event);
    if (event.kind === "done") return null;
  }
  return null;
}

/** Board stopped and shutter closed until it goes on; false where the shutter does not open again. */
async function* pause(seen: Exposed): AsyncGenerator<Rec, boolean> {
  const { lane } = seen;
  const { beam } = lane.station;
  const trouble = yield* drainStop(seen);
  const fromNs = lane.clock.nowNs();
  await beam?.close();
  yield* readBeam(seen);
  if (trouble !== null) yield* befallen(seen, trouble);
  await lane.conductor.waitWhilePaused();
  const goesOn = lane.conductor.stopping() || (await openBeam(lane, seen.run));
  yield deadRecord(seen, fromNs, "paused");
  yield* readBeam(seen);
  return goesOn;
}
