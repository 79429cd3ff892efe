import { describe, expect, test } from "vitest";
import { faultModelOf, faultModelSchema } from "../../src/campaign/fault-model-schema.ts";
import { drawStrike } from "../../src/domain/draw-fault.ts";
import type { FaultModel } from "../../src/domain/fault-model.ts";
import { randomStream } from "../../src/domain/random.ts";
import type { Strike, TargetSpace } from "../../src/domain/strike.ts";
import { unfitFault } from "../../src/domain/unfit-fault.ts";
import { chiSquare, upperGamma } from "./chi-square.ts";

/** What strikes of a model look like over many ids, against what was asked: shapes one by one, shares by chi-square on fixed seeds. */
const registers: TargetSpace = {
  name: "registers",
  words: 2 * 4 * 8 * 32,
  bits: 32,
  axes: [
    { name: "sm", size: 2 },
    { name: "warp", size: 4 },
    { name: "register", size: 8 },
    { name: "lane", size: 32 },
  ],
  selfCheck: null,
};
const model = (written: unknown): FaultModel => faultModelOf(faultModelSchema.parse(written));

interface Seen {
  readonly strike: Strike;
  readonly component: string;
}

/** As an injection run draws them: strike k of a stream of its own. */
function drawn(of: FaultModel, count: number, space: TargetSpace = registers, seed = 11): readonly Seen[] {
  expect(unfitFault(of, space, "f32")).toBeNull();
  const strikes = Array.from({ length: count }, (_, k) =>
    drawStrike(randomStream(seed, "strike", 1, k + 1), k + 1, space, of, 8, 4_096),
  );
  const outside = strikes.filter(({ strike: { word, words, step, mask, value } }) => {
    const beyond = mask <= 0 || mask >= 2 ** space.bits || value < 0 || value >= 2 ** space.bits;
    return beyond || word + (words - 1) * step >= space.words;
  });
  expect(outside).toEqual([]);
  return strikes;
}

const bitsOf = (mask: number): readonly number[] =>
  Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => Math.floor(mask / 2 ** bit) % 2 === 1);
const tally = (values: readonly number[], classes: number): number[] => {
  const counts = new Array<number>(classes).fill(0);
  for (const value of values) counts[value]!++;
  return counts;
};
const even = (classes: number): number[] => new Array<number>(classes).fill(1);
const least = 1e-4;

test("the tail of chi-square is that of the tables (Abramowitz and Stegun, table 26.8)", () => {
  for (const [degrees, chi2, p] of [
    [1, 3.84146, 0.05],
    [1, 15.1367, 1e-4],
    [2, 5.99147, 0.05],
    [5, 20.515, 0.001],
    [10, 18.307, 0.05],
    [30, 59.7031, 0.001],
    [100, 140.169, 0.005],
  ] as const)
    expect(upperGamma(degrees / 2, chi2 / 2) / p).toBeCloseTo(1, 3);
});

