import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binary32, exactOf, plus, rounded, times } from "../../numbers/exact.ts";
import type { Exact } from "../../numbers/exact.ts";
import { lanes, run } from "./small-gpu.ts";

const view = new DataView(new ArrayBuffer(8));
const bits = (value: number): number => {
  view.setFloat32(0, value);
  return value === value ? view.getUint32(0) : 0x7fc00000;
};
const float = (word: number): number => {
  view.setUint32(0, word);
  return view.getFloat32(0);
};
const words = (seed: number, special: readonly number[] = []): number[] =>
  fc.sample(fc.nat(0xffffffff), { seed, numRuns: 32 }).map((word, lane) => special[lane] ?? word);
const u32 = (value: bigint): number => Number(BigInt.asUintN(32, value));
const s = (word: number): bigint => BigInt.asIntN(32, BigInt(word));
const u = (word: number): bigint => BigInt.asUintN(32, BigInt(word));

describe("integers, against integers of any size", () => {
  const edges = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x80000000, 31, 32];
  const a = words(1, edges);
  const b = words(2, [0xffffffff, 0x80000000, 0x7fffffff, 0x80000000, 0xffffffff, 0xffffffff, 33, 32]);
  const c = words(3);
  const shift = words(4).map((word, lane) =>
    lane < 8 ? [0, 1, 31, 32, 33, 0x80000000, 0xffffffff, 63][lane]! : word % 40,
  );
  const least = (x: bigint, y: bigint): bigint => (x < y ? x : y);
  const most = (x: bigint, y: bigint): bigint => (x > y ? x : y);
  test.each<[string, (x: number, y: number, z: number) => bigint]>([
    ["iadd r4, r1, r2", (x, y) => s(x) + s(y)],
    ["isub r4, r1, r2", (x, y) => s(x) - s(y)],
    ["imul r4, r1, r2", (x, y) => s(x) * s(y)],
    ["imad r4, r1, r2, r3", (x, y, z) => s(x) * s(y) + s(z)],
    ["imad r4, r1, -5, r3", (x, _, z) => s(x) * -5n + s(z)],
    ["mulhi.s32 r4, r1, r2", (x, y) => (s(x) * s(y)) >> 32n],
    ["mulhi.u32 r4, r1, r2", (x, y) => (u(x) * u(y)) >> 32n],
    ["min.s32 r4, r1, r2", (x, y) => least(s(x), s(y))],
    ["max.s32 r4, r1, r2", (x, y) => most(s(x), s(y))],
    ["min.u32 r4, r1, r2", (x, y) => least(u(x), u(y))],
    ["max.u32 r4, r1, r2", (x, y) => most(u(x), u(y))],
    ["and r4, r1, r2", (x, y) => s(x) & s(y)],
    ["or r4, r1, r2", (x, y) => s(x) | s(y)],
    ["xor r4, r1, 0xff00ff00", (x) => u(x) ^ 0xff00ff00n],
    ["mov r4, r2", (_, y) => s(y)],
    ["mov r4, rz", () => 0n],
    ["iadd r4, rz, r2", (_, y) => s(y)],
    [
      "dp4a r4, r1, r2, r3",
      (x, y, z) =>
        [0n, 8n, 16n, 24n].reduce(
          (sum, at) => sum + BigInt.asIntN(8, u(x) >> at) * BigInt.asIntN(8, u(y) >> at),
          s(z),
        ),
    ],
    ["cvt.s32.s8 r4, r1", (x) => BigInt.asIntN(8, u(x))],
    ["cvt.s8.s32 r4, r1", (x) => most(-128n, least(127n, s(x)))],
  ])("%s", (text, expected) => {
    expect(lanes(text, a, b, c)).toEqual(a.map((x, lane) => u32(expected(x, b[lane]!, c[lane]!))));
  });

  test.each<[string, (x: number, by: bigint, z: number) => bigint]>([
    ["shl r4, r1, r2", (x, by) => (by > 31n ? 0n : u(x) << by)],
    ["shr.u32 r4, r1, r2", (x, by) => (by > 31n ? 0n : u(x) >> by)],
    ["shr.s32 r4, r1, r2", (x, by) => s(x) >> (by > 31n ? 31n : by)],
    ["shf.r r4, r1, r2, r3", (x, by, z) => ((u(z) << 32n) | u(x)) >> (by & 31n)],
  ])("%s", (text, expected) => {
    expect(lanes(text, a, shift, c)).toEqual(a.map((x, lane) => u32(expected(x, u(shift[lane]!), c[lane]!))));
  });

  test.each([
    // Bytes of the second source are 4 to 7; a nibble of 8 and more spreads a sign.
    ["0x3210", 0x80a1b2c3, 0x44556677, 0x80a1b2c3],
    ["0x7654", 0x80a1b2c3, 0x44556677, 0x44556677],
    ["0x0415", 0x80a1b2c3, 0x44556677, 0xc377b266],
    ["0xfb8c", 0x80a1b2c3, 0x44556677, 0x00ffff00],
  ])("prmt by %s", (selector, low, high, expected) => {
    expect(lanes(`prmt r4, r1, ${selector}, r2`, [low], [high])[0]).toBe(expected);
  });
});

