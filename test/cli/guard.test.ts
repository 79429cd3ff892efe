import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LogEntry } from "../../src/control/guard-duty.ts";
import type { RailDone } from "../../src/control/cut-rails.ts";
import type { Resumed } from "../../src/domain/records.ts";
import type { GuardRec } from "../../src/domain/watched.ts";
import { guardedRig } from "./guarded-rig.ts";
import type { GuardedRig } from "./guarded-rig.ts";
import type { Running } from "./radrig.ts";

/** Stated time of the guard here, and what a machine with more to do may add to it. */
const afterMs = 2_000;
const slackMs = 2_000;

let bench: GuardedRig;
beforeAll(async () => {
  bench = await guardedRig();
});
afterAll(() => bench.close());

const guardsFolder = (): string => join(bench.folder, "runtime");
const logOf = (record: string): LogEntry[] =>
  readFileSync(join(bench.folder, record, "guard.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as LogEntry);
const cutOf = (record: string): LogEntry => logOf(record).findLast(({ what }) => what === "cut")!;

/** What the supply measures, asked by a process of its own. */
async function rails(): Promise<{ readonly through: string; readonly rails: readonly RailDone[] }> {
  const { stdout } = await bench.run("power", "status", "rig.yaml", "--json");
  return JSON.parse(stdout) as { readonly through: string; readonly rails: readonly RailDone[] };
}

async function guard(): Promise<Running> {
  const running = bench.start("guard", "rig.yaml", "--after", String(afterMs / 1000));
  await running.said(/guarding/);
  return running;
}

async function resumedRecord(record: string): Promise<Resumed> {
  const run = bench.start("run", "--resume", record);
  await run.said(/left powered/);
  run.kill("SIGINT");
  run.kill("SIGINT");
  await run.ended;
  return bench.records(record).findLast((rec) => rec.type === "resumed")!;
}

describe("a run under a guard", () => {
  let guarding: Running;
  beforeAll(async () => {
    guarding = await guard();
  });
  afterAll(async () => {
    guarding.kill("SIGTERM");
    expect((await guarding.ended).code).toBe(0);
    expect(existsSync(guardsFolder())).toBe(true);
  });

  test("killed by -9, has its rails off within the stated time, and its record says so on resume", async () => {
    const run = await bench.atWork("killed", "campaign.yaml", "--out", "killed");
    expect(await rails()).toMatchObject({ through: "guard", rails: [{ on: true, known: "measured" }] });
    const killedMs = Date.now();
    run.kill("SIGKILL");
    await guarding.said(/cut: process \d+ was silent/);
    const cut = cutOf("killed");
    const tookMs = Date.parse(cut.atUtc) - killedMs;
    // The last beat may be a quarter of the stated time old.
    expect(tookMs).toBeGreaterThan(0.7 * afterMs - 100);
    expect(tookMs).toBeLessThan(afterMs + slackMs);
    expect(cut.rails).toMatchObject([{ station: "dut", rail: "main", on: false, known: "measured" }]);
    expect(await rails()).toMatchObject({ through: "guard", rails: [{ on: false }] });
    const { leftPowered } = await resumedRecord("killed");
    expect(leftPowered).toMatchObject([
      { dut: "dut", detail: expect.stringContaining(`the guard cut the rails at ${cut.atUtc}`) as string },
    ]);
    expect(leftPowered[0]!.seconds).toBeGreaterThan(0);
    expect(leftPowered[0]!.seconds).toBeLessThan((afterMs + slackMs) / 1000);
    const told = bench.records("killed").filter((rec): rec is GuardRec => rec.type === "guard");
    expect(told.map(({ afterSeconds }) => afterSeconds)).toEqual([afterMs / 1000, afterMs / 1000]);
  });

  test("stopped, has its rails off; when it wakes it has lost command, and ends as a bench fault", async () => {
    const run = await bench.atWork("stopped", "campaign.yaml", "--out", "stopped");
    run.kill("SIGSTOP");
    const said = new RegExp(`cut: process ${run.pid} was silent`);
    await guarding.said(said);
    expect(cutOf("stopped").silentMs).toBeLessThan(afterMs + slackMs);
    expect((await rails()).rails).toMatchObject([{ on: false }]);
    run.kill("SIGCONT");
    const { code } = await run.ended;
    expect(code).toBe(4);
    const end = bench.records("stopped").at(-1);
    expect(end).toMatchObject({ type: "campaign_end", endReason: "bench_fault" });
    expect(end).toHaveProperty("detail", expect.stringContaining("the guard cut the rails"));
    // It turned nothing on again in its last breath.
    expect((await rails()).rails).toMatchObject([{ on: false }]);
  });

  test("is cut by `radrig kill` through the guard, and `radrig power` works meanwhile", async () => {
    const run = await bench.atWork("cut", "campaign.yaml", "--out", "cut");
    const refused = await bench.run("power", "off", "rig.yaml", "--no-input");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("--yes");
    const { code, stdout } = await bench.run("kill", "cut", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, through: "guard", rails: [{ on: false }] });
    expect((await run.ended).code).toBe(4);
    const on = await bench.run("power", "on", "rig.yaml", "--yes", "--json");
    expect(JSON.parse(on.stdout)).toMatchObject({ ok: true, through: "guard", rails: [{ on: true }] });
  });

  test("a second guard is refused; what holds it is its owner's alone", async () => {
    const { code, stderr } = await bench.run("guard", "rig.yaml");
    expect(code).toBe(3);
    expect(stderr).toContain("is guarded already");
    expect(statSync(guardsFolder()).mode & 0o777).toBe(0o700);
  });

  test("`rig check` asks the guard, which holds the ports", async () => {
    const { code, stdout } = await bench.run("rig", "check", "rig.yaml", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      guard: { afterSeconds: afterMs / 1000 },
      devices: [{ device: "dut" }, { device: "psu", ok: true }, { device: "box", ok: true }],
    });
    expect(code).toBe(0);
  });
});

