import { describe, expect, test } from "vitest";
import { loadOnCpu } from "../../src/board/accelerators/cpu.ts";
import { compare, topScores } from "../../src/board/evidence.ts";
import { workloads, workloadsOf } from "../../src/board/workloads/all.ts";
import { judge } from "../../src/board/workloads/judge.ts";
import { wireName } from "../../src/board/workloads/workload.ts";
import { oracle } from "./oracle.ts";

describe.each(workloads)("the self-check strikes of $name", (workload) => {
  test.each([1, 2, 3, 42, 4_294_967_295])("are critical by the oracle's reckoning, seed %i", (seed) => {
    const prepared = workload.prepare(seed);
    const { targets, format, ranks } = loadOnCpu(prepared);
    for (const { name: target, selfCheck } of targets) {
      const { iteration } = selfCheck;
      const golden = oracle(prepared, workload.name, iteration, Infinity, null);
      const struck = oracle(prepared, workload.name, iteration, 10 * golden.cycles, { target, ...selfCheck });
      expect(struck.end).not.toBe("budget");
      const [want, got] = [Uint32Array.from(golden.output), Uint32Array.from(struck.output)];
      const outcome = judge(workload.name, {
        iteration,
        end: struck.end === "trap" ? "trap" : "ok",
        digest: "",
        ...compare(want, got, format, 10),
        truncated: false,
        scores: ranks ? { want: topScores(want, format), got: topScores(got, format) } : null,
        detectors: 0,
        corrected: 0,
        cycles: struck.cycles,
        struck: [],
        stateDigest: "",
        dieC: 25,
      }, { format }); // prettier-ignore
      expect([target, outcome]).toEqual([target, target === "control" ? "dueCrash" : "sdcCritical"]);
    }
  });
});

test("a board offers those of its format, named by plan and format", () => {
  expect(workloadsOf("i8").map((workload) => workload.name)).toEqual(["gemm-i8", "digits-i8", "scan-i8"]);
  expect(workloadsOf("f32").map((workload) => workload.name)).toContain(wireName("scan", "f32"));
});
