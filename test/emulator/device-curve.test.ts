import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beamOf, stoppingPower } from "../../src/emulator/beam.ts";
import { bendel, bendelShare, crossSectionAt, weibull } from "../../src/emulator/device-curve.ts";
import { gpuHbmLike } from "../../src/emulator/devices/gpu-hbm-like.ts";
import { emulationSchema } from "../../src/emulator/emulation-schema.ts";
import { bendelValues } from "../science/published.ts";

describe("cross-sections against what strikes", () => {
  test.each(bendelValues)("Bendel, A = %d, B = %d, at %d MeV", (aMeV, bMeV, energyMeV, expected) => {
    expect(bendel({ aMeV, bMeV }, energyMeV) * 1e12).toBeCloseTo(expected, 5);
  });

  test("a proton of 67 MeV reaches .40, .24, .15 of saturation for A = 10, 20, 30; nothing below A", () => {
    for (const [aMeV, share] of [
      [10, 0.4],
      [20, 0.24],
      [30, 0.15],
    ] as const)
      expect(bendelShare(aMeV, 67)).toBeCloseTo(share, 1.9);
    expect(bendelShare(20, 20)).toBe(0);
    expect(bendel({ aMeV: 20, saturatedCm2: 4e-14 }, 1e6)).toBeCloseTo(4e-14, 16);
  });

  test("Weibull, by hand: 63.2 % one width above the onset whatever the shape, 1 − e^(−8) two widths above it at shape 3", () => {
    for (const shape of [0.7, 1, 3])
      expect(weibull({ saturatedCm2: 2, onset: 5, width: 10, shape }, 15)).toBeCloseTo(2 * 0.6321205588, 9);
    expect(weibull({ saturatedCm2: 2, onset: 5, width: 10, shape: 3 }, 25)).toBeCloseTo(2 * 0.9996645374, 9);
    expect(weibull({ saturatedCm2: 2, onset: 5, width: 10, shape: 1 }, 5)).toBe(0);
    // Close to its onset (x − x₀)/W to the first order.
    expect(weibull({ saturatedCm2: 1, onset: 0, width: 1, shape: 1 }, 1e-12)).toBeCloseTo(1e-12, 20);
  });

  test("every curve rises, and never above its saturation", () => {
    const curve = fc.record({
      saturatedCm2: fc.double({ min: 1e-16, max: 1, noNaN: true }),
      onset: fc.double({ min: 0, max: 50, noNaN: true }),
      width: fc.double({ min: 0.1, max: 100, noNaN: true }),
      shape: fc.double({ min: 0.3, max: 5, noNaN: true }),
    });
    const x = fc.double({ min: 0, max: 500, noNaN: true });
    fc.assert(
      fc.property(curve, x, x, (one, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const [less, more] = [weibull(one, low), weibull(one, high)];
        return less >= 0 && less <= more && more <= one.saturatedCm2;
      }),
      { seed: 4, numRuns: 500 },
    );
    expect(crossSectionAt({ flatCm2: 3 }, 1)).toBe(3);
  });
});

describe("dose of a beam", () => {
  // NIST PSTAR, electronic stopping power of silicon, MeV·cm²/g.
  test.each([
    [10, 34.58, 0.02],
    [67, 7.869, 0.01],
    [100, 5.836, 0.01],
    [200, 3.61, 0.01],
  ])("protons of %d MeV lose %d MeV·cm²/g in silicon", (energyMeV, expected, within) => {
    expect(Math.abs(stoppingPower(energyMeV) / expected - 1)).toBeLessThan(within);
  });

  test("one proton a cm² of 67 MeV is 1.26·10⁻⁷ rad(Si), an ion of LET 60 is 9.6·10⁻⁴; a stated dose holds, a neutron has none", () => {
    const dose = (beam: Parameters<typeof beamOf>[0]["beam"]): number =>
      beamOf({ beam, beamFluxPerCm2PerSecond: 0 }).doseRadSiPerFluence;
    const flux = { fluxPerCm2PerSecond: 1 };
    expect(dose({ species: "proton", energyMeV: 67, ...flux }) / 1.2606e-7).toBeCloseTo(1, 2);
    expect(dose({ species: "xenon", letMeVCm2PerMg: 60, ...flux })).toBeCloseTo(9.61e-4, 6);
    expect(dose({ species: "proton", energyMeV: 67, doseRadSiPerFluence: 2e-7, ...flux })).toBe(2e-7);
    expect(dose({ species: "neutron", energyMeV: 100, ...flux })).toBe(0);
  });
});