describe("without a guard", () => {
  test("a guard that dies leaves the supply on, as the real one stays", async () => {
    const guarding = await guard();
    guarding.kill("SIGKILL");
    await guarding.ended;
    expect(await rails()).toMatchObject({ through: "itself", rails: [{ on: true, known: "measured" }] });
    const { stdout } = await bench.run("rig", "check", "rig.yaml");
    expect(stdout).toMatch(/lacks: no dead-man/);
  });

  test("the record says on resume how long the board was left powered, and the result that nobody would have cut", async () => {
    const run = await bench.atWork("alone", "campaign.yaml", "--out", "alone");
    const killedMs = Date.now();
    run.kill("SIGKILL");
    await run.ended;
    expect((await rails()).rails).toMatchObject([{ on: true }]);
    const leastSeconds = (Date.now() - killedMs) / 1000;
    const { leftPowered } = await resumedRecord("alone");
    expect(leftPowered).toMatchObject([
      { dut: "dut", detail: expect.stringContaining("found on") as string },
    ]);
    expect(leftPowered[0]!.seconds).toBeGreaterThan(leastSeconds);
    const result = JSON.parse(readFileSync(join(bench.folder, "alone/result.json"), "utf8")) as {
      readonly flags: readonly string[];
    };
    expect(result.flags).toContain("no_guard");
  });

  test("`radrig kill` cuts past a run that hangs: killed, the supply worked from here", async () => {
    const run = await bench.atWork("hung", "campaign.yaml", "--out", "hung");
    run.kill("SIGSTOP");
    const { code, stdout, stderr } = await bench.run("kill", "rig.yaml", "--json");
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      through: "run",
      rails: [{ on: false, known: "measured" }],
      detail: expect.stringContaining("was killed") as string,
    });
    expect(code).toBe(0);
    expect((await run.ended).signal).toBe("SIGKILL");
    expect(cutOf("hung").why).toContain("radrig kill");
  });

  test("a run that listens is ended in order, and its rails are looked at", async () => {
    const run = await bench.atWork("aborted", "campaign.yaml", "--out", "aborted");
    const busy = await bench.run("power", "cycle", "rig.yaml", "--yes");
    expect(busy.code).toBe(3);
    const { code, stdout } = await bench.run("power", "off", "rig.yaml", "--yes", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, through: "run", rails: [{ on: false }] });
    expect(code).toBe(0);
    await run.ended;
    expect(bench.records("aborted").at(-1)).toMatchObject({ type: "campaign_end", endReason: "operator" });
  });
});
