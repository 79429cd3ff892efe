import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Rec } from "../../src/domain/records.ts";
import type { Result, RunResult } from "../../src/domain/result.ts";
import { campaignFile, emulatedRig } from "./campaigns.ts";
import { grownTo } from "./grown-journal.ts";
import { radrig, startRadrig } from "./radrig.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-resume-"));
afterAll(() => rmSync(folder, { recursive: true }));

const campaign = campaignFile(
  folder,
  `campaign: cut
rig: ${emulatedRig}
seed: 3
blocks:
  - { kind: injection, dut: [cpu-f32, cpu-i8], workload: gemm, target: [weights, control], stop: { strikes: 25 } }
  - { kind: beam, dut: cpu-f32, workload: gemm, beam: { species: proton }, stop: { fluencePerCm2: 3.0e+8, seconds: 600 } }
`,
);
const path = (record: string): string => join(folder, record, "journal.jsonl");
const result = (record: string): Result =>
  JSON.parse(readFileSync(join(folder, record, "result.json"), "utf8")) as Result;
const injections = (record: string): Pick<RunResult, "number" | "outcomes" | "endReason">[] =>
  result(record)
    .runs.filter(({ runKind }) => runKind === "injection")
    .map(({ number, outcomes, endReason }) => ({ number, outcomes, endReason }));

beforeAll(async () => {
  expect((await radrig(["run", campaign, "--out", "whole"], { cwd: folder })).code).toBe(0);
});

/** Cut moments spread over the journal of an undisturbed run, the first in its first line. */
const cuts = [0.001, 0.1, 0.3, 0.5, 0.7, 0.9];
/** Moments of the kill, spread uniformly over the durable bytes. */
const kills = Array.from({ length: 10 }, (_, index) => (index + 0.5) / 10);

describe("a record that was cut short", () => {
  test.each(cuts)(
    "at %f of its bytes is gone on with, and its injections come out as undisturbed",
    async (share) => {
      const name = `cut-${share}`;
      cpSync(join(folder, "whole"), join(folder, name), { recursive: true });
      const bytes = Math.floor(statSync(path("whole")).size * share);
      truncateSync(path(name), bytes);
      rmSync(join(folder, name, "result.json"));
      const kept = readFileSync(path(name)).subarray(0, readFileSync(path(name)).lastIndexOf(0x0a) + 1);
      expect((await radrig(["run", "--resume", name], { cwd: folder })).code).toBe(0);
      expect(injections(name)).toEqual(injections("whole"));
      // Nothing that was whole has changed: what came after hangs on it.
      expect(readFileSync(path(name)).subarray(0, kept.length).equals(kept)).toBe(true);
    },
  );
});

describe("a process that is killed", () => {
  test.each(kills)("with %f of the journal durable loses nothing that was", async (share) => {
    const name = `killed-${share}`;
    const goal = Math.floor(statSync(path("whole")).size * share);
    mkdirSync(join(folder, name));
    const run = startRadrig(["run", campaign, "--out", name], { cwd: folder });
    await grownTo(join(folder, name), goal, run);
    run.kill("SIGKILL");
    await run.ended;
    const before = readFileSync(path(name));
    expect((await radrig(["run", "--resume", name], { cwd: folder })).code).toBe(0);
    expect(injections(name)).toEqual(injections("whole"));
    const whole = before.subarray(0, before.lastIndexOf(0x0a) + 1);
    expect(readFileSync(path(name)).subarray(0, whole.length).equals(whole)).toBe(true);
  });
});

test("a record that is complete has nothing left to do, and says the same again", async () => {
  cpSync(join(folder, "whole"), join(folder, "again"), { recursive: true });
  expect((await radrig(["run", "--resume", "again"], { cwd: folder })).code).toBe(0);
  expect(injections("again")).toEqual(injections("whole"));
  const records = readFileSync(path("again"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as Rec).type);
  expect(records.filter((type) => type === "run_start")).toHaveLength(5);
  expect(readdirSync(join(folder, "again"))).toContain("truth-2.jsonl");
});
