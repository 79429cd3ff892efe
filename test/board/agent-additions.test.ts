import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message, MessageOf } from "../../firmware-protocol/messages.ts";
import { cpuAccelerator } from "../../src/board/accelerators/cpu.ts";
import { attach } from "./host.ts";
import type { Bare, Host } from "./host.ts";

/** What came to version 1 later: more workloads than five, shapes, faults (PROTOCOL.md). */
type Fault = Extract<Bare, { readonly name: "fault" }>;
const fault: Fault = {
  name: "fault",
  id: 7,
  target: "weights",
  word: 3,
  mask: 0xffffffff,
  manner: "put",
  value: 0x3f800000,
  words: 16,
  step: 16,
  iteration: 2,
  cycle: 0,
};

async function ready(options: Parameters<typeof attach>[0] = {}): Promise<Host> {
  const host = attach(options);
  await host.prepare("gemm-f32");
  return host;
}

function named<N extends Message["name"]>(events: readonly Message[], name: N): MessageOf<N>[] {
  return events.filter((event) => event.name === name) as MessageOf<N>[];
}

const why = (answer: Message): string => (answer.name === "refused" ? answer.reason : answer.name);

describe("workloads", () => {
  test("more than five are told five at a time", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `w${i}`);
    const host = attach({ accelerator: { ...cpuAccelerator("f32"), workloads: names } });
    const from = async (command: Bare): Promise<readonly string[]> => {
      const answer = await host.ask(command);
      if (answer.name !== "workloads-ok") throw new Error(answer.name);
      return answer.workloads;
    };
    expect(await from({ name: "workloads" })).toEqual(names.slice(0, 5));
    expect(await from({ name: "workloads-from", index: 5 })).toEqual(names.slice(5, 10));
    expect(await from({ name: "workloads-from", index: 10 })).toEqual(["w10", "w11"]);
    expect(await from({ name: "workloads-from", index: 12 })).toEqual([]);
    expect(await from({ name: "workloads-from", index: 65_535 })).toEqual([]);
    await host.stop();
  });
});

describe("shapes", () => {
  test("of targets and of the output are told as they are laid out", async () => {
    const host = await ready();
    const axes = async (of: string) => {
      const answer = await host.ask({ name: "shape", of });
      return answer.name === "shape-ok"
        ? answer.axes.map(({ name, size }) => `${name}:${size}`)
        : [why(answer)];
    };
    expect(await axes("weights")).toEqual(["row:16", "column:16"]);
    expect(await axes("control")).toEqual(["word:8"]);
    expect(await axes("output")).toEqual(["row:16", "column:16"]);
    expect(await axes("nothing")).toEqual(["unknown-target"]);
    await host.stop();
  });

  test("that do not fit their words, or no line, are told as a plain row", async () => {
    const cpu = cpuAccelerator("f32");
    for (const laid of [
      [{ name: "lane", size: 255 }],
      [{ name: "No name", size: 256 }],
      [256, 1, 1, 1, 1, 1, 1].map((size, i) => ({ name: `a${i}`, size })),
    ]) {
      const accelerator = {
        ...cpu,
        load: (workload: string, seed: number) => ({
          ...cpu.load(workload, seed)!,
          outputAxes: laid,
        }),
      };
      const host = await ready({ accelerator });
      expect(await host.ask({ name: "shape", of: "output" })).toMatchObject({
        axes: [{ name: "word", size: 256 }],
      });
      await host.stop();
    }
  });
});

