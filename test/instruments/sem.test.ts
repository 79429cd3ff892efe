import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/domain/random.ts";
import { semFamilies, wordsPerFrame } from "../../src/instruments/address/sem-address.ts";
import type { SemFamily } from "../../src/instruments/address/sem-address.ts";
import { isWellFormedSemReply } from "./fixtures/sem.ts";
import {
  byteByByte,
  cutAt,
  delayed,
  doubled,
  dropped,
  glued,
  joined,
  mutating,
  smooth,
} from "./rough-wire.ts";
import { semDriverBench, strikeAt, valueIn } from "./sem-bench.ts";

describe("a strike, made and taken back", () => {
  test("UltraScale+: SC 10, SC 00 and the read-back prove it; a second N and Q that it is gone", async () => {
    const bench = semDriverBench("usp");
    const word = 12 * 93 + 72;
    expect(valueIn(await bench.injector.arm(strikeAt(word, 1 << 13)))).toMatchObject({
      confirmed: true,
      observations: ["N: SC 10, SC 00", "Q before and after: just these bits differ"],
      address: "C000000C90D",
      before: bench.memory.golden(12, 72),
      after: (bench.memory.golden(12, 72) ^ 0x2000) >>> 0,
      restored: false,
    });
    expect(bench.memory.flipped()).toEqual([{ frame: 12, word: 72, bit: 13 }]);
    expect(valueIn(await bench.injector.release(strikeAt(word, 1 << 13)))).toMatchObject({
      confirmed: true,
      observations: ["a second N, and Q: as it was before the strike"],
      restored: true,
      detail: "",
    });
    expect(bench.memory.flipped()).toEqual([]);
    await bench.close();
  });

  test("7-series: proven when the scan finds it at release, and corrects it; dwell is told", async () => {
    const bench = semDriverBench("x7");
    const strike = strikeAt(7 * 101 + 61, 1);
    const armed = valueIn(await bench.injector.arm(strike));
    expect(armed).toMatchObject({ confirmed: false, observations: ["N: SC 10, SC 00"], restored: false });
    await bench.clock.sleep(500);
    expect(bench.memory.flipped()).toHaveLength(1);
    const released = valueIn(await bench.injector.release(strike));
    expect(released).toMatchObject({
      confirmed: true,
      observations: ["the scan reported SED OK there, and corrected it"],
      restored: true,
      detail: "",
    });
    expect(released.dwellMs).toBeGreaterThan(500);
    expect(released.dwellMs).toBeLessThan(560);
    await bench.close();
  });

  test("told to observe, it is corrected within a scan, before anybody releases it", async () => {
    for (const family of semFamilies) {
      const bench = semDriverBench(family);
      const strike = strikeAt(3, 2);
      await bench.injector.arm(strike, { after: "observe" });
      await bench.clock.sleep(50);
      expect(bench.memory.flipped()).toEqual([]);
      const released = valueIn(await bench.injector.release(strike));
      expect(released).toMatchObject({ confirmed: true, restored: true, detail: "" });
      expect(bench.truth.map(({ by }) => by)).toEqual(["injector", "scrub"]);
      const [struck, scrubbed] = bench.truth;
      // What the host sees begins and ends a few lines later.
      expect(released.dwellMs! - (scrubbed!.tNs - struck!.tNs) / 1e6).toBeGreaterThan(-5);
      expect(released.dwellMs! - (scrubbed!.tNs - struck!.tNs) / 1e6).toBeLessThan(10);
      await bench.close();
    }
  });

  test("7-series, two bits under repair: reported, not corrected, inverted again, and then found no more", async () => {
    const bench = semDriverBench("x7");
    const strike = strikeAt(300, 0b11 << 4);
    await bench.injector.arm(strike);
    expect(valueIn(await bench.injector.release(strike))).toMatchObject({
      confirmed: true,
      observations: [
        "the scan reported DED there, and could not correct it",
        "a second N, and the scan finds nothing more there",
      ],
      restored: true,
      dwellMs: null,
    });
    expect(bench.memory.flipped()).toEqual([]);
    expect(bench.truth.map(({ by }) => by)).toEqual(["injector", "injector", "injector", "injector"]);
    await bench.close();
  });

  test("several regions: the word is counted through them", async () => {
    for (const family of semFamilies) {
      const bench = semDriverBench(family, { configuration: { frames: 600 }, quirks: { slrs: 3 } });
      expect((await bench.injector.identify()).kind).toBe("ok");
      expect(bench.injector.space).toMatchObject({ words: 600 * wordsPerFrame[family], bits: 32 });
      const strike = strikeAt(450 * wordsPerFrame[family] + 5, 1 << 31);
      expect(valueIn(await bench.injector.arm(strike)).address).toMatch(/^C[04]/);
      expect(bench.memory.flipped()).toEqual([{ frame: 450, word: 5, bit: 31 }]);
      expect(valueIn(await bench.injector.release(strike))).toMatchObject({
        confirmed: true,
        restored: true,
      });
      await bench.close();
    }
  });
});

