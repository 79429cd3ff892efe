import { describe, expect, test } from "vitest";
import { columns } from "../../src/report/columns.ts";
import { paintLine, piece, plainCanvas } from "../../src/report/line.ts";

const names = ["corrected error of dram under gemm-i8", "corrected error of dram under gemm-bf16", "sefi"];

const table = (how: { readonly shrinks?: true; readonly wraps?: true }, most: number): string[] =>
  columns(
    [
      { title: "what", align: "left", ...how },
      { title: "events", align: "right" },
    ],
    names.map((name, index) => [piece(name), piece(String(100 * index))]),
    most,
  ).map((line) => paintLine(line, plainCanvas));

describe("columns on a narrow page", () => {
  test("wrap names that differ at their ends alone, so that no two rows look alike", () => {
    expect(table({ wraps: true }, 28)).toEqual([
      "what                  events",
      "corrected error of         0",
      "  dram under gemm-i8",
      "corrected error of       100",
      "  dram under",
      "  gemm-bf16",
      "sefi                     200",
    ]);
  });

  test("leave names alone that fit", () => {
    expect(table({ wraps: true }, 100)).toEqual(table({}, 100));
  });

  test("cut the others", () => {
    const [, first, second] = table({ shrinks: true }, 28);
    expect(first).toBe("corrected error of …       0");
    expect(second).toBe("corrected error of …     100");
  });

  test("cut a word wider than its column", () => {
    expect(table({ wraps: true }, 14).every((line) => line.length <= 14)).toBe(true);
  });
});
