import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { realClock, virtualClock } from "../../src/cli/clocks.ts";
import type { Clock } from "../../src/domain/clock.ts";
import type { Port } from "../../src/domain/link.ts";
import { timeReader } from "../../src/instruments/facility-time.ts";
import type { CounterInstrument } from "../../src/instruments/driver.ts";
import { followedFile } from "../../src/link/followed-file.ts";
import { memoryPair } from "../../src/link/memory.ts";
import { facilityLog as fixture } from "./fixtures/facility-log.ts";
import { drivenOver, instrumentBench } from "./instrument-bench.ts";

const line = (seconds: number, counts: number): string => {
  const time = new Date(Date.UTC(2023, 11, 6) + Math.round(seconds * 1_000)).toISOString();
  return `06/12/2023 ${time.slice(11, 19)} .${time.slice(20, 23)}  00000000002 00000018988 00000000001 ${String(counts).padStart(11, "0")} 19.55 19.03\r\n`;
};

const perCount = 2.73e5;

function follower(port: Port, clock: Clock, settings: Readonly<Record<string, unknown>> = {}) {
  return drivenOver(
    port,
    { ...fixture, settings: { ...fixture.settings, ...settings } },
    clock,
  ) as CounterInstrument;
}

/** Lines at the pace that they name, on virtual time; answers the reading at the end. */
async function told(
  lines: readonly (readonly [seconds: number, counts: number] | string)[],
  settings: Readonly<Record<string, unknown>> = {},
) {
  const clock = virtualClock();
  const [host, device] = memoryPair("log");
  const counter = follower(host, clock, settings);
  for (const one of lines) {
    if (typeof one === "string") await device.write(Buffer.from(one));
    else {
      await clock.sleep(one[0] * 1_000 - clock.nowNs() / 1e6);
      await device.write(Buffer.from(line(one[0], one[1])));
    }
  }
  await clock.sleep(1);
  const reply = await counter.read();
  if (reply.kind !== "ok") throw new Error(JSON.stringify(reply));
  return { ...reply.value, counts: reply.value.fluencePerCm2 / perCount };
}

describe("times of a log", () => {
  test("a day-first date with its milliseconds apart", () => {
    const read = timeReader("DD/MM/YYYY HH:mm:ss .SSS", 0);
    expect(read("04/12/2023 00:00:02 .990")).toBe(Date.UTC(2023, 11, 4, 0, 0, 2, 990) / 1_000);
    expect(read("04/13/2023 00:00:02 .990")).toBeNull();
    expect(read("4/12/2023 00:00:02 .990")).toBeNull();
  });

  test("the zone is taken off, seconds since 1970 have none", () => {
    const read = timeReader("YYYY-MM-DDTHH:mm:ss", 120);
    expect(read("2023-12-04T02:00:00")).toBe(Date.UTC(2023, 11, 4) / 1_000);
    expect(timeReader("unix", 0)("1701648000.25")).toBe(1_701_648_000.25);
    expect(timeReader("unix", 0)("1e9")).toBeNull();
  });
});

