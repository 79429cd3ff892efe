import type { BeamReading } from "../domain/capabilities.ts";
import { nsPerSecond } from "../domain/clock.ts";
import type { Evidence } from "../domain/evidence.ts";
import type { Effect, Outcome } from "../domain/outcome.ts";
import type { RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import { afterBoot, afterSilence, reload } from "./incident.ts";
import type { Incident } from "./incident.ts";
import type { Ended } from "./injection.ts";
import { createJudge } from "./judge.ts";
import type { Judge } from "./judge.ts";
import { forgetIterations, iterationsRecord, listen, msSince } from "./lane.ts";
import type { Lane } from "./lane.ts";
import { prepare, restoresAll, valueOf } from "./prepare.ts";
import type { Prepared } from "./prepare.ts";
import { repeatOf } from "../science/repeats.ts";
import type { SeenError } from "../science/repeats.ts";
import type { RunDone } from "../science/so-far.ts";
import { stopReason } from "./stop-rules.ts";

/** No sign of life for this long is silence; boards beat at least twice a second. */
const silenceMs = 2000;

/** An exposure under way, and what it has seen so far. */
interface Exposed {
  readonly lane: Lane;
  readonly run: RunPlan;
  readonly judge: Judge;
  events: number;
  primaries: number;
  openedNs: number;
  secondsBefore: number;
  fluenceBefore: number;
  opened: BeamReading;
  latest: BeamReading;
  lastBeamNs: number;
  previous: SeenError | null;
}

/** What a control run on a bench without a beam counter reads. */
const noBeam: BeamReading = { open: false, fluencePerCm2: 0, fluxPerCm2PerSecond: 0 };

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
    events: soFar.beamEvents,
    primaries: soFar.counts.events,
    openedNs: lane.clock.nowNs(),
    secondsBefore: soFar.seconds,
    fluenceBefore: soFar.fluencePerCm2,
    opened: before,
    latest: before,
    lastBeamNs: lane.clock.nowNs(),
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
  const start = async (): Promise<boolean> => {
    forgetIterations(lane.memory);
    begun = next;
    return (await dut.run(begun, 0, 0)).kind === "ok";
  };
  let running = await start();
  for (;;) {
    if (!running) {
      const recovery = yield* reload(lane, run);
      running = recovery.cure !== null && (await start());
      if (lane.memory.dead) return { endReason: "dut_dead", detail: "the recovery ladder is spent" };
      if (!running && lane.signal.aborted) return { endReason: "operator", detail: "stopped at once" };
    }
    const event = yield* listen(lane, run.number, silenceMs);
    if (lane.signal.aborted) return { endReason: "operator", detail: "stopped at once" };
    switch (event.kind) {
      case "result": {
        next = Math.max(next, event.evidence.iteration + 1);
        yield eventRecord(seen, notMasked(judge(event.evidence)), null, event.evidence, event);
        await dut.acknowledge(event.bootId, event.event);
        break;
      }
      case "heartbeat": {
        next = Math.max(next, event.iteration + 1);
        const iterations = iterationsRecord(lane, run.number, {
          total: event.iteration - begun,
          clean: event.clean,
          cycles: event.cycles,
        });
        if (iterations !== null && event.state === "running") yield iterations;
        if (lane.clock.nowNs() - seen.lastBeamNs >= nsPerSecond) yield* readBeam(seen);
        break;
      }
      case "done": {
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
          running = await start();
          yield deadRecord(seen, trappedNs, "recovery");
        } else running = await start();
        break;
      }
      case "boot":
      case "silence": {
        const incident: Incident =
          event.kind === "boot"
            ? yield* afterBoot(lane, run, event)
            : yield* afterSilence(lane, run, event.waitedMs);
        yield* readBeam(seen);
        const { outcome, why } = incident.attribution;
        if (outcome !== null) yield eventRecord(seen, outcome, incident.effect, null, null, why);
        if (lane.memory.dead) return lost(incident);
        if (incident.recovery.cure !== "retry") running = await start();
        break;
      }
    }
    const reason = stopReason(run.stop, {
      strikes: 0,
      confirmed: 0,
      sdc: 0,
      events: seen.primaries,
      fluencePerCm2: seen.fluenceBefore + seen.latest.fluencePerCm2 - seen.opened.fluencePerCm2,
      seconds: seen.secondsBefore + msSince(lane.clock, seen.openedNs) / 1000,
    });
    const stopping = lane.conductor.stopping();
    if (reason !== null || stopping) {
      yield* wind(seen);
      return { endReason: reason ?? "operator", detail: reason === null ? "stopped by command" : "" };
    }
    if (lane.conductor.state() === "paused") yield* pause(seen, start);
  }
}

