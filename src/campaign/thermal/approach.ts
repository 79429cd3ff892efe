import { nsPerMs, nsPerSecond } from "../../domain/clock.ts";
import type { RunPlan } from "../../domain/plan.ts";
import type { Rec } from "../../domain/records.ts";
import { movesBefore, quickSoak, visitsOf } from "../../domain/thermal-steps.ts";
import type { Move, Ramp, Soak } from "../../domain/thermal-steps.ts";
import { benchFault } from "../injection.ts";
import type { Ended } from "../injection.ts";
import { bootRecord, listen, msSince } from "../lane.ts";
import type { Lane } from "../lane.ts";
import { freshDieC } from "./climate.ts";
import { stabilityAt } from "./stability.ts";

/**
 * Takes a board through the thermal steps before its run.
 *
 *   steps ─moves→ ramp soak hold ─set→ heater       watch ─readings, once a second→ ramp, soak: there? still?
 *
 * Nothing here throws: a heater that fails ends this run (`bench_fault`) and leaves the others their chance.
 */
type Placed = Move & { readonly setC: number | null };

export async function* approach(lane: Lane, run: RunPlan): AsyncGenerator<Rec, Ended | null> {
  const { climate } = lane.memory;
  const visit = `${run.block}.${run.visit}`;
  climate.run = run.number;
  if (climate.failed?.visit === visit) return climate.failed.ended;
  for (const move of movesFor(lane, run, visit)) {
    if (isOver(lane)) return null;
    const failed = yield* make(lane, run, move);
    if (failed === null) continue;
    await letGo(lane);
    climate.failed = { visit, ended: failed };
    return failed;
  }
  // Also at first: an earlier process may have died with the heater on.
  if (run.temperatureC === null && lane.memory.temperatureC !== null) await letGo(lane, null);
  climate.visited = visit;
  climate.doing = run.temperatureC === null ? "off" : "run";
  return null;
}

/** What follows the last run of a block; a fault on this way concerns no run any more. */
export async function* departure(lane: Lane, last: RunPlan): AsyncGenerator<Rec, void> {
  const { thermal } = lane.plan.blocks[last.block]!;
  lane.memory.climate.run = null;
  for (const move of movesBefore(thermal, visitsOf(thermal))) {
    if (isOver(lane)) return;
    const failed = yield* make(lane, last, move);
    if (failed === null) continue;
    await letGo(lane);
    yield note(lane, last, "error", `after the last run: ${failed.detail}`);
    return;
  }
}

/** Runs of one visit share its conditions; lost on the way, they are made again, without the history before them. */
function* movesFor(lane: Lane, run: RunPlan, visit: string): Generator<Placed> {
  const { thermal } = lane.plan.blocks[run.block]!;
  const { temperatureC, climate } = lane.memory;
  if (climate.visited !== visit) yield* movesBefore(thermal, run.visit);
  else if (run.temperatureC !== null && temperatureC !== run.temperatureC) {
    const setC = run.temperatureC;
    let soak: Soak = quickSoak;
    for (const move of movesBefore(thermal, run.visit)) if (move.kind === "soak") soak = move;
    yield { kind: "ramp", toC: setC, rateCPerMin: null, setC };
    yield { ...soak, setC };
  }
}

async function* make(lane: Lane, run: RunPlan, move: Placed): AsyncGenerator<Rec, Ended | null> {
  const { climate } = lane.memory;
  climate.doing = move.kind;
  if (move.kind === "ramp") return yield* ramp(lane, run, move);
  if (move.setC === null && lane.memory.temperatureC !== null) {
    await letGo(lane, null);
    climate.doing = move.kind;
  }
  // A process that went on in the middle of a profile has not set it yet.
  if (move.setC !== null && lane.memory.temperatureC !== move.setC) {
    const failed = yield* ramp(lane, run, { kind: "ramp", toC: move.setC, rateCPerMin: null });
    if (failed !== null) return failed;
    climate.doing = move.kind;
  }
  if (move.kind === "soak") return yield* soak(lane, run, move, move.setC!);
  return yield* wait(lane, run, move.seconds);
}