describe("counts to fluence", () => {
  test("counting begins with the first line; the flux is that of the last two", async () => {
    const found = await told(["Data From ChipIR\r\n", [1, 5_000], [4, 5_030], [7, 5_090]]);
    expect(found.counts).toBe(90);
    expect(found.fluxPerCm2PerSecond).toBeCloseTo(20 * perCount, 0);
    expect(found).toMatchObject({ gapSeconds: 0, restarts: 0, relUncertainty1Sigma: null });
  });

  test("attenuation and the uncertainties that are stated count, and so does counting itself", async () => {
    const keys = { attenuation: 0.5, calibrationRelUncertainty1Sigma: 0.06, lineSeconds: 3 };
    const found = await told(
      [
        [1, 0],
        [4, 156],
      ],
      keys,
    );
    expect(found.counts).toBe(78);
    // √(0.06² + 1/156) = √(0.0036 + 0.00641) = 0.10005
    expect(found.relUncertainty1Sigma).toBeCloseTo(0.10005, 4);
  });

  test("a counter that begins anew is a restart; what it shows is what it counted since", async () => {
    const found = await told([
      [1, 5_000],
      [4, 5_030],
      [7, 12],
      [10, 40],
    ]);
    expect(found.counts).toBe(30 + 12 + 28);
    expect(found.restarts).toBe(1);
    // What it counted between its last line and its end is lost.
    expect(found.gapSeconds).toBeCloseTo(3, 1);
  });

  test("one wrong digit is neither a restart nor a burst", async () => {
    for (const wrong of [1, 99_005_060]) {
      const found = await told([
        [1, 5_000],
        [4, 5_030],
        [7, wrong],
        [10, 5_090],
      ]);
      expect(found).toMatchObject({ counts: 90, restarts: 0, gapSeconds: 0 });
    }
  });

  test("a counter set to another value tells nothing of what went before", async () => {
    const found = await told(
      [
        [1, 5_000],
        [4, 5_030],
        [7, 80_000_000],
        [10, 80_000_030],
      ],
      { mostCountsPerSecond: 1_000 },
    );
    expect(found).toMatchObject({ counts: 60, restarts: 1 });
  });

  test("lines that stay away are a gap, and what the counter counted meanwhile is kept", async () => {
    const found = await told([
      [1, 5_000],
      [4, 5_030],
      [24, 5_230],
      [27, 5_260],
    ]);
    expect(found).toMatchObject({ counts: 260, restarts: 0 });
    expect(found.gapSeconds).toBeCloseTo(20, 1);
  });

  test("a date with a wrong digit is no gap of years", async () => {
    const found = await told([[1, 5_000], line(4, 5_030).replace("2023", "2093"), [7, 5_060], [10, 5_090]]);
    expect(found.counts).toBe(90);
    expect(found.gapSeconds).toBeLessThan(10);
  });

  test("garbage, torn and huge lines are no counts", async () => {
    const found = await told([
      [1, 5_000],
      "06/12/2023 00:00:04 .000  0000000",
      "\r\n\x00\xff\xfe\r\n",
      `${"9".repeat(100_000)}\r\n`,
      "06/12/2023 00:00:05 .000 1 2 3 -5 0 0\r\n",
      [7, 5_060],
    ]);
    expect(found.counts).toBe(60);
  });

  test("a log of another form is refused with a line of it", async () => {
    const clock = virtualClock();
    const [host, device] = memoryPair("log");
    const counter = follower(host, clock);
    await device.write(Buffer.from("2023-12-04;5000\n"));
    expect(await counter.identify()).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining("2023-12-04;5000") as unknown,
    });
  });

  test("a log that is not written any more is silence, not the last reading for ever", async () => {
    const clock = virtualClock();
    const [host, device] = memoryPair("log");
    const counter = follower(host, clock, { staleSeconds: 30 });
    await device.write(Buffer.from(line(0, 5_000)));
    expect((await counter.read()).kind).toBe("ok");
    await clock.sleep(31_000);
    expect((await counter.read()).kind).toBe("silence");
  });
});

describe("the emulated log", () => {
  test("writes what the world's beam leaves, to a count, in the layout of the real one", async () => {
    const bench = instrumentBench({ ...fixture, quirks: { resetsAtSeconds: [60.5] } });
    const counter = bench.instrument as CounterInstrument;
    await counter.read();
    bench.world.shutter(true);
    await bench.clock.sleep(100_000);
    bench.world.shutter(false);
    await bench.clock.sleep(3_000);
    const reply = await counter.read();
    const said = Buffer.concat(bench.wire.exchanges[0]!.delivered).toString("latin1").split("\r\n");
    expect(said[0]).toBe("Data From ChipIR");
    expect(said[1]).toMatch(/^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d \.\d{3} {2}(\d{11} ){4}24\.32 0\.00$/);
    const truth = bench.world.fluencePerCm2();
    expect(reply).toMatchObject({ kind: "ok", value: { restarts: 1 } });
    // It loses what it counted in the last second before it was set to nought.
    if (reply.kind === "ok") {
      expect(truth - reply.value.fluencePerCm2).toBeGreaterThanOrEqual(0);
      expect(truth - reply.value.fluencePerCm2).toBeLessThan(1e7 + 3 * perCount);
    }
  });

  test("CSV, with a zone and separators, is followed by other keys alone", async () => {
    const settings = {
      separator: ",",
      timeFormat: "YYYY-MM-DD HH:mm:ss",
      utcOffsetMinutes: 60,
      fluencePerCountPerCm2: 1e4,
      lineSeconds: 1,
    };
    const bench = instrumentBench({ ...fixture, settings, quirks: { layout: "csv" } });
    const counter = bench.instrument as CounterInstrument;
    expect(await counter.prove()).toMatchObject({ kind: "ok" });
    bench.world.shutter(true);
    await bench.clock.sleep(10_000);
    const reply = await counter.read();
    expect(reply).toMatchObject({ kind: "ok", value: { gapSeconds: 0, restarts: 0 } });
    if (reply.kind === "ok") expect(reply.value.fluencePerCm2).toBeGreaterThan(8.9e7);
  });
});

const real = resolve(import.meta.dirname, "../../../shared/data/beam-counts");

