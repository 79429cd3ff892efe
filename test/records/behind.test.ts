import { describe, expect, test } from "vitest";
import { deliver } from "../../src/records/influx-delivery.ts";
import type { Poster } from "../../src/records/influx-post.ts";
import { LagGauge } from "../../src/records/lag-gauge.ts";
import { LineBuilder, byMeasurement, halves, linesOf, textsOf } from "../../src/records/line-batch.ts";
import { oneAhead } from "../../src/records/one-ahead.ts";

describe("the age of what is not delivered", () => {
  test("is that of the oldest byte, and none when all is there", () => {
    const gauge = new LagGauge();
    expect(gauge.seconds(0, 500)).toBe(0);
    gauge.note(100, 1000);
    gauge.note(200, 2000);
    gauge.note(200, 9000);
    expect(gauge.seconds(0, 3000)).toBe(2);
    expect(gauge.seconds(99, 3000)).toBe(2);
    expect(gauge.seconds(100, 3000)).toBe(1);
    expect(gauge.seconds(200, 3000)).toBe(0);
    gauge.note(300, 50_000);
    expect(gauge.seconds(200, 51_000)).toBe(1);
  });

  test("comes out too large rather than too small when there are too many notes to keep", () => {
    const gauge = new LagGauge();
    for (let k = 1; k <= 100_000; k++) gauge.note(k, k * 1000);
    for (const delivered of [0, 1, 500, 70_000, 99_999]) {
      const seconds = gauge.seconds(delivered, 100_000_000);
      expect(seconds).toBeGreaterThanOrEqual(100_000 - (delivered + 1));
      expect(seconds).toBeLessThanOrEqual(100_000);
    }
    expect(gauge.seconds(100_000, 100_000_000)).toBe(0);
  });
});

describe("lines as bytes", () => {
  const texts = ["a,x=1 f=1i 1", "b f=2i 2", 'a f="ü \u{1f4a5}" 3', "a,x=2 f=3i 4", "c f=4i 5"];

  test("come apart again as they were put in, in whatever parts", () => {
    const lines = linesOf(texts);
    expect(lines.bytes.toString()).toBe(texts.map((text) => `${text}\n`).join(""));
    expect(textsOf(lines)).toEqual(texts);
    const [first, second] = halves(lines);
    expect([...textsOf(first!), ...textsOf(second!)]).toEqual(texts);
    expect(halves(second!).flatMap(textsOf)).toEqual(texts.slice(2));
    expect(
      halves(lines)
        .map(({ bytes }) => bytes.toString())
        .join(""),
    ).toBe(lines.bytes.toString());
    expect(byMeasurement(lines).map(textsOf)).toEqual([
      [texts[0], texts[2], texts[3]],
      [texts[1]],
      [texts[4]],
    ]);
  });

  test("grow as they must, and what was taken is not written over", () => {
    const builder = new LineBuilder();
    const long = "ü".repeat(50_000);
    for (let k = 0; k < 5; k++) builder.add(long);
    const taken = builder.take();
    builder.add("next");
    expect(textsOf(taken)).toEqual(Array.from({ length: 5 }, () => long));
    expect(textsOf(builder.take())).toEqual(["next"]);
    expect(builder.count).toBe(0);
  });
});

describe("one ahead", () => {
  async function* numbers(made: number[], closed: string[]): AsyncGenerator<number, void> {
    try {
      for (let k = 0; ; k++) {
        if (k === 3) throw new Error("no fourth");
        made.push(k);
        await Promise.resolve();
        yield k;
      }
    } finally {
      closed.push("closed");
    }
  }

  test("makes the next while this one is in use, and no more; a failure comes in its turn", async () => {
    const made: number[] = [];
    const closed: string[] = [];
    const seen: number[] = [];
    await expect(
      (async () => {
        for await (const item of oneAhead(numbers(made, closed))) {
          await new Promise(setImmediate);
          expect(made.length).toBe(Math.min(3, item + 2));
          seen.push(item);
        }
      })(),
    ).rejects.toThrow("no fourth");
    expect([seen, closed]).toEqual([[0, 1, 2], ["closed"]]);
  });

  test("who leaves early closes the source", async () => {
    const closed: string[] = [];
    for await (const item of oneAhead(numbers([], closed))) if (item === 1) break;
    expect(closed).toEqual(["closed"]);
  });
});

describe("a delivery", () => {
  /** A server that refuses lines as it is told, and counts what it is asked. */
  function strict(
    refuses: (line: string) => boolean,
    tells: boolean,
    longest = Infinity,
  ): Poster & { readonly posts: string[] } {
    const posts: string[] = [];
    return {
      posts,
      post: (body) => {
        posts.push(body.toString());
        if (body.length > longest) return Promise.resolve({ kind: "too_large" });
        const dropped = body.toString().trimEnd().split("\n").filter(refuses).length;
        return Promise.resolve(
          dropped === 0
            ? { kind: "written" }
            : { kind: "rejected", reason: "no", dropped: tells ? dropped : null },
        );
      },
      close: () => undefined,
    };
  }
  const lines = Array.from({ length: 90 }, (_, k) => `${["a", "b", "c"][k % 3]!},x=1 f=${k}i ${k}`);

  test("of a measurement that is refused as a whole costs a request a measurement, not a line", async () => {
    const server = strict((line) => line.startsWith("b"), true);
    const result = await deliver(linesOf(lines), server);
    expect(result).toEqual({
      kind: "delivered",
      written: 60,
      refused: [{ reason: "no", lines: lines.filter((line) => line.startsWith("b")) }],
    });
    expect(server.posts).toHaveLength(4);
  });

  test("finds every refused line and no other, whether the server counts them or not", async () => {
    for (const tells of [true, false]) {
      const refuses = (line: string): boolean => / f=(7|8|9|64)i /.test(line);
      const result = await deliver(linesOf(lines), strict(refuses, tells, 800));
      expect(result).toMatchObject({ kind: "delivered", written: 86 });
      const refused = result.kind === "delivered" ? result.refused.flatMap((one) => one.lines) : [];
      expect([...refused].sort()).toEqual(lines.filter(refuses).sort());
    }
  });

  test("that the server leaves in the middle is none at all", async () => {
    let left = 3;
    const server = strict((line) => line.startsWith("b"), true);
    const leaving: Poster = {
      ...server,
      post: (body) => (left-- > 0 ? server.post(body) : Promise.resolve({ kind: "down", reason: "gone" })),
    };
    expect(await deliver(linesOf(lines), leaving)).toEqual({ kind: "down", reason: "gone" });
  });
});
