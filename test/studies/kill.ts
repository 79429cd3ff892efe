import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../src/cli/package-root.ts";
import { radrig, startRadrig } from "../cli/radrig.ts";
import type { Running } from "../cli/radrig.ts";
import type { Rec } from "../../src/domain/records.ts";

/**
 * `kill -9` of `radrig run` on a bench of processes behind pseudo-terminals, at moments spread uniformly over the bytes of
 * the durable journal; after each the campaign goes on. Held against an undisturbed run, and against what the boards' own
 * logs say they were told to forget.
 */
export interface KillReport {
  readonly kills: number;
  /** Journal bytes at each kill. */
  readonly at: readonly number[];
  /** Result events acknowledged by the boards' own logs, and those of them that the journal does not hold. */
  readonly acknowledged: number;
  readonly lost: readonly string[];
  /** Fates that differ from the undisturbed run, strike by strike. */
  readonly differing: readonly string[];
  readonly strikes: number;
  /** Of the killed exposure: live seconds, seconds from its first start to its end less the outages, the outages, segments. */
  readonly live: {
    readonly seconds: number;
    readonly withoutOutages: number;
    readonly outages: number;
    readonly segments: number;
  };
}

const rig = `
rig: killed
stations:
  dut:
    serial: D-1
    link: { pty: run/dut }
    injector: { device: box, targets: [control] }
    thermal: box
    supply: box
    beam: box
devices:
  box: { protocol: radrig, serial: B-1, link: { pty: run/box } }
emulation:
  timeScale: 20
  beamFluxPerCm2PerSecond: 5.0e+8
  boards:
    dut: { accelerator: cpu, format: i8, crossSectionPerBitCm2: { weights: 1.0e-12, activations: 1.0e-12 } }
`;

const campaign = (strikes: number): string => `
campaign: killed
rig: rig.yaml
blocks:
  - { kind: injection, dut: dut, workload: gemm, target: [weights, control], stop: { strikes: ${strikes} } }
  - { kind: beam, dut: dut, workload: gemm, beam: { species: proton }, stop: { seconds: 4 } }
`;

