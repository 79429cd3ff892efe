import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuAccelerator } from "../../src/board/accelerators/cpu.ts";
import { begin } from "../../src/cli/begin.ts";
import { packageRoot } from "../../src/cli/package-root.ts";
import { runRecord } from "../../src/cli/run-record.ts";
import { randomStream } from "../../src/domain/random.ts";
import { drawStrike } from "../../src/domain/draw-fault.ts";
import { faultModelNamed } from "../../src/domain/fault-model.ts";
import { rowOf } from "./row.ts";
import type { BenchRow } from "./row.ts";

/**
 * Strikes a second of first light, whole (boards, wire, campaign, durable journal, analysis, its exposures too), beside a bare
 * loop: the same kernels fully run for each strike, state restored and proved by digest, nothing said and nothing kept.
 */
const windows = 5;
const bareStrikes = 4_000;

export async function firstLightBench(): Promise<BenchRow[]> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let window = -1; window < windows; window++) {
    const rates = [await campaignRate(), bareRate()] as const;
    if (window < 0) continue;
    ours.push(rates[0]);
    bare.push(rates[1]);
  }
  // No aim is set for this ratio: it says what safety costs.
  const row = rowOf("first light: strikes, whole", "strikes/s", ours);
  const baseline = rowOf("bare loop: strikes", "strikes/s", bare);
  return [{ ...row, ratio: row.value / baseline.value }, baseline];
}

async function campaignRate(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "radrig-bench-"));
  try {
    const campaign = join(packageRoot, "rigs/campaigns/first-light.yaml");
    const from = performance.now();
    const quiet = { started: () => undefined, seen: () => undefined, say: () => undefined };
    const request = { campaign, out: join(folder, "record") };
    const result = await runRecord(await begin(request), quiet, new AbortController(), null);
    const strikes = result.runs.reduce(
      (sum, { exposure }) => sum + (exposure.kind === "injection" ? exposure.asked : 0),
      0,
    );
    return strikes / ((performance.now() - from) / 1000);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function bareRate(): number {
  const workloads = (["f32", "i8"] as const).flatMap((format) => {
    const accelerator = cpuAccelerator(format);
    return accelerator.workloads.map((name) => accelerator.load(name, 1)!);
  });
  const each = Math.ceil(bareStrikes / workloads.length);
  const from = performance.now();
  for (const [index, workload] of workloads.entries()) {
    const golden = workload.start(0, []);
    golden.advance(Infinity);
    for (let id = 1; id <= each; id++) {
      const space = workload.targets[id % 2]!;
      const { strike } = drawStrike(
        randomStream(1, "bare", index, id),
        id,
        space,
        faultModelNamed("single-bit"),
        workload.inputs,
        golden.cycles,
      );
      workload.start(strike.iteration, [strike]).advance(10 * golden.cycles);
      workload.restore("full");
      workload.stateDigest();
    }
  }
  return (each * workloads.length) / ((performance.now() - from) / 1000);
}
