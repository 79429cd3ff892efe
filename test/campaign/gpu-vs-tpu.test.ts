import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { programs } from "../../src/board/workloads/programs.ts";
import { packageRoot } from "../../src/cli/package-root.ts";
import type { Result } from "../../src/domain/result.ts";
import { plainCanvas } from "../../src/report/line.ts";
import { resultTable } from "../../src/report/table.ts";
import { campaignOn } from "./emulated.ts";

/** The campaign that ships, with fewer workloads and less beam: whether its boards, workloads, targets and table are what it says. */
interface CampaignFile {
  readonly blocks: readonly {
    readonly kind: string;
    readonly dut: readonly string[];
    readonly workload: string | readonly string[];
    readonly stop: object;
  }[];
}

const text = (path: string): string => readFileSync(join(packageRoot, path), "utf8");
const shipped = parse(text("rigs/campaigns/gpu-vs-tpu.yaml")) as CampaignFile;
const boards = ["tpu", "tpu-ecc", "gpu", "gpu-ecc"];

describe("the campaign gpu-vs-tpu", () => {
  let result: Result;
  beforeAll(async () => {
    const blocks = shipped.blocks.map((block) => {
      if (block.kind === "beam_off") return { ...block, stop: { seconds: 0.1 } };
      if (block.kind === "injection") return { ...block, stop: { strikes: 2 } };
      return { ...block, workload: ["gemm-i8", "scan-f32"], stop: { events: 4, fluencePerCm2: 3e7 } };
    });
    const told = blocks.map((block) => JSON.stringify(block));
    ({ result } = await campaignOn(text("rigs/accelerators.yaml"), told));
  }, 120_000);

  test("goes over every workload that is a program, on every board", () => {
    const beam = shipped.blocks.find(({ kind }) => kind === "beam")!;
    expect([beam.workload].flat().sort()).toEqual(programs.map(({ name }) => name).sort());
    expect(beam.dut).toEqual(boards);
  });

  test("runs to its end: every board makes its golden output, and strikes reach every structure that it names", () => {
    expect(result.endReason).toBe("complete");
    expect(result.runs.map(({ endReason }) => endReason)).not.toContain("self_check_masked");
    expect(result.runs.map(({ endReason }) => endReason)).not.toContain("golden_unstable");
    const struck = result.runs.filter(({ runKind }) => runKind === "injection");
    expect(struck.map(({ exposure }) => exposure.kind === "injection" && exposure.unknown)).toEqual(
      struck.map(() => 0),
    );
  });

  test("ends in a table in which each workload has its line, each board its column", () => {
    const lines = resultTable(result, plainCanvas);
    const table = lines.slice(lines.findIndex((line) => line.startsWith("Side by side")));
    expect(table[0]).toContain("(emulated)");
    expect(table[1]!.trim().split(/ {2,}/)).toEqual(["workload", ...boards]);
    expect(table[2]).toMatch(/^gemm-i8 +wrong( +(<[\d.]+|[\d.]+ \[[\d.]+, [\d.]+\])){4}$/);
    expect(table.every((line) => line.length <= 100)).toBe(true);
  });

  test("finds what its codes are for: without them the TPU-like board answers wrongly, with them errors are corrected", () => {
    const wrong = (dut: string): number =>
      result.runs
        .filter((run) => run.runKind === "beam" && run.dut.name === dut)
        .reduce((sum, { outcomes }) => sum + outcomes.sdcCritical.primary + outcomes.sdcTolerable.primary, 0);
    expect(wrong("tpu")).toBeGreaterThan(wrong("tpu-ecc"));
    const corrected = result.pooled.filter(
      ({ dut, ecc }) => dut === "tpu-ecc" && ecc.some((one) => one.corrected.errors > 0),
    );
    expect(corrected.length).toBeGreaterThan(0);
    expect(result.pooled.some(({ dut, ecc }) => dut === "tpu" && ecc.length > 0)).toBe(false);
  });
});
