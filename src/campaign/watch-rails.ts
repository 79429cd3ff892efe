import type { RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import { valueOf } from "../domain/reply.ts";
import type { Ended } from "./injection.ts";
import type { Lane } from "./lane.ts";
import type { WatchedRail } from "./watched-rail.ts";

/**
 * Around one segment of a run: over-current armed before anything is exposed, rails watched beside it, and what the watch has seen in its records.
 *
 *   arm each rail ─→ what the idle board draws ─→ run ⇄ watch ─→ end
 */
export async function* underWatch(
  lane: Lane,
  run: RunPlan,
  work: AsyncGenerator<Rec, Ended>,
  latchUpsBefore: number,
): AsyncGenerator<Rec, Ended> {
  const { watch, memory } = lane;
  Object.assign(memory.latch, { inRun: latchUpsBefore, limit: null, fluencePerCm2: null });
  watch.boardIs("idle");
  watch.begin(run, lane.signal);
  try {
    const fault = yield* beforeAnything(lane, run);
    if (fault !== null) return fault;
    watch.start();
    for (;;) {
      const next = await work.next();
      yield* watch.take();
      if (next.done === true) return memory.latch.limit ?? next.value;
      yield next.value;
    }
  } finally {
    await watch.end();
    // Cut short: the board is stopped, the shutter closed.
    await work.return({ endReason: "operator", detail: "" });
  }
}

/** Trips armed, and what the rails draw meanwhile; nothing is exposed yet, so it is not live. */
async function* beforeAnything(lane: Lane, run: RunPlan): AsyncGenerator<Rec, Ended | null> {
  const { watch, clock } = lane;
  const fromNs = clock.nowNs();
  const mute = yield* armRails(lane);
  if (mute !== null) return mute;
  if (!watch.isNeeded()) return null;
  await watch.learnIdle();
  const toNs = clock.nowNs();
  yield { type: "dead", tNs: toNs, run: run.number, fromNs, toNs, cause: "check", latencyMs: 0 };
  return null;
}

const armTries = 3;

/**
 * A rail that cannot be armed is no reason to begin nothing: the record says what is not detected there. One that can be, and whose
 * supply does not answer now, is: the run would go on to its end with nobody guarding it.
 */
async function* armRails(lane: Lane): AsyncGenerator<Rec, Ended | null> {
  const { watch, station } = lane;
  for (const [index, rail] of watch.rails.entries()) {
    const supply = station.rails[index]!;
    let reply = await supply.arm();
    for (let again = 1; again < armTries && reply.kind === "silence"; again++) reply = await supply.arm();
    rail.forget();
    rail.trips = reply.kind === "ok" && reply.value.milliA !== null && supply.verifies.trip === "hardware";
    const armed =
      reply.kind === "ok"
        ? `${reply.value.milliA === null ? "no trip armed" : `trips at ${reply.value.milliA} mA (${verified[reply.value.verified]})`}: ${reply.value.detail}`
        : `not armed: ${reply.kind === "refused" ? reply.reason : "no answer"}`;
    const reading = valueOf(await supply.read());
    yield watch.event(rail, "armed", reading, `${armed}; ${detection(rail)}`, {
      detects: reply.kind === "silence" ? null : rail.detects,
    });
    if (reply.kind === "silence")
      return {
        endReason: "bench_fault",
        detail: `'${supply.device}' did not answer when rail '${supply.name}' was armed`,
      };
  }
  return null;
}

const verified = { "read-back": "read back", commanded: "as it was told", none: "not verified" } as const;

/** Whoever reads "no latch-up" must know whether anybody looked. */
function detection(rail: WatchedRail): string {
  const { limits, verifies } = rail.supply;
  const steps = rail.detects === "trips and steps" || rail.detects === "steps";
  const small =
    verifies.current === "none"
      ? "nothing measures it: a micro-SEL is not detected here"
      : steps
        ? `a micro-SEL is a step of more than ${String(limits.microStepMilliA)} mA`
        : "no microStepMilliA in the rig file: a micro-SEL is not detected here";
  if (rail.detects === "nothing") return "latch-up was not detected here";
  if (rail.detects === "steps") return `nothing cuts it on over-current; ${small}`;
  return rail.trips ? small : `only the host cuts, on what it reads: too slow to protect; ${small}`;
}