if (!existsSync(real)) {
  test("NOT RUN on the real counter log: ../shared/data/beam-counts is absent", () => {
    expect(existsSync(real)).toBe(false);
  });
} else {
  const linesOf = (day: string): string[] =>
    gunzipSync(readFileSync(join(real, `countlog-2023-12-${day}.txt.gz`)))
      .toString("latin1")
      .split("\n")
      .filter((text) => text !== "")
      .map((text) => `${text}\n`);
  const between = (lines: readonly string[], from: string, to: string): string[] =>
    lines.filter((text) => text.slice(11, 19) >= from && text.slice(11, 19) < to);
  /** Every rise, and after a fall what is shown. */
  const directSum = (lines: readonly string[]): number => {
    const counts = lines.flatMap((text) => {
      const columns = text.trim().split(/\s+/);
      return columns.length === 9 ? [Number(columns[6])] : [];
    });
    return counts.reduce((sum, now, index) => {
      const before = counts[index - 1] ?? now;
      return sum + (now >= before ? now - before : now);
    }, 0);
  };

  describe("the real log of three days", () => {
    const folder = mkdtempSync(join(tmpdir(), "radrig-log-"));
    afterAll(() => rmSync(folder, { recursive: true }));

    test("an hour with its reset, followed as the file grows in torn pieces, gives the direct sum", async () => {
      const lines = between(linesOf("05"), "14:00:00", "15:30:00");
      const path = join(folder, "countlog.txt");
      writeFileSync(path, `Data From ChipIR\r\n${lines[0]!}`);
      const port = await followedFile(path, 5)();
      let seen = 0;
      let stir: () => void = () => undefined;
      async function* counted(): AsyncGenerator<Uint8Array> {
        for await (const chunk of port.chunks) {
          seen += chunk.length;
          yield chunk;
          stir();
        }
      }
      const counter = follower({ ...port, chunks: counted() }, realClock());
      expect((await counter.identify()).kind).toBe("ok");
      const text = lines.slice(1).join("");
      const target = seen + text.length;
      for (let at = 0, piece = 1; at < text.length; at += piece, piece = (piece * 7 + 13) % 4_001) {
        appendFileSync(path, text.slice(at, at + piece));
      }
      while (seen < target) await new Promise<void>((go) => (stir = go));
      await Promise.resolve();
      const reply = await counter.read();
      expect(reply).toMatchObject({ kind: "ok", value: { restarts: 1 } });
      if (reply.kind === "ok") expect(reply.value.fluencePerCm2 / perCount).toBeCloseTo(directSum(lines), 3);
      await port.close();
    });

    test("three days at their own pace: the direct sum, one reset, and the gap of 17 s", async () => {
      const clock = virtualClock();
      const [host, device] = memoryPair("log");
      const counter = follower(host, clock, { lineSeconds: 3 });
      const lines = ["04", "05", "06"].flatMap(linesOf);
      const read = timeReader("DD/MM/YYYY HH:mm:ss .SSS", 0);
      let gapSeconds = 0;
      let restarts = 0;
      let from: number | null = null;
      for (const text of lines) {
        const at = read(text.slice(0, 24));
        if (at !== null) {
          from ??= at;
          await clock.sleep(Math.max(0, (at - from) * 1_000 - clock.nowNs() / 1e6));
        }
        await device.write(Buffer.from(text, "latin1"));
      }
      await clock.sleep(1);
      const reply = await counter.read();
      if (reply.kind !== "ok") throw new Error(JSON.stringify(reply));
      gapSeconds += reply.value.gapSeconds;
      restarts += reply.value.restarts;
      expect(reply.value.fluencePerCm2 / perCount).toBeCloseTo(directSum(lines), 2);
      expect(restarts).toBe(1);
      // 6 December 09:09:08, and the line around the reset.
      expect(gapSeconds).toBeGreaterThan(17);
      expect(gapSeconds).toBeLessThan(25);
    });

    test("the board bruno1 of 6 December gets the fluence that its people state: 1.41e10 per cm²", async () => {
      const lines = between(linesOf("06"), "18:06:00", "18:54:00");
      const clock = virtualClock();
      const [host, device] = memoryPair("log");
      const counter = follower(host, clock, { attenuation: 0.925324 });
      for (const text of lines) await device.write(Buffer.from(text, "latin1"));
      await clock.sleep(1);
      const reply = await counter.read();
      if (reply.kind !== "ok") throw new Error(JSON.stringify(reply));
      expect(Math.abs(reply.value.fluencePerCm2 / 1.41e10 - 1)).toBeLessThan(0.01);
    });
  });
}
