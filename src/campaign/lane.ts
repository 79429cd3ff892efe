import type { DutEvent, LinkFault, Station } from "../domain/capabilities.ts";
import { nsPerMs, nsPerSecond } from "../domain/clock.ts";
import type { Clock } from "../domain/clock.ts";
import type { Plan } from "../domain/plan.ts";
import type { EssentialBits } from "./essential-bits.ts";
import type { IterationsRec, Rec } from "../domain/records.ts";
import type { BenchHealth } from "./bench-health.ts";
import type { Conductor } from "./conductor.ts";
import { newLatchMemory } from "./latch-memory.ts";
import type { LatchMemory } from "./latch-memory.ts";
import type { RailFinding, RailWatch } from "./rail-watch.ts";
import { readRails } from "./rails.ts";
import { newClimate } from "./thermal/climate.ts";
import type { Climate } from "./thermal/climate.ts";

/** One board's way through its runs: what it needs from outside, and what it remembers between two steps. */
export interface Lane {
  readonly name: string;
  readonly station: Station;
  readonly clock: Clock;
  readonly conductor: Conductor;
  readonly signal: AbortSignal;
  readonly plan: Plan;
  readonly sessionId: string;
  /** Essential-bits files of the plan, by their SHA-256. */
  readonly essentialFiles: ReadonlyMap<string, EssentialBits>;
  readonly othersAlive: () => Promise<boolean>;
  /** What the part with this serial number took in this campaign before this process began, rad(Si). */
  readonly doseBeforeRadSi: (serial: string) => number;
  readonly health: BenchHealth;
  readonly watch: RailWatch;
  readonly memory: LaneMemory;
}

export interface LaneMemory {
  bootId: number;
  /** How often the board had booted when it was last met: a boot event with a smaller count is of a boot that is over. */
  boots: number;
  /** Boot in which a run was begun whose `done` has not come in; 0: none. */
  begunBootId: number;
  /** A boot of its own making that was met on the ladder before its event came in. */
  unaskedBootId: number;
  /** When the board last gave a sign of life that could be read. */
  lastGoodNs: number;
  lastTelemetryNs: number;
  linkClosed: boolean;
  dead: boolean;
  /** Clean and total iterations of the board's present `run` that are already in a record. */
  countedTotal: number;
  countedClean: number;
  countedCycles: number;
  clockKHz: number;
  temperatureC: number | null | undefined;
  climate: Climate;
  /** All that the part has taken, rad(Si): before this campaign, before this process, and since; null: not looked up yet. */
  doseRadSi: number | null;
  latch: LatchMemory;
  /** What comes in was kept while the link was out: that time is not live. */
  keptOut: boolean;
  /** Recorded, and to be acknowledged when nothing before it is waiting to be. */
  heldEvent: { readonly bootId: number; readonly event: number } | null;
}

export function newMemory(): LaneMemory {
  return {
    bootId: 0,
    boots: 0,
    begunBootId: 0,
    unaskedBootId: 0,
    lastGoodNs: 0,
    lastTelemetryNs: -nsPerSecond,
    linkClosed: false,
    dead: false,
    countedTotal: 0,
    countedClean: 0,
    countedCycles: 0,
    clockKHz: 1,
    temperatureC: undefined,
    climate: newClimate(),
    doseRadSi: null,
    latch: newLatchMemory(),
    keptOut: false,
    heldEvent: null,
  };
}

/** What a run has to decide on; all else an event can be is made into records on the way. */
export type Significant =
  | Extract<DutEvent, { kind: "result" | "done" | "boot" | "heartbeat" }>
  | { readonly kind: "rail"; readonly finding: RailFinding }
  | { readonly kind: "silence"; readonly waitedMs: number };

/** A board that only ever logs may put silence off, but not for ever: so many times the deadline. */
const longestTalk = 10;

/**
 * The next significant event, or silence after `deadlineMs`; yields the records of everything else that came before it.
 * Noise on the link is no sign of life, however much of it there is.
 */