/** A ramp is over when the load is this near to its end; how still it has to be is for the soak to say. */
const thereC = 2;
/** Where nobody knows the rate of a heater, so long is waited for it. */
const patienceS = 3600;

async function* ramp(lane: Lane, run: RunPlan, move: Ramp): AsyncGenerator<Rec, Ended | null> {
  const { clock, memory, station } = lane;
  const { thermal } = station;
  const { toC, rateCPerMin } = move;
  const { climate } = memory;
  if (memory.temperatureC === toC) return null;
  if (thermal === null)
    return {
      endReason: "config_error",
      detail: `${toC} °C is asked, but station '${lane.name}' has no thermal device in the rig file`,
    };
  if (toC < station.climate.dewPointC)
    yield note(
      lane,
      run,
      "warning",
      `${toC} °C is below the dew point of ${station.climate.dewPointC} °C: keep the air around the board dry (dewPointC in the rig file)`,
    );
  climate.soaked = null;
  // The watch has begun with the lane: its first reading is on the way.
  for (let waited = 0; climate.reading === null && waited < 5 && !isOver(lane); waited++)
    yield* listenFor(lane, run, 1000);
  const fromNs = clock.nowNs();
  const fromC = climate.reading?.value.objectC ?? toC;
  const told = await setTo(lane, toC, rateCPerMin);
  if (told !== "set" && told !== "walk") return told;
  memory.temperatureC = toC;
  const expectedS = rateCPerMin === null ? null : (60 * Math.abs(toC - fromC)) / rateCPerMin;
  const longestS = expectedS === null ? patienceS : 3 * expectedS + 600;
  for (;;) {
    const failed = trouble(lane);
    if (failed !== null) return failed;
    if (isOver(lane)) return null;
    const seconds = msSince(clock, fromNs) / 1000;
    if (told === "walk") {
      const gone = Math.min(1, expectedS === 0 ? 1 : seconds / expectedS!);
      const next = await setTo(lane, fromC + (toC - fromC) * gone, null);
      if (next !== "set" && next !== "walk") return next;
      if (gone < 1) {
        yield* listenFor(lane, run, 1000);
        continue;
      }
    }
    const read = climate.reading;
    if (read !== null && read.tNs > fromNs && Math.abs(read.value.objectC - toC) <= thereC) return null;
    if (seconds > longestS)
      return outOfOrder(
        `'${thermal.name}' did not bring '${lane.name}' to ${toC} °C within ${longestS.toFixed(0)} s (last read ${read?.value.objectC.toFixed(1) ?? "nothing"} °C)`,
      );
    yield* listenFor(lane, run, 1000);
  }
}

async function* soak(lane: Lane, run: RunPlan, how: Soak, setC: number): AsyncGenerator<Rec, Ended | null> {
  const { clock, memory } = lane;
  const { climate } = memory;
  const passed = JSON.stringify([how.until, how.toleranceC, how.slopeCPerMin, how.windowS, how.minS, setC]);
  if (climate.soaked === passed && how.until === "stable") return null;
  const fromNs = clock.nowNs();
  const stability = stabilityAt(setC, how);
  let lastNs = fromNs;
  for (;;) {
    const failed = trouble(lane);
    if (failed !== null) return failed;
    if (isOver(lane)) return null;
    const read = climate.reading;
    if (read !== null && read.tNs > lastNs) {
      lastNs = read.tNs;
      const dieC = freshDieC(climate, read.tNs);
      stability.add({ tNs: read.tNs, objectC: read.value.objectC, dieC });
    }
    const seconds = msSince(clock, fromNs) / 1000;
    if (seconds >= how.minS && (how.until === "time" || stability.stable())) break;
    if (seconds > how.maxS)
      return outOfOrder(
        `'${lane.name}' was not stable at ${setC} °C within ${how.maxS} s (±${how.toleranceC} °C, ${how.slopeCPerMin} °C a minute over ${how.windowS} s; last read ${read?.value.objectC.toFixed(1) ?? "nothing"} °C)`,
      );
    yield* listenFor(lane, run, 1000);
  }
  climate.soaked = passed;
  const seconds = (msSince(clock, fromNs) / 1000).toFixed(0);
  yield note(
    lane,
    run,
    "info",
    how.until === "time"
      ? `soaked at ${setC} °C for ${seconds} s`
      : `stable at ${setC} °C after ${seconds} s`,
  );
  return null;
}