describe("one kind", () => {
  test("single-bit: every word, bit, input and part of the cycles alike", () => {
    const strikes = drawn(model("single-bit"), 12_000).map(({ strike }) => strike);
    for (const [values, classes] of [
      [strikes.map(({ word }) => word), registers.words],
      [strikes.map(({ mask }) => bitsOf(mask)[0]!), 32],
      [strikes.map(({ iteration }) => iteration), 8],
      [strikes.map(({ cycle }) => Math.floor(cycle / 64)), 64],
    ] as const)
      expect(chiSquare(tally(values, classes), even(classes)).p).toBeGreaterThan(least);
    expect(
      strikes.every(
        ({ manner, words, mask }) => manner === "flip" && words === 1 && bitsOf(mask).length === 1,
      ),
    ).toBe(true);
  });

  test.each([2, 3, 4, 17, 32])("adjacent-%i: so many side by side, every place alike", (n) => {
    const masks = drawn(model({ model: "adjacent", bits: n }), 4_000).map(({ strike }) =>
      bitsOf(strike.mask),
    );
    expect(masks.every((bits) => bits.length === n && bits.at(-1)! - bits[0]! === n - 1)).toBe(true);
    const places = 33 - n;
    expect(
      chiSquare(
        tally(
          masks.map(([lowest]) => lowest!),
          places,
        ),
        even(places),
      ).p,
    ).toBeGreaterThan(least);
  });

  test("multiplicity: bits side by side, their number as weighted, none where the weight is 0", () => {
    const weights = [70, 20, 0, 10];
    const masks = drawn(model({ model: "multiplicity", weights }), 10_000).map(({ strike }) =>
      bitsOf(strike.mask),
    );
    expect(masks.every((bits) => bits.at(-1)! - bits[0]! === bits.length - 1)).toBe(true);
    const counts = tally(
      masks.map(({ length }) => length - 1),
      4,
    );
    expect(chiSquare(counts, weights).p).toBeGreaterThan(least);
    expect(chiSquare(counts, [60, 30, 0, 10]).p).toBeLessThan(least);
  });

  test("random-3: three bits, every pair of bits alike", () => {
    const masks = drawn(model("random-3"), 20_000).map(({ strike }) => bitsOf(strike.mask));
    expect(masks.every(({ length }) => length === 3)).toBe(true);
    const pairs = masks.flatMap(([a, b, c]) => [32 * a! + b!, 32 * a! + c!, 32 * b! + c!]);
    const weights = Array.from({ length: 1_024 }, (_, pair) => (Math.floor(pair / 32) < pair % 32 ? 1 : 0));
    expect(chiSquare(tally(pairs, 1_024), weights).p).toBeGreaterThan(least);
  });

  test("byte-periodic: the same bit of all four bytes", () => {
    const masks = drawn(model("byte-periodic"), 4_000).map(({ strike }) => strike.mask);
    expect(masks.every((mask) => mask === (mask & 0xff) * 0x01010101)).toBe(true);
    expect(
      chiSquare(
        tally(
          masks.map((mask) => bitsOf(mask)[0]!),
          8,
        ),
        even(8),
      ).p,
    ).toBeGreaterThan(least);
  });

  test("word-periodic: one bit of so many words, at one distance, all of them there", () => {
    const strikes = drawn(model({ model: "word-periodic", every: 100, words: 16 }), 5_480).map(
      ({ strike }) => strike,
    );
    expect(
      strikes.every(({ words, step, mask }) => words === 16 && step === 100 && bitsOf(mask).length === 1),
    ).toBe(true);
    const places = registers.words - 1_500;
    expect(
      chiSquare(
        tally(
          strikes.map(({ word }) => word),
          places,
        ),
        even(places),
      ).p,
    ).toBeGreaterThan(least);
  });

  test("warp-periodic: all lanes of one register, or all warps", () => {
    const lanes = drawn(model({ model: "warp-periodic" }), 2_000).map(({ strike }) => strike);
    expect(lanes.every(({ word, words, step }) => word % 32 === 0 && words === 32 && step === 1)).toBe(true);
    expect(
      chiSquare(
        tally(
          lanes.map(({ word }) => word / 32),
          64,
        ),
        even(64),
      ).p,
    ).toBeGreaterThan(least);
    const warps = drawn(model({ model: "warp-periodic", axis: "warp" }), 6_000).map(({ strike }) => strike);
    expect(
      warps.every(({ word, words, step }) => Math.floor(word / 256) % 4 === 0 && words === 4 && step === 256),
    ).toBe(true);
    const places = warps.map(({ word }) => Math.floor(word / 1_024) * 256 + (word % 256));
    expect(chiSquare(tally(places, 512), even(512)).p).toBeGreaterThan(least);
    const some = drawn(model({ model: "warp-periodic", axis: "lane", words: 4 }), 2_900).map(
      ({ strike }) => strike,
    );
    expect(
      chiSquare(
        tally(
          some.map(({ word }) => word % 32),
          29,
        ),
        even(29),
      ).p,
    ).toBeGreaterThan(least);
  });

  test("stuck-at, values, NaN and infinity: what is written, and how", () => {
    const of = (written: unknown, space = registers) =>
      drawn(model(written), 400, space).map(({ strike }) => strike);
    expect(
      of("stuck-at-0").every(
        ({ manner, value, mask }) => manner === "hold" && value === 0 && bitsOf(mask).length === 1,
      ),
    ).toBe(true);
    expect(of("stuck-at-1").every(({ manner, value, mask }) => manner === "hold" && value === mask)).toBe(
      true,
    );
    expect(new Set(of("zero").map(({ manner, value, mask }) => `${manner} ${value} ${mask}`))).toEqual(
      new Set([`put 0 4294967295`]),
    );
    expect(new Set(of("ones").map(({ value }) => value))).toEqual(new Set([0xffffffff]));
    const values = of("random-value").map(({ value }) => value);
    expect(
      chiSquare(
        tally(
          values.map((value) => Math.floor(value / 2 ** 28)),
          16,
        ),
        even(16),
      ).p,
    ).toBeGreaterThan(least);
    expect(new Set(of("nan").map(({ mask, value }) => `${mask} ${value}`))).toEqual(
      new Set([`4294967295 2143289344`]),
    );
    expect(new Set(of("inf").map(({ value }) => value))).toEqual(new Set([0x7f800000, 0xff800000]));
    const halves = new Set(of({ model: "nan", format: "bf16" }).map(({ mask, value }) => `${mask} ${value}`));
    expect(halves).toEqual(new Set([`65535 32704`, `4294901760 2143289344`]));
    const narrow = { ...registers, bits: 16 };
    expect(new Set(of({ model: "inf", format: "fp16" }, narrow).map(({ value }) => value))).toEqual(
      new Set([0x7c00, 0xfc00]),
    );
  });
});

