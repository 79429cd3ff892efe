import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createJournal } from "../../src/records/journal.ts";
import { beginSegment, readHost, recordUuid, uuidV7 } from "../../src/records/record-folder.ts";
import { writeAtomically } from "../../src/records/write-atomically.ts";
import { campaign } from "./some-records.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "radrig-folder-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const writer = { tool: "radrig 0.1.0", gitSha: null, wallStartUtc: "2022-02-22T19:22:22.000Z" };

test("a UUID of version 7 is the one of RFC 9562, appendix A.6", () => {
  const chance = Buffer.from("0cc318c4dc0c0c07398f", "hex");
  expect(uuidV7(0x017f22e279b0, chance)).toBe("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
});

test("each process adds its segment, the UUID stays, and no name of a machine or user is told", async () => {
  const first = await beginSegment(folder, writer);
  expect(first.uuid).toMatch(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const second = await beginSegment(folder, { ...writer, wallStartUtc: "2022-02-23T00:00:00.000Z" });
  expect(second.uuid).toBe(first.uuid);
  expect(second.segments.map(({ wallStartUtc }) => wallStartUtc.slice(8, 10))).toEqual(["22", "23"]);
  expect(await readHost(folder)).toEqual(second);
  expect((await readdir(folder)).sort()).toEqual(["host.json", "raw"]);
  const text = await readFile(join(folder, "host.json"), "utf8");
  expect(text).toContain(process.version);
  for (const name of [hostname(), userInfo().username]) expect(text).not.toContain(`: "${name}"`);
});

test("a host.json that is none is refused with the mend, and left as it is", async () => {
  for (const text of ["", "null", "{}", '{"uuid":7,"segments":[]}', '{"uuid":"x","segments":[]}']) {
    await writeFile(join(folder, "host.json"), text);
    await expect(beginSegment(folder, writer)).rejects.toMatchObject({ code: "journal_mismatch" });
    expect(await readFile(join(folder, "host.json"), "utf8")).toBe(text);
  }
});

test("without host.json the UUID follows from the journal, the same each time", async () => {
  const journal = await createJournal(folder);
  journal.append(campaign());
  await journal.close();
  const uuid = await recordUuid(folder);
  expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(await recordUuid(folder)).toBe(uuid);
});

test("a file written atomically is whole, and what cannot be written is RigError storage", async () => {
  const path = join(folder, "result.json");
  await writeAtomically(path, "one");
  await writeAtomically(path, "two");
  expect(await readFile(path, "utf8")).toBe("two");
  expect(await readdir(folder)).toEqual(["result.json"]);
  await expect(writeAtomically(join(path, "x"), "three")).rejects.toMatchObject({ code: "storage" });
});
