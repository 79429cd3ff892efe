import { describe, expect, test } from "vitest";
import type { SemFamily } from "../../src/instruments/address/sem-address.ts";
import { semDriverBench, strikeAt, valueIn } from "./sem-bench.ts";

describe("however it was built", () => {
  test.each<[SemFamily, Record<string, unknown>, Record<string, unknown>]>([
    ["us", { mode: "detect-testing" }, {}],
    ["usp", { mode: "emulation" }, {}],
    ["us", { echo: false }, { echo: false }],
    ["x7", { echo: false, leavesPromptLine: false }, { echo: false }],
    ["x7", { debugCommands: true }, { readBack: true }],
    ["x7", { correction: "enhanced", classification: true }, {}],
    ["x7", { correction: "off" }, {}],
    ["x7", { scanMs: 400 }, { scanMs: 400 }],
    ["us", { correctableBits: 1 }, {}],
  ])("%s with %o, two bits are struck and taken back", async (family, quirks, settings) => {
    const bench = semDriverBench(family, { quirks, settings });
    expect((await bench.injector.identify()).kind).toBe("ok");
    expect((await bench.injector.prove()).kind).toBe("ok");
    const strike = strikeAt(1_000, 0b11 << 9);
    const armed = valueIn(await bench.injector.arm(strike));
    expect(bench.memory.flipped()).toHaveLength(2);
    const released = valueIn(await bench.injector.release(strike));
    expect([armed.confirmed || released.confirmed, released.restored, released.detail]).toEqual([
      true,
      true,
      "",
    ]);
    expect(bench.memory.flipped()).toEqual([]);
    await bench.close();
  });

  test.each<[SemFamily, Record<string, unknown>]>([
    ["x7", { mode: "monitoring" }],
    ["x7", { mode: "detect" }],
  ])("%s with %o cannot look for what it struck, and says so", async (family, quirks) => {
    const bench = semDriverBench(family, { quirks });
    await bench.injector.identify();
    await bench.injector.arm(strikeAt(1_000, 1));
    const released = valueIn(await bench.injector.release(strikeAt(1_000, 1)));
    expect(released).toMatchObject({ confirmed: false, restored: false });
    expect(released.detail).toMatch(/O does not lead to Observation/);
    await bench.close();
  });

  test("in Idle nothing is sent that the guides do not name for it: `I` goes out once", async () => {
    const bench = semDriverBench("usp");
    await bench.injector.identify();
    for (const word of [1, 2, 3]) {
      await bench.injector.arm(strikeAt(word, 1));
      await bench.injector.release(strikeAt(word, 1));
    }
    const sent = bench.wire.exchanges.map(({ command }) => Buffer.from(command).toString("latin1").charAt(0));
    expect(sent.join("")).toBe(`SI${"QNQQNQ".repeat(3)}`);
    await bench.close();
  });

  test("upsets of nature while it observes are corrected and told, and no strikes", async () => {
    const bench = semDriverBench("us", { quirks: { seusPerSecond: 1 } });
    await bench.injector.identify();
    await bench.clock.sleep(100_000);
    const fallen = bench.truth.filter(({ by }) => by === "particle").length;
    expect(fallen).toBeGreaterThan(60);
    expect(fallen).toBeLessThan(140);
    await bench.clock.sleep(200);
    expect(bench.memory.flipped()).toEqual([]);
    expect(bench.news.filter(({ text }) => /^ECC at LA .* corrected/.test(text)).length).toBeGreaterThan(60);
    await bench.close();
  });
});

describe("silence, and what it means", () => {
  test.each<[SemFamily, Record<string, unknown>, RegExp]>([
    ["x7", { icapGrant: false }, /nothing came at all: .*icap_grant.*PCAP_PR, bit 27 of 0xF8007000/],
    ["usp", { icapGrant: false }, /nothing came at all: .*cap_gnt/],
    ["us", { stuckAfter: "ICAP OK" }, /initialization stopped after 'ICAP OK'/],
    ["x7", { stuckAfter: "RDBK OK" }, /initialization stopped after 'RDBK OK'/],
    ["x7", { haltsAtSeconds: 0 }, /it has halted \(HLT\): reconfigure the FPGA/],
  ])("%s with %o", async (family, quirks, hint) => {
    const bench = semDriverBench(family, { quirks });
    await bench.clock.sleep(100);
    expect(await bench.injector.identify()).toMatchObject({
      kind: "silence",
      hint: expect.stringMatching(hint) as string,
    });
    await bench.close();
  });

  test("HLT in the middle of an injection is a fault, and no success", async () => {
    for (const haltSaysState of [true, false]) {
      const bench = semDriverBench("us", { quirks: { haltsAfterCommands: 3, haltSaysState } });
      await bench.injector.identify();
      expect((await bench.injector.arm(strikeAt(5, 1))).kind).toBe("silence");
      expect(bench.news).toMatchObject([
        { level: "fault", text: expect.stringMatching(/HLT.*reconfigure/) as string },
      ]);
      await bench.close();
    }
  });

  test("at 9600 baud a read-back takes its time, and is waited for", async () => {
    const bench = semDriverBench("us", { baud: 9_600 });
    expect(valueIn(await bench.injector.arm(strikeAt(5, 1))).confirmed).toBe(true);
    expect(valueIn(await bench.injector.release(strikeAt(5, 1))).restored).toBe(true);
    await bench.close();
  });

  test("the rig file and the part differ: told in one line", async () => {
    const frames = { configuration: { frames: 100 } };
    for (const [settings, why] of [
      [{ maxFrame: 500 }, /it says MF 101, the rig file says maxFrame 500/],
      [{ slrs: 2 }, /it reports 1 super logic regions, the rig file says 2/],
      [{ selfCheck: "C0000640000" }, /selfCheck C0000640000 is no linear address/],
      [{ selfCheck: "0008000090D" }, /selfCheck 0008000090D is no linear address/],
    ] as const) {
      const bench = semDriverBench("usp", { ...frames, settings });
      expect(await bench.injector.identify()).toMatchObject({
        kind: "refused",
        reason: expect.stringMatching(why) as string,
      });
      await bench.close();
    }
    const bench = semDriverBench("usp", {
      ...frames,
      settings: { maxFrame: 101, slrs: 1, selfCheck: "C000000290D" },
    });
    expect(bench.injector.space).toEqual({
      name: "configuration",
      words: 100 * 93,
      bits: 32,
      axes: [{ name: "word", size: 100 * 93 }],
      selfCheck: { word: 2 * 93 + 72, mask: 1 << 13, iteration: 0, cycle: 0 },
    });
    await bench.close();
    const other = semDriverBench("x7", frames);
    expect(await other.injector.prove()).toMatchObject({
      kind: "ok",
      value: ["region 0: observation, MF 101, FC 0, FS 14"],
    });
    await other.close();
  });
});
