import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RigError } from "../../../src/domain/errors.ts";
import { readCremeFlux } from "../../../src/science/creme/flux-file.ts";
import { readCremeDlt, readCremeLet } from "../../../src/science/creme/let-file.ts";
import { readCremeReport } from "../../../src/science/creme/report-file.ts";
import { orbitData, withOrbitData } from "../orbit-data.ts";

/** Cut down by hand from the head of CREME96's q800a90i.FLX: two ions, four points. */
const flux = `  5 small.FLX                                                             200 3
 %Created by CREME96:FLUX_DRIVER Version  200 on 02-Mar-22 at 06:55:00
 %ZMIN =  1 ZMAX =  2
 %IMODE  =   0 SOLAR-QUIET MODE: YEAR =  1977.0000
 % 1.0000E+00  4.6088E+05
 1.0000E+00  1.0000E+03      4      1      2  UNSHIELDED    1977.000  0 2  200 3

 0.0000E+00  2.0000E+00  .3000E+01
 4.0000-102

 5.0000E+00  6.0000E+00  7.0000E+00  8.0000E+00
`;
const letFile = (numbers: string, remark = "SILICON                      200 5"): string =>
  ` %Created by CREME96:LETSPEC_DRIVER\n 1.0000E+00  1.0000E+02      3      1     92  ${remark}\n\n ${numbers}\n`;

describe("flux files", () => {
  test("become spectra of ours: over 4π and per square centimetre, on the file's grid", () => {
    const { ions, comments, remark } = readCremeFlux(flux, "small.FLX");
    expect(ions.map(({ z, massNumber }) => [z, massNumber])).toEqual([
      [1, 1],
      [2, 4],
    ]);
    for (const { energyMeVPerNucleon } of ions)
      for (const [i, e] of [1, 10, 100, 1_000].entries()) expect(energyMeVPerNucleon[i]).toBeCloseTo(e, 9);
    // 2 m⁻² sr⁻¹ s⁻¹ × 4π sr × 1e-4 m²/cm², by hand.
    expect(ions[0]!.perCm2SecondMeVPerNucleon[1]).toBeCloseTo(2.5132741e-3, 9);
    expect(ions[0]!.perCm2SecondMeVPerNucleon[3]).toBeCloseTo(5.03e-105, 106);
    expect(ions[1]!.perCm2SecondMeVPerNucleon[3]).toBeCloseTo(1.00530965e-2, 9);
    expect(comments).toContain("IMODE  =   0 SOLAR-QUIET MODE: YEAR =  1977.0000");
    expect(remark).toContain("UNSHIELDED");
  });

  test("lines of Windows, and a first line that was lost, are read alike", () => {
    const { ions } = readCremeFlux(flux, "small.FLX");
    expect(readCremeFlux(flux.replaceAll("\n", "\r\n"), "small.FLX").ions).toEqual(ions);
    expect(readCremeFlux(flux.slice(flux.indexOf("\n") + 1), "small.FLX").ions).toEqual(ions);
  });

  test.each([
    [
      "a file cut off",
      flux.slice(0, -30),
      /small\.FLX:\d+: found the end after \d numbers; expected the 8 that the grid asks for/,
    ],
    ["numbers too many", `${flux} 9.0000E+00\n`, /small\.FLX:12: found more numbers; expected the 8/],
    [
      "a word among the numbers",
      flux.replace("6.0000E+00", "6.O000E+00"),
      /small\.FLX:11: found '6\.O000E\+00'; expected a flux of 0 or more/,
    ],
    ["a flux below 0", flux.replace("6.0000E+00", "-6.000E+00"), /small\.FLX:11: found '-6\.000E\+00'/],
    ["not a number", flux.replace("6.0000E+00", "NaN"), /small\.FLX:11/],
    [
      "a grid that falls",
      flux.replace("1.0000E+03      4", "1.0000E-03      4"),
      /small\.FLX:6: .*expected the grid/,
    ],
    ["points by the million", flux.replace("      4      1", "9999999      1"), /small\.FLX:6/],
    ["an ion there is none of", flux.replace("1      2  UNSH", "1     93  UNSH"), /small\.FLX:6/],
    ["nothing at all", "", /small\.FLX:1: found no line of the grid; expected/],
    ["a picture", "\u0089PNG\u001a\u0000\u001b[31m", /small\.FLX:1: found '·PNG··/],
  ])("%s is refused with its line", (_, text, message) => {
    expect(() => readCremeFlux(text, "small.FLX")).toThrow(RigError);
    expect(() => readCremeFlux(text, "small.FLX")).toThrow(message);
  });
});

describe("LET files", () => {
  test("a differential one by the trapezoid, an integral one by differences: both in bins between the points", () => {
    const dlt = readCremeDlt(letFile("8.0 4.0 0.0"), "a.DLT").spectrum;
    for (const [i, edge] of [1, 10, 100].entries()) expect(dlt.edgesMeVCm2PerG[i]).toBeCloseTo(edge, 9);
    // (8 + 4)/2 × 9 and (4 + 0)/2 × 90, × 4π·1e-4.
    const scale = 4 * Math.PI * 1e-4;
    expect(dlt.perCm2Second.map((f) => f / scale)).toEqual([expect.closeTo(54, 9), expect.closeTo(180, 9)]);
    const integral = readCremeLet(letFile("9.0 3.0 0.5"), "a.LET").spectrum;
    expect(integral.perCm2Second.map((f) => f / scale)).toEqual([
      expect.closeTo(6, 9),
      expect.closeTo(2.5, 9),
    ]);
  });

  test("a differential file taken for an integral one, and LET in another material, are refused", () => {
    expect(() => readCremeLet(letFile("0.0 3.0 0.5"), "a.LET")).toThrow(
      /a\.LET:4: found an integral spectrum that rises at 10\.00.*is it a \.DLT file\?/,
    );
    expect(() => readCremeDlt(letFile("1 1 1", "GALLIUM ARSENIDE"), "a.DLT")).toThrow(
      /a\.DLT:2: found LET in 'GALLIUM/,
    );
  });
});

const report = `  3 a.HUP                                                                 20010
 %ZMIN =  2 ZMAX = 92

  REPORT NO.    1:   LM7912
  RPP Dimensions: X =   44.72136  Y =   44.72136  Z =    1.00000 microns.
  Funnel length =     .00000 microns.
  CROSS-SECTION INPUT   4  WEIBULL FIT:
      ONSET   =      .500 MeV-cm2/milligram
      WIDTH   =    30.000 MeV-cm2/milligram
      POWER   =     1.000 (dimensionless)
      PLATEAU =  2000.000 square microns/bit
  Number of bits =   1.00000E+02
  Rates:      SEEs/bit/second     /bit/day    /device/second    /device/day
  *****   1     1.00594E-09     8.69132E-05     1.00594E-07     8.69132E-03
`;

describe("reports of rates", () => {
  test("by ions", () => {
    expect(readCremeReport(report, "a.HUP")).toEqual([
      {
        device: "LM7912",
        response: {
          kind: "ions",
          boxMicrometres: [44.72136, 44.72136, 1],
          onsetMeVCm2PerMg: 0.5,
          widthMeVCm2PerMg: 30,
          power: 1,
          plateauCm2PerBit: 2e-5,
        },
        bits: 100,
        perBitSecond: 1.00594e-9,
        perDeviceSecond: 1.00594e-7,
      },
    ]);
  });

  test.each([
    ["no report", "hello", /a\.HUP:1: found no 'REPORT NO\.'/],
    [
      "a report without rates",
      report.slice(0, report.indexOf("  *****")),
      /a\.HUP:4: found report of 'LM7912' without its rates/,
    ],
    ["another response than a Weibull", report.replace("POWER", "TABLE"), /without the power of a Weibull/],
    ["an onset that is no number", report.replace(".500 MeV", "*.500 MeV"), /a\.HUP:8: found 'ONSET/],
  ])("%s is refused", (_, text, message) => {
    expect(() => readCremeReport(text, "a.HUP")).toThrow(RigError);
    expect(() => readCremeReport(text, "a.HUP")).toThrow(message);
  });
});

describe("garbage", () => {
  const readers = [readCremeFlux, readCremeDlt, readCremeLet, readCremeReport];
  const readsOrRefuses = (text: string): void => {
    for (const read of readers)
      try {
        read(text, "any");
      } catch (error) {
        if (
          !(error instanceof RigError) ||
          error.code !== "config" ||
          !/^any:\d+: found .*; expected /.test(error.message)
        )
          throw error;
      }
  };

  test("is read or refused with a line, never crashed on", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), readsOrRefuses), {
      seed: 5,
      numRuns: 300,
    });
  });

  test("real files with anything in the place of some of their text, likewise", () => {
    const mangled = fc
      .tuple(
        fc.constantFrom(flux, letFile("9 3 1"), report),
        fc.nat(700),
        fc.nat(20),
        fc.string({ unit: "binary", maxLength: 8 }),
      )
      .map(([text, at, length, put]) => text.slice(0, at) + put + text.slice(at + length));
    fc.assert(fc.property(mangled, readsOrRefuses), { seed: 5, numRuns: 500 });
  });
});