export async function killStudy(kills: number, strikes: number): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), "radrig-kill-"));
  try {
    writeFileSync(join(folder, "rig.yaml"), rig);
    writeFileSync(join(folder, "campaign.yaml"), campaign(strikes));
    await onBench(folder, "quiet", () => runToEnd(folder, "quiet", []));
    // Particles come as they come: an exposure of the same length may leave some fewer bytes than the quiet one did.
    const span = 0.85 * statSync(join(folder, "quiet", "journal.jsonl")).size;
    const at: number[] = [];
    await onBench(folder, "killed", async () => {
      for (let kill = 1; kill <= kills; kill++) {
        const place = kill === 1 ? "out" : "resume";
        at.push(await killAt(folder, place, Math.floor((span * kill) / kills)));
      }
      await runToEnd(folder, "killed", ["--resume", "killed"]);
    });
    return { kills, at, ...(await compare(folder)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A fresh bench of processes for the duration of `work`. */
async function onBench(folder: string, name: string, work: () => Promise<void>): Promise<void> {
  const bench = startRadrig(["emulate", "rig.yaml", "--event-logs", `${name}-events`], { cwd: folder });
  await bench.said(/ready/);
  try {
    await work();
  } finally {
    bench.kill("SIGTERM");
    await bench.ended;
  }
}

async function runToEnd(folder: string, name: string, more: readonly string[]): Promise<void> {
  const args = more.length > 0 ? ["run", ...more] : ["run", "campaign.yaml", "--out", name];
  const { code, stderr } = await radrig(args, { cwd: folder });
  if (code !== 0) throw new Error(`radrig ${args.join(" ")} ended with ${code}: ${stderr}`);
}

/** Starts or goes on, and kills the process as soon as its journal holds so many bytes; the bytes it held then. */
async function killAt(folder: string, place: "out" | "resume", bytes: number): Promise<number> {
  const args = place === "out" ? ["run", "campaign.yaml", "--out", "killed"] : ["run", "--resume", "killed"];
  const running: Running = startRadrig(args, { cwd: folder });
  const path = join(folder, "killed", "journal.jsonl");
  const sizeNow = (): number => (existsSync(path) ? statSync(path).size : 0);
  const ended = { yet: false };
  void running.ended.then(() => (ended.yet = true));
  if (place === "out") await running.said(/record:/);
  const watcher = watch(join(folder, "killed"));
  try {
    while (sizeNow() < bytes && !ended.yet) await Promise.race([once(watcher), running.ended]);
  } finally {
    watcher.close();
  }
  running.kill("SIGKILL");
  const { signal, stderr } = await running.ended;
  if (signal !== "SIGKILL") throw new Error(`radrig ended before it was killed: ${stderr}`);
  return sizeNow();
}

function once(watcher: ReturnType<typeof watch>): Promise<void> {
  return new Promise((done) => watcher.once("change", () => done()));
}

interface LoggedEvent {
  readonly bootId: number;
  readonly name: string;
  readonly event: number;
  readonly id?: number;
}

async function compare(folder: string): Promise<Omit<KillReport, "kills" | "at">> {
  const [quiet, killed] = [recordsOf(folder, "quiet"), recordsOf(folder, "killed")];
  const fates = { quiet: fatesOf(quiet), killed: fatesOf(killed) };
  const differing = [...fates.quiet]
    .filter(([key, fate]) => fates.killed.get(key) !== fate)
    .map(([key, fate]) => `${key}: ${fate}, killed ${fates.killed.get(key) ?? "missing"}`);
  const logged = readLog(join(folder, "killed-events", "dut.jsonl")).filter(({ name }) => name === "result");
  const held = heldEvents(killed);
  const lost = logged
    .filter(({ bootId, event }) => !held.has(`${hex(bootId)} ${event}`))
    .map(({ bootId, event, id }) => `event ${event} of boot ${hex(bootId)} (strike ${id ?? 0})`);
  const live = await liveOf(folder, "killed");
  return {
    acknowledged: logged.length,
    lost,
    differing,
    strikes: fates.quiet.size,
    live: { ...live, ...spanOf(killed) },
  };
}

const hex = (bootId: number): string => bootId.toString(16).padStart(8, "0");

function recordsOf(folder: string, name: string): Rec[] {
  const lines = readFileSync(join(folder, name, "journal.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as Rec);
}

function fatesOf(records: readonly Rec[]): Map<string, string> {
  const fates = new Map<string, string>();
  for (const record of records)
    if (record.type === "strike")
      fates.set(
        `${record.run}.${record.strike.id}`,
        `${String(record.outcome)} ${record.evidence?.digest ?? ""}`,
      );
  return fates;
}

/** Every board event that the journal speaks of: an outcome stands for its result and the `done` that ended it. */
function heldEvents(records: readonly Rec[]): Set<string> {
  const held = new Set<string>();
  for (const record of records) {
    if (
      (record.type === "strike" || record.type === "beam_event" || record.type === "check") &&
      record.bootId !== null &&
      record.event !== null
    ) {
      held.add(`${hex(record.bootId)} ${record.event}`);
      if (record.type !== "beam_event") held.add(`${hex(record.bootId)} ${record.event - 1}`);
    }
    const kept = record.type === "note" ? /kept event (\d+) of boot ([0-9a-f]{8})/.exec(record.text) : null;
    if (kept !== null) held.add(`${kept[2]!} ${kept[1]!}`);
  }
  return held;
}

function readLog(path: string): LoggedEvent[] {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as LoggedEvent);
}

/** The exposure from its first start to its end, and how much of that nobody was there. */
function spanOf(records: readonly Rec[]): { withoutOutages: number; outages: number } {
  const beam = records.findIndex((record) => record.type === "run_start" && record.runKind === "beam");
  const end = records.findLastIndex((record) => record.type === "run_end");
  let outages = 0;
  for (let index = beam + 1; index <= end; index++)
    if (records[index]!.type === "resumed") outages += (records[index]!.tNs - records[index - 1]!.tNs) / 1e9;
  return { withoutOutages: (records[end]!.tNs - records[beam]!.tNs) / 1e9 - outages, outages };
}

async function liveOf(folder: string, name: string): Promise<{ seconds: number; segments: number }> {
  const { stdout } = await radrig(["analyze", name, "--json"], { cwd: folder });
  const result = JSON.parse(stdout) as {
    runs: { runKind: string; segments: number; live: { liveSeconds: number } }[];
  };
  const beam = result.runs.find(({ runKind }) => runKind === "beam")!;
  return { seconds: beam.live.liveSeconds, segments: beam.segments };
}

export async function killReport(): Promise<readonly string[]> {
  const report = await killStudy(100, 400);
  const lines = [
    `kills: ${report.kills}, at ${report.at[0]} to ${report.at.at(-1)} bytes of durable journal`,
    `strikes: ${report.strikes}, with another fate than undisturbed: ${report.differing.length}`,
    `result events that the board's own log shows as acknowledged: ${report.acknowledged}, not in the journal: ${report.lost.length}`,
    `exposure: ${report.live.segments} segments, ${report.live.seconds.toFixed(2)} s live of ${report.live.withoutOutages.toFixed(2)} s, outages of ${report.live.outages.toFixed(2)} s left out`,
  ];
  writeFileSync(
    join(packageRoot, "docs/studies/kill.md"),
    `# kill -9 of a run\n\nWhat is killed and compared stands in \`test/studies/kill.ts\`; \`npm run study -- kill\` does it again.\n\n${lines.map((line) => `- ${line}\n`).join("")}`,
  );
  if (report.lost.length + report.differing.length > 0)
    throw new Error([...lines, ...report.lost, ...report.differing].join("\n"));
  return lines;
}
