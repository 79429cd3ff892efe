import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/domain/random.ts";
import { exposure } from "../../src/emulator/law.ts";
import type { Law } from "../../src/emulator/law.ts";
import { rainOn } from "../../src/emulator/particles.ts";
import type { Particle, Rain } from "../../src/emulator/particles.ts";

const second = 1e9;

function law(change: Partial<Law> = {}, dieC = 25): Law {
  const heat = {
    sinceNs: change.sinceNs ?? 0,
    blockC: dieC,
    blockGoalC: dieC,
    rateCPerSecond: 5,
    dieC,
    selfHeatC: 0,
    feedback: 0,
    tauSeconds: 1,
  };
  return { sinceNs: 0, powered: true, busy: false, clockShare: 1, heat, fluxPerCm2PerSecond: 1e6, ...change };
}

/** 8192 bits of 1e-10 cm² in 1e6 particles/(cm² s): 0.8192 strikes a second. */
function rain(seed: number, first: Law, coefficientPerC = 0, crossSectionPerBitCm2 = 1e-10): Rain {
  const structure = { name: "weights", words: 256, bits: 32, crossSectionPerBitCm2 };
  const arrivals = randomStream(seed, "arrivals");
  const places = randomStream(seed, "places");
  return rainOn([{ ...structure, arrivals, places }], coefficientPerC, first, first.sinceNs);
}

/** Pearson's statistic of counts against equal or given expectations. */
function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0);
}

/** Upper 0.1 % points of χ², from the tables. */
const chiSquare999: Readonly<Record<number, number>> = { 7: 24.32, 31: 61.1, 255: 330.5 };

describe("particles", () => {
  test("counts in a fixed exposure follow Poisson's law", () => {
    const mean = 0.8192 * 5;
    const seeds = 4_000;
    const counts = new Array<number>(8).fill(0);
    for (let seed = 1; seed <= seeds; seed++) {
      const fell = rain(seed, law()).fallenBefore(5 * second).length;
      const bin = fell <= 1 ? 0 : fell >= 8 ? 7 : fell - 1;
      counts[bin] = counts[bin]! + 1;
    }
    const pmf = (k: number): number => {
      let p = Math.exp(-mean);
      for (let i = 1; i <= k; i++) p *= mean / i;
      return p;
    };
    const inner = [2, 3, 4, 5, 6, 7].map(pmf);
    const first = pmf(0) + pmf(1);
    const bins = [first, ...inner, 1 - first - inner.reduce((a, b) => a + b)];
    expect(
      chiSquare(
        counts,
        bins.map((p) => p * seeds),
      ),
    ).toBeLessThan(chiSquare999[7]!);
  });

  test("bits, words and moments are uniform", () => {
    const bits = new Array<number>(32).fill(0);
    const words = new Array<number>(256).fill(0);
    const octants = new Array<number>(8).fill(0);
    const add = (counts: number[], index: number): void => void (counts[index] = counts[index]! + 1);
    let fell = 0;
    for (let seed = 1; seed <= 40; seed++) {
      for (const { word, mask, tNs } of rain(seed, law()).fallenBefore(800 * second)) {
        fell++;
        add(bits, 31 - Math.clz32(mask));
        add(words, word);
        add(octants, Math.floor(tNs / (100 * second)));
      }
    }
    expect(fell).toBeGreaterThan(20_000);
    const flat = (n: number): number[] => new Array<number>(n).fill(fell / n);
    expect(chiSquare(bits, flat(32))).toBeLessThan(chiSquare999[31]!);
    expect(chiSquare(words, flat(256))).toBeLessThan(chiSquare999[255]!);
    expect(chiSquare(octants, flat(8))).toBeLessThan(chiSquare999[7]!);
  });

  test("what falls does not depend on when, or how often, somebody looks", () => {
    const laws = [
      law(),
      law({ sinceNs: 40 * second, fluxPerCm2PerSecond: 0 }),
      law({ sinceNs: 70 * second }, 60),
    ];
    const gather = (stepNs: number): readonly Particle[] => {
      const some = rain(7, laws[0]!, 0.01);
      const all: Particle[] = [];
      let next = 1;
      for (let t = 0; t < 200 * second; t += stepNs) {
        for (; next < laws.length && laws[next]!.sinceNs <= t; next++) some.turn(laws[next]!);
        all.push(...some.fallenBefore(t));
      }
      all.push(...some.fallenBefore(200 * second));
      return all;
    };
    const coarse = gather(5 * second);
    expect(coarse.length).toBeGreaterThan(100);
    expect(gather(0.01 * second)).toEqual(coarse);
    expect(coarse.filter(({ tNs }) => tNs > 40 * second && tNs <= 70 * second)).toEqual([]);
  });

  test("the rate follows the temperature: expected count = σ·bits·flux·exp(c·(T − 25))", () => {
    const expected = 8192e-10 * exposure(law({}, 75), 0.02, 1_000 * second);
    expect(expected).toBeCloseTo(0.8192 * 1_000 * Math.E, 6);
    let fell = 0;
    for (let seed = 1; seed <= 50; seed++)
      fell += rain(seed, law({}, 75), 0.02).fallenBefore(1_000 * second).length;
    expect(Math.abs(fell - 50 * expected)).toBeLessThan(4 * Math.sqrt(50 * expected));
  });

  test("a closed shutter, an unpowered board and a structure without cross-section are never hit", () => {
    expect(rain(1, law({ fluxPerCm2PerSecond: 0 })).fallenBefore(1e6 * second)).toEqual([]);
    expect(rain(1, law(), 0, 0).fallenBefore(1e6 * second)).toEqual([]);
  });

  test("an absurd cross-section does not fill memory", () => {
    const soaked = rain(1, law(), 0, 1e-3);
    expect(soaked.fallenBefore(1_000 * second)).toHaveLength(10_000);
    expect(soaked.fallenBefore(1_000 * second)).toHaveLength(0);
  });

  test("a look ahead that the shutter cuts short hands out nothing twice", () => {
    const some = rain(3, law());
    const early = some.fallenBefore(100 * second);
    some.turn(law({ sinceNs: 50 * second, fluxPerCm2PerSecond: 0 }));
    some.turn(law({ sinceNs: 90 * second }));
    const late = some.fallenBefore(140 * second);
    const straight = rain(3, law()).fallenBefore(100 * second);
    expect([...early, ...late].map(({ word }) => word)).toEqual(straight.map(({ word }) => word));
  });
});