describe("a fault", () => {
  test("of several words is one strike, with a struck for each word in their order", async () => {
    const host = await ready();
    const load = { name: "load", workload: "gemm-f32", seed: 42, refresh: "full", every: 1 } as const;
    await host.ask({ ...load, elements: 500 });
    await host.ask({ name: "golden", times: 1 });
    expect(await host.ask(fault)).toMatchObject({ name: "fault-ok", id: 7 });
    expect(await host.ask({ name: "status" })).toMatchObject({ armed: 1 });
    const events = await host.run(2, 1, 1);
    const struck = named(events, "struck");
    expect(struck.map(({ id, after }) => [id, after])).toEqual(
      Array.from({ length: 16 }, () => [7, 0x3f800000]),
    );
    expect(new Set(struck.map(({ before }) => before)).size).toBe(16);
    // One column of B is 1 now: one column of C is wrong in every row, and nothing else.
    const [result] = named(events, "result");
    const listed = named(events, "elements").flatMap(({ elements }) => elements);
    expect(result).toMatchObject({ id: 7, wrong: 16, parts: 16 + 4 });
    expect(listed.map(({ index }) => index)).toEqual(Array.from({ length: 16 }, (_, row) => 16 * row + 3));
    await host.stop();
  });

  test("of one flipped word does what the same strike does", async () => {
    const host = await ready();
    const place = { id: 1, target: "weights", word: 17, mask: 0x00800000, iteration: 3, cycle: 3_500 };
    const bare = (events: readonly Message[]) =>
      events.map((event) => ({ ...event, seq: 0, uptimeMs: 0, event: 0 }));
    const struck = bare(await host.strike(place));
    await host.ask({ name: "fault", ...place, manner: "flip", value: 0xffffffff, words: 1, step: 1 });
    expect(bare(await host.run(3, 1, 1))).toEqual(struck);
    await host.stop();
  });

  test("that puts what is there already is struck, and masked", async () => {
    const host = await ready();
    await host.ask({ ...fault, target: "control", word: 0, mask: 16, value: 0xffff_ffff, words: 1 });
    const events = await host.run(2, 1, 1);
    expect(named(events, "struck")).toMatchObject([{ before: 16, after: 16 }]);
    expect(named(events, "result")).toMatchObject([{ wrong: 0, end: "ok" }]);
    await host.stop();
  });

  test("is refused for the first reason that applies", async () => {
    const host = attach();
    expect(why(await host.ask({ ...fault, manner: "hold" }))).toBe("not-loaded");
    expect(why(await host.ask({ name: "shape", of: "weights" }))).toBe("not-loaded");
    await host.ask({ name: "load", workload: "gemm-f32", seed: 42, refresh: "full", every: 1, elements: 10 });
    expect(why(await host.ask(fault))).toBe("no-golden");
    expect(why(await host.ask({ ...fault, manner: "hold" }))).toBe("not-able");
    await host.ask({ name: "golden", times: 1 });
    for (const [change, expected] of [
      [{ manner: "hold", target: "nothing", id: 0 }, "not-able"],
      [{ target: "nothing", id: 0 }, "unknown-target"],
      [{ id: 0 }, "out-of-range"],
      [{ mask: 0 }, "out-of-range"],
      [{ words: 0 }, "out-of-range"],
      [{ words: 65, step: 1 }, "out-of-range"],
      [{ step: 0 }, "out-of-range"],
      [{ word: 16 }, "out-of-range"],
      [{ step: 4_294_967_295 }, "out-of-range"],
      [{ cycle: 40_961 }, "out-of-range"],
      [{ word: 0, words: 64, step: 4 }, "fault-ok"],
      [{ id: 8, words: 1 }, "strikes-full"],
      [{ words: 60, step: 1 }, "fault-ok"],
      [{ id: 8, words: 5 }, "strikes-full"],
      [{ id: 8, words: 4 }, "fault-ok"],
    ] as const)
      expect(why(await host.ask({ ...fault, ...change })), JSON.stringify(change)).toBe(expected);
    expect(await host.ask({ name: "status" })).toMatchObject({ armed: 2 });
    await host.stop();
  });
});

describe("evidence of the widest iteration", () => {
  test("64 words struck and 500 elements asked fit the buffer, whole", async () => {
    const host = attach();
    const load = { name: "load", workload: "gemm-f32", seed: 42, refresh: "none", every: 1 } as const;
    await host.ask({ ...load, elements: 500 });
    await host.ask({ name: "golden", times: 1 });
    await host.ask({ ...fault, target: "activations", word: 0, words: 64, step: 4 });
    const events = await host.run(2, 1, 1);
    const [result] = named(events, "result");
    expect(result).toMatchObject({ wrong: 256, truncated: false, parts: 64 + 52 });
    expect(named(events, "done")).toMatchObject([{ why: "finished" }]);
    await host.stop();
  });

  test.each([64, 65, 100, 200, 400, 1_024])(
    "a buffer of %i drops nothing, however often a run repeats it",
    async (eventCapacity) => {
      const host = attach({ eventCapacity });
      const load = { name: "load", workload: "gemm-f32", seed: 42, refresh: "none", every: 1 } as const;
      await host.ask({ ...load, elements: 500 });
      await host.ask({ name: "golden", times: 1 });
      const words = Math.min(64, Math.floor(eventCapacity / 2));
      expect(why(await host.ask({ ...fault, word: 0, words, step: 1, iteration: 0 }))).toBe("fault-ok");
      const events = await host.run(0, 0, 1);
      expect(named(events, "done")).toMatchObject([{ why: "stopped" }]);
      expect(named(events, "result").length).toBeGreaterThan(0);
      expect(await host.ask({ name: "status" })).toMatchObject({ dropped: 0 });
      await host.stop();
    },
  );
});

describe("whatever comes", () => {
  test("300 random faults, shapes and questions are each answered once, and the board works on", async () => {
    const host = await ready();
    const u32 = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 60 }) },
      fc.integer({ min: 0, max: 0xffffffff }),
    );
    const u16 = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 6 }) },
      fc.integer({ min: 0, max: 0xffff }),
    );
    const target = fc.constantFrom("weights", "activations", "control", "output", "x");
    const anything: fc.Arbitrary<Bare> = fc.oneof(
      fc.record({
        name: fc.constant("fault" as const),
        id: u32,
        target,
        word: u32,
        mask: u32,
        manner: fc.constantFrom("flip", "put", "hold"),
        value: u32,
        words: u16,
        step: u32,
        iteration: fc.integer({ min: 0, max: 7 }),
        cycle: fc.integer({ min: 0, max: 50_000 }),
      }),
      fc.constant({ name: "stop" as const }),
      fc.record({ name: fc.constant("shape" as const), of: target }),
      fc.record({ name: fc.constant("workloads-from" as const), index: u16 }),
    );
    let armed = 0;
    for (const command of fc.sample(anything, { numRuns: 300, seed: 4 })) {
      const before = host.heard.filter(({ kind }) => kind === "a").length;
      const answer = await host.ask(command);
      if (answer.name === "fault-ok") armed++;
      expect(host.heard.filter(({ kind }) => kind === "a").length).toBe(before + 1);
    }
    expect(armed).toBeGreaterThan(5);
    await host.ask({ name: "stop" });
    expect(named(await host.run(0, 8), "done")).toMatchObject([{ why: "finished", clean: 8 }]);
    await host.stop();
  });
});
