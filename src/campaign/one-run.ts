import { RigError } from "../domain/errors.ts";
import type { RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import { emptyState, fold } from "../science/fold.ts";
import { joined, soFar } from "../science/so-far.ts";
import type { RunDone } from "../science/so-far.ts";
import type { CampaignState } from "../science/state.ts";
import { beamRun } from "./beam.ts";
import { dark } from "./beam-switch.ts";
import { devicesOf } from "./bench-health.ts";
import { benchFault, injectionRun } from "./injection.ts";
import type { Ended } from "./injection.ts";
import type { Lane } from "./lane.ts";
import { prepare } from "./prepare.ts";
import type { Prepared } from "./prepare.ts";
import { ownSpaceOf, reconfigure } from "./reconfigure.ts";
import { recover } from "./recover.ts";
import { cutBoard } from "./safe-state.ts";
import { underWatch } from "./watch-rails.ts";
import { approach } from "./thermal/approach.ts";

/** How long an instrument that went away is waited for: somebody may be on the way to its plug. */
const benchWaitMs = 120_000;

/** Begun so often because of its instruments, a run is void: a plug that comes off again and again is never in for long. */
const mostTries = 20;

/**
 * A run to its end; null: stopped before it began. When an instrument fails that its conditions rest on, its segment ends
 * there; once the instrument is back, conditions are made anew and the run goes on as a new segment, or else it is void.
 */
export async function* oneRun(lane: Lane, run: RunPlan, before: RunDone): AsyncGenerator<Rec, Ended | null> {
  const devices = devicesOf(run, lane.station);
  const seen = emptyState();
  let segments = 0;
  /** When the last segment ended for a fault; from there until the next begins nothing is live. */
  let endedNs: number | null = null;
  const over = (ended: Ended): Generator<Rec, Ended> => ends(lane, run, segments, ended, endedNs);
  for (let tries = 1; ; tries++) {
    const done = segments === 0 ? before : joined(before, soFar(seen).run(run.number));
    const fault = lane.health.standing(devices);
    if (fault !== null) {
      yield note(lane, run, `waits for '${fault.device}' (${fault.what.replaceAll("_", " ")}): see to it`);
      if (tries > mostTries || !(await lane.health.wellAgain(devices, benchWaitMs, lane.signal)))
        return yield* over(isOver(lane) ? interrupted : benchFault(fault));
    }
    // What it held meanwhile nobody knows.
    if (fault !== null || tries > 1) lane.memory.temperatureC = undefined;
    const fromNs = lane.clock.nowNs();
    const failed = (): boolean => tries <= mostTries && lane.health.since(devices, fromNs) !== null;
    const unfit: Ended | null = yield* approach(lane, run);
    if (isOver(lane)) return segments === 0 ? null : yield* over(interrupted);
    if (unfit !== null) {
      if (unfit.endReason !== "bench_fault" || !failed()) return yield* over(unfit);
      lane.memory.climate.failed = null;
      continue;
    }
    // The watch on its temperatures may cut it while it is made ready, too: no rung puts the rails back then.
    const exposed = haltable(lane);
    // Cut short, a run may have left struck bits behind, and golden would be made of them.
    if (done.starts > 0 && ownSpaceOf(lane.station, run.target) !== null)
      yield* reconfigure(exposed, run, "strikes of this run were cut short");
    if (run.kind !== "injection" && !(yield* dark(lane, run))) {
      if (!isOver(lane) && failed()) continue;
      const lit = isOver(lane) ? interrupted : { endReason: "beam_lost" as const, detail: litWhilePrepared };
      return segments === 0 && isOver(lane) ? null : yield* over(lit);
    }
    const prepared: Prepared | Ended | null = yield* makeReady(exposed, run);
    const cutBefore = await wasCut(lane);
    if (cutBefore !== null) return yield* over(cutBefore);
    // A run that begins without one of its instruments would show what that does, and not what the board does.
    if (!isOver(lane) && !lane.memory.dead && lane.health.standing(devices) !== null && failed()) continue;
    if (prepared === null || "endReason" in prepared) {
      if (isOver(lane)) return segments === 0 ? null : yield* over(interrupted);
      return yield* over(prepared ?? unready(lane, devices));
    }
    if (endedNs !== null) yield downSince(lane, run, endedNs);
    endedNs = null;
    const start = runStart(lane, run, prepared, done.starts);
    segments++;
    yield start;
    const work = (run.kind === "injection" ? injectionRun : beamRun)(exposed, run, prepared, done);
    const worked: Ended = yield* folded(underWatch(exposed, run, work, done.latchUps), seen, start);
    const ended = (await wasCut(lane)) ?? worked;
    if (ended.endReason !== "bench_fault" || isOver(lane) || tries > mostTries) return yield* over(ended);
    endedNs = lane.clock.nowNs();
  }
}

/** No board had its conditions meanwhile. */
function downSince(lane: Lane, run: RunPlan, fromNs: number): Rec {
  const toNs = lane.clock.nowNs();
  return { type: "dead", tNs: toNs, run: run.number, fromNs, toNs, cause: "bench", latencyMs: 0 };
}

/** The lane, with a way for the watch on its temperatures to end the run at once. */
function haltable(lane: Lane): Lane {
  const halted = new AbortController();
  const { climate } = lane.memory;
  climate.halt = () => halted.abort();
  if (climate.cut !== null) halted.abort();
  return { ...lane, signal: AbortSignal.any([lane.signal, halted.signal]) };
}

/** Why heater and rails were cut in mid-run. A rung then under way may have put the rails back: they go off again. */
async function wasCut(lane: Lane): Promise<Ended | null> {
  const { cut } = lane.memory.climate;
  if (cut === null) return null;
  const { problems } = await cutBoard(lane.name, lane.station);
  return problems.length === 0 ? cut : { ...cut, detail: [cut.detail, ...problems].join("; ") };
}

const interrupted: Ended = { endReason: "operator", detail: "stopped by command" };

const litWhilePrepared = "the beam stayed on, or its shutter does not answer: golden is made in the dark";

function unready(lane: Lane, devices: readonly string[]): Ended {
  const fault = lane.health.standing(devices);
  if (fault !== null) return benchFault(fault);
  return { endReason: "dut_dead", detail: `board '${lane.name}' could not be made ready` };
}

/** A run that never began has no end of its own, only a note. */
function* ends(
  lane: Lane,
  run: RunPlan,
  segments: number,
  ended: Ended,
  downNs: number | null,
): Generator<Rec, Ended> {
  if (segments === 0) {
    yield note(lane, run, `not begun: ${ended.detail}`);
    return ended;
  }
  if (downNs !== null) yield downSince(lane, run, downNs);
  yield {
    type: "run_end",
    tNs: lane.clock.nowNs(),
    run: run.number,
    ...ended,
    link: lane.station.dut.linkTotals(),
  };
  return ended;
}

/** The same records, taken into account on their way: what a run has reached must be known without asking the journal. */
async function* folded(
  work: AsyncGenerator<Rec, Ended>,
  seen: CampaignState,
  start: Rec,
): AsyncGenerator<Rec, Ended> {
  fold(seen, start);
  try {
    for (;;) {
      const next = await work.next();
      if (next.done === true) return next.value;
      fold(seen, next.value);
      yield next.value;
    }
  } finally {
    await work.return(interrupted);
  }
}

/** Asked anew after every wait. */
export function isOver({ conductor, signal }: Lane): boolean {
  return conductor.stopping() || signal.aborted;
}

/** What a board is or does is no reason to throw (law 1): this run is not begun, those of other boards go on. */
async function* makeReady(lane: Lane, run: RunPlan): AsyncGenerator<Rec, Prepared | Ended | null> {
  try {
    return (await prepare(lane, run)) ?? (yield* recover(lane, run)).prepared ?? (await prepare(lane, run));
  } catch (error) {
    if (!(error instanceof RigError)) throw error;
    if (error.code === "golden_unstable") return { endReason: "golden_unstable", detail: error.message };
    if (error.code === "config") return { endReason: "config_error", detail: error.message };
    throw error;
  }
}

function runStart(lane: Lane, run: RunPlan, prepared: Prepared, segment: number): Rec {
  const { identity, loaded, golden } = prepared;
  const own = ownSpaceOf(lane.station, run.target);
  return {
    type: "run_start",
    tNs: lane.clock.nowNs(),
    run: run.number,
    segment,
    runKind: run.kind,
    workload: prepared.workload,
    plan: run,
    dut: {
      name: lane.name,
      model: identity.model,
      serial: identity.serial,
      firmware: identity.firmware,
      accelerator: identity.accelerator,
      bootId: lane.memory.bootId,
      boots: identity.boots,
    },
    targets: [...loaded.targets, ...(own === null ? [] : [own])],
    format: loaded.format,
    inputs: loaded.inputs,
    outputs: loaded.outputs,
    outputAxes: loaded.outputAxes,
    goldenDigest: golden.digest,
    goldenCycles: golden.cycles,
    budgetCycles: golden.budget,
    stateDigest: loaded.stateDigest,
    readBack: prepared.readBack,
    priorDoseRadSi: lane.station.priorDoseRadSi,
  };
}

export function note(lane: Lane, run: RunPlan, text: string): Rec {
  return { type: "note", tNs: lane.clock.nowNs(), run: run.number, level: "error", text };
}
