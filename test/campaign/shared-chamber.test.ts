import { expect, test } from "vitest";
import { campaignOn, ofType } from "./emulated.ts";

const rig = `
rig: chamber
stations:
  a: { serial: D-A, link: { memory: a }, thermal: { device: chamber } }
  b: { serial: D-B, link: { memory: b }, thermal: { device: chamber } }
devices:
  chamber: { protocol: ez-zone, link: { memory: chamber } }
emulation:
  boards:
    a: { accelerator: cpu, format: i8 }
    b: { accelerator: cpu, format: i8 }
`;

test("boards in one chamber take turns: each is struck at the temperature that it asked for", async () => {
  const { records } = await campaignOn(rig, [
    "{ kind: injection, dut: [a, b], workload: gemm, target: weights, temperatureC: [30, 60], stop: { strikes: 10 } }",
  ]);
  const asked = new Map(ofType(records, "run_start").map(({ run, plan }) => [run, plan]));
  const strikes = ofType(records, "strike");
  expect(strikes).toHaveLength(40);
  for (const { run, dieC } of strikes) {
    // Four watts over five degrees a watt above the block.
    const aboveBlockC = dieC! - asked.get(run)!.temperatureC!;
    expect(aboveBlockC).toBeGreaterThan(2);
    expect(aboveBlockC).toBeLessThan(26);
  }
  // All of one board, then all of the other: never both at once.
  const turns = strikes.map(({ run }) => asked.get(run)!.dut);
  expect(turns.filter((dut, k) => k > 0 && dut !== turns[k - 1])).toHaveLength(1);
});
