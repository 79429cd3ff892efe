import type { Bench } from "../domain/capabilities.ts";
import type { Clock } from "../domain/clock.ts";
import { endedBy } from "../domain/ended-by.ts";
import { RigError } from "../domain/errors.ts";
import type { EndReason } from "../domain/outcome.ts";
import type { Plan, RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import type { CampaignDone } from "../science/so-far.ts";
import { benchHealth } from "./bench-health.ts";
import { createConductor } from "./conductor.ts";
import type { EssentialBits } from "./essential-bits.ts";
import type { Ended } from "./injection.ts";
import { newMemory } from "./lane.ts";
import type { Lane } from "./lane.ts";
import type { Mailbox } from "./mailbox.ts";
import { alone, merge } from "./merge.ts";
import type { Batches } from "./merge.ts";
import { isOver, note, oneRun } from "./one-run.ts";
import { RailWatch } from "./rail-watch.ts";
import { safeState, shutBeams } from "./safe-state.ts";
import { settle } from "./settle.ts";
import { departure, letGo } from "./thermal/approach.ts";
import { watchHeat } from "./thermal/watch.ts";
import { unfold } from "./unfold.ts";

/**
 *   plan ─unfold→ runs ─by board→ lanes ─merge→ batches of records → whoever asked
 *
 * The engine alone acts, and records are the only thing that leaves it. Asking for the next batch says that the last
 * one is durable: only then does a lane acknowledge events to its board and go on.
 */
export interface EngineContext {
  readonly clock: Clock;
  /** Every run of one campaign in one beam shares its fluence scale; the id says which. */
  readonly sessionId: string;
  /** What the journal holds already; of nothing for a new one. */
  readonly soFar: CampaignDone;
  /** Essential-bits files that the plan names, by their SHA-256. */
  readonly essentialFiles?: ReadonlyMap<string, EssentialBits>;
  readonly commands: Mailbox;
  /** Aborted: leave everything and go to the safe state at once. */
  readonly signal: AbortSignal;
}

export async function* runCampaign(plan: Plan, bench: Bench, context: EngineContext): Batches {
  const left = new AbortController();
  const signal = AbortSignal.any([context.signal, left.signal]);
  const leave = (): void => {
    left.abort();
    context.commands.close();
    health.close();
  };
  const conductor = createConductor(context.clock, signal);
  const health = benchHealth(bench, context.clock);
  const lanes = new Map<string, Lane>();
  for (const name of new Set(plan.blocks.flatMap((block) => block.duts))) {
    const station = bench.stations.get(name);
    if (station === undefined)
      throw new RigError("config", `the plan names board '${name}', which the rig does not have`);
    const memory = newMemory();
    const watch = new RailWatch({ name, station, plan: plan.latchUp, clock: context.clock, health, memory });
    lanes.set(name, {
      name,
      station: watch.station,
      clock: context.clock,
      conductor,
      signal,
      plan,
      sessionId: context.sessionId,
      essentialFiles: context.essentialFiles ?? new Map<string, EssentialBits>(),
      othersAlive: () => bench.othersAlive(name),
      doseBeforeRadSi: (serial) => context.soFar.doseRadSi(serial),
      health,
      watch,
      memory,
    });
  }
  const finished: Finished = { verdicts: [...verdictsBefore(plan, context.soFar)] };
  const work = async function* (): Batches {
    try {
      yield* allBlocks(plan, [...lanes.values()], context, finished, leave);
    } finally {
      context.commands.close();
      health.close();
    }
  };
  // At once, whatever the lanes are waiting for; and again when they have ended.
  let early: Promise<unknown> = Promise.resolve();
  const atOnce = (): void => {
    early = safeState(bench, context.signal.aborted);
  };
  signal.addEventListener("abort", atOnce, { once: true });
  try {
    // An earlier process may have died with the shutter open: golden is made in the dark, and so is every strike.
    yield* disobeyed(context.clock, await shutBeams(bench));
    yield* merge([alone(conductor.commands(context.commands)), alone(health.records()), work()], leave);
    yield* disobeyed(context.clock, await safeState(bench, context.signal.aborted));
    yield [
      {
        type: "campaign_end",
        tNs: context.clock.nowNs(),
        ...verdict(finished, conductor.stopping(), context.signal),
      },
    ];
  } finally {
    await early;
    await safeState(bench, context.signal.aborted);
  }
}

interface Finished {
  readonly verdicts: (Ended & { readonly run: number })[];
  stoppedEarly?: boolean;
}

/** What earlier processes found stands: a campaign refused once is not complete because it was gone on with. */
function* verdictsBefore(plan: Plan, soFar: CampaignDone): Generator<Finished["verdicts"][number]> {
  for (const { number } of unfold(plan)) {
    const { ended, endReason } = soFar.run(number);
    if (ended && endReason !== null) yield { run: number, endReason, detail: "found before this process" };
  }
}

async function* allBlocks(
  plan: Plan,
  lanes: readonly Lane[],
  context: EngineContext,
  finished: Finished,
  leave: () => void,
): Batches {
  const runs = [...unfold(plan)].filter((run) => !context.soFar.run(run.number).ended);
  for (const lane of lanes)
    if (runs.some((run) => run.dut === lane.name)) yield* alone(settle(lane, runs, context.soFar));
  for (const block of plan.blocks.keys()) {
    const mine = runs.filter((run) => run.block === block);
    const work = byZone(lanes).map((group) => oneZone(group, mine, context, finished, leave));
    // The beam strikes whatever is in it: boards are exposed one after another, each with its golden made in the dark.
    if (plan.blocks[block]!.kind !== "injection") for (const lane of work) yield* lane;
    else yield* merge(work, leave);
  }
}

/** Lanes whose boards share a temperature stand together. */
function byZone(lanes: readonly Lane[]): readonly (readonly Lane[])[] {
  const zones = new Map<string, Lane[]>();
  for (const lane of lanes) {
    const zone = lane.station.thermal?.zone ?? `board:${lane.name}`;
    zones.set(zone, [...(zones.get(zone) ?? []), lane]);
  }
  return [...zones.values()];
}

/** Boards of one zone take turns: one would else be struck at the temperature that the other asked for. */
async function* oneZone(
  lanes: readonly Lane[],
  runs: readonly RunPlan[],
  context: EngineContext,
  finished: Finished,
  leave: () => void,
): Batches {
  for (const lane of lanes) {
    if (lanes.length > 1) lane.memory.temperatureC = undefined;
    const own = runs.filter((run) => run.dut === lane.name);
    if (own.length > 0) yield* watched(lane, oneBoard(lane, own, context, finished), leave);
  }
}

/** A lane at work, and beside it the watch on its temperatures. */
async function* watched(lane: Lane, work: AsyncGenerator<Rec, void>, leave: () => void): Batches {
  const ended = new AbortController();
  const lasting = async function* (): AsyncGenerator<Rec, void> {
    try {
      yield* work;
    } finally {
      ended.abort();
    }
  };
  const done = AbortSignal.any([lane.signal, ended.signal]);
  yield* merge([alone(lasting()), alone(watchHeat(lane, done))], leave);
}

async function* oneBoard(
  lane: Lane,
  runs: readonly RunPlan[],
  context: EngineContext,
  finished: Finished,
): AsyncGenerator<Rec, void> {
  using _working = lane.conductor.join();
  for (const run of runs) {
    // A path that reaches nothing makes every "masked" of this campaign worthless: it is refused, whole.
    if (finished.verdicts.some(({ endReason }) => endReason === "self_check_masked")) return;
    if (isOver(lane)) {
      finished.stoppedEarly = true;
      return;
    }
    if (lane.memory.dead) {
      yield note(lane, run, `not begun: board '${lane.name}' was given up`);
      const why = lane.memory.latch.limit ?? { endReason: "dut_dead" as const, detail: "" };
      finished.verdicts.push({ run: run.number, ...why });
      continue;
    }
    if (lane.memory.climate.cut !== null) {
      yield note(lane, run, `not begun: ${lane.memory.climate.cut.detail}`);
      finished.verdicts.push({ run: run.number, ...lane.memory.climate.cut });
      continue;
    }
    const ended = yield* oneRun(lane, run, context.soFar.run(run.number));
    if (ended === null) {
      finished.stoppedEarly = true;
      return;
    }
    finished.verdicts.push({ run: run.number, ...ended });
    if (ended.endReason === "self_check_masked")
      context.commands.post({ verb: "stop", by: `self-check of run ${run.number}` });
  }
  const last = runs.at(-1);
  // Nobody heats a board that does not run, and that nobody watches from here on.
  if (lane.memory.dead) await letGo(lane);
  else if (last !== undefined && lane.memory.climate.cut === null) yield* departure(lane, last);
}

/** Reasons that make a campaign other than complete, the gravest first. */
const grave: readonly EndReason[] = [
  "self_check_masked",
  "golden_unstable",
  "config_error",
  "dut_dead",
  "pulled_link",
  "beam_lost",
  "sel_limit",
  "bench_fault",
  "over_temperature",
  "operator",
];

function verdict(
  finished: Finished,
  stopping: boolean,
  signal: AbortSignal,
): { readonly endReason: EndReason | "complete"; readonly detail: string } {
  const outside = endedBy(signal);
  if (outside !== null) return outside;
  for (const endReason of grave) {
    const run = finished.verdicts.find((ended) => ended.endReason === endReason);
    if (run !== undefined) return { endReason, detail: `run ${run.run}: ${run.detail}` };
  }
  if (finished.stoppedEarly === true || signal.aborted)
    return { endReason: "operator", detail: stopping ? "stopped by command" : "stopped at once" };
  return { endReason: "complete", detail: "" };
}

/** What did not obey stands in the record: nobody shall take a beam for shut that may be open. */
function* disobeyed(clock: Clock, problems: readonly string[]): Generator<readonly Rec[]> {
  for (const text of problems) yield [{ type: "note", tNs: clock.nowNs(), run: null, level: "error", text }];
}
