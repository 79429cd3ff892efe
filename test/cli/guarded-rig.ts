import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { grownTo, journalBytes } from "./grown-journal.ts";
import type { Rec } from "../../src/domain/records.ts";
import type { Ended, Running } from "./radrig.ts";
import { radrig, startRadrig } from "./radrig.ts";

/**
 * A bench of processes behind pseudo-terminals: a board, a Korad supply that feeds it, a bench box that heats and strikes it.
 * Guards and runs on it find each other in a runtime folder of its own.
 */
export interface GuardedRig {
  readonly folder: string;
  readonly rig: string;
  start(...args: readonly string[]): Running;
  run(...args: readonly string[]): Promise<Ended>;
  /** A campaign that would last for hours, at work: its record holds strikes. */
  atWork(record: string, ...more: readonly string[]): Promise<Running>;
  records(record: string): Rec[];
  close(): Promise<void>;
}

const rigText = `rig: guarded
stations:
  dut:
    serial: D-1
    link: { pty: run/dut }
    injector: { device: box, targets: [control] }
    thermal: box
    supply: { device: psu, milliV: 5000, tripMilliA: 2500, absolute: { milliV: 5500, milliA: 3000 } }
devices:
  psu: { protocol: korad, link: { pty: run/psu } }
  box: { protocol: radrig, serial: B-1, link: { pty: run/box } }
emulation:
  timeScale: 20
  boards:
    dut: { accelerator: cpu, format: i8 }
`;

const campaignText = `campaign: long
rig: rig.yaml
blocks:
  - { kind: injection, dut: dut, workload: gemm, target: weights, stop: { strikes: 1000000 } }
`;

export async function guardedRig(): Promise<GuardedRig> {
  const folder = mkdtempSync(join(tmpdir(), "radrig-guard-"));
  const surroundings = { cwd: folder, env: { RADRIG_RUNTIME: join(folder, "runtime") } };
  writeFileSync(join(folder, "rig.yaml"), rigText);
  writeFileSync(join(folder, "campaign.yaml"), campaignText);
  const start = (...args: readonly string[]): Running => startRadrig(args, surroundings);
  const bench = start("emulate", "rig.yaml");
  await bench.said(/ready/);
  return {
    folder,
    rig: join(folder, "rig.yaml"),
    start,
    run: (...args) => radrig(args, surroundings),
    atWork: async (record, ...more) => {
      mkdirSync(join(folder, record), { recursive: true });
      const before = journalBytes(join(folder, record));
      const running = start("run", ...more);
      await grownTo(join(folder, record), before + 6_000, running);
      return running;
    },
    records: (record) =>
      readFileSync(join(folder, record, "journal.jsonl"), "utf8")
        .split("\n")
        .filter((line) => line.endsWith("}"))
        .map((line) => JSON.parse(line) as Rec),
    close: async () => {
      bench.kill("SIGTERM");
      await bench.ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
