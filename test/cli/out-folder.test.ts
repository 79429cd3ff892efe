import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { begin } from "../../src/cli/begin.ts";
import { runRecord } from "../../src/cli/run-record.ts";
import { injection, smallRig } from "../campaign/emulated.ts";

const base = mkdtempSync(join(tmpdir(), "radrig-out-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const quiet = { started: () => undefined, seen: () => undefined, say: () => undefined };

test("a folder that was there before is never taken away, whatever becomes of the run", async () => {
  const rig = smallRig().replaceAll("link: { memory:", "link: { pty:");
  writeFileSync(join(base, "rig.yaml"), rig);
  writeFileSync(
    join(base, "campaign.yaml"),
    `campaign: small\nrig: rig.yaml\nblocks:\n  - ${injection("strikes: 1")}\n`,
  );
  writeFileSync(join(base, "notes.txt"), "mine");
  const campaign = join(base, "campaign.yaml");
  const run = async (out: string): Promise<unknown> =>
    runRecord(await begin({ campaign, out }), quiet, new AbortController(), null);
  await expect(run(base)).rejects.toMatchObject({ code: "port_missing" });
  expect(readFileSync(join(base, "notes.txt"), "utf8")).toBe("mine");
  // One made for the run goes again: nothing came of it.
  await expect(run(join(base, "new"))).rejects.toMatchObject({ code: "port_missing" });
  expect(existsSync(join(base, "new"))).toBe(false);
});

test("a folder that holds a record is refused before anything is opened", async () => {
  writeFileSync(join(base, "rig.yaml"), smallRig());
  const campaign = join(base, "campaign.yaml");
  const out = join(base, "kept");
  await runRecord(await begin({ campaign, out }), quiet, new AbortController(), null);
  const journal = readFileSync(join(out, "journal.jsonl"));
  await expect(begin({ campaign, out })).rejects.toMatchObject({ code: "config" });
  expect(readFileSync(join(out, "journal.jsonl"))).toEqual(journal);
});