describe("binary32, against exact rationals rounded once", () => {
  const specials = [0, 0x80000000, 1, 0x807fffff, 0x00800000, 0x7f7fffff, 0xff7fffff, 0x3f800001];
  const finite = (word: number): number => (((word >>> 23) & 0xff) === 0xff ? word ^ 0x00800000 : word);
  /** Near one another, so that sums round and cancel. */
  const near = (word: number): number => (finite(word) & 0x807fffff) | ((120 + (word % 16)) << 23);
  const a = words(5, specials).map((word, lane) => (lane < 12 ? finite(word) : near(word)));
  const b = words(6, [...specials].reverse()).map((word, lane) => (lane < 12 ? finite(word) : near(word)));
  const c = words(7, specials.slice(3)).map((word, lane) => (lane < 12 ? finite(word) : near(word)));
  const check = (text: string, exact: (x: Exact, y: Exact, z: Exact) => Exact): void => {
    lanes(text, a, b, c).forEach((word, lane) => {
      const [x, y, z] = [a, b, c].map((of) => exactOf(float(of[lane]!))) as [Exact, Exact, Exact];
      const want = rounded(exact(x, y, z), binary32);
      // The rational has no sign of zero.
      if (want === 0) expect(float(word)).toBeCloseTo(0, 300);
      else expect(word, `${text} lane ${lane}`).toBe(bits(want));
    });
  };
  const minus = ({ over, under }: Exact): Exact => ({ over: -over, under });

  test("sums, products and the fused product and sum", () => {
    check("fadd r4, r1, r2", (x, y) => plus(x, y));
    check("fsub r4, r1, r2", (x, y) => plus(x, minus(y)));
    check("fmul r4, r1, r2", (x, y) => times(x, y));
    check("ffma r4, r1, r2, r3", (x, y, z) => plus(times(x, y), z));
  });

  test("a fused sum where rounding twice would be wrong", () => {
    // (1 + 2^-12)² = 1 + 2^-11 + 2^-24, and a speck less: a tie to even in binary64 first would round up.
    const x = bits(1 + 2 ** -12);
    const fused = lanes("ffma r4, r1, r1, r2", [x, x], [bits(-(2 ** -80)), bits(2 ** -80)]);
    expect(fused.slice(0, 2).map(float)).toEqual([1 + 2 ** -11, 1 + 2 ** -11 + 2 ** -23]);
  });

  test("NaN has one spelling; infinities and zeros are IEEE's", () => {
    const inf = 0x7f800000;
    const x = [inf, inf, 0, 0xffc12345, 0x80000000, bits(-1)];
    const y = [inf, 0xff800000, inf, bits(1), 0x80000000, bits(1)];
    expect(lanes("fadd r4, r1, r2", x, y).slice(0, 6)).toEqual([
      inf,
      0x7fc00000,
      inf,
      0x7fc00000,
      0x80000000,
      0,
    ]);
    expect(lanes("fmul r4, r1, r2", x, y).slice(0, 5)).toEqual([inf, 0xff800000, 0x7fc00000, 0x7fc00000, 0]);
    expect(lanes("sqrt r4, r1", [bits(2), bits(-1), 0x80000000]).slice(0, 3)).toEqual([
      0x3fb504f3, 0x7fc00000, 0x80000000,
    ]);
  });

  test("min and max take the number beside a NaN", () => {
    const x = [bits(1), 0x7fc00001, bits(2), 0x7fc00001, 0x80000000];
    const y = [bits(2), bits(3), 0x7fc00001, 0x7f800001, 0];
    expect(lanes("fmin r4, r1, r2", x, y).slice(0, 5)).toEqual([bits(1), bits(3), bits(2), 0x7fc00000, 0]);
    expect(lanes("fmax r4, r1, r2", x, y).slice(0, 5)).toEqual([bits(2), bits(3), bits(2), 0x7fc00000, 0]);
  });

  test("special functions at values known to all digits", () => {
    expect(float(lanes("rcp r4, r1", [bits(3)])[0]!)).toBe(Math.fround(1 / 3));
    expect(float(lanes("rsqrt r4, r1", [bits(4)])[0]!)).toBe(0.5);
    expect(lanes("exp r4, r1", [bits(1)])[0]).toBe(0x402df854);
    expect(lanes("tanh r4, r1", [bits(1)])[0]).toBe(0x3f42f7d6);
  });
});

