import type { Bench } from "../domain/capabilities.ts";
import type { Clock } from "../domain/clock.ts";
import { RigError } from "../domain/errors.ts";
import type { EndReason } from "../domain/outcome.ts";
import type { Plan, RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import { beamRun } from "./beam.ts";
import { createConductor } from "./conductor.ts";
import { injectionRun } from "./injection.ts";
import type { Ended } from "./injection.ts";
import { newMemory } from "./lane.ts";
import type { Lane } from "./lane.ts";
import type { Mailbox } from "./mailbox.ts";
import { alone, merge } from "./merge.ts";
import type { Batches } from "./merge.ts";
import { prepare, soak } from "./prepare.ts";
import type { Prepared } from "./prepare.ts";
import { recover } from "./recover.ts";
import { safeState, shutBeams } from "./safe-state.ts";
import { settle } from "./settle.ts";
import type { CampaignDone } from "../science/so-far.ts";
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
  };
  const conductor = createConductor(context.clock, signal);
  const lanes = new Map<string, Lane>();
  for (const name of new Set(plan.blocks.flatMap((block) => block.duts))) {
    const station = bench.stations.get(name);
    if (station === undefined)
      throw new RigError("config", `the plan names board '${name}', which the rig does not have`);
    lanes.set(name, {
      name,
      station,
      clock: context.clock,
      conductor,
      signal,
      plan,
      sessionId: context.sessionId,
      othersAlive: () => bench.othersAlive(name),
      memory: newMemory(),
    });
  }
  const finished: Finished = { verdicts: [...verdictsBefore(plan, context.soFar)] };
  const work = async function* (): Batches {
    try {
      yield* allBlocks(plan, [...lanes.values()], context, finished, leave);
    } finally {
      context.commands.close();
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
    yield* merge([alone(conductor.commands(context.commands)), work()], leave);
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
    const work = lanes.map((lane) => {
      const own = mine.filter((run) => run.dut === lane.name);
      return alone(oneBoard(lane, own, context, finished));
    });
    // The beam strikes whatever is in it: boards are exposed one after another, each with its golden made in the dark.
    if (plan.blocks[block]!.kind !== "injection") for (const lane of work) yield* lane;
    else yield* merge(work, leave);
  }
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
      finished.verdicts.push({ run: run.number, endReason: "dut_dead", detail: "" });
      continue;
    }
    yield* soak(lane, run);
    if (isOver(lane)) {
      finished.stoppedEarly = true;
      return;
    }
    const prepared: Prepared | Ended | null = yield* makeReady(lane, run);
    if (prepared !== null && "endReason" in prepared) {
      yield note(lane, run, `not begun: ${prepared.detail}`);
      finished.verdicts.push({ run: run.number, ...prepared });
      continue;
    }
    if (prepared === null) {
      yield note(lane, run, `not begun: board '${lane.name}' could not be made ready`);
      finished.verdicts.push({ run: run.number, endReason: "dut_dead", detail: "" });
      continue;
    }
    const soFar = context.soFar.run(run.number);
    yield runStart(lane, run, prepared, soFar.starts);
    const ended: Ended = yield* (run.kind === "injection" ? injectionRun : beamRun)(
      lane,
      run,
      prepared,
      soFar,
    );
    finished.verdicts.push({ run: run.number, ...ended });
    yield {
      type: "run_end",
      tNs: lane.clock.nowNs(),
      run: run.number,
      ...ended,
      link: lane.station.dut.linkTotals(),
    };
    if (ended.endReason === "self_check_masked")
      context.commands.post({ verb: "stop", by: `self-check of run ${run.number}` });
  }
}

/** Asked anew after every wait. */
function isOver({ conductor, signal }: Lane): boolean {
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
    targets: loaded.targets,
    format: loaded.format,
    inputs: loaded.inputs,
    outputs: loaded.outputs,
    goldenDigest: golden.digest,
    goldenCycles: golden.cycles,
    budgetCycles: golden.budget,
    stateDigest: loaded.stateDigest,
    readBack: prepared.readBack,
  };
}

function note(lane: Lane, run: RunPlan, text: string): Rec {
  return { type: "note", tNs: lane.clock.nowNs(), run: run.number, level: "error", text };
}

/** Reasons that make a campaign other than complete, the gravest first. */
const grave: readonly EndReason[] = [
  "self_check_masked",
  "golden_unstable",
  "config_error",
  "dut_dead",
  "pulled_link",
  "beam_lost",
  "operator",
];

function verdict(
  finished: Finished,
  stopping: boolean,
  signal: AbortSignal,
): { readonly endReason: EndReason | "complete"; readonly detail: string } {
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