/** Some hundred strikes: each confirmed one was made, just as asked, and each is gone after its release. */
describe("agrees with the emulator's account, strike for strike", () => {
  test.each(semFamilies.flatMap((family) => [false, true].map((observe) => [family, observe] as const)))(
    "%s, observing: %s",
    async (family, observe) => {
      const bench = semDriverBench(family, { configuration: { maskedFrames: [3, 4, 5, 200, 201] } });
      await bench.injector.identify();
      const random = randomStream(1, family, String(observe));
      const words = bench.injector.space!.words;
      expect(words).toBe(500 * wordsPerFrame[family]);
      let masked = 0;
      for (let id = 1; id <= 100; id++) {
        const near = id % 10 === 0 ? random.nextBelow(6 * wordsPerFrame[family]) : random.nextBelow(words);
        const width = 1 + random.nextBelow(2);
        const strike = strikeAt(near, ((1 << width) - 1) << random.nextBelow(33 - width), id);
        const from = bench.truth.length;
        const armed = valueIn(await bench.injector.arm(strike, { after: observe ? "observe" : "idle" }));
        const struck = bench.truth.slice(from).filter(({ by }) => by === "injector");
        const mask = struck.reduce((sum, line) => sum | line.mask, 0) >>> 0;
        const released = valueIn(await bench.injector.release(strike));
        expect([id, armed.confirmed || released.confirmed]).toEqual([id, mask === strike.mask]);
        for (const line of struck) expect(line.word).toBe(strike.word);
        expect([id, released.restored, bench.memory.flipped()]).toEqual([id, true, []]);
        if (mask === 0) masked++;
      }
      expect(masked).toBeGreaterThan(0);
      expect(masked).toBeLessThan(20);
      await bench.close();
    },
  );
});

describe("nothing is believed that was not seen", () => {
  test.each<[SemFamily, RegExp]>([
    ["x7", /SC 10, SC 00 were answered but the scan found nothing: error injection is disabled/],
    ["us", /N was answered with the prompt alone: error injection is disabled/],
    ["usp", /N was answered with the prompt alone: error injection is disabled/],
  ])("injection disabled on %s is explained", async (family, why) => {
    const bench = semDriverBench(family, { quirks: { mode: "mitigation" } });
    const armed = valueIn(await bench.injector.arm(strikeAt(500, 1)));
    const released = valueIn(await bench.injector.release(strikeAt(500, 1)));
    expect([armed.confirmed, released.confirmed, released.restored]).toEqual([false, false, true]);
    expect(family === "x7" ? released.detail : armed.detail).toMatch(why);
    expect(bench.truth).toEqual([]);
    await bench.close();
  });

  test("a masked frame is told by the read-back", async () => {
    const bench = semDriverBench("us", { configuration: { maskedFrames: [0] } });
    const armed = valueIn(await bench.injector.arm(strikeAt(5, 1)));
    expect(armed.confirmed).toBe(false);
    expect(armed.detail).toMatch(/Q shows no change: the frame is masked/);
    await bench.close();
  });

  test("an upset of nature in another frame meanwhile is news, and no observation of the strike", async () => {
    const bench = semDriverBench("x7", { configuration: { maskedFrames: [0] } });
    await bench.injector.arm(strikeAt(5, 1));
    bench.memory.flip({ frame: 9, word: 1, bit: 1 }, "particle");
    expect(valueIn(await bench.injector.release(strikeAt(5, 1))).confirmed).toBe(false);
    expect(bench.news.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^SED OK at LA 00000009: corrected \(word 1 bit 1\)$/),
    );
    await bench.close();
  });

  test("an answer that is lost leaves the strike in doubt, and the next one begins with taking it back", async () => {
    for (const family of semFamilies) {
      const bench = semDriverBench(family);
      await bench.injector.identify();
      const first = strikeAt(700, 1 << 3);
      const n = bench.wire.exchanges.length;
      bench.wire.rough = {
        gatherMs: 5,
        shape: (bytes) =>
          bench.wire.exchanges.slice(n).some(({ command }) => command[0] === "N".charCodeAt(0))
            ? []
            : [{ bytes, waitMs: 0 }],
      };
      expect((await bench.injector.arm(first)).kind).toBe("silence");
      expect(bench.memory.flipped()).toHaveLength(1);
      bench.wire.rough = smooth;
      const again = valueIn(await bench.injector.arm(first));
      expect(bench.memory.flipped()).toEqual([
        { frame: Math.floor(700 / wordsPerFrame[family]), word: 700 % wordsPerFrame[family], bit: 3 },
      ]);
      const released = valueIn(await bench.injector.release(first));
      expect([again.confirmed || released.confirmed, released.restored]).toEqual([true, true]);
      expect(bench.memory.flipped()).toEqual([]);
      await bench.close();
    }
  });

  test("a second N that is not answered leaves neither bit standing, nor struck anew", async () => {
    for (const lost of [1, 2]) {
      const bench = semDriverBench("x7");
      const strike = strikeAt(700, 0b11 << 3);
      await bench.injector.arm(strike);
      const from = bench.wire.exchanges.length;
      const ns = (): number =>
        bench.wire.exchanges.slice(from).filter(({ command }) => command[0] === "N".charCodeAt(0)).length;
      bench.wire.rough = { gatherMs: 5, shape: (bytes) => (ns() === lost ? [] : [{ bytes, waitMs: 0 }]) };
      expect((await bench.injector.release(strike)).kind).toBe("silence");
      bench.wire.rough = smooth;
      expect(valueIn(await bench.injector.release(strike)).restored).toBe(true);
      expect(bench.memory.flipped()).toEqual([]);
      await bench.close();
    }
  });

  test("a board that lost power in between has nothing to take back", async () => {
    const bench = semDriverBench("usp");
    await bench.injector.arm(strikeAt(700, 1));
    bench.world.rail("a", false);
    await bench.clock.sleep(100);
    expect((await bench.injector.release(strikeAt(700, 1))).kind).toBe("silence");
    bench.world.rail("a", true);
    await bench.clock.sleep(1_000);
    expect(bench.news.map(({ level }) => level)).toContain("warning");
    expect(valueIn(await bench.injector.release(strikeAt(700, 1)))).toMatchObject({
      confirmed: true,
      restored: true,
    });
    expect(bench.memory.flipped()).toEqual([]);
    await bench.close();
  });

  test("what is no strike of its own is refused", async () => {
    const bench = semDriverBench("us", { configuration: { frames: 10 } });
    for (const strike of [{ ...strikeAt(0, 1), target: "weights" }, strikeAt(1_230, 1), strikeAt(0, 0)])
      expect((await bench.injector.arm(strike)).kind).toBe("refused");
    expect(await bench.injector.release(strikeAt(0, 1))).toMatchObject({
      value: { confirmed: false, restored: false },
    });
    expect(bench.truth).toEqual([]);
    await bench.close();
  });
});

