import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Rec } from "../../../src/domain/records.ts";
import { lineClasses } from "../../../src/records/import/log-line.ts";
import { importRadhelper } from "../../../src/records/import/radhelper.ts";
import type { ImportTallies } from "../../../src/records/import/radhelper.ts";
import { counterFrame, dataLine, eventLine } from "./frame-bytes.ts";

const options = { tool: "radrig test" };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "radrig-import-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function tar(entries: readonly (readonly [string, string])[]): Promise<Buffer> {
  const packed = pack();
  const chunks: Buffer[] = [];
  for (const [name, text] of entries) packed.entry({ name }, text);
  packed.finalize();
  for await (const chunk of packed as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function expectSumsToHold(tallies: ImportTallies): void {
  for (const part of [tallies, ...tallies.sources]) {
    expect(lineClasses.reduce((sum, name) => sum + part[name].lines, 0)).toBe(part.linesTotal);
    expect(lineClasses.reduce((sum, name) => sum + part[name].bytes, 0)).toBe(part.bytesTotal);
    const { total, frames, torn, corrupt, fragment } = part.deviceBytes;
    expect(frames + torn + corrupt + fragment).toBe(total);
    expect(part.framesById.reduce((sum, { count }) => sum + count, 0)).toBe(part.framesRecovered);
  }
  expect(tallies.sources.reduce((sum, { bytesTotal }) => sum + bytesTotal, 0)).toBe(tallies.bytesTotal);
  expect(tallies.devices.reduce((sum, { bytesTotal }) => sum + bytesTotal, 0)).toBe(tallies.bytesTotal);
}

async function recordsOf(paths: readonly string[]): Promise<Rec[]> {
  const { records } = await importRadhelper(paths, options);
  const all: Rec[] = [];
  for await (const record of records()) all.push(record);
  return all;
}

const frame = counterFrame(0, 33_628_378);
const log = [
  dataLine(1_701_876_781, frame),
  dataLine(1_701_876_786.7, Buffer.concat([frame, frame])),
  dataLine(1_701_876_792.4, frame.subarray(0, 30)),
  eventLine(1_701_876_822, 19),
  eventLine(1_701_876_852, 24),
  "\u0000\u0000",
].join("\n");

describe("importing radhelper logs", () => {
  test("a file, a folder, a tar and a tar.gz of the same log tell the same", async () => {
    const name = "Client_dut9_monitor_20231206-163257.log";
    const logs = join(folder, "same");
    await mkdir(join(logs, "deeper"), { recursive: true });
    await symlink("..", join(logs, "deeper", "round-and-round"));
    await writeFile(join(logs, "deeper", name), log);
    const packed = await tar([[`logs/${name}`, log]]);
    await writeFile(join(folder, "same.tar"), packed);
    await writeFile(join(folder, "same.tar.gz"), gzipSync(packed));
    await writeFile(join(folder, "same.log.gz"), gzipSync(log));
    for (const path of [
      join(logs, "deeper", name),
      logs,
      join(folder, "same.tar"),
      join(folder, "same.tar.gz"),
    ]) {
      const { tallies } = await importRadhelper([path], options);
      expectSumsToHold(tallies);
      expect(tallies).toMatchObject({
        framesRecovered: 3,
        framesById: [{ id: 1, length: 60, count: 3 }],
        intact: { lines: 1 },
        merged: { lines: 1 },
        torn: { lines: 1 },
        timeOut: { lines: 1 },
        deadReader: { lines: 1 },
        notLog: { lines: 1, bytes: 2 },
        files: 1,
        linesTotal: 6,
        bytesTotal: log.length,
        deviceBytes: { total: 3 * 66 + 30, frames: 3 * 66, torn: 30 },
        damaged: [],
        devices: [{ name: "dut9-monitor" }],
      });
    }
    expect((await importRadhelper([join(folder, "same.log.gz")], options)).tallies.framesRecovered).toBe(3);
  });

  test("the record is one imported run a device, its times rising, its end unknown", async () => {
    const path = join(folder, "record.log");
    await writeFile(path, `${log}\n${dataLine(1_701_876_900, frame, "dut8_monitor")}\n`);
    const records = await recordsOf([path]);
    expect(records.every((record, i) => i === 0 || record.tNs > records[i - 1]!.tNs)).toBe(true);
    expect(records[0]).toMatchObject({
      type: "campaign_start",
      campaign: "import",
      emulated: false,
      seed: 0,
      epochUtc: "2023-12-06T15:33:01.000Z",
    });
    const starts = records.filter((record) => record.type === "run_start");
    expect(starts.map(({ runKind, dut }) => [runKind, dut.name])).toEqual([
      ["imported", "dut9-monitor"],
      ["imported", "unknown"],
      ["imported", "dut8-monitor"],
    ]);
    expect(records.filter((record) => record.type === "run_end").map(({ endReason }) => endReason)).toEqual(
      Array(3).fill("unknown_end"),
    );
    expect(records.at(-1)).toMatchObject({ type: "campaign_end", endReason: "complete" });
    const torn = records.find((record) => record.type === "link" && record.detail.startsWith("torn"));
    expect(torn).toMatchObject({ dut: "dut9-monitor", what: "garbled", tNs: 11_400_000_000 });
    expect(await recordsOf([path])).toEqual(records);
  });

  test("two readers that wrote at the same time are put in order: no reset is seen where there is none", async () => {
    const frames = Array.from({ length: 40 }, (_, i) =>
      dataLine(1_701_900_000 + i * 5.695, counterFrame(0, (i + 1) * 33_624_178)),
    );
    const logs = join(folder, "two-readers");
    await mkdir(logs);
    await writeFile(join(logs, "a.log"), frames.filter((_, i) => i % 2 === 0).join("\n"));
    await writeFile(join(logs, "b.log"), frames.filter((_, i) => i % 2 === 1).join("\n"));
    const { tallies } = await importRadhelper([logs], options);
    expect(tallies).toMatchObject({ resets: { count: 0 }, gaps: { count: 0 }, clockSteps: { count: 0 } });
  });

  test("a clock set back is told", async () => {
    const path = join(folder, "set-back.log");
    await writeFile(path, [dataLine(1_000_000, frame), dataLine(999_900, frame)].join("\n"));
    expect((await importRadhelper([path], options)).tallies.clockSteps).toEqual({
      count: 1,
      listed: [
        {
          device: "dut9-monitor",
          fromUtc: "1970-01-12T13:46:40.000Z",
          toUtc: "1970-01-12T13:45:00.000Z",
          seconds: -100,
        },
      ],
    });
  });

  test("an archive that breaks off gives what was readable, and says so", async () => {
    const many = Array.from({ length: 3_000 }, (_, i) =>
      dataLine(1_000_000 + i, counterFrame(i, i * 77_777)),
    );
    const packed = gzipSync(await tar([["a.log", many.join("\n")]]));
    const path = join(folder, "broken.tar.gz");
    await writeFile(path, packed.subarray(0, packed.length >> 1));
    const { tallies } = await importRadhelper([path], options);
    expectSumsToHold(tallies);
    expect(tallies.damaged.length).toBeGreaterThan(0);
    expect(tallies.framesRecovered).toBeGreaterThan(100);
    expect(tallies.framesRecovered).toBeLessThan(3_000);
  });

  test("lists are cut at their bound, counts are not", async () => {
    const path = join(folder, "many.log");
    await writeFile(path, Array.from({ length: 50 }, (_, i) => eventLine(1_000_000 + i, 19)).join("\n"));
    const { tallies, records } = await importRadhelper([path], { ...options, listAtMost: 10 });
    expect(tallies.timeOut.lines).toBe(50);
    const notes: string[] = [];
    for await (const record of records()) if (record.type === "note") notes.push(record.text);
    expect(notes.filter((note) => note.startsWith("time-out"))).toHaveLength(10);
    expect(notes).toContain("40 more remarks are not listed");
  });

  test("a path that is not there is one clear line", async () => {
    await expect(importRadhelper([join(folder, "nowhere")], options)).rejects.toMatchObject({
      code: "config",
      message: expect.stringMatching(/nowhere.*give a folder/) as string,
    });
  });

  test("times no record can count are still in order, in a record that can be written", async () => {
    const path = join(folder, "ages.log");
    await writeFile(
      path,
      [eventLine(0, 19), eventLine(4_000_000_000, 19), eventLine(4_000_000_001, 19)].join("\n"),
    );
    const records = await recordsOf([path]);
    expect(
      records.every(({ tNs }, i) => Number.isSafeInteger(tNs) && (i === 0 || tNs > records[i - 1]!.tNs)),
    ).toBe(true);
  });

  test("no bytes crash it, and all of them are accounted for", async () => {
    const path = join(folder, "fuzz");
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(frame, frame.subarray(3)).map((bytes) => Buffer.from(`${dataLine(1e9, bytes)}\n`)),
      fc.json().map((text) => Buffer.from(`${text}\n`)),
      fc.constantFrom(gzipSync(log), Buffer.from("\u001f\u008b", "latin1"), Buffer.alloc(600)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const bytes = Buffer.concat(pieces);
        await writeFile(path, bytes);
        const { tallies } = await importRadhelper([path], options);
        expectSumsToHold(tallies);
        if (bytes[0] !== 0x1f) expect(tallies.bytesTotal).toBe(bytes.length);
      }),
      { numRuns: 300 },
    );
  });
});

