import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { randomStream } from "../../src/domain/random.ts";
import { clopperPearson } from "../../src/science/clopper-pearson.ts";
import { garwood } from "../../src/science/garwood.ts";
import { binomialDraw, poissonDraw } from "./draws.ts";
import type { Draw } from "./draws.ts";
import { binomialCoverage, poissonCoverage } from "./exact-coverage.ts";
import type { Coverage } from "./exact-coverage.ts";

/**
 *   truth ─draw a count→ interval ─→ does it hold the truth?   × seeds     beside the same by exact summation
 *
 * The estimator alone. A point passes when the counted coverage and each counted tail lie within 4 standard errors of the
 * exact ones, and the exact ones keep what the method promises: coverage at least 95 %, each tail at most 2.5 %.
 */
export interface Point {
  readonly method: "garwood" | "clopper-pearson";
  readonly truth: string;
  readonly seeds: number;
  readonly counted: Coverage;
  readonly exact: Coverage;
  /** The largest distance, in standard errors. */
  readonly distance: number;
  readonly passes: boolean;
}

const confidence = 0.95;
const tail = (1 - confidence) / 2;
const widest = 4;

export const expectedCounts = [0.5, 3, 10, 30, 100, 1000] as const;
export const binomials = [
  [20, 0.05],
  [100, 0.01],
  [100, 0.3],
  [1000, 0.003],
  [1000, 0.05],
  [1000, 0.5],
  [3000, 0.1],
] as const;

interface Ends {
  readonly lower: number;
  readonly upper: number;
}

export function poissonPoint(mean: number, seeds: number, interval: (n: number) => Ends = garwood): Point {
  return point(
    "garwood",
    `mean ${mean}`,
    mean,
    seeds,
    poissonDraw(mean),
    poissonCoverage(mean, interval),
    interval,
  );
}

export function binomialPoint(
  trials: number,
  p: number,
  seeds: number,
  interval: (k: number) => Ends = (k) => clopperPearson(k, trials),
): Point {
  const exact = binomialCoverage(trials, p, interval);
  return point(
    "clopper-pearson",
    `${trials} strikes, p ${p}`,
    p,
    seeds,
    binomialDraw(trials, p),
    exact,
    interval,
  );
}

/** Seeds are 1 .. `seeds`, never chosen. */
function point(
  method: Point["method"],
  truth: string,
  value: number,
  seeds: number,
  draw: Draw,
  exact: Coverage,
  interval: (count: number) => Ends,
): Point {
  const known = new Map<number, Ends>();
  let [below, above] = [0, 0];
  for (let seed = 1; seed <= seeds; seed++) {
    const count = draw(randomStream(seed, "coverage", method, truth));
    const ends = known.get(count) ?? interval(count);
    known.set(count, ends);
    if (value < ends.lower) below++;
    else if (value > ends.upper) above++;
  }
  const counted = { covered: (seeds - below - above) / seeds, below: below / seeds, above: above / seeds };
  const distance = Math.max(
    ...(["covered", "below", "above"] as const).map((which) => apart(counted[which], exact[which], seeds)),
  );
  const kept = exact.covered >= confidence - 1e-12 && Math.max(exact.below, exact.above) <= tail + 1e-12;
  return { method, truth, seeds, counted, exact, distance, passes: kept && distance <= widest };
}

/** Standard errors between a counted share and the exact one; an exact share of nothing allows nothing. */
function apart(counted: number, exact: number, seeds: number): number {
  const error = Math.sqrt((exact * (1 - exact)) / seeds);
  if (error > 0) return Math.abs(counted - exact) / error;
  return Math.abs(counted - exact) < 1e-9 ? 0 : Infinity;
}

export function coveragePoints(seeds: number): Point[] {
  return [
    ...expectedCounts.map((mean) => poissonPoint(mean, seeds)),
    ...binomials.map(([trials, p]) => binomialPoint(trials, p, seeds)),
  ];
}

const seedsOfStudy = 100_000;

/** Writes docs/studies/coverage.md. */
export function coverageStudy(): readonly string[] {
  const points = coveragePoints(seedsOfStudy);
  const report = reportOf(points);
  const folder = resolve(process.cwd(), "docs/studies");
  mkdirSync(folder, { recursive: true });
  writeFileSync(resolve(folder, "coverage.md"), report);
  const failed = points.filter(({ passes }) => !passes);
  if (failed.length > 0)
    throw new Error(`coverage does not hold at ${failed.map(({ truth }) => truth).join("; ")}`);
  return [report, "written to docs/studies/coverage.md"];
}

export function reportOf(points: readonly Point[]): string {
  const share = (value: number): string => (value * 100).toFixed(3);
  const rows = points.map(
    ({ method, truth, counted, exact, distance, passes }) =>
      `| ${method} | ${truth} | ${share(counted.covered)} | ${share(exact.covered)} | ${share(counted.below)} | ${share(exact.below)} | ${share(counted.above)} | ${share(exact.above)} | ${distance.toFixed(2)} | ${passes ? "yes" : "NO"} |`,
  );
  return `# Coverage of the intervals

Garwood and Clopper–Pearson intervals at 95 %, two-sided, on ${points[0]?.seeds ?? 0} draws a point (seeds 1 to ${points[0]?.seeds ?? 0}, none chosen).
All shares in percent. *Counted*: how often the interval held the truth. *Exact*: the same by summing the probability of every count.
*Below*, *above*: the truth lay below the interval, or above it; the methods promise at most 2.5 % each. A point passes when all three
counted shares lie within ${widest} standard errors of the exact ones (*distance* is the largest), and the exact ones keep the promise.
Both methods cover more than 95 % at small counts: that is their nature, and the price of never covering less.

| method | truth | covered, counted | exact | below, counted | exact | above, counted | exact | distance | passes |
|---|---|---|---|---|---|---|---|---|---|
${rows.join("\n")}

Made by \`npm run study -- coverage\`; a slice of it runs with every test.
`;
}