describe("a device in a rig file", () => {
  const world = (beam: object, board: object): object => ({
    ...beam,
    boards: { a: { accelerator: "cpu", format: "i8", ...board } },
  });
  const proton = { beam: { species: "proton", energyMeV: 67 } };
  const bits = { structures: { weights: { proton: { bendel: { aMeV: 20, bMeV: 24 } } } } };
  const issuesOf = (spec: object): string[] =>
    emulationSchema
      .safeParse(spec)
      .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

  test("the old flux key alone is a beam that nothing else is known of", () => {
    const spec = emulationSchema.parse(world({ beamFluxPerCm2PerSecond: 5 }, {}));
    expect(beamOf(spec)).toMatchObject({ fluxPerCm2PerSecond: 5, energyMeV: null, doseRadSiPerFluence: 0 });
    expect(issuesOf(world(proton, bits))).toEqual([]);
  });

  test("a curve that this beam cannot use is told with the key that lacks one", () => {
    expect(issuesOf(world({}, bits))).toEqual([
      "boards.a.structures.weights: a cross-section against energy or LET needs to know the beam: say emulation.beam, and not beamFluxPerCm2PerSecond",
    ]);
    const ion = { beam: { species: "xenon", letMeVCm2PerMg: 60 } };
    expect(issuesOf(world(ion, bits))).toEqual([
      "boards.a.structures.weights: no cross-section against LET: give it 'ion'",
    ]);
    expect(issuesOf(world(ion, { ...bits, crossSectionPerBitCm2: { weights: 1e-9 } }))).toEqual([]);
    expect(issuesOf(world(proton, { sefi: [{ block: "control" }] }))).toEqual([
      "boards.a.sefi.0: no cross-section against proton energy: give it 'proton'",
    ]);
  });

  test("a beam has an energy or a LET, whichever its particle strikes by", () => {
    expect(issuesOf(world({ beam: { species: "proton", letMeVCm2PerMg: 1 } }, {}))[0]).toMatch(
      /^beam.species: a proton strikes by its energy: give energyMeV$/,
    );
    expect(issuesOf(world({ beam: { species: "proton" } }, {}))[0]).toMatch(
      /either energyMeV or letMeVCm2PerMg/,
    );
    expect(
      issuesOf(world(proton, { structures: { weights: { proton: { bendel: { aMeV: 20 } } } } }))[0],
    ).toMatch(/boards.a.structures.weights/);
  });
});

test("the GPU preset takes for latches what its page calls so, and for SRAM the rest of what is on the die", () => {
  const page = readFileSync(new URL("../../docs/gpu.md", import.meta.url), "utf8");
  const [, named] = /has none: (.*?) are flip-flops and latches/.exec(page)!;
  // What befalls `control` is a SEFI, with a cross-section of its own.
  const latches = [...named!.matchAll(/`([a-z-]+)`/g)]
    .map(([, name]) => name!)
    .filter((name) => name !== "control");
  const sigma = (name: string): number => {
    const proton = gpuHbmLike.structures?.[name]?.proton;
    return proton !== undefined && "bendel" in proton ? (proton.bendel.saturatedCm2 ?? NaN) : NaN;
  };
  for (const name of Object.keys(gpuHbmLike.structures!).filter((each) => !each.startsWith("hbm")))
    expect([name, sigma(name) / sigma("registers")]).toEqual([
      name,
      expect.closeTo(latches.includes(name) ? 0.4 : 1, 9),
    ]);
});
