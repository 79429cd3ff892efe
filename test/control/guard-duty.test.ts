import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openablePorts } from "../../src/cli/assemble.ts";
import type { OpenablePorts } from "../../src/cli/assemble.ts";
import { virtualClock } from "../../src/cli/clocks.ts";
import { readRig } from "../../src/cli/files.ts";
import type { RailDone } from "../../src/control/cut-rails.ts";
import { GuardDuty } from "../../src/control/guard-duty.ts";
import type { Caller, LogEntry } from "../../src/control/guard-duty.ts";
import type { Ask, Cut } from "../../src/control/guard-wire.ts";
import type { Clock } from "../../src/domain/clock.ts";
import type { Reply } from "../../src/domain/reply.ts";
import { openGuarded } from "../../src/rig/open-guarded.ts";
import type { GuardedPart } from "../../src/rig/open-guarded.ts";

/** The duty of a guard on an emulated bench in memory, in virtual time: a board on a Korad, a box that heats it. */
const rigText = (trip: number): string => `rig: duty
stations:
  dut:
    serial: D-1
    link: { memory: dut }
    thermal: { device: box, absolute: { highestC: 90 } }
    supply: { device: psu, tripMilliA: ${trip} }
devices:
  psu: { protocol: korad, link: { memory: psu } }
  box: { protocol: radrig, serial: B-1, link: { memory: box } }
emulation:
  boards: { dut: { accelerator: cpu, format: i8 } }
`;

const run: Caller = { role: "run", by: "alice", pid: 7, record: null };
const other: Caller = { role: "run", by: "bob", pid: 8, record: null };
const operator: Caller = { role: "operator", by: "carol", pid: 9, record: null };
const turn = (verb: "on" | "off" | "read"): Ask & { readonly ask: "do" } => ({
  ask: "do",
  station: "dut",
  part: "rail",
  place: 0,
  verb,
  args: [],
});

let folder: string;
let ports: OpenablePorts;
let part: GuardedPart;
let clock: Clock;
let duty: GuardDuty;
let log: LogEntry[];
let told: Cut[];
/** What had been done when the run was told. */
let toldAfter: LogEntry["what"][];
/** What every run was told of an operator's hands on the rails. */
let switched: string[];
let end: AbortController;
let watching: Promise<void>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "radrig-duty-"));
  writeFileSync(join(folder, "rig.yaml"), rigText(1_000));
  const read = readRig(join(folder, "rig.yaml"));
  clock = virtualClock();
  ports = await openablePorts(read, { clock, seed: 1, segment: 0, truthPath: null, say: () => undefined });
  part = await openGuarded(read.rig, { clock, openPort: ports.of });
  log = [];
  told = [];
  switched = [];
  end = new AbortController();
  duty = new GuardDuty({
    stations: part.stations,
    limits: new Map([["dut", { objectCutC: 90, dieCutC: 100 }]]),
    clock,
    afterMs: 5_000,
    log: (entry) => log.push(entry),
    told: (_caller, cut) => {
      told.push(cut);
      toldAfter = log.map(({ what }) => what);
    },
    switched: ({ device, stations, what }) => switched.push(`${device} of ${stations.join()}: ${what}`),
  });
  watching = duty.watch(end.signal);
});
afterEach(async () => {
  end.abort();
  await watching;
  await part.close();
  await ports.close();
  rmSync(folder, { recursive: true });
});

const rail = (): Promise<Reply<unknown>> => duty.asked(operator, turn("read"));
const secondsOf = (utc: string): number => (Date.parse(utc) - Date.parse(clock.epochUtc)) / 1000;

