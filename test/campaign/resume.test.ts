import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { begin } from "../../src/cli/begin.ts";
import type { RunRequest } from "../../src/cli/begin.ts";
import { runRecord } from "../../src/cli/run-record.ts";
import type { Rec } from "../../src/domain/records.ts";
import type { Result } from "../../src/domain/result.ts";
import { readJournal } from "../../src/records/journal-reader.ts";
import { cutStudy } from "../studies/cut.ts";
import { exposure, injection, ofType, smallRig } from "./emulated.ts";

const base = mkdtempSync(join(tmpdir(), "radrig-resume-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

function files(name: string, blocks: readonly string[]): string {
  mkdirSync(join(base, name));
  writeFileSync(join(base, name, "rig.yaml"), smallRig());
  const text = `campaign: small\nrig: rig.yaml\nblocks:\n${blocks.map((block) => `  - ${block}\n`).join("")}`;
  writeFileSync(join(base, name, "campaign.yaml"), text);
  return join(base, name);
}

const quiet = { started: () => undefined, seen: () => undefined, say: () => undefined };

async function runToEnd(request: RunRequest): Promise<Result> {
  return runRecord(await begin(request), quiet, new AbortController(), null);
}

async function run(folder: string, out: string): Promise<Result> {
  return runToEnd({ campaign: join(folder, "campaign.yaml"), out });
}

async function recordsOf(record: string): Promise<Rec[]> {
  const records: Rec[] = [];
  for await (const batch of readJournal(join(record, "journal.jsonl")))
    records.push(...(batch as readonly Rec[]));
  return records;
}

/** A record as a host that died there would leave it: the journal cut after so many bytes, no result. */
function cut(whole: string, bytes: number, to: string): string {
  mkdirSync(join(to, "raw"), { recursive: true });
  for (const name of ["origin.json", "host.json"]) copyFileSync(join(whole, name), join(to, name));
  writeFileSync(join(to, "journal.jsonl"), readFileSync(join(whole, "journal.jsonl")).subarray(0, bytes));
  return to;
}

describe("an injection campaign cut anywhere", () => {
  let folder = "";
  let whole = "";
  let undisturbed: Result;
  let journal: Buffer;
  beforeAll(async () => {
    folder = files("injection", [injection("strikes: 6")]);
    whole = join(folder, "whole");
    undisturbed = await run(folder, whole);
    journal = readFileSync(join(whole, "journal.jsonl"));
  });

  test("at the end of every line and inside every line: it goes on, and its totals are the undisturbed ones", async () => {
    const study = await cutStudy(6);
    const { ends } = study;
    const places = [
      0,
      ...ends.flatMap((end, index) => [Math.floor((end + (ends[index - 1] ?? 0)) / 2), end - 1, end]),
    ];
    for (const bytes of places) expect(await study.cutAt(bytes), `cut after ${bytes} bytes`).toBeNull();
    study.close();
  }, 240_000);

  test("a record that is whole already ends as it ended", async () => {
    const again = cut(whole, journal.length, join(folder, "again"));
    const result = await runToEnd({ resume: again });
    expect(result.runs.map(({ outcomes }) => outcomes)).toEqual(
      undisturbed.runs.map(({ outcomes }) => outcomes),
    );
    expect(result.segments).toBe(2);
  });

  test("another plan, another rig, another seed are refused, and the record stays as it was", async () => {
    const kept = cut(whole, journal.length, join(folder, "kept"));
    const other = files("other", [injection("strikes: 7")]);
    writeFileSync(join(other, "rig.yaml"), smallRig({ top: "title: another" }));
    await expect(begin({ resume: kept, campaign: join(other, "campaign.yaml") })).rejects.toMatchObject({
      code: "journal_mismatch",
    });
    await expect(begin({ resume: kept, rig: join(other, "rig.yaml") })).rejects.toMatchObject({
      code: "journal_mismatch",
    });
    await expect(begin({ resume: kept, seed: 2 })).rejects.toMatchObject({ code: "journal_mismatch" });
    expect(readFileSync(join(kept, "journal.jsonl"))).toEqual(journal);
  });
});

describe("an exposure cut short", () => {
  test("goes on as a new segment; the outage is in neither its live time nor its live fluence", async () => {
    const folder = files("beam", [exposure("seconds: 30")]);
    const whole = join(folder, "whole");
    const undisturbed = await run(folder, whole);
    const lines = readFileSync(join(whole, "journal.jsonl"), "utf8").trimEnd().split("\n");
    const half = lines.slice(
      0,
      lines.findIndex((line) => (JSON.parse(line) as Rec).tNs > 15e9),
    );
    const bytes = Buffer.byteLength(`${half.join("\n")}\n`);
    const to = cut(whole, bytes, join(folder, "cut"));
    const result = await runToEnd({ resume: to });
    const [before, after] = [undisturbed.runs[0]!, result.runs[0]!];
    expect(after.segments).toBe(2);
    expect(after.endReason).toBe("time");
    expect(result.segments).toBe(2);
    const live = (run: typeof after): number =>
      run.exposure.kind === "beam" ? run.exposure.fluenceLivePerCm2 : 0;
    // Thirty seconds of 1e8 /cm²/s, whoever counted them: within the second that a crash may cost.
    expect(live(after) / live(before)).toBeGreaterThan(0.95);
    expect(live(after) / live(before)).toBeLessThan(1.05);
    expect(after.live.liveSeconds).toBeLessThan(32);
    const place = ({ tNs, number, outcome }: Extract<Rec, { type: "beam_event" }>): string =>
      `${tNs} ${number} ${outcome}`;
    const kept = ofType(
      half.map((line) => JSON.parse(line) as Rec),
      "beam_event",
    ).map(place);
    expect(kept.length).toBeGreaterThan(0);
    expect(
      ofType(await recordsOf(to), "beam_event")
        .map(place)
        .slice(0, kept.length),
    ).toEqual(kept);
  });
});
