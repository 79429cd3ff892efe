import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RigCheck } from "../../src/cli/check-rig.ts";
import { readRig } from "../../src/cli/files.ts";
import type { Rec, StrikeRec } from "../../src/domain/records.ts";
import { emulatedRig } from "./campaigns.ts";
import { radrig, root, startRadrig } from "./radrig.ts";
import type { Running } from "./radrig.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-ports-"));
const ptyRig = join(folder, "emulated-pty.yaml");
let bench: Running;

beforeAll(async () => {
  cpSync(join(root, "rigs/emulated-pty.yaml"), ptyRig);
  bench = startRadrig(["emulate", ptyRig, "--truth", join(folder, "truth.jsonl")]);
  await bench.said(/ready/);
});

afterAll(async () => {
  bench.kill("SIGTERM");
  await bench.ended;
  rmSync(folder, { recursive: true });
});

const plan = (rig: string): string => `campaign: both
rig: ${rig}
seed: 5
blocks:
  - { kind: injection, dut: [cpu-f32, cpu-i8], workload: [gemm, scan], target: [weights, control], stop: { strikes: 12 } }
`;

function strikes(record: string): Pick<StrikeRec, "run" | "strike" | "outcome" | "via" | "confirmed">[] {
  return readFileSync(join(folder, record, "journal.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Rec)
    .flatMap((record) => (record.type === "strike" ? [record] : []))
    .map(({ run, strike, outcome, via, confirmed }) => ({ run, strike, outcome, via, confirmed }))
    .sort((a, b) => a.run - b.run || a.strike.id - b.strike.id);
}

describe("the emulated bench behind real ports", () => {
  test("answers who it is", async () => {
    const { code, stdout } = await radrig(["rig", "check", ptyRig, "--json"]);
    expect(code).toBe(0);
    const { ok, devices } = JSON.parse(stdout) as RigCheck;
    expect(ok).toBe(true);
    const { rig } = readRig(ptyRig);
    const boards = devices.filter(({ kind }) => kind === "board");
    expect(boards.map(({ device, serial }) => [device, serial])).toEqual(
      Object.entries(rig.stations).map(([name, { serial }]) => [name, serial]),
    );
    expect(devices).toHaveLength(boards.length + Object.keys(rig.devices).length);
    expect(devices.find(({ kind }) => kind === "bench box")).toMatchObject({ ok: true, problem: null });
    // None of the makers' supplies has a dead-man, and it is said of each that feeds a rail.
    const feeding = new Set(
      Object.values(rig.stations).flatMap(({ supply = [] }) => supply.map(({ device }) => device)),
    );
    for (const { device, lacks } of devices)
      if (feeding.has(device)) expect(lacks.join("\n")).toContain("no dead-man");
  });

  test("gives the same outcome of every strike as the bench in memory", async () => {
    writeFileSync(join(folder, "memory.yaml"), plan(emulatedRig));
    writeFileSync(join(folder, "ports.yaml"), plan(ptyRig));
    const [memory, ports] = await Promise.all([
      radrig(["run", "memory.yaml", "--out", "memory"], { cwd: folder }),
      radrig(["run", "ports.yaml", "--out", "ports"], { cwd: folder }),
    ]);
    expect([memory.code, ports.code]).toEqual([0, 0]);
    expect(strikes("ports")).toHaveLength(96);
    expect(strikes("ports")).toEqual(strikes("memory"));
  });

  test("doctor finds its links open", async () => {
    const { code, stdout } = await radrig(["doctor", "--rig", ptyRig]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok {4}link bench-box/m);
  });
});

test("a rig that is no emulated one is refused", async () => {
  const { code, stderr } = await radrig(["emulate", emulatedRig]);
  expect(code).toBe(2);
  expect(stderr).toContain("has no pty link");
});

test("its ports go with it", async () => {
  const rig = join(folder, "second.yaml");
  writeFileSync(rig, readFileSync(ptyRig, "utf8").replaceAll("run", "run2"));
  const second = startRadrig(["emulate", rig]);
  await second.said(/ready/);
  expect(existsSync(join(folder, "run2/cpu-f32"))).toBe(true);
  second.kill("SIGINT");
  expect((await second.ended).code).toBe(0);
  expect(existsSync(join(folder, "run2/cpu-f32"))).toBe(false);
});
