import { expect, test } from "vitest";
import { exactExp, exactRsqrt, exactTanh } from "./exact-functions.ts";
import { binary16, binary32, binaryE4m3, dividedBy, exactOf, plus, rounded, times, ulps } from "./exact.ts";

/** The judge is judged by published digits and by values worked out by hand. */
const decimal = ({ over, under }: { over: bigint; under: bigint }, places: number): string =>
  ((over * 10n ** BigInt(places)) / under).toString();

test("functions give the published digits", () => {
  // e and 1/e: OEIS A001113, A068985. tanh 1: A073744. 1/√2: A010503.
  expect(decimal(exactExp(1), 40)).toBe("27182818284590452353602874713526624977572");
  expect(decimal(exactExp(-1), 40)).toBe("3678794411714423215955237701614608674458");
  expect(decimal(exactTanh(1), 40)).toBe("7615941559557648881194582826047935904127");
  expect(decimal(exactRsqrt(2), 40)).toBe("7071067811865475244008443621048490392848");
});

test("rounding by hand: halfway, just beside it, subnormal, overflow", () => {
  const one = exactOf(1);
  const half = exactOf(2 ** -11);
  const little = exactOf(2 ** -60);
  expect(rounded(plus(one, half), binary16)).toBe(1);
  expect(rounded(plus(plus(one, half), little), binary16)).toBe(1 + 2 ** -10);
  expect(rounded(plus(one, times(half, exactOf(3))), binary16)).toBe(1 + 2 ** -9);
  expect(rounded(exactOf(2 ** -25), binary16)).toBe(0);
  expect(rounded(exactOf(-3 * 2 ** -25), binary16)).toBe(-(2 ** -23));
  expect(rounded(exactOf(65519.99), binary16)).toBe(65504);
  expect(rounded(exactOf(65520), binary16)).toBe(Infinity);
  expect(rounded(exactOf(464), binaryE4m3)).toBe(448);
  expect(rounded(dividedBy(one, exactOf(-3)), binary32)).toBe(-11184811 / 2 ** 25);
});

test("units of the last place", () => {
  expect(ulps(1, exactOf(1 + 2 ** -24), binary32)).toBe(0.5);
  expect(ulps(1 + 2 ** -23, exactOf(1), binary32)).toBe(1);
  expect(ulps(0, exactOf(2 ** -150), binary32)).toBe(0.5);
});