const real = resolve(import.meta.dirname, "../../../../shared/data/uart-frames");
if (existsSync(real)) {
  describe("real logs of a neutron beam", () => {
    test("dut0_backup2: 20,099 good frames, all bytes accounted for", async () => {
      const { tallies } = await importRadhelper([join(real, "dut0_backup2.tar.gz")], options);
      expectSumsToHold(tallies);
      expect(tallies).toMatchObject({
        framesRecovered: 20_099,
        framesById: [
          { id: 1, length: 60, count: 20_096 },
          { id: 16, length: 24, count: 3 },
        ],
        files: 249,
        linesTotal: 20_227,
        bytesTotal: 4_712_972,
        nonHex: { lines: 56 },
        timeOut: { lines: 55 },
        deadReader: { lines: 8 },
        merged: { lines: 4 },
        clockSteps: { count: 1 },
        zoneOffsets: [
          { minutes: 0, files: 175 },
          { minutes: 60, files: 8 },
        ],
        damaged: [],
      });
      // 23 boots show their very first run (33,628,378 instructions) after the log has begun; 4 more are seen later in the boot.
      expect(tallies.resets.count).toBe(27);
    });

    test("dut2: 16,893 good frames, all bytes accounted for", async () => {
      const { tallies } = await importRadhelper([join(real, "dut2.tar.gz")], options);
      expectSumsToHold(tallies);
      expect(tallies).toMatchObject({
        framesRecovered: 16_893,
        framesById: [
          { id: 1, length: 6, count: 10 },
          { id: 1, length: 20, count: 16_883 },
        ],
        files: 285,
        linesTotal: 15_984,
        bytesTotal: 2_507_756,
        merged: { lines: 57 },
        timeOut: { lines: 196 },
        resets: { count: 9 },
      });
    });

    test("both at once are their sum, whatever the order", async () => {
      const both = await importRadhelper([real], options);
      const swapped = await importRadhelper(
        [join(real, "dut2.tar.gz"), join(real, "dut0_backup2.tar.gz")],
        options,
      );
      expect(both.tallies.framesRecovered).toBe(36_992);
      expect(swapped.tallies.resets).toEqual(both.tallies.resets);
      expect(swapped.tallies.gaps).toEqual(both.tallies.gaps);
    });
  });
} else {
  test("NOT RUN on real logs: ../shared/data/uart-frames is absent", () => {
    console.warn(`${real} is absent: the counts of the real logs were not checked`);
    expect(existsSync(real)).toBe(false);
  });
}