withOrbitData("a CREME96 run of 800 km, 90°", () => {
  const folder = "creme96_800km_90deg";

  test("its differential and integral LET spectra are one spectrum, to 0.3 % above 1.5, 32 and 330 MeV·cm²/g", () => {
    const dlt = readCremeDlt(orbitData(`${folder}/q800a90i100.DLT`), "q800a90i100.DLT").spectrum;
    const integral = readCremeLet(orbitData(`${folder}/q800a90i100.LET`), "q800a90i100.LET").spectrum;
    expect(dlt.edgesMeVCm2PerG).toHaveLength(1_002);
    expect(dlt.perCm2Second).toHaveLength(1_001);
    const above = (bins: readonly number[], from: number): number =>
      bins.slice(from).reduce((a, b) => a + b, 0);
    for (const from of [43, 300, 500])
      expect(Math.abs(above(dlt.perCm2Second, from) / above(integral.perCm2Second, from) - 1)).toBeLessThan(
        0.003,
      );
    // The file's first number: 1.1382E+05 m⁻² sr⁻¹ s⁻¹ of everything.
    expect(above(integral.perCm2Second, 0) / (4 * Math.PI * 1e-4)).toBeCloseTo(1.1382e5, -2);
  });

  test("its reports are read: two devices by ions, one by protons (oracles #1 to #3)", () => {
    const ions = readCremeReport(orbitData(`${folder}/q800a90i100Z2.HUP`), "q800a90i100Z2.HUP");
    expect(ions.map(({ device, perDeviceSecond }) => [device, perDeviceSecond])).toEqual([
      ["LM7912", 1.00594e-7],
      ["ATMEGA1280", 2.54608e-9],
    ]);
    const [protons] = readCremeReport(orbitData(`${folder}/q800a90i100.PUP`), "q800a90i100.PUP");
    expect(protons).toMatchObject({
      perDeviceSecond: 1.10564e-9,
      response: { kind: "protons", onsetMeV: 30, widthMeV: 10, power: 1, plateauCm2PerBit: 1e-11 },
    });
  });
});
