import { describe, expect, test } from "vitest";
import { isKeplerHere, readKepler } from "./kepler-data.ts";
import { exposedBits, keplerReport, leftOut, keplerVerdict, spearman } from "./kepler.ts";

if (!isKeplerHere())
  test("NOT HELD AGAINST THE KEPLER GPU: ../shared/data/gpu-beam-vs-injection is absent", () => {
    expect(() => keplerReport()).toThrow("NOT DONE");
  });
else
  describe("injection × profile beside a beam, on a Kepler GPU", () => {
    const kepler = readKepler();

    test("every program with both is foretold, the others are named", () => {
      expect(leftOut(kepler)).toEqual(["FGEMM", "FYOLOV3"]);
      for (const end of ["SDC", "DUE"] as const) {
        const verdict = keplerVerdict(kepler, end);
        // 6 programs with ECC off, 10 with it on.
        expect(verdict.rows.length).toBe(16);
        expect(verdict.rows.every(({ foretold }) => foretold > 0 && Number.isFinite(foretold))).toBe(true);
      }
    });

    test("the profile's sums over kernels are taken as means: no program executes more instructions than a multiprocessor can", () => {
      for (const program of kepler.injected.SDC.keys()) {
        const ipc =
          kepler.profile.get(program)!.get("ipc")! / kepler.profile.get(program)!.get("kernel_number")!;
        expect(ipc).toBeLessThanOrEqual(7);
        expect(exposedBits(kepler, program, "off", "SDC")).toBeGreaterThan(
          exposedBits(kepler, program, "on", "SDC"),
        );
      }
    });
  });

test("rank correlation: as it is by hand, ties sharing their rank", () => {
  // 1 − 6·Σd²/(n(n² − 1)) with d = 0, 1, −1, 0 without ties.
  expect(spearman([1, 2, 3, 4], [10, 30, 20, 40])).toBeCloseTo(1 - (6 * 2) / (4 * 15), 12);
  expect(spearman([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
  // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: Σxy of the deviations is 4.5, of x 4.5, of y 5.
  expect(spearman([1, 5, 5, 9], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
});
