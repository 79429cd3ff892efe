import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StampedRec } from "../../src/records/journal-line.ts";
import { readJournal } from "../../src/records/journal-reader.ts";
import { createJournal, journalPath, openJournal } from "../../src/records/journal.ts";
import { strike } from "./some-records.ts";

const writer = join(import.meta.dirname, "..", "..", "dist", "test", "records", "journal-writer.js");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "radrig-crash-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly lastDurable: number;
  readonly said: readonly string[];
}

/** Runs the writer until it has said so many lines, then kills it; or until it ends by itself. */
async function writeUntil(lines: number, command: readonly [string, ...string[]]): Promise<Ended> {
  const child = spawn(command[0], command.slice(1), { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === lines) child.kill("SIGKILL");
  }
  await exited;
  const durable = said.filter((line) => line.startsWith("durable ")).at(-1);
  return { lastDurable: durable === undefined ? -1 : Number(durable.slice(8)), said };
}

async function read(): Promise<StampedRec[]> {
  const records: StampedRec[] = [];
  for await (const batch of readJournal(journalPath(folder))) records.push(...batch);
  return records;
}

describe("a writer that is killed", () => {
  test.each([1, 7, 40, 150])(
    "after %i durable groups: no line that it called durable is lost, and another goes on",
    async (lines) => {
      const { lastDurable } = await writeUntil(lines, [process.execPath, writer, folder]);
      expect(lastDurable).toBeGreaterThanOrEqual(lines - 1);
      const before = await read();
      expect(before.length).toBeGreaterThan(lastDurable);
      const { journal, records } = await openJournal(folder);
      expect(records).toBe(before.length);
      const [more] = journal.append([strike(1, 1, 0)]);
      await journal.close();
      expect((await read()).at(-1)).toEqual(more);
    },
  );
});

describe.runIf(existsSync("/proc/self/stat"))("a lock whose process is gone, on Linux", () => {
  test("keeps nobody out, though its parent has not buried it", async () => {
    // The shell becomes a program that never waits for its child.
    const parent = spawn("bash", ["-c", "sleep 1000 & echo $!; exec sleep 1000"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
    const stat = (pid = line): readonly string[] => {
      const text = readFileSync(`/proc/${pid}/stat`, "latin1");
      return [text.slice(0, text.lastIndexOf(")") + 1), ...text.slice(text.lastIndexOf(")") + 2).split(" ")];
    };
    while (!stat(String(parent.pid))[0]!.endsWith("(sleep)")) await new Promise(setImmediate);
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    const lock = JSON.stringify({ pid: Number(line), birth: `${boot} ${stat()[20]!}` });
    process.kill(Number(line), "SIGKILL");
    while (stat()[1] !== "Z") await new Promise(setImmediate);
    await (await createJournal(folder)).close();
    await writeFile(`${journalPath(folder)}.lock`, lock);
    await (await openJournal(folder)).journal.close();
    parent.kill("SIGKILL");
    await once(parent, "exit");
  });
});

describe("a disk that is full", () => {
  // A file size limit is a full disk that needs no root: the write that meets it is cut short, the next one refused.
  const blocks = 40;
  const limited: readonly [string, ...string[]] = [
    "bash",
    "-c",
    `ulimit -f ${blocks}; trap '' XFSZ; exec "$0" "$@"`,
  ];

  test("is RigError storage; nothing is called durable that is not, and what is there is read and gone on with", async () => {
    const { lastDurable, said } = await writeUntil(Infinity, [...limited, process.execPath, writer, folder]);
    expect(said.at(-2)).toMatch(
      /^failed storage .*journal\.jsonl cannot be written: .*(size limit|too large)/,
    );
    expect(said.at(-1)).toBe("closed storage");
    expect(lastDurable).toBeGreaterThan(10);
    expect((await readFile(journalPath(folder))).length).toBeLessThanOrEqual(blocks * 1024);
    const before = await read();
    expect(before.length).toBeGreaterThan(lastDurable);
    const { journal } = await openJournal(folder);
    const more = journal.append(Array.from({ length: 100 }, (_, k) => strike(1, k + 1, 0)));
    await journal.close();
    expect((await read()).slice(before.length)).toEqual(more);
  });
});
