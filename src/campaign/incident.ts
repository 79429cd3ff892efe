import type { DutEvent } from "../domain/capabilities.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { RunPlan } from "../domain/plan.ts";
import type { DeadCause, Rec } from "../domain/records.ts";
import { attribute } from "./attribution.ts";
import type { Attribution } from "./attribution.ts";
import { bootRecord } from "./lane.ts";
import type { Lane } from "./lane.ts";
import { readRails } from "./rails.ts";
import { effectOf, recover } from "./recover.ts";
import type { Incident, Recovery } from "./recover.ts";
import { latchedInstead } from "./latch-up.ts";

export type { Incident } from "./recover.ts";

/** Silence: look around first (is anything else alive, is the rail up?), then climb the ladder, then say what it was. */
export async function* afterSilence(
  lane: Lane,
  run: RunPlan,
  waitedMs: number,
): AsyncGenerator<Rec, Incident> {
  const latched = yield* latchedInstead(lane, run);
  if (latched !== null) return latched;
  const noticedNs = lane.clock.nowNs();
  const lastGoodNs = lane.memory.lastGoodNs;
  const linkClosed = lane.memory.linkClosed;
  const othersAlive = await lane.othersAlive();
  const rail = await readRails(lane.station);
  const supplyLost = lane.watch.isBlind();
  yield {
    type: "note",
    tNs: noticedNs,
    run: run.number,
    level: "warning",
    text: `${lane.name}: silent for ${waitedMs.toFixed(0)} ms (link ${linkClosed ? "closed" : "open"}, others ${othersAlive ? "answer" : "silent"}, rail ${supplyLost ? "not read" : rail === null ? "not measured" : rail.on ? "on" : "off"})`,
  };
  const recovery: Recovery = yield* recover(lane, run);
  const attribution = attribute({
    linkClosed,
    answered: recovery.cure === "retry",
    bootCause: recovery.cure === "self" ? recovery.bootCause : null,
    othersAlive: othersAlive || (recovery.cure !== null && !linkClosed),
    rail,
    supplyLost,
    overCurrent: null,
  });
  return yield* conclude(lane, run, attribution, recovery, lastGoodNs, noticedNs);
}

/** It beats and answers, but its iteration does not end: a hang that its own watchdog did not see. Asking again cures nothing. */
export async function* afterHang(lane: Lane, run: RunPlan): AsyncGenerator<Rec, Incident> {
  const latched = yield* latchedInstead(lane, run);
  if (latched !== null) return latched;
  const noticedNs = lane.clock.nowNs();
  const lastGoodNs = lane.memory.lastGoodNs;
  const recovery: Recovery = yield* recover(lane, run, "reset");
  const why = "it beats, but its iteration does not end, and its watchdog did not fire";
  const attribution: Attribution = { outcome: "dueHang", fault: "dut", why };
  return yield* conclude(lane, run, attribution, recovery, lastGoodNs, noticedNs);
}

/** A boot nobody asked for: the board says why, and needs loading. */
export async function* afterBoot(
  lane: Lane,
  run: RunPlan,
  event: Extract<DutEvent, { kind: "boot" }>,
): AsyncGenerator<Rec, Incident> {
  const latched = yield* latchedInstead(lane, run);
  if (latched !== null) return latched;
  const noticedNs = lane.clock.nowNs();
  const lastGoodNs = lane.memory.lastGoodNs;
  yield bootRecord(lane, run.number, event, false);
  const rail = await readRails(lane.station);
  const attribution = attribute({
    linkClosed: lane.memory.linkClosed,
    answered: true,
    bootCause: event.cause,
    othersAlive: true,
    rail,
    supplyLost: lane.watch.isBlind(),
    overCurrent: null,
  });
  const climbed: Recovery = yield* recover(lane, run, "reload");
  const recovery: Recovery =
    climbed.cure === "reload" || climbed.cure === "self"
      ? { ...climbed, cure: "self", bootCause: event.cause }
      : climbed;
  return yield* conclude(lane, run, attribution, recovery, lastGoodNs, noticedNs);
}

/** Loads a board that answers but is not in the state it should be, and climbs on from there; the time is dead. */
export async function* reload(lane: Lane, run: RunPlan): AsyncGenerator<Rec, Recovery> {
  const latched = yield* latchedInstead(lane, run);
  if (latched !== null) return latched.recovery;
  const fromNs = lane.memory.lastGoodNs;
  const recovery: Recovery = yield* recover(lane, run, "reload");
  const toNs = lane.clock.nowNs();
  yield { type: "dead", tNs: toNs, run: run.number, fromNs, toNs, cause: "reload", latencyMs: 0 };
  return recovery;
}

function* conclude(
  lane: Lane,
  run: RunPlan,
  attribution: Attribution,
  recovery: Recovery,
  lastGoodNs: number,
  noticedNs: number,
): Generator<Rec, Incident> {
  const tNs = lane.clock.nowNs();
  yield {
    type: "dead",
    tNs,
    run: run.number,
    fromNs: Math.min(lastGoodNs, tNs),
    toNs: tNs,
    cause: deadCause(attribution),
    latencyMs: Math.max(0, (noticedNs - lastGoodNs) / nsPerMs),
  };
  const effect = attribution.fault === "dut" ? effectOf(recovery.cure) : null;
  if (effect !== null)
    yield {
      type: "effect",
      tNs: lane.clock.nowNs(),
      run: run.number,
      dut: lane.name,
      effect,
      detail: attribution.why,
    };
  lane.memory.lastGoodNs = lane.clock.nowNs();
  return { attribution, effect, recovery };
}

function deadCause(attribution: Attribution): DeadCause {
  switch (attribution.fault) {
    case "dut":
      return "recovery";
    case "link":
      return "link";
    case "host":
    case "supply":
      return "host";
    case "unknown":
      return "unattributed";
  }
}