describe("a guard", () => {
  test("cuts when the run in command is silent for its stated time, not before", async () => {
    expect(await duty.asked(run, { ask: "arm" })).toMatchObject({ kind: "ok" });
    for (let second = 0; second < 20; second++) {
      await clock.sleep(1_000);
      await duty.asked(run, { ask: "beat", diesC: { dut: 40 } });
    }
    expect(log.map(({ what }) => what)).toEqual(["armed"]);
    const lastBeat = clock.nowNs() / 1e9;
    await clock.sleep(7_000);
    const cut = log.find(({ what }) => what === "cut")!;
    expect(secondsOf(cut.atUtc) - lastBeat).toBeGreaterThanOrEqual(5);
    expect(secondsOf(cut.atUtc) - lastBeat).toBeLessThan(5.2);
    expect(cut.rails).toMatchObject([{ station: "dut", on: false, known: "measured" }]);
    expect(told).toHaveLength(1);
    // Before its rails go, or it takes them for tripped.
    expect(toldAfter).toEqual(["armed"]);
    expect(await rail()).toMatchObject({ kind: "ok", value: { on: false } });
  });

  test("gives a run that was cut no command again, and another one does get it", async () => {
    await duty.asked(run, { ask: "arm" });
    await duty.cut("a test", null);
    expect(await duty.asked(run, turn("on"))).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining("lost command") as string,
    });
    expect(await duty.asked({ ...run }, { ask: "arm" })).toMatchObject({ kind: "refused" });
    expect(await duty.asked(run, turn("off"))).toMatchObject({ kind: "ok" });
    expect(await duty.asked(other, { ask: "arm" })).toMatchObject({ kind: "ok" });
    expect(await duty.asked(other, turn("on"))).toMatchObject({ kind: "ok", value: { on: true } });
  });

  test("obeys one run at a time, and who is not in command turns nothing on", async () => {
    await duty.asked(run, { ask: "arm" });
    expect(await duty.asked(other, { ask: "arm" })).toMatchObject({ kind: "refused" });
    expect(await duty.asked(other, turn("on"))).toEqual({ kind: "refused", reason: "not-in-command" });
    expect(await duty.asked(operator, { ask: "arm" })).toMatchObject({ kind: "refused" });
    // The same run over a new connection is no other.
    expect(await duty.asked({ ...run }, { ask: "arm" })).toMatchObject({ kind: "ok" });
  });

  test("lets a run that came to its end be silent", async () => {
    await duty.asked(run, { ask: "arm" });
    expect(await duty.asked(run, { ask: "disarm" })).toMatchObject({ kind: "ok" });
    await clock.sleep(60_000);
    expect(log.map(({ what }) => what)).toEqual(["armed", "disarmed"]);
    expect(await rail()).toMatchObject({ value: { on: true } });
  });

  test("cuts on a die above its limit as the run tells it", async () => {
    await duty.asked(run, { ask: "arm" });
    await duty.asked(run, { ask: "beat", diesC: { dut: 100 } });
    expect(told).toEqual([]);
    await duty.asked(run, { ask: "beat", diesC: { dut: 100.1 } });
    await clock.sleep(2_000);
    expect(told).toMatchObject([{ why: expect.stringContaining("100.1 °C") as string }]);
    expect(await rail()).toMatchObject({ value: { on: false } });
  });

  test("cuts on an object above its limit that it reads itself, once", async () => {
    await part.stations.get("dut")!.thermal!.set(95);
    await clock.sleep(60_000);
    expect(log.map(({ what }) => what)).toEqual(["cut"]);
    expect(log[0]!.why).toContain("above 90 °C");
  });

  test("keeps off what an operator turned off under a run, and rests a rail for 4 s", async () => {
    await duty.asked(run, { ask: "arm" });
    const beats = setInterval(() => void duty.asked(run, { ask: "beat", diesC: {} }), 0);
    try {
      await duty.asked(operator, { ask: "power", what: "off", station: "dut" });
      expect(await duty.asked(run, turn("on"))).toMatchObject({
        kind: "refused",
        reason: expect.stringContaining("radrig power on") as string,
      });
      // Before the rails went: what a run sees there is no latch-up.
      expect(switched).toEqual(["rails of dut of dut: switched_off"]);
      const offNs = clock.nowNs();
      const on = await duty.asked(operator, { ask: "power", what: "on", station: null });
      expect(on).toMatchObject({ kind: "ok", value: [{ on: true }] });
      expect((clock.nowNs() - offNs) / 1e9).toBeGreaterThanOrEqual(3.5);
      expect(switched.slice(1)).toEqual(["rails of dut of dut: back"]);
      expect(await duty.asked(operator, { ask: "power", what: "on", station: "no" })).toMatchObject({
        kind: "refused",
      });
    } finally {
      clearInterval(beats);
    }
  });

  test("a kill answers what became of every rail", async () => {
    const reply = await duty.asked(operator, { ask: "kill" });
    expect(reply.kind === "ok" && (reply.value as readonly RailDone[])).toMatchObject([
      { station: "dut", rail: "main", device: "psu", on: false, known: "measured" },
    ]);
    expect(log).toMatchObject([{ what: "cut", why: "killed by carol" }]);
  });
});