test("conversions at ties and beyond the ends", () => {
  const of = (text: string, ...values: number[]): number[] =>
    lanes(text, values.map(bits)).slice(0, values.length);
  expect(of("cvt.bf16.f32 r4, r1", 1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, NaN)).toEqual([
    0x3f80, 0x3f80, 0x3f82, 0x7fc0,
  ]);
  expect(of("cvt.f16.f32 r4, r1", 1, 65519, 65520, 2 ** -25)).toEqual([0x3c00, 0x7bff, 0x7c00, 0]);
  expect(of("cvt.tf32.f32 r4, r1", 1 + 2 ** -11, 1 + 3 * 2 ** -11)).toEqual([0x3f800000, 0x3f804000]);
  expect(of("cvt.e4m3.f32 r4, r1", 1, 1000, -1000)).toEqual([0x38, 0x7e, 0xfe]);
  expect(of("cvt.s32.f32 r4, r1", 2.5, -3.5, 3e9, -3e9, NaN)).toEqual([
    2, 0xfffffffc, 0x7fffffff, 0x80000000, 0,
  ]);
  expect(of("cvt.s8.f32 r4, r1", 2.5, 200, -200)).toEqual([2, 127, 0xffffff80]);
  const back = (text: string, ...codes: number[]): number[] =>
    lanes(text, codes).slice(0, codes.length).map(float);
  expect(back("cvt.f32.bf16 r4, r1", 0xabcd3f80, 0xff80)).toEqual([1, -Infinity]);
  expect(back("cvt.f32.f16 r4, r1", 0xabcd3c01, 1)).toEqual([1 + 2 ** -10, 2 ** -24]);
  expect(back("cvt.f32.e4m3 r4, r1", 0xab38, 0x01)).toEqual([1, 2 ** -9]);
  expect(back("cvt.f32.s32 r4, r1", 0xffffffff, 0x01000001)).toEqual([-1, 16777216]);
  expect(back("cvt.f32.u32 r4, r1", 0xffffffff)).toEqual([4294967296]);
});

test("comparisons, also of NaN, signs and the smallest integer", () => {
  const held = (text: string, x: readonly number[], y: readonly number[]): string =>
    lanes(`${text} p0, r1, r2\n sel r4, r1, rz, p0\n ballot r4, p0`, x, y)[0]!
      .toString(2)
      .padStart(32, "0")
      .slice(-x.length);
  const x = [bits(1), bits(2), bits(1), 0x7fc00000, 0x80000000];
  const y = [bits(2), bits(1), bits(1), 0x7fc00000, 0];
  // The lane of the right end is lane 0; zeros of both signs are equal.
  expect(held("setp.eq.f32", x, y)).toBe("10100");
  expect(held("setp.ne.f32", x, y)).toBe("01011");
  expect(held("setp.lt.f32", x, y)).toBe("00001");
  expect(held("setp.le.f32", x, y)).toBe("10101");
  expect(held("setp.gt.f32", x, y)).toBe("00010");
  expect(held("setp.ge.f32", x, y)).toBe("10110");
  const i = [0x80000000, 1, 5];
  const j = [0x7fffffff, 0xffffffff, 5];
  expect(["eq", "ne", "lt", "le", "gt", "ge"].map((how) => held(`setp.${how}.s32`, i, j))).toEqual([
    "100",
    "011",
    "001",
    "101",
    "010",
    "110",
  ]);
  expect(["lt", "le", "gt", "ge"].map((how) => held(`setp.${how}.u32`, i, j))).toEqual([
    "010",
    "110",
    "001",
    "101",
  ]);
});

