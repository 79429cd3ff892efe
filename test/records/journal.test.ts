import type { FileHandle } from "node:fs/promises";
import {
  appendFile,
  mkdtemp,
  open,
  readFile,
  readdir,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { RigError } from "../../src/domain/errors.ts";
import type { Rec } from "../../src/domain/records.ts";
import type { StampedRec } from "../../src/records/journal-line.ts";
import { readJournal } from "../../src/records/journal-reader.ts";
import { createJournal, journalPath, openJournal } from "../../src/records/journal.ts";
import { fastFolder } from "./fast-folder.ts";
import { campaign, strike, telemetry } from "./some-records.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(fastFolder, "radrig-journal-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(dir: string, records: readonly Rec[]): Promise<readonly StampedRec[]> {
  const journal = await createJournal(dir);
  const stamped = journal.append(records);
  await journal.durable();
  await journal.close();
  return stamped;
}

async function read(dir: string): Promise<StampedRec[]> {
  const records: StampedRec[] = [];
  for await (const batch of readJournal(journalPath(dir))) records.push(...batch);
  return records;
}

async function codeOf(work: Promise<unknown>): Promise<readonly [string, string]> {
  try {
    await work;
  } catch (error) {
    return [(error as RigError).code, (error as RigError).message];
  }
  return ["none", ""];
}

describe("a journal", () => {
  test("gives back every type of record as it was taken", async () => {
    const stamped = await write(folder, campaign());
    expect(await read(folder)).toEqual(stamped);
    expect(stamped.map(({ seq }) => seq)).toEqual(stamped.map((_, index) => index));
  });

  test("is lines of JSON whose checksums anybody can compute again", async () => {
    await write(folder, campaign());
    let crc = 0;
    for (const line of (await readFile(journalPath(folder), "utf8")).trimEnd().split("\n")) {
      expect(line).toMatch(/^\{"seq":\d+,"tNs":\d+,"type":"\w+",.*,"crc":"[0-9a-f]{8}"\}$/);
      crc = crc32(line.slice(0, line.lastIndexOf(',"crc"')), crc);
      expect((JSON.parse(line) as { crc: string }).crc).toBe(crc.toString(16).padStart(8, "0"));
    }
  });

  test("has the same bytes for the same records, whatever they were grouped into", async () => {
    await write(join(folder, "a"), campaign());
    const journal = await createJournal(join(folder, "b"));
    for (const record of campaign()) {
      journal.append([record]);
      if (record.tNs % 2 === 0) await journal.durable();
    }
    await journal.close();
    expect(await readFile(journalPath(join(folder, "b")))).toEqual(
      await readFile(journalPath(join(folder, "a"))),
    );
  });

  test("makes times strictly increasing: ties, steps back and times that are none become 1 ns later", async () => {
    const times = [5, 5, 3, Number.NaN, 2 ** 60, 100].map((tNs, k) => strike(1, k + 1, tNs));
    const stamped = await write(folder, times);
    expect(stamped.map(({ tNs }) => tNs)).toEqual([5, 6, 7, 8, 9, 100]);
    expect((await read(folder)).map(({ tNs }) => tNs)).toEqual([5, 6, 7, 8, 9, 100]);
  });

  test("a number that is none comes back as none", async () => {
    await write(folder, [{ ...telemetry(1, 1, 1), dieC: Number.NaN }]);
    expect((await read(folder))[0]).toMatchObject({ dieC: Number.NaN, rail: { milliV: 12_010 } });
  });

  test("is not begun twice in one folder", async () => {
    await write(folder, campaign());
    const before = await readFile(journalPath(folder));
    const [code, message] = await codeOf(createJournal(folder));
    expect(code).toBe("config");
    expect(message).toContain("--resume");
    expect(await readFile(journalPath(folder))).toEqual(before);
    expect(await readdir(folder)).toEqual(["journal.jsonl"]);
  });

  test("has one writer: the second is told who it is, a dead one's lock keeps nobody out", async () => {
    const journal = await createJournal(folder);
    const [code, message] = await codeOf(openJournal(folder));
    expect(code).toBe("storage");
    expect(message).toContain(`process ${process.pid}`);
    await journal.close();
    for (const stale of [
      '{"pid":4194305,"birth":""}',
      `{"pid":${process.pid},"birth":"earlier 1"}`,
      "rubbish",
      "",
    ]) {
      await writeFile(`${journalPath(folder)}.lock`, stale);
      await (await openJournal(folder)).journal.close();
    }
    expect(await readdir(folder)).toEqual(["journal.jsonl"]);
  });

  test("goes on where it ended", async () => {
    const first = await write(folder, campaign());
    const { journal, records, tornBytes } = await openJournal(folder);
    expect([records, tornBytes, journal.records, journal.lastNs]).toEqual([
      first.length,
      0,
      first.length,
      first.at(-1)!.tNs,
    ]);
    expect(journal.durableOffset).toBe((await stat(journalPath(folder))).size);
    const more = journal.append([strike(1, 9, 0)]);
    expect(more[0]).toMatchObject({ seq: first.length, tNs: first.at(-1)!.tNs + 1 });
    await journal.close();
    expect(await read(folder)).toEqual([...first, ...more]);
  });

  test("what nobody waits for is durable within about a second", async () => {
    const journal = await createJournal(folder);
    const from = process.hrtime.bigint();
    journal.append([telemetry(1, 1, 1)]);
    expect(journal.durableOffset).toBe(0);
    expect(await journal.grown(0)).toBe(true);
    expect(Number(process.hrtime.bigint() - from) / 1e9).toBeLessThan(3);
    await journal.close();
  });

  test("durable means: written, then an fdatasync begun and ended; all that wait share one", async () => {
    const journal = await createJournal(folder);
    const probe = await open(journal.path);
    const calls: string[] = [];
    let called = (): void => undefined;
    const handle = Object.getPrototypeOf(probe) as FileHandle;
    const spies = (["write", "datasync"] as const).map((name) => {
      const real = Reflect.get(handle, name) as (...rest: unknown[]) => Promise<unknown>;
      return vi.spyOn(handle, name).mockImplementation(async function (this: FileHandle, ...rest: unknown[]) {
        calls.push(name);
        called();
        const result = await real.apply(this, rest);
        calls.push(`${name} done`);
        return result as never;
      });
    });
    const one = ["write", "write done", "datasync", "datasync done"];
    journal.append([strike(1, 1, 1)]);
    await journal.durable();
    expect(calls).toEqual(one);
    await Promise.all(
      Array.from({ length: 1000 }, async (_, k) => {
        journal.append([strike(1, k + 2, k)]);
        await journal.durable();
      }),
    );
    expect(calls).toEqual([...one, ...one]);
    // Taken while one is under way: the next one's.
    journal.append([strike(1, 2000, 2000)]);
    const begun = new Promise<void>((resolve) => (called = resolve));
    const first = journal.durable();
    await begun;
    journal.append([strike(1, 2001, 2001)]);
    const second = journal.durable();
    await first;
    expect(calls).not.toEqual([...one, ...one, ...one, ...one]);
    await second;
    expect(calls).toEqual([...one, ...one, ...one, ...one]);
    for (const spy of spies) spy.mockRestore();
    await probe.close();
    await journal.close();
    expect(await read(folder)).toHaveLength(1003);
  });

  test("takes no record longer than any reader takes, and none of its batch; the next one gets the number", async () => {
    const journal = await createJournal(folder);
    const note = (text: string): Rec => ({ type: "note", tNs: 1, run: null, level: "info", text });
    expect(() => journal.append([note("a"), note("x".repeat(3_000_000))])).toThrow(
      /longer than any reader takes/,
    );
    expect(journal.append([note("b")])[0]).toMatchObject({ seq: 0, tNs: 1 });
    await journal.close();
    expect((await read(folder)).map((record) => (record.type === "note" ? record.text : ""))).toEqual(["b"]);
  });

  test("holds 64 MiB at most for a disk that is slow, then says so; what it took is kept", async () => {
    const journal = await createJournal(folder);
    const batch: readonly Rec[] = [
      { type: "note", tNs: 1, run: null, level: "info", text: "x".repeat(1_000_000) },
    ];
    let taken = 0;
    expect(() => {
      for (; taken < 100; taken++) journal.append(batch);
    }).toThrow(
      expect.objectContaining({
        code: "storage",
        message: expect.stringContaining("64 MiB behind") as string,
      }),
    );
    expect(taken).toBe(67);
    await journal.durable();
    expect(journal.append(batch)[0]!.seq).toBe(taken);
    await journal.close();
    expect(await read(folder)).toHaveLength(taken + 1);
  });

  test("holds virtual time while real work is under way, and lets it go", async () => {
    let holds = 0;
    let most = 0;
    const clock = {
      epochUtc: "2000-01-01T00:00:00Z",
      nowNs: () => 0,
      sleep: () => Promise.resolve(),
      hold: () => {
        most = Math.max(most, ++holds);
        return {
          [Symbol.dispose]: () => {
            holds--;
          },
        };
      },
    };
    const journal = await createJournal(folder, { clock });
    journal.append([strike(1, 1, 1)]);
    const durable = journal.durable();
    expect(holds).toBe(1);
    await durable;
    expect([holds, most > 0]).toEqual([0, true]);
    await journal.close();
  });

  test("a follower sees what is durable, as it comes, and ends with the journal", async () => {
    const journal = await createJournal(folder);
    const seen: number[] = [];
    const following = (async () => {
      for await (const batch of readJournal(journal.path, { follow: journal }))
        seen.push(...batch.map(({ seq }) => seq));
    })();
    journal.append([strike(1, 1, 1)]);
    await journal.durable();
    journal.append([strike(1, 2, 2)]);
    await journal.close();
    await following;
    expect(seen).toEqual([0, 1]);
  });
});

describe("a torn journal", () => {
  test("cut at every byte: nothing whole is lost, the rest is kept aside, and it goes on", async () => {
    const small = campaign().filter(({ type }) =>
      ["state", "note", "link", "telemetry", "beam_event"].includes(type),
    );
    await write(folder, small);
    const whole = await readFile(journalPath(folder));
    const ends = [...whole.entries()].filter(([, byte]) => byte === 0x0a).map(([index]) => index + 1);
    const all = await read(folder);
    const path = journalPath(folder);
    for (let cut = 0; cut <= whole.length; cut++) {
      await writeFile(path, whole.subarray(0, cut));
      await rm(join(folder, "raw"), { recursive: true, force: true });
      const lines = ends.filter((end) => end <= cut).length;
      const tail = cut - (ends[lines - 1] ?? 0);
      expect((await read(folder)).length).toBe(lines);
      const opened = await openJournal(folder);
      expect([opened.records, opened.tornBytes]).toEqual([lines, tail]);
      if (tail === 0) expect(opened.tornFile).toBeNull();
      else expect((await readFile(opened.tornFile!)).equals(whole.subarray(cut - tail, cut))).toBe(true);
      const [more] = opened.journal.append([strike(1, 99, 0)]);
      await opened.journal.close();
      expect(JSON.stringify(await read(folder))).toBe(JSON.stringify([...all.slice(0, lines), more]));
    }
  });

  test("a tail of zeros is torn, and torn tails do not overwrite each other", async () => {
    const stamped = await write(folder, campaign());
    for (const name of ["torn-1.bin", "torn-2.bin"]) {
      await appendFile(journalPath(folder), Buffer.alloc(5000));
      const opened = await openJournal(folder);
      expect([opened.tornBytes, opened.tornFile]).toEqual([5000, join(folder, "raw", name)]);
      await opened.journal.close();
    }
    expect(await read(folder)).toEqual(stamped);
  });

  test("a last line whose middle never reached the disk is torn, though its end is there", async () => {
    const stamped = await write(folder, campaign());
    const whole = await readFile(journalPath(folder));
    await writeFile(journalPath(folder), Buffer.from(whole).fill(0, whole.length - 60, whole.length - 40));
    const opened = await openJournal(folder);
    expect([opened.records, opened.tornBytes > 60]).toEqual([stamped.length - 1, true]);
    await opened.journal.close();
    expect(await read(folder)).toEqual(stamped.slice(0, -1));
  });

  test("half a gigabyte without a line end is read in bounded memory", async () => {
    await write(folder, campaign());
    await truncate(journalPath(folder), 512 * 1024 * 1024);
    const before = process.resourceUsage().maxRSS;
    expect(await read(folder)).toHaveLength(campaign().length);
    expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(150);
  });

  test("a tail longer than any line is torn too", async () => {
    await write(folder, campaign());
    const { size } = await stat(journalPath(folder));
    await truncate(journalPath(folder), size + 64 * 1024 * 1024);
    expect(await read(folder)).toHaveLength(campaign().length);
    const opened = await openJournal(folder);
    expect(opened.tornBytes).toBe(64 * 1024 * 1024);
    await opened.journal.close();
    expect((await stat(opened.tornFile!)).size).toBe(64 * 1024 * 1024);
  });
});

describe("a damaged journal", () => {
  test("every changed byte is found; before the last line it is refused by line, and the file is left as it is", async () => {
    await write(folder, campaign());
    const path = journalPath(folder);
    const whole = await readFile(path);
    const all = await read(folder);
    for (let at = 0; at < whole.length; at += 7) {
      const flipped = Buffer.from(whole);
      flipped[at]! ^= 1 << (at % 8);
      await writeFile(path, flipped);
      const line = whole.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
      const [code, message] = await codeOf(openJournal(folder));
      expect([at, code]).toEqual([at, "journal_unreadable"]);
      expect(message).toContain(`${path}:${line}: `);
      expect(message).toContain("truncate -s");
      expect((await codeOf(read(folder)))[0]).toBe("journal_unreadable");
      expect((await readFile(path)).equals(flipped)).toBe(true);
    }
    await writeFile(path, whole);
    expect(await read(folder)).toEqual(all);
  });

  test.each([
    ["a line lost", (lines: string[]) => lines.splice(3, 1)],
    ["a line doubled", (lines: string[]) => lines.splice(3, 0, lines[3]!)],
    ["two lines swapped", (lines: string[]) => lines.splice(3, 2, lines[4]!, lines[3]!)],
    ["the first line lost", (lines: string[]) => lines.splice(0, 1)],
    [
      "a line of another journal",
      (lines: string[]) => lines.splice(5, 0, '{"seq":5,"tNs":9,"type":"x","crc":"00000000"}'),
    ],
    ["an empty line", (lines: string[]) => lines.splice(5, 0, "")],
    [
      "a damaged last line",
      (lines: string[]) => lines.splice(-1, 1, lines.at(-1)!.replace("operator", "operatoR")),
    ],
  ])("%s is found", async (_, change) => {
    await write(folder, campaign());
    const lines = (await readFile(journalPath(folder), "utf8")).trimEnd().split("\n");
    change(lines);
    await writeFile(journalPath(folder), lines.join("\n") + "\n");
    expect((await codeOf(read(folder)))[0]).toBe("journal_unreadable");
    expect((await codeOf(openJournal(folder)))[0]).toBe("journal_unreadable");
  });

  test("there being none is said in one line, and no lock is left", async () => {
    const [code, message] = await codeOf(openJournal(folder));
    expect([code, message.includes("\n")]).toEqual(["journal_unreadable", false]);
    expect(await readdir(folder)).toEqual([]);
  });
});
