import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/domain/random.ts";
import { countTable } from "../../../src/science/fit/beam-point.ts";
import type { BeamPoint } from "../../../src/science/fit/beam-point.ts";
import { bendel1, bendel2, crossSectionAt, weibull } from "../../../src/science/fit/curve.ts";
import { curveSearch } from "../../../src/science/fit/curve-search.ts";
import { fitCurve } from "../../../src/science/fit/fit-curve.ts";
import type { CurveRequest } from "../../../src/science/fit/fit-curve.ts";
import { maximumLikelihood } from "../../../src/science/fit/maximum-likelihood.ts";
import { profileInterval } from "../../../src/science/fit/profile-interval.ts";
import { elevenPoints } from "./oracle-points.ts";
import { bendelValues } from "../published.ts";

const quick = { replicas: 60, sweeps: 4000, warmUp: 1000, draws: 2000 };
const request = (points: readonly BeamPoint[], more: Partial<CurveRequest> = {}): CurveRequest => ({
  name: "seu",
  points,
  curve: "weibull",
  against: "let",
  ...more,
});
const searchOf = (points: readonly BeamPoint[]) => curveSearch(countTable(points, "let"), weibull("let"));

describe("the eleven points (orbital-model.md §10 #20, scipy)", () => {
  const search = searchOf(elevenPoints());
  const best = maximumLikelihood(search);

  test("the best Weibull curve: 1e-3 on the plateau, 2e-2 on the shape, 1e-4 on the deviance", () => {
    expect(best.plateauCm2 / 2.449253e-4).toBeCloseTo(1, 5);
    [1.57943, 13.52108, 1.6986].forEach((value, k) =>
      expect(Math.abs(best.shape[k]! / value - 1)).toBeLessThan(1e-4),
    );
    expect(Math.abs(2 * best.halfDeviance - 3.948480024)).toBeLessThan(1e-6);
  });

  test("95 % of the plateau by profile: 2.1976e-4 to 2.7389e-4", () => {
    const { lower, upper } = profileInterval(search, best, { crossSectionAt: Infinity });
    expect(lower! / 2.1976404758884854e-4).toBeCloseTo(1, 4);
    expect(upper! / 2.7388816342345854e-4).toBeCloseTo(1, 4);
  });

  test("a scale common to all points widens the plateau and leaves the shape", () => {
    const shared = searchOf(elevenPoints(0.1));
    const top = maximumLikelihood(shared);
    expect(top.shape[1]).toBeCloseTo(best.shape[1]!, 4);
    expect(top.logScales[0]).toBeCloseTo(0, 12);
    const { lower, upper } = profileInterval(shared, top, { crossSectionAt: Infinity });
    // Independent errors add in quadrature, in logarithms.
    const counted = Math.log(2.7388816e-4 / 2.1976405e-4) / 2;
    expect(Math.log(upper! / lower!) / 2 / Math.hypot(counted, 1.96 * 0.1)).toBeCloseTo(1, 1);
    const width = (points: BeamPoint[]): number => {
      const own = searchOf(points);
      const found = profileInterval(own, maximumLikelihood(own), { parameter: "width" });
      return found.upper! - found.lower!;
    };
    expect(width(elevenPoints(0.1))).toBeCloseTo(width(elevenPoints()), 2);
  });

  test("a session in error is found against the others, and drawn halfway", () => {
    const doubled = elevenPoints(0.3, (i) => (i % 2 === 0 ? "a" : "b")).map((point, i) =>
      i % 2 === 0 ? point : { ...point, fluencePerCm2: point.fluencePerCm2 * 1.5 },
    );
    const top = maximumLikelihood(searchOf(doubled));
    expect(top.logScales[0]! - top.logScales[1]!).toBeCloseTo(Math.log(1.5), 1);
    expect(top.logScales[0]! + top.logScales[1]!).toBeCloseTo(0, 8);
    expect(top.plateauCm2 / (2.449253e-4 / Math.sqrt(1.5))).toBeCloseTo(1, 1);
  });

  test("the whole fit: support, goodness, intervals that agree, limits above the curve", () => {
    const fit = fitCurve(request(elevenPoints()), randomStream(1, "fit"), quick);
    expect(fit).toMatchObject({ support: "curve", reasons: [], cautions: [], events: 953 });
    const { goodness, profile, bootstrap } = fit.best!;
    expect(goodness.pearson).toBeCloseTo(3.9864703794, 4);
    expect(goodness.degrees).toBe(7);
    expect(goodness.deviancePValue).toBeGreaterThan(0.5);
    expect(fit.posterior!.convergence.converged).toBe(true);
    for (const name of ["plateau", "width", "exponent"] as const) {
      const [p, b] = [profile[name]!, bootstrap[name]!];
      expect(Math.log(b.upper / b.lower) / Math.log(p.upper! / p.lower!)).toBeGreaterThan(0.7);
      expect(Math.log(b.upper / b.lower) / Math.log(p.upper! / p.lower!)).toBeLessThan(1.4);
    }
    for (const { at, upperCm2 } of fit.limits)
      expect(upperCm2).toBeGreaterThan(crossSectionAt(weibull("let"), 2.449e-4, [1.579, 13.52, 1.699], at));
    const again = fitCurve(request(elevenPoints()), randomStream(1, "fit"), quick);
    expect(again).toEqual(fit);
  });
});