describe("a mixture", () => {
  const written = {
    mix: [
      { model: "single-bit", weight: 60 },
      { model: "adjacent-2", weight: 20 },
      { model: "warp-periodic", axis: "lane", weight: 10, name: "a whole register" },
      { model: "stuck-at-1", weight: 7 },
      { model: "nan", weight: 3 },
    ],
  };
  const mix = model(written);
  const seen = drawn(mix, 20_000);
  const names = mix.mix.map(({ name }) => name);
  const counts = tally(
    seen.map(({ component }) => names.indexOf(component)),
    names.length,
  );

  test("is realised as asked: components, and words and bits of each", () => {
    expect(
      chiSquare(
        counts,
        mix.mix.map(({ weight }) => weight),
      ).p,
    ).toBeGreaterThan(least);
    const singles = seen.flatMap(({ component, strike }) => (component === "single-bit" ? [strike] : []));
    expect(
      chiSquare(
        tally(
          singles.map(({ mask }) => bitsOf(mask)[0]!),
          32,
        ),
        even(32),
      ).p,
    ).toBeGreaterThan(least);
    expect(
      chiSquare(
        tally(
          singles.map(({ word }) => Math.floor(word / 16)),
          128,
        ),
        even(128),
      ).p,
    ).toBeGreaterThan(least);
    for (const { component, strike } of seen)
      if (component === "a whole register") expect(strike.words).toBe(32);
  });

  test("of other weights than asked fails, by the same measure", () => {
    for (const wrong of [
      [57, 20, 10, 10, 3],
      [60, 20, 10, 8, 2],
      [20, 20, 20, 20, 20],
      [60, 20, 10, 10, 0],
    ])
      expect(chiSquare(counts, wrong).p).toBeLessThan(least);
  });

  test("over ten other seeds too", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const of = tally(
        drawn(mix, 3_000, registers, seed).map(({ component }) => names.indexOf(component)),
        5,
      );
      expect(
        chiSquare(
          of,
          mix.mix.map(({ weight }) => weight),
        ).p,
      ).toBeGreaterThan(least);
    }
  });

  test("is named by its plan, or after what it is made of; strike k is the same whoever draws it", () => {
    expect(mix.name).toBe("60% single-bit + 20% adjacent-2 + 10% a whole register + 7% stuck-at-1 + 3% nan");
    expect(model({ ...written, name: "orbit" }).name).toBe("orbit");
    expect(drawn(mix, 20)[17]).toEqual(seen[17]);
  });

  test("of one kind draws as that kind alone does", () => {
    const bare = drawn(model("adjacent-2"), 50).map(({ strike }) => strike);
    const alone = drawn(model({ mix: [{ model: "adjacent-2", weight: 5 }] }), 50).map(({ strike }) => strike);
    expect(alone).toEqual(bare);
  });
});