describe("over rough wires", () => {
  test.each(["x7", "us"] as const)("%s: cut at every byte, glued, late, doubled", async (family) => {
    const strike = strikeAt(444, 1 << 8);
    const roughs = [byteByByte(), byteByByte(1), glued, delayed(400), doubled];
    for (const rough of [...roughs, ...Array.from({ length: 30 }, (_, at) => cutAt(at + 1, 5))]) {
      const bench = semDriverBench(family, { rough });
      const armed = valueIn(await bench.injector.arm(strike));
      const released = valueIn(await bench.injector.release(strike));
      expect([armed.confirmed || released.confirmed, released.restored]).toEqual([true, true]);
      expect(bench.memory.flipped()).toEqual([]);
      await bench.close();
    }
  });

  test("dropped: silence, and got over", async () => {
    const bench = semDriverBench("x7", { rough: dropped });
    expect((await bench.injector.arm(strikeAt(444, 1))).kind).toBe("silence");
    bench.wire.rough = smooth;
    await bench.injector.arm(strikeAt(444, 1));
    expect(valueIn(await bench.injector.release(strikeAt(444, 1)))).toMatchObject({
      confirmed: true,
      restored: true,
    });
    await bench.close();
  });

  test("fuzzed: what is confirmed was made, what is restored is gone, each on well-formed answers", async () => {
    let confirmed = 0;
    let doubtful = 0;
    for (let run = 1; run <= 150; run++) {
      const family = semFamilies[run % 3]!;
      const bench = semDriverBench(family, {
        rough: mutating(randomStream(run, "sem"), 0.25),
        settings: { maxFrame: 501, slrs: 1 },
        quirks: { garbagePercent: run % 2, lostCrPercent: run % 2 },
      });
      const strike = strikeAt(444, 0b11 << (run % 30));
      const armed = await bench.injector.arm(strike);
      const made = bench.truth.reduce((sum, { mask }) => sum ^ mask, 0) >>> 0;
      const released = await bench.injector.release(strike);
      const yes = [armed, released].some((reply) => reply.kind === "ok" && reply.value.confirmed);
      if (yes) {
        confirmed++;
        expect([run, made]).toEqual([run, strike.mask]);
        const ns = bench.wire.exchanges.filter(({ command }) => command[0] === "N".charCodeAt(0));
        for (const { command, delivered } of ns.slice(0, 2))
          expect(isWellFormedSemReply(command, joined(delivered), wordsPerFrame[family])).toBe(true);
      } else doubtful++;
      if (released.kind === "ok" && released.value.restored === true)
        expect([run, bench.memory.flipped()]).toEqual([run, []]);
      await bench.close();
    }
    // Both must have happened, or nothing was tried.
    expect(confirmed).toBeGreaterThan(15);
    expect(doubtful).toBeGreaterThan(15);
  });
});