describe("what counts do not support", () => {
  const at = (letMeVCm2PerMg: number, events: number, fluencePerCm2 = 1e7): BeamPoint => ({
    events,
    fluencePerCm2,
    letMeVCm2PerMg,
    sessionId: "a",
    relFluenceUncertainty1Sigma: 0,
  });

  test("no event: the one-sided limit of a count, over the fluence at and above each LET", () => {
    const fit = fitCurve(request([at(10, 0), at(40, 0)]), randomStream(1));
    expect(fit).toMatchObject({ support: "limit", best: null, posterior: null });
    expect(fit.reasons[0]).toMatch(/^no event in 2\.000e\+7 per cm² at LET 10, 40/);
    expect(fit.limits.map(({ upperCm2 }) => upperCm2)).toEqual([
      expect.closeTo(2.9957322735539895 / 2e7, 12),
      expect.closeTo(2.9957322735539895 / 1e7, 12),
    ]);
    expect(fit.limits[0]).toMatchObject({ sides: "upper", confidence: 0.95 });
  });

  test("too few places with events: why, and a limit; with a prior of every number a posterior", () => {
    const points = [at(1, 0), at(10, 20), at(40, 60)];
    const fit = fitCurve(request(points), randomStream(1));
    expect(fit.support).toBe("limit");
    expect(fit.reasons[0]).toMatch(
      /too few points with events: 2 LET values \(10, 40 MeV·cm²\/mg\) for the 4 free numbers/,
    );
    const lognormal = (median: number) => ({ kind: "lognormal", median, logSigma: 0.4 }) as const;
    const priors = {
      threshold: { kind: "uniform", from: 0, to: 10 },
      width: lognormal(30),
      exponent: lognormal(1.5),
    } as const;
    const held = fitCurve(request(points, { priors }), randomStream(1), quick);
    expect(held).toMatchObject({ support: "prior", best: null });
    expect(held.posterior!.convergence.converged).toBe(true);
  });

  test("two fixed numbers make three places enough", () => {
    const fixed = { threshold: 0.5, exponent: 1.5 };
    const fit = fitCurve(request([at(1, 5), at(10, 200), at(40, 600)], { fixed }), randomStream(1), quick);
    expect(fit.support).toBe("curve");
    expect(fit.best!.shape).toMatchObject(fixed);
    expect(Object.keys(fit.best!.profile)).toEqual(["plateau", "width"]);
  });

  test("no plateau: the upper end stays open and a caution says so", () => {
    // σ as (LET)^1.5, far below any plateau.
    const power = [2, 4, 8, 16, 32].map((l) => at(l, Math.round(20 * l ** 1.5), 1e7));
    const fit = fitCurve(request(power), randomStream(1), quick);
    expect(fit.best!.profile.plateau!.upper).toBeNull();
    expect(fit.cautions.join()).toMatch(/no plateau/);
    // The posterior's curves stay bounded where the counts are, although its parameters are not known.
    const { plateauCm2, shape } = fit.posterior!.curves[0]!;
    const values = Array.from(plateauCm2, (plateau, i) =>
      crossSectionAt(
        weibull("let"),
        plateau,
        shape.map((column) => column[i]!),
        16,
      ),
    ).sort((a, b) => a - b);
    expect(values[100]! * 1e7).toBeGreaterThan(1280 - 5 * 36);
    expect(values[1900]! * 1e7).toBeLessThan(1280 + 5 * 36);
  });

  test("counts that scatter more than Poisson's widen the intervals, and say so", () => {
    // Each count of the eleven moved by three of its own standard deviations, to and fro.
    const wild = elevenPoints().map((point, i) => ({
      ...point,
      events:
        point.events < 5
          ? point.events
          : Math.round(point.events + (i % 2 === 0 ? 3 : -3) * Math.sqrt(point.events)),
    }));
    const fit = fitCurve(request(wild), randomStream(1), quick);
    expect(fit.best!.widenedFor).toBeGreaterThan(4);
    expect(fit.cautions.join()).toMatch(/scatter .* times as widely as Poisson's/);
    const plain = searchOf(wild);
    const narrow = profileInterval(plain, maximumLikelihood(plain), { crossSectionAt: 10 });
    const wide = fit.best!.profile.plateau!;
    expect(wide.upper! / wide.lower!).toBeGreaterThan(narrow.upper! / narrow.lower!);
  });
});

describe("what cannot be is refused in one line", () => {
  const [good] = elevenPoints();
  const refused = (point: Partial<BeamPoint>, more: Partial<CurveRequest> = {}) => {
    const points = [{ ...good!, ...point }, ...elevenPoints().slice(1)];
    return () => fitCurve(request(points, more), randomStream(1), quick);
  };
  test.each([
    [{ letMeVCm2PerMg: -3 }, {}, /LET -3 MeV·cm²\/mg, expected above 0/],
    [{ letMeVCm2PerMg: null }, {}, /has no LET/],
    [{ fluencePerCm2: 0 }, {}, /a cross-section without exposure: fluence 0/],
    [{ events: -1 }, {}, /-1 is no count of events/],
    [{ events: 2.5 }, {}, /2.5 is no count/],
    [{ tiltDeg: 90 }, {}, /tilt 90°/],
    [{ relFluenceUncertainty1Sigma: 10 }, {}, /uncertainty 10, expected a share/],
    [{ backgroundEvents: -1 }, {}, /-1 background events/],
    [{}, { against: "energy" }, /has no energy/],
    [{}, { fixed: { threshold: 70 } }, /threshold 70 lies above all data: the highest LET measured is 62.5/],
    [{}, { fixed: { threshold: 2 } }, /threshold 2 lies above LET 1.8, where events were counted/],
    [{}, { fixed: { a: 2 } }, /a weibull curve has no 'a'/],
    [{}, { curve: "bendel2" }, /of proton energy, not of LET/],
    [{}, { priors: { width: { kind: "lognormal", median: -1, logSigma: 1 } } }, /prior of width/],
  ] as [Partial<BeamPoint>, Partial<CurveRequest>, RegExp][])("%o %o", (point, more, message) => {
    expect(refused(point, more)).toThrow(message);
    expect(refused(point, more)).toThrow(expect.objectContaining({ code: "config" }));
    expect(refused(point, more)).not.toThrow(/\n/);
  });

  test("no point at all", () => {
    expect(() => fitCurve(request([]), randomStream(1))).toThrow(/there is none/);
  });
});

describe("points", () => {
  test("a tilted ion counts as LET/cos at fluence·cos, or as it came; steep ones are cautioned", () => {
    const tilted = elevenPoints().map((point) => ({ ...point, tiltDeg: 60 }));
    expect(countTable(tilted, "let").at[0]).toBeCloseTo(2.4, 9);
    expect(countTable(tilted, "let").fluencePerCm2[0]).toBeCloseTo(5e6, 3);
    expect(countTable(tilted, "let", "none").at[0]).toBe(1.2);
    const steep = elevenPoints().map((point) => ({ ...point, tiltDeg: 70 }));
    expect(fitCurve(request(steep), randomStream(1), quick).cautions[0]).toMatch(
      /11 of 11 points are tilted beyond 60°/,
    );
  });

  test("runs of like conditions added together leave every answer as it was", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(10), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 2, max: 6 }),
        (cuts, parts) => {
          const split = elevenPoints(0.1).flatMap((point, i) => {
            const share = cuts[i % cuts.length]! / 20 + 0.1;
            const first = Math.floor(point.events * share);
            const pieces = [
              { ...point, events: first, fluencePerCm2: point.fluencePerCm2 * share },
              { ...point, events: point.events - first, fluencePerCm2: point.fluencePerCm2 * (1 - share) },
            ];
            return i % parts === 0 ? pieces : [point];
          });
          const [whole, cut] = [countTable(elevenPoints(0.1), "let"), countTable(split, "let")];
          expect(cut.events).toEqual(whole.events);
          cut.fluencePerCm2.forEach((value, i) => expect(value / whole.fluencePerCm2[i]!).toBeCloseTo(1, 12));
        },
      ),
      { numRuns: 50, seed: 3 },
    );
  });

  test("known background is in the expectation: the same curve from counts with it as from counts without", () => {
    const clean = maximumLikelihood(searchOf(elevenPoints()));
    const noisy = elevenPoints().map((point) => ({
      ...point,
      events: point.events + 40,
      backgroundEvents: 40,
    }));
    const found = maximumLikelihood(searchOf(noisy));
    expect(found.plateauCm2 / clean.plateauCm2).toBeCloseTo(1, 1);
    expect(found.shape[1]! / clean.shape[1]!).toBeCloseTo(1, 0);
    const unaware = maximumLikelihood(searchOf(noisy.map((point) => ({ ...point, backgroundEvents: 0 }))));
    expect(unaware.shape[0]).toBeLessThan(1.2);
  });
});