async function* wait(lane: Lane, run: RunPlan, seconds: number): AsyncGenerator<Rec, Ended | null> {
  const untilNs = lane.clock.nowNs() + Math.round(seconds * nsPerSecond);
  for (;;) {
    const failed = trouble(lane);
    if (failed !== null) return failed;
    const leftNs = untilNs - lane.clock.nowNs();
    if (leftNs <= 0 || isOver(lane)) return null;
    yield* listenFor(lane, run, Math.min(1000, leftNs / nsPerMs));
  }
}

/** How often a heater that does not answer is told. */
const tries = 3;

/** `walk`: it cannot limit its rate, so its set point has to be walked. */
async function setTo(lane: Lane, toC: number, rateCPerMin: number | null): Promise<"set" | "walk" | Ended> {
  const thermal = lane.station.thermal!;
  for (let attempt = 1; attempt <= tries; attempt++) {
    const reply = await thermal.set(toC, rateCPerMin);
    if (reply.kind === "ok") return "set";
    if (reply.kind === "silence") continue;
    if (rateCPerMin !== null && reply.reason === "no-ramp") return "walk";
    const { lowestC, highestC } = thermal.limits;
    const detail = `'${thermal.name}' does not take ${toC} °C: ${reply.reason}`;
    // What it may be set to and does not take is its own trouble, not the plan's.
    return toC < lowestC || toC > highestC ? { endReason: "config_error", detail } : outOfOrder(detail);
  }
  return outOfOrder(`'${thermal.name}' did not answer when it was set to ${toC} °C`);
}

function outOfOrder(detail: string): Ended {
  return { endReason: "bench_fault", detail };
}

/** What the watch has found, or whoever looks after the instrument. */
function trouble({ memory, health, station }: Lane): Ended | null {
  if (memory.climate.cut !== null) return memory.climate.cut;
  const fault = station.thermal === null ? null : health.standing([station.thermal.name]);
  return fault === null ? null : benchFault(fault);
}

/** Heater off; `to` null: that is what the run wants. */
export async function letGo(lane: Lane, to?: null): Promise<void> {
  await lane.station.thermal?.off();
  lane.memory.temperatureC = to;
  lane.memory.climate.doing = "off";
  lane.memory.climate.soaked = null;
}

/** Lets time go by, and hears the board meanwhile: its heartbeats tell its die. */
async function* listenFor(lane: Lane, run: RunPlan, ms: number): AsyncGenerator<Rec, void> {
  const { clock, station } = lane;
  // In whole nanoseconds, as the clock counts: a rest of less would never pass.
  const untilNs = clock.nowNs() + Math.round(ms * nsPerMs);
  while (clock.nowNs() < untilNs && !isOver(lane)) {
    const event = yield* listen(lane, run.number, (untilNs - clock.nowNs()) / nsPerMs);
    if (event.kind === "silence") await clock.sleep((untilNs - clock.nowNs()) / nsPerMs, lane.signal);
    // Nothing is exposed now: what the board did is told, and is nobody's event.
    if (event.kind === "boot") yield { ...bootRecord(lane, run.number, event, false), run: null } as Rec;
    if (event.kind === "result" || event.kind === "done")
      await station.dut.acknowledge(event.bootId, event.event);
  }
}

/** Asked anew after every wait. */
function isOver({ conductor, signal }: Lane): boolean {
  return conductor.stopping() || signal.aborted;
}

function note(lane: Lane, run: RunPlan, level: "info" | "warning" | "error", text: string): Rec {
  return {
    type: "note",
    tNs: lane.clock.nowNs(),
    run: run.number,
    level,
    text: `${lane.name}: ${text}`,
  };
}