export async function* listen(lane: Lane, run: number, deadlineMs: number): AsyncGenerator<Rec, Significant> {
  const { memory, clock, station } = lane;
  const fromNs = clock.nowNs();
  let heardNs = fromNs;
  for (;;) {
    const waitedMs = msSince(clock, heardNs);
    const event = await station.dut.nextEvent(deadlineMs - waitedMs, lane.watch.wake(lane.signal));
    const tNs = clock.nowNs();
    if (event.kind === "silence") {
      const finding = lane.signal.aborted ? null : lane.watch.takeUrgent();
      if (finding !== null) return { kind: "rail", finding };
      return { kind: "silence", waitedMs: waitedMs + event.waitedMs };
    }
    if (event.kind !== "link" || signsOfLife.includes(event.what)) heardNs = tNs;
    switch (event.kind) {
      case "link":
        if (event.what === "closed") memory.linkClosed = true;
        if (event.what === "reopened" || event.what === "moved") memory.linkClosed = false;
        yield { type: "link", tNs, run, dut: lane.name, what: event.what, detail: event.detail };
        break;
      case "log":
        yield { type: "note", tNs, run, level: event.level, text: `${lane.name}: ${event.text}` };
        break;
      case "overflow":
        yield {
          type: "note",
          tNs,
          run,
          level: "error",
          text: `${lane.name}: the board's event buffer was full, ${event.dropped} events were dropped`,
        };
        break;
      case "ecc":
        yield eccRecord(lane, run, event);
        memory.heldEvent = { bootId: event.bootId, event: event.event };
        break;
      case "heartbeat":
        // One that waited in the queue while its boot went by says nothing of this one.
        if (event.bootId !== memory.bootId) break;
        memory.lastGoodNs = tNs;
        lane.watch.boardIs(event.state === "running" ? "busy" : "idle");
        memory.climate.die = { c: event.dieC, tNs };
        if (tNs - memory.lastTelemetryNs >= nsPerSecond) {
          memory.lastTelemetryNs = tNs;
          yield await telemetry(lane, run, event);
        }
        return event;
      case "boot":
        // A boot that a rung or a hello has met already, or has met the successor of; any other is the caller's to judge.
        if (event.bootId !== memory.bootId && event.boots >= memory.boots) return event;
        yield bootRecord(lane, run, event, event.bootId !== memory.unaskedBootId);
        break;
      case "result":
      case "done":
        if (event.kind === "done" && event.bootId === memory.begunBootId) memory.begunBootId = 0;
        if (event.kind === "done") lane.watch.boardIs("idle");
        memory.lastGoodNs = tNs;
        return event;
    }
    if (msSince(clock, heardNs) >= deadlineMs || msSince(clock, fromNs) >= longestTalk * deadlineMs)
      return { kind: "silence", waitedMs: msSince(clock, heardNs) };
  }
}

/** News of a link that a line of the board itself has brought. */
const signsOfLife: readonly LinkFault[] = ["lost_lines", "reopened", "moved"];

export function bootRecord(
  lane: Lane,
  run: number,
  event: Extract<DutEvent, { kind: "boot" }>,
  expected: boolean,
): Rec {
  return {
    type: "boot",
    tNs: lane.clock.nowNs(),
    run,
    dut: lane.name,
    bootId: event.bootId,
    boots: event.boots,
    cause: event.cause,
    expected,
    eventsLostAtMost: event.lostAtMost,
  };
}

/** What its error counters told, as it is kept. */
function eccRecord(lane: Lane, run: number, told: Extract<DutEvent, { kind: "ecc" }>): Rec {
  const { structure, corrected, uncorrected, event, bootId } = told;
  const live = !lane.memory.keptOut;
  const at = { tNs: lane.clock.nowNs(), run, dut: lane.name };
  return { type: "ecc", ...at, structure, corrected, uncorrected, live, event, bootId };
}

/** What was recorded without a result beside it is acknowledged once nothing older waits for its record. */
export async function acknowledgeHeld({ memory, station }: Lane): Promise<void> {
  const held = memory.heldEvent;
  memory.heldEvent = null;
  if (held !== null) await station.dut.acknowledge(held.bootId, held.event);
}

async function telemetry(
  lane: Lane,
  run: number,
  event: Extract<DutEvent, { kind: "heartbeat" }>,
): Promise<Rec> {
  const rail = await readRails(lane.station);
  return {
    type: "telemetry",
    tNs: lane.clock.nowNs(),
    run,
    dut: lane.name,
    state: event.state,
    iteration: event.iteration,
    clean: event.clean,
    dieC: event.dieC,
    throttle: event.throttle,
    boots: event.boots,
    rail,
    link: lane.station.dut.linkTotals(),
  };
}

/** Iterations finished since the last record of them; the counters are the board's own, of its present `run`. */
export function iterationsRecord(
  lane: Lane,
  run: number,
  seen: { readonly total: number; readonly clean: number; readonly cycles: number },
): IterationsRec | null {
  const { memory } = lane;
  const total = seen.total - memory.countedTotal;
  const clean = seen.clean - memory.countedClean;
  const cycles = seen.cycles - memory.countedCycles;
  if (total <= 0) return null;
  if (clean > 0) Object.assign(memory.latch, { inARow: 0, rested: false });
  memory.countedTotal = seen.total;
  memory.countedClean = seen.clean;
  memory.countedCycles = seen.cycles;
  return {
    type: "iterations",
    tNs: lane.clock.nowNs(),
    run,
    total,
    clean: Math.max(0, clean),
    computeSeconds: Math.max(0, cycles) / (memory.clockKHz * 1000),
  };
}

/** The board's counters start again with each of its runs. */
export function forgetIterations(memory: LaneMemory): void {
  memory.countedTotal = 0;
  memory.countedClean = 0;
  memory.countedCycles = 0;
}

export function msSince(clock: Clock, fromNs: number): number {
  return (clock.nowNs() - fromNs) / nsPerMs;
}