describe("lanes among themselves", () => {
  const own = Array.from({ length: 32 }, (_, lane) => lane);
  const moved = (text: string): number[] => lanes(text, own);
  test("shuffles", () => {
    expect(moved("shfl.up r4, r1, 3")).toEqual(own.map((lane) => (lane < 3 ? lane : lane - 3)));
    expect(moved("shfl.down r1, r1, 5\n mov r4, r1")).toEqual(
      own.map((lane) => (lane > 26 ? lane : lane + 5)),
    );
    expect(moved("shfl.bfly r4, r1, 16")).toEqual(own.map((lane) => lane ^ 16));
    expect(moved("shfl.idx r4, r1, 39")).toEqual(own.map(() => 7));
    expect(moved("shfl.idx r4, r1, r1")).toEqual(own);
  });

  test("votes, predicate logic, select and a guard", () => {
    expect(moved("setp.lt.s32 p1, r1, 4\n ballot r4, !p1")[0]).toBe(0xfffffff0);
    expect(
      moved("setp.lt.s32 p1, r1, 4\n vote.any p2, p1\n vote.all p3, p1\n pxor p4, p2, p3\n ballot r4, p4")[9],
    ).toBe(0xffffffff);
    expect(moved("setp.lt.s32 p1, r1, 4\n setp.gt.s32 p2, r1, 2\n pand p3, p1, p2\n ballot r4, p3")[0]).toBe(
      8,
    );
    expect(moved("setp.lt.s32 p1, r1, 4\n setp.gt.s32 p2, r1, 29\n por p3, p1, p2\n ballot r4, p3")[0]).toBe(
      0xc000000f,
    );
    expect(moved("setp.lt.s32 p1, r1, 4\n @!p1 mov r4, 9")).toEqual(
      own.map((lane) => (lane < 4 ? 0xffffffff : 9)),
    );
    expect(moved("setp.lt.s32 p1, r1, 4\n sel r4, r1, 77, p1")).toEqual(
      own.map((lane) => (lane < 4 ? lane : 77)),
    );
  });
});

test("where a thread is", () => {
  const names = ["lane", "warp", "warps", "tid", "ctaid.x", "ctaid.y", "grid.x", "grid.y"];
  const { output } = run({
    gridX: 3,
    gridY: 2,
    warps: 2,
    out: 6 * 2 * 32 * 8,
    text: `
      s2r r1, ctaid.y
      imad r1, r1, 3, rz
      s2r r2, ctaid.x
      iadd r1, r1, r2
      s2r r2, tid
      imad r1, r1, 64, r2
      shl r1, r1, 5
      iadd r1, r1, c[9]
      ${names.map((name, at) => `s2r r2, ${name}\n stg [r1 + ${at * 4}], r2`).join("\n")}
      exit`,
  });
  for (const [block, warp, lane] of [
    [0, 0, 0],
    [4, 1, 7],
    [5, 0, 31],
  ] as const) {
    const at = ((block * 2 + warp) * 32 + lane) * 8;
    expect(output.slice(at, at + 8)).toEqual([
      lane,
      warp,
      2,
      32 * warp + lane,
      block % 3,
      Math.floor(block / 3),
      3,
      2,
    ]);
  }
});

test("loads and stores of parts of words, in memory and in shared memory", () => {
  for (const [st, ld, where] of [
    ["stg", "ldg", "c[9]"],
    ["sts", "lds", "rz"],
  ] as const) {
    const { output } = run({
      data: [0x80ff7f01],
      sharedWords: 32,
      text: `
        mov r1, ${where}
        iadd r9, rz, c[8]
        ldg r2, [r9]
        ${st} [r1], r2
        ${st}.b8 [r1 + 5], r2
        ${st}.b16 [r1 + 10], r2
        ${ld}.s8 r3, [r1 + 2]
        ${ld}.u8 r4, [r1 + 2]
        ${ld}.u16 r5, [r1 + 2]
        ${ld} r6, [r1 + 4]
        ${ld} r7, [r1 + 8]
        iadd r1, rz, c[9]
        ${[3, 4, 5, 6, 7].map((r, at) => `stg [r1 + ${at * 4}], r${r}`).join("\n")}
        exit`,
    });
    expect(output.slice(0, 5)).toEqual([0xffffffff, 0xff, 0x80ff, 0x0100, 0x7f010000]);
  }
});

test("of lanes that store to one address the highest stays", () => {
  expect(run({ text: "s2r r1, lane\n iadd r2, rz, c[9]\n stg [r2], r1\n exit" }).output[0]).toBe(31);
});