describe("Bendel's curves (orbital-model.md §5.1, 1e-5)", () => {
  test.each(bendelValues)("A %d, B %d at %d MeV: %f e-12 cm²/bit", (a, b, energy, expected) => {
    const plateau = (b / a) ** 14 * 1e-12;
    expect(crossSectionAt(bendel2, plateau, [a], energy) / (expected * 1e-12)).toBeCloseTo(1, 5);
    if (b === 24)
      expect(crossSectionAt(bendel1(1), bendel1(1).plateauOf!([a]), [a], energy)).toBeCloseTo(
        expected * 1e-12,
        17,
      );
  });

  test.each([
    [10, 0.4],
    [20, 0.24],
    [30, 0.15],
  ])("A %d: σ(67) is %f of the plateau (§10)", (a, share) => {
    expect(crossSectionAt(bendel2, 1, [a], 67)).toBeCloseTo(share, 2);
  });

  const energies = [30, 60, 100, 200];
  const exact = energies.map((energyMeV) => ({
    events: Math.round(crossSectionAt(bendel2, 1e-9, [15], energyMeV) * 1e13),
    fluencePerCm2: 1e13,
    energyMeV,
    sessionId: "a",
    relFluenceUncertainty1Sigma: 0,
  }));

  test("two parameters are found again from counts without scatter, and one", () => {
    const fit = fitCurve(request(exact, { curve: "bendel2", against: "energy" }), randomStream(1), quick);
    expect(fit.best!.plateauCm2 / 1e-9).toBeCloseTo(1, 2);
    expect(fit.best!.shape.a).toBeCloseTo(15, 1);
    const bits = 1e-9 / ((24 / 15) ** 14 * 1e-12);
    const one = fitCurve(
      request(exact, { curve: "bendel1", against: "energy", bits }),
      randomStream(1),
      quick,
    );
    expect(one.best!.shape.a).toBeCloseTo(15, 1);
    const { lower, upper } = one.best!.profile.plateau!;
    expect(lower!).toBeLessThan(1e-9);
    expect(upper!).toBeGreaterThan(1e-9);
    expect(() => fitCurve(request(exact, { curve: "bendel1", against: "energy" }), randomStream(1))).toThrow(
      /how many bits/,
    );
  });
});
