import type { Golden, Identity, Loaded, LoadRequest, ReadBack } from "../domain/capabilities.ts";
import type { Reply } from "../domain/reply.ts";
import { RigError } from "../domain/errors.ts";
import type { RunPlan } from "../domain/plan.ts";
import { msSince } from "./lane.ts";
import { offeredAs } from "./offered-as.ts";
import type { Lane } from "./lane.ts";
import { valueOf } from "../domain/reply.ts";

/** A board made ready for a run: known by name, loaded, its golden output made and found stable. */
export interface Prepared {
  readonly identity: Identity;
  readonly workload: string;
  readonly loaded: Loaded;
  readonly golden: Golden;
  readonly readBack: ReadBack | null;
}

/** How often golden must come out alike. */
const goldenTimes = 3;
/** An iteration may take this long to end after `stop`. */
const stoppingMs = 3000;

/** Loads the run's workload and makes its golden output; null: the board does not do it (silence, or state it cannot leave). */
export async function prepare(lane: Lane, run: RunPlan): Promise<Prepared | null> {
  const { dut } = lane.station;
  const identity = valueOf(await dut.identify(lane.signal));
  if (identity === null) return null;
  lane.memory.bootId = identity.bootId;
  lane.memory.boots = identity.boots;
  const workload = workloadFor(run, identity);
  const request = {
    workload,
    seed: lane.plan.seed,
    // After an error it is the host that restores.
    refresh: run.refreshAfter === "error" ? "none" : run.refresh,
    every: run.refreshEvery,
    elements: run.elements,
  };
  const loaded = valueOf(await loadIdle(lane, request, run.target));
  if (loaded === null) return null;
  const made = await dut.makeGolden(goldenTimes);
  if (made.kind === "refused" && made.reason === "golden-unstable")
    throw new RigError(
      "golden_unstable",
      `board '${lane.name}', workload '${workload}': ${goldenTimes} golden runs differ; use a deterministic kernel, and no beam while golden is made`,
    );
  const golden = valueOf(made);
  if (golden === null) return null;
  const readBack = valueOf(await dut.readBack());
  if (readBack !== null) lane.memory.clockKHz = Math.max(1, readBack.clockKHz);
  lane.memory.lastGoodNs = lane.clock.nowNs();
  return { identity, workload, loaded, golden, readBack };
}

/** A board at work is stopped first; it ends the iteration in work before it can be loaded. */
async function loadIdle(lane: Lane, request: LoadRequest, struck: string | null): Promise<Reply<Loaded>> {
  const { dut } = lane.station;
  const fromNs = lane.clock.nowNs();
  for (;;) {
    const load = await dut.load(request, struck);
    const busy = load.kind === "refused" && load.reason === "busy";
    if (!busy || lane.signal.aborted || msSince(lane.clock, fromNs) >= stoppingMs) return load;
    await dut.stop();
    await lane.clock.sleep(20, lane.signal);
  }
}

function workloadFor(run: RunPlan, identity: Identity): string {
  const found = offeredAs(run.workload, identity.workloads);
  if (found !== null) return found;
  throw new RigError(
    "config",
    `run ${run.number}: board '${run.dut}' offers ${identity.workloads.join(", ") || "no workload"}, not '${run.workload}'`,
  );
}

/** Every iteration starts from the loaded state: nothing can be seen twice. */
export function restoresAll(run: RunPlan): boolean {
  return run.refresh === "full" && run.refreshEvery === 1 && run.refreshAfter === "every";
}