describe("a model that does not fit its target says why", () => {
  test.each<[unknown, Partial<TargetSpace>, string]>([
    ["byte-periodic", { bits: 8 }, "one byte"],
    [{ model: "word-periodic", every: 1_000, words: 8 }, {}, "span 7001, and it has 2048"],
    [
      { model: "warp-periodic", axis: "row" },
      {},
      "no axis 'row', only sm (2), warp (4), register (8), lane (32)",
    ],
    [{ model: "warp-periodic", axis: "warp", words: 5 }, {}, "has 4 places, not 5"],
    [{ model: "warp-periodic", axis: "word" }, { axes: [{ name: "word", size: 2_048 }] }, "64 words at most"],
    ["adjacent-4", { bits: 3 }, "flips 4 bits of one word, and its words are of 3: give 3 bits at most"],
    ["random-2", { bits: 1 }, "flips 2 bits of one word, and its words are of 1: give single-bit"],
    [{ model: "multiplicity", weights: [8, 0, 1, 0] }, { bits: 2 }, "flips 3 bits of one word"],
    ["nan", { bits: 8 }, "not known to be float32"],
    [{ model: "nan", format: "fp16" }, { bits: 8 }, "a fp16 has 16"],
    [{ model: "arithmetic", operation: "ffma" }, {}, "strike one of those, or give anyTarget"],
    [
      {
        mix: [
          { model: "single-bit", weight: 1 },
          { model: "arithmetic", operation: "fadd", weight: 1 },
        ],
      },
      {},
      "arithmetic fadd",
    ],
  ])("%j", (written, change, says) => {
    expect(unfitFault(model(written), { ...registers, ...change }, "f32")).toEqual(
      expect.stringContaining(says),
    );
  });

  test("as many bits as the word has are its whole word; a weight of 0 asks for none", () => {
    const tag = { ...registers, bits: 3 };
    for (const written of ["adjacent-3", "random-3", { model: "multiplicity", weights: [0, 0, 1, 0] }])
      for (const { strike } of drawn(model(written), 20, tag)) expect(strike.mask).toBe(0b111);
  });

  test("NaN in integers, and arithmetic where it belongs or is forced", () => {
    expect(unfitFault(model("nan"), registers, "i32")).toEqual(expect.stringContaining("i32 outputs"));
    const arithmetic = { model: "arithmetic", operation: "ffma" };
    expect(unfitFault(model(arithmetic), { ...registers, name: "alu-output-fp32" }, "f32")).toBeNull();
    expect(unfitFault(model({ ...arithmetic, anyTarget: true }), registers, "f32")).toBeNull();
  });
});

test("the spellings that a plan may have, and those it may not", () => {
  for (const written of [
    "single-bit",
    "adjacent-2",
    "adjacent-3",
    { model: "adjacent", bits: 32 },
    { model: "random", bits: 9 },
    { model: "zero" },
  ])
    expect(faultModelSchema.safeParse(written).success, JSON.stringify(written)).toBe(true);
  for (const written of [
    "single",
    "adjacent-1",
    { model: "adjacent", bits: 33 },
    { model: "random", bits: 1 },
    { model: "multiplicity", weights: [] },
    { model: "multiplicity", weights: [0, 0] },
    { model: "warp-periodic", axis: "lane", words: 65 },
    { mix: [] },
    { mix: [{ model: "nan" }] },
    { mix: [{ model: "nan", weight: 0 }] },
    { mix: [{ mix: [{ model: "nan", weight: 1 }], weight: 1 }] },
  ])
    expect(faultModelSchema.safeParse(written).success, JSON.stringify(written)).toBe(false);
});
