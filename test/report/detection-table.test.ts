import { expect, test } from "vitest";
import type { DetectionCounts, Result } from "../../src/domain/result.ts";
import { detectionTable } from "../../src/report/detection-table.ts";
import { plainCanvas } from "../../src/report/line.ts";

const none: DetectionCounts = { missed: 0, detected: 0, corrected: 0, miscorrected: 0 };
const row = (
  workload: string,
  detection: Partial<DetectionCounts>,
  target: string | null = null,
  run = 1,
) => ({ dut: "gpu-ecc", workload, target, runs: [run], detection: { ...none, ...detection } });

function told(...rows: readonly object[]): string[] {
  const result = { pooled: rows } as unknown as Result;
  return detectionTable(result, plainCanvas).map((line) => line.map(({ text }) => text).join(""));
}

test("each count stands under its name, and the share that was caught has its exact interval", () => {
  // Clopper and Pearson: 7 of 10 → [34.8, 93.3] %, 10 of 10 → from 0.025^(1/10) = 69.2 %, 0 of 10 → to 30.8 %.
  const lines = told(
    row("gemm-f32-checksum", { missed: 2, detected: 3, corrected: 4, miscorrected: 1 }),
    row("gemm-i8-checksum", { corrected: 10 }),
    row("cnn-f32-clamp", { missed: 1, miscorrected: 9 }),
  );
  const text = lines.join("\n");
  expect(text).toMatch(/^board +workload +missed +detected +corrected +miscorr\. +caught \[95 %\]/m);
  expect(text).toMatch(/^gpu-ecc +gemm-f32-checksum +2 +3 +4 +1 {2}70\.0 % \[34\.8, 93\.3\] *$/m);
  expect(text).toMatch(/^ +gemm-i8-checksum +0 +0 +10 +0 {2}100\.0 % \[69\.2, 100\.0\] *$/m);
  expect(text).toMatch(/^ +cnn-f32-clamp +1 +0 +0 +9 {2}below 30\.8 % *$/m);
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
});

test("a workload without a detector has no row, unless a memory's code has told of an error", () => {
  expect(told(row("gemm-f32", { missed: 5 }))).toEqual([]);
  expect(told(row("gemm-f32", { missed: 5, detected: 1 })).join("\n")).toMatch(/gemm-f32 +5 +1 +0 +0/);
  expect(told(row("gemm-f32-checksum", { missed: 5 })).join("\n")).toMatch(
    /gemm-f32-checksum +5 +0 +0 +0 +below/,
  );
  expect(told(row("gemm-f32-checksum", {})).join("\n")).toMatch(/gemm-f32-checksum +0 +0 +0 +0 +no error/);
});

test("no error is told twice: a total over targets stands for its parts", () => {
  const whole = { ...row("gemm-f32-checksum", { detected: 3 }), runs: [1, 2] };
  const parts = [
    row("gemm-f32-checksum", { detected: 1 }, "hbm", 1),
    row("gemm-f32-checksum", { detected: 2 }, "weight", 2),
  ];
  const rows = told(whole, ...parts).filter((line) => line.includes("gemm-f32-checksum"));
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatch(/ 3 +0 +0 {2}100\.0 %/);
});
