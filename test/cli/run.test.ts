import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Rec } from "../../src/domain/records.ts";
import type { Result } from "../../src/domain/result.ts";
import { resultSchema } from "../../src/science/result-schema.ts";
import { campaignFile, emulatedRig, long, small } from "./campaigns.ts";
import { mainPath, radrig, startRadrig } from "./radrig.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-run-"));
afterAll(() => rmSync(folder, { recursive: true }));

const campaign = campaignFile(folder, small);
const read = (record: string, file: string): string => readFileSync(join(folder, record, file), "utf8");
const records = (record: string): Rec[] =>
  read(record, "journal.jsonl")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Rec);
const result = (record: string): Result => JSON.parse(read(record, "result.json")) as Result;

describe("a campaign from its file to its record", () => {
  let stdout = "";

  beforeAll(async () => {
    const ended = await radrig(["run", campaign, "--out", "one"], { cwd: folder });
    expect(ended).toMatchObject({ code: 0 });
    stdout = ended.stdout;
  });

  test("the record holds what it should", () => {
    expect(readdirSync(join(folder, "one")).sort()).toEqual([
      "host.json",
      "journal.jsonl",
      "origin.json",
      "raw",
      "result.json",
      "truth.jsonl",
    ]);
    expect(readdirSync(join(folder, "one/raw"))).toEqual([
      "bench-box.1.raw",
      "chamber.1.raw",
      "cpu-f32.1.raw",
      "cpu-i8.1.raw",
      "facility.1.raw",
      "korad.1.raw",
      "picoammeter.1.raw",
      "psu.1.raw",
      "relay.1.raw",
      "sem-usp.1.raw",
      "sem-x7.1.raw",
      "soft-usp.1.raw",
      "soft-x7.1.raw",
      "tec.1.raw",
    ]);
  });

  test("result.json holds to its schema, and its strikes add up", () => {
    const { runs, endReason, emulated, seed } = resultSchema.parse(result("one"));
    expect({ endReason, emulated, seed }).toEqual({ endReason: "complete", emulated: true, seed: 5 });
    expect(runs.map(({ runKind }) => runKind)).toEqual([
      "injection",
      "injection",
      "injection",
      "injection",
      "beam",
    ]);
    for (const { exposure, outcomes } of runs) {
      if (exposure.kind !== "injection") continue;
      const primaries = Object.values(outcomes).reduce((sum, count) => sum + (count?.primary ?? 0), 0);
      expect({ asked: exposure.asked, primaries }).toEqual({ asked: 15, primaries: exposure.confirmed });
    }
  });

  test("the end names the record and what to do next", () => {
    expect(stdout).toMatch(/\nrecord: one\nnext: {3}npx radrig analyze one --json\n$/);
  });

  test("analyze --strikes lists each strike once, with the words that it hit, for people and as JSON", async () => {
    const made = records("one").filter((record) => record.type === "strike");
    const [lines, json] = await Promise.all([
      radrig(["analyze", "one", "--strikes"], { cwd: folder }),
      radrig(["analyze", "one", "--strikes", "--json"], { cwd: folder }),
    ]);
    expect(lines.stdout).toMatch(
      /^run \d {2}cpu-\S+ {2}gemm, (weights|control), single-bit\n {6}1 {2}[a-z]+/i,
    );
    const listed = lines.stdout.split("\n").filter((line) => /^ +\d+ /.test(line));
    expect(listed.length).toBe(60);
    const place = / {2}[a-z]+ \d+(, [a-z]+ \d+)?: ([0-9a-f]+ → [0-9a-f]+|[0-9a-f]+ flipped) /;
    expect(listed.filter((line) => !place.test(line))).toEqual([]);
    const objects = json.stdout.trimEnd().split("\n");
    expect(objects.map((line) => (JSON.parse(line) as { places: string[] }).places)).toEqual(
      made.map(({ places }) => places),
    );
    const [first] = made;
    expect(JSON.parse(objects[0]!)).toMatchObject({ run: first!.run, strike: 1, component: "single-bit" });
  });

  test("analyze says the same bytes, each time, without what only the emulator knows", async () => {
    rmSync(join(folder, "one/truth.jsonl"));
    const [once, again] = await Promise.all([
      radrig(["analyze", "one", "--json"], { cwd: folder }),
      radrig(["analyze", "one", "--json"], { cwd: folder }),
    ]);
    expect(once.stdout).toBe(read("one", "result.json"));
    expect(again.stdout).toBe(once.stdout);
  });

  test("the same seed gives the same journal, another seed another", async () => {
    const [same, other] = await Promise.all([
      radrig(["run", campaign, "--out", "same", "--json"], { cwd: folder }),
      radrig(["run", campaign, "--out", "other", "--seed", "6"], { cwd: folder }),
    ]);
    expect(read("same", "journal.jsonl")).toBe(read("one", "journal.jsonl"));
    expect(same.stdout).toBe(read("same", "result.json"));
    expect(other.code).toBe(0);
    expect(result("other").seed).toBe(6);
    expect(read("other", "journal.jsonl")).not.toBe(read("one", "journal.jsonl"));
  });

  test("without --out, records are numbered", async () => {
    const where = { cwd: join(folder) };
    expect((await radrig(["run", campaign], where)).stdout).toContain("record: records/small-1\n");
    expect((await radrig(["run", campaign], where)).stdout).toContain("record: records/small-2\n");
  });
});

