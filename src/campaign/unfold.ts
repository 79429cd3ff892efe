import type { Block, Plan, RunPlan } from "../domain/plan.ts";
import { flatten } from "../domain/thermal-steps.ts";

/** The runs of a plan in order, numbered from 1: a run keeps its number whatever becomes of the others (REC-3). Lazy. */
export function* unfold(plan: Plan): Generator<RunPlan> {
  let number = 0;
  for (const [index, block] of plan.blocks.entries()) {
    for (const run of runsOf(block)) yield { ...run, number: ++number, block: index };
  }
}

/** Temperature varies slowest: heating takes longer than anything else. */
function* runsOf(block: Block): Generator<Omit<RunPlan, "number" | "block">> {
  const targets = block.kind === "injection" ? block.targets : [null];
  const faultModels = block.kind === "injection" ? block.faultModels : [null];
  let visit = -1;
  for (const { kind, setC } of flatten(block.thermal)) {
    if (kind !== "run") continue;
    visit++;
    for (const dut of block.duts)
      for (const workload of block.workloads)
        for (const target of targets)
          for (const faultModel of faultModels)
            yield {
              kind: block.kind,
              dut,
              workload,
              target,
              faultModel,
              semAfter: block.semAfter,
              semObserveMs: block.semObserveMs,
              configuration: block.configuration,
              temperatureC: setC,
              visit,
              refresh: block.refresh,
              refreshEvery: block.refreshEvery,
              refreshAfter: block.refreshAfter,
              elements: block.elements,
              goldenEvery: block.goldenEvery,
              beam: block.beam,
              stop: block.stop,
            };
  }
}
