import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { campaignSchema, toPlan } from "../../src/campaign/plan-schema.ts";
import { unfold } from "../../src/campaign/unfold.ts";

const plan = toPlan(campaignSchema.parse(parse(readFileSync("rigs/campaigns/first-light.yaml", "utf8"))));

test("first light unfolds into every combination once, numbered from 1 without a gap", () => {
  const runs = [...unfold(plan)];
  expect(runs.map((run) => run.number)).toEqual(runs.map((_, index) => index + 1));
  const injection = runs.filter((run) => run.kind === "injection");
  const key = (run: (typeof runs)[number]): string =>
    [run.dut, run.workload, run.target, run.temperatureC].join(" ");
  expect(injection).toHaveLength(2 * 3 * 3 * 2 + 2);
  expect(new Set(injection.map(key)).size).toBe(injection.length);
  expect(runs.filter((run) => run.kind === "beam").map((run) => run.target)).toEqual([
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

test("the heater changes as seldom as it can: temperature varies slowest", () => {
  const temperatures = [...unfold(plan)].filter((run) => run.block === 0).map((run) => run.temperatureC);
  expect(temperatures.filter((c, index) => c !== temperatures[index - 1])).toHaveLength(2);
});

test("it is lazy: the first run of a plan too long to hold comes at once", () => {
  const huge = { ...plan, blocks: Array.from({ length: 1e6 }, () => plan.blocks[0]!) };
  expect(unfold(huge).next().value).toMatchObject({ number: 1 });
});
