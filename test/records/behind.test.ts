import { describe, expect, test } from "vitest";
import { deliver } from "../../src/records/influx-delivery.ts";
import type { Poster } from "../../src/records/influx-post.ts";
import { LagGauge } from "../../src/records/lag-gauge.ts";
import { LineBuilder, byMeasurement, halves, linesOf, textsOf } from "../../src/records/line-batch.ts";
import { overlapped } from "../../src/records/overlapped.ts";

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

describe("overlapped work", () => {
  interface Seen {
    readonly events: string[];
    /** Lets the work on an item end. */
    readonly answer: Map<number, (result: string) => void>;
  }

  async function* numbers(events: string[], failAt: number): AsyncGenerator<number, void> {
    try {
      for (let k = 0; k < 4; k++) {
        if (k === failAt) throw new Error("no more");
        events.push(`made ${k}`);
        await Promise.resolve();
        yield k;
      }
    } finally {
      events.push("closed");
    }
  }
  function work(failAt: number): Seen & { readonly done: Promise<void> } {
    const events: string[] = [];
    const answer = new Map<number, (result: string) => void>();
    const begin = (item: number): Promise<string> => {
      events.push(`begun ${item}`);
      return new Promise((resolve) => answer.set(item, resolve));
    };
    const end = (item: number, result: string): Promise<void> => {
      events.push(`${result} ${item}`);
      return Promise.resolve();
    };
    return { events, answer, done: overlapped(numbers(events, failAt), begin, end) };
  }
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test("has two under way and no more, and ends them in order", async () => {
    const { events, answer, done } = work(-1);
    await settle();
    expect(events).toEqual(["made 0", "begun 0", "made 1", "begun 1"]);
    answer.get(1)!("ended");
    await settle();
    expect(events).toHaveLength(4);
    answer.get(0)!("ended");
    await settle();
    answer.get(3)!("ended");
    answer.get(2)!("ended");
    await done;
    expect(events.filter((event) => event.startsWith("ended"))).toEqual([
      "ended 0",
      "ended 1",
      "ended 2",
      "ended 3",
    ]);
    let underWay = 0;
    for (const event of events) {
      underWay += event.startsWith("begun") ? 1 : event.startsWith("ended") ? -1 : 0;
      expect(underWay).toBeLessThanOrEqual(2);
    }
  });

  test("an item is ended though the next one is long in coming", async () => {
    let come = (): void => undefined;
    const ended: string[] = [];
    async function* slow(): AsyncGenerator<string, void> {
      yield "first";
      await new Promise<void>((resolve) => (come = resolve));
      yield "second";
    }
    const done = overlapped(
      slow(),
      (item) => Promise.resolve(item),
      (item) => {
        ended.push(item);
        return Promise.resolve();
      },
    );
    await settle();
    expect(ended).toEqual(["first"]);
    come();
    await done;
    expect(ended).toEqual(["first", "second"]);
  });

  test("meets a failure and closes the source", async () => {
    const source = work(2);
    await settle();
    source.answer.get(0)!("ended");
    await expect(source.done).rejects.toThrow("no more");
    expect(source.events.at(-1)).toBe("closed");
    const events: string[] = [];
    const refused = overlapped(
      numbers(events, -1),
      (item) => (item === 0 ? Promise.reject(new Error("not this")) : Promise.resolve()),
      () => Promise.resolve(),
    );
    await expect(refused).rejects.toThrow("not this");
    expect(events).toEqual(["made 0", "made 1", "closed"]);
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