describe("what is refused leaves every record as it was", () => {
  const journal = (): string => read("kept", "journal.jsonl");

  beforeAll(async () => {
    await radrig(["run", campaign, "--out", "kept"], { cwd: folder });
    writeFileSync(join(folder, "other-rig.yaml"), `${readFileSync(emulatedRig, "utf8")}\n# another\n`);
    writeFileSync(join(folder, "other.yaml"), small.replace("15", "16"));
    cpSync(join(folder, "kept"), join(folder, "damaged"), { recursive: true });
    writeFileSync(join(folder, "damaged/journal.jsonl"), journal().replace('"seed":5', '"seed":7'));
  });

  test.each([
    [2, "holds a record already", ["run", "campaign.yaml", "--out", "kept"]],
    [2, "is another", ["run", "--resume", "kept", "--rig", "other-rig.yaml"]],
    [2, "has seed 5, not 9", ["run", "--resume", "kept", "--seed", "9"]],
    [2, "cannot be used with option", ["run", "--resume", "kept", "--out", "new"]],
    [2, "another plan", ["run", "other.yaml", "--resume", "kept"]],
    [2, "the line at byte 0 is damaged", ["run", "--resume", "damaged"]],
    [2, "the line at byte 0 is damaged", ["analyze", "damaged"]],
    [2, "no journal.jsonl there", ["analyze", "nowhere"]],
    [2, "no journal.jsonl there", ["run", "--resume", "nowhere"]],
    [2, "It is a whole number from 0 to 4294967295", ["run", "--seed", "1.5"]],
  ])("%i: %s", async (expected, said, args) => {
    const before = { kept: journal(), damaged: read("damaged", "journal.jsonl"), files: readdirSync(folder) };
    const { code, stderr } = await radrig(args, { cwd: folder });
    expect(stderr).toContain(said);
    expect(code).toBe(expected);
    expect({
      kept: journal(),
      damaged: read("damaged", "journal.jsonl"),
      files: readdirSync(folder),
    }).toEqual(before);
  });

  test.each([
    [
      4,
      "serial",
      `{ command: [${process.execPath}, ${mainPath}, agent, --port, stdio, --accelerator, cpu, --serial, OTHER] }`,
    ],
    [3, "no pseudo-terminal", "{ pty: not/there }"],
  ])(
    "%i where the board is not the one: one line, and no record of nothing",
    async (expected, said, link) => {
      writeFileSync(join(folder, "none.yaml"), `rig: none\nstations:\n  a: { serial: X-1, link: ${link} }\n`);
      const plan =
        "campaign: c\nblocks: [{ kind: injection, dut: a, workload: gemm, target: weights, stop: { strikes: 1 } }]\n";
      writeFileSync(join(folder, "alone.yaml"), plan);
      const run = await radrig(["run", "alone.yaml", "--rig", "none.yaml", "--out", "nothing"], {
        cwd: folder,
      });
      expect(run.code).toBe(expected);
      expect(run.stderr).toMatch(new RegExp(`^radrig: .*${said}`, "m"));
      expect(existsSync(join(folder, "nothing"))).toBe(false);
    },
  );
});

describe("an operator", () => {
  const longPath = join(folder, "long.yaml");
  const began = (name: string) => {
    writeFileSync(longPath, long);
    return startRadrig(["run", longPath, "--out", name], { cwd: folder });
  };
  /** The campaign strikes: its control file is there before its first record after the start. */
  const strikes = async (name: string): Promise<void> => {
    while (!existsSync(join(folder, name, "control.json"))) await new Promise(setImmediate);
  };

  test("pauses, resumes and stops it from another process; each is a record, obeyed or not", async () => {
    const run = began("controlled");
    await strikes("controlled");
    const give = (verb: string) =>
      radrig(["control", "controlled", verb, "--by", "alice", "--json"], { cwd: folder });
    const verdicts = [];
    for (const verb of ["pause", "pause", "resume", "stop"])
      verdicts.push(JSON.parse((await give(verb)).stdout));
    expect(verdicts).toMatchObject([{ obeyed: true }, { obeyed: false }, { obeyed: true }, { obeyed: true }]);
    expect((await run.ended).code).toBe(0);
    const commands = records("controlled").flatMap((record) => (record.type === "command" ? [record] : []));
    expect(commands.map(({ command, obeyed }) => [command.by, command.verb, obeyed])).toEqual([
      ["alice", "pause", true],
      ["alice", "pause", false],
      ["alice", "resume", true],
      ["alice", "stop", true],
    ]);
    expect(result("controlled").endReason).toBe("operator");
    expect(existsSync(join(folder, "controlled/control.json"))).toBe(false);
    expect((await give("pause")).code).toBe(3);
  });

  test("abort from another process: the safe state at once, and the process says it was interrupted", async () => {
    const run = began("cut-off");
    await strikes("cut-off");
    const { stdout } = await radrig(["control", "cut-off", "abort", "--json"], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ obeyed: true });
    expect((await run.ended).code).toBe(130);
    expect(records("cut-off").at(-1)).toMatchObject({ type: "campaign_end", endReason: "operator" });
  });

  test("Ctrl-C once: a clean end with its summary", async () => {
    const run = began("stopped");
    await strikes("stopped");
    run.kill("SIGINT");
    const { code, stdout } = await run.ended;
    expect(code).toBe(130);
    expect(stdout).toContain("next:   npx radrig run --resume stopped");
    const last = records("stopped").at(-1);
    expect(last).toMatchObject({ type: "campaign_end", endReason: "operator" });
    expect(records("stopped")).toContainEqual(
      expect.objectContaining({ type: "command", command: { verb: "stop", by: "keyboard" }, obeyed: true }),
    );
  });

  test("Ctrl-C twice: the safe state at once", async () => {
    const run = began("aborted");
    await strikes("aborted");
    run.kill("SIGINT");
    await run.said(/stopping/);
    run.kill("SIGINT");
    expect((await run.ended).code).toBe(130);
    expect(records("aborted").at(-1)).toMatchObject({ type: "campaign_end", endReason: "operator" });
  });
});