/** Under a beam a board reports what was not clean: equal output then means that a detector fired. */
function notMasked(outcome: Outcome): Exclude<Outcome, "masked"> {
  return outcome === "masked" ? "dueDetected" : outcome;
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
  yield* drainStop(seen);
  await beam?.close();
  yield* readBeam(seen);
  const closedNs = lane.clock.nowNs();
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
  if (!pass) await prepare(lane, run);
  yield deadRecord(seen, closedNs, "check");
}

/** `stop`, then events up to `done`: results that were on their way are events of this exposure. */
async function* drainStop(seen: Exposed): AsyncGenerator<Rec, void> {
  const { lane, run } = seen;
  if ((await lane.station.dut.stop()).kind !== "ok") return;
  for (let heartbeats = 0; heartbeats < 3;) {
    const event = yield* listen(lane, run.number, silenceMs);
    if (event.kind === "silence" || event.kind === "boot") return;
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
    if (event.kind === "done") return;
  }
}

async function* pause(seen: Exposed, start: () => Promise<boolean>): AsyncGenerator<Rec, void> {
  const { lane } = seen;
  const { beam } = lane.station;
  yield* drainStop(seen);
  await beam?.close();
  yield* readBeam(seen);
  const fromNs = lane.clock.nowNs();
  await lane.conductor.waitWhilePaused();
  await openBeam(lane, seen.run);
  yield deadRecord(seen, fromNs, "paused");
  yield* readBeam(seen);
  await start();
}

async function* readBeam(seen: Exposed): AsyncGenerator<Rec, void> {
  const { lane } = seen;
  const reading = valueOf((await lane.station.beam?.read()) ?? { kind: "silence", waitedMs: 0 });
  seen.lastBeamNs = lane.clock.nowNs();
  if (reading === null) return;
  seen.latest = reading;
  yield beamRecord(seen, reading);
}

function beamRecord({ lane, run }: Exposed, reading: BeamReading): Rec {
  return { type: "beam", tNs: lane.clock.nowNs(), run: run.number, ...reading };
}

function deadRecord({ lane, run }: Exposed, fromNs: number, cause: "recovery" | "check" | "paused"): Rec {
  const toNs = lane.clock.nowNs();
  return { type: "dead", tNs: toNs, run: run.number, fromNs, toNs, cause, latencyMs: 0 };
}

function eventRecord(
  seen: Exposed,
  outcome: Exclude<Outcome, "masked">,
  effect: Effect | null,
  evidence: Evidence | null,
  event: { readonly event: number; readonly bootId: number } | null,
  detail = "",
): Rec {
  const step = evidence?.iteration ?? 0;
  const repeat =
    evidence === null ? null : repeatOf(seen.previous, { step, evidence }, restoresAll(seen.run));
  seen.events++;
  if (repeat === null) seen.primaries++;
  if (evidence !== null)
    seen.previous = { number: seen.events, primary: repeat ?? seen.events, step, evidence };
  return {
    type: "beam_event",
    tNs: seen.lane.clock.nowNs(),
    run: seen.run.number,
    outcome,
    repeatOf: repeat,
    number: seen.events,
    effect,
    evidence,
    event: event?.event ?? null,
    bootId: event?.bootId ?? null,
    dieC: evidence?.dieC ?? null,
    fluencePerCm2: seen.latest.fluencePerCm2,
    stratum: "beam",
    weight: 1,
    sessionId: seen.lane.sessionId,
    detail,
  };
}
