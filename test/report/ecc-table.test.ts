import { expect, test } from "vitest";
import type { Result } from "../../src/domain/result.ts";
import { eccTable } from "../../src/report/ecc-table.ts";
import { plainCanvas } from "../../src/report/line.ts";

const rate = (errors: number) => ({
  errors,
  strikes: errors,
  rate: { unit: "cm2", limitOnly: false, n: errors, value: 1.234e-9, lower: 1.111e-9, upper: 1.357e-9 },
});

test("names are whole and numbers uncut in 100 columns, under one heading for each board and workload", () => {
  const place = (structure: string) => ({ structure, corrected: rate(1_234_567), uncorrected: rate(1_234) });
  const row = (workload: string) => ({
    dut: "tpu-ecc-of-the-long-name",
    workload,
    target: null,
    runs: [1],
    ecc: [place("unified-buffer"), place("dram")],
  });
  const result = { pooled: [row("gemm-f32-checksum"), row("memory-walking-ones")] } as unknown as Result;
  const lines = eccTable(result, plainCanvas).map((line) => line.map(({ text }) => text).join(""));
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  const text = lines.join("\n");
  expect(text).not.toContain("…");
  expect(text).toMatch(
    /tpu-ecc-of-the-long-name {2}gemm-f32-checksum\n {2}unified-buffer +1,234,567 {2}1\.23e-9 \[1\.11e-9, 1\.36e-9\] +1,234 {2}1\.23e-9 \[1\.11e-9, 1\.36e-9\]\n {2}dram/,
  );
});
