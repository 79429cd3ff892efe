import { describe, expect, test } from "vitest";
import { coefficientsAt, dipoleMoment } from "../../../src/science/geomagnetism/field-coefficients.ts";
import { epochsOf, readGsfcField } from "../../../src/science/geomagnetism/read-gsfc-field.ts";
import { readShc } from "../../../src/science/geomagnetism/read-shc.ts";
import { readFieldEpochs } from "../../../src/science/trapped/read-maps.ts";
import { orbitDataIsHere, orbitFolder, textsUnder } from "../maps-folder.ts";

const shc =
  "# a model\n1 1 2 2 1 1960 1970\n  1960.0 1970.0\n1 0 -30000 -29000\n1 1 -2000 -1000\n1 -1 5000 6000\n";
const dat = (title: string, year: number, g10: number): string =>
  `   ${title} \n  1  6371.2 ${year}.0\n   1  0 ${g10}.      0.\n   1  1  -2000.   5000.\n`;

describe("coefficients of the field out of files", () => {
  test(".shc: an epoch a column, m below 0 for h", () => {
    const [first, second] = readShc(shc, "a.shc");
    expect(first).toMatchObject({ year: 1960, degree: 1, g: [[0], [-30_000, -2_000]], h: [[0], [0, 5_000]] });
    expect(second).toMatchObject({ year: 1970, g: [[0], [-29_000, -1_000]], h: [[0], [0, 6_000]] });
  });

  test("GSFC's .dat: a model, and a secular variation that becomes the epoch five years on", () => {
    const model = readGsfcField(dat("igrf20", 2020, -29_000), "igrf2020.dat");
    const change = readGsfcField(dat("igrf20s", 2025, 10), "igrf2020s.dat");
    expect([model.secular, change.secular]).toEqual([false, true]);
    const epochs = epochsOf([model, change]);
    expect(epochs.map(({ year, g }) => [year, g[1]![0]])).toEqual([
      [2020, -29_000],
      [2025, -28_950],
    ]);
  });

  test("between epochs a coefficient runs straight; outside there is none", () => {
    const epochs = readShc(shc, "a.shc");
    const at1964 = coefficientsAt(epochs, 1964);
    expect(at1964.g[1]).toEqual([-29_600, -1_600]);
    expect(at1964.h[1]).toEqual([0, 5_400]);
    expect(dipoleMoment(at1964)).toBeCloseTo(Math.sqrt(29_600 ** 2 + 1_600 ** 2 + 5_400 ** 2), 9);
    expect(() => coefficientsAt(epochs, 1980)).toThrow(
      /no field of 1980: the coefficients at hand are of 1960, 1970/,
    );
    expect(() => coefficientsAt([], 1964)).toThrow(/of no year/);
  });

  test.each([
    ["another text", () => readShc("hello\n", "a.shc"), /a\.shc: not a \.shc file/],
    [
      "cut",
      () => readShc(shc.split("\n").slice(0, -2).join("\n"), "a.shc"),
      /2 coefficients where degree 1 has 3/,
    ],
    ["a line twice", () => readShc(shc.replace("1 1 -", "1 0 -"), "a.shc"), /stands twice/],
    ["a number that is none", () => readShc(shc.replace("-2000", "x"), "a.shc"), /n = 1, m = 1 is damaged/],
    ["another text", () => readGsfcField("hello\n", "b.dat"), /b\.dat: not a GSFC file/],
    [
      "a degree no memory holds",
      () => readGsfcField("dgrf65\n4000000000 6371.2 1965\n", "b.dat"),
      /b\.dat: not a GSFC file/,
    ],
    ["half a degree", () => readGsfcField("dgrf65\n1.5 6371.2 1965\n", "b.dat"), /not a GSFC file/],
    [
      "another radius",
      () => readGsfcField(dat("dgrf65", 1965, 1).replace("6371.2", "6378.1"), "b.dat"),
      /6378\.1 km/,
    ],
    [
      "cut",
      () => readGsfcField(dat("dgrf65", 1965, 1).split("\n").slice(0, 3).join("\n"), "b.dat"),
      /1 pairs/,
    ],
    [
      "damaged",
      () => readGsfcField(dat("dgrf65", 1965, 1).replace("5000.", "?"), "b.dat"),
      /is not a line 'n m g h'/,
    ],
  ])("%s is refused in one line", (_, read, message) => expect(read).toThrow(message));
});

if (!orbitDataIsHere) {
  test("NOT HELD AGAINST THE IGRF: ../shared/data/orbit is absent", () => {
    expect(orbitDataIsHere).toBe(false);
  });
} else {
  test("both formats of the IGRF give the same field of 1964 and 1970", () => {
    const texts = textsUnder(`${orbitFolder}/igrf`);
    const only = (pattern: RegExp): Map<string, string> =>
      new Map([...texts].filter(([name]) => pattern.test(name)));
    const [shcEpochs, datEpochs] = [readFieldEpochs(only(/shc$/)), readFieldEpochs(only(/dat$/))];
    expect(shcEpochs.length).toBe(26);
    for (const year of [1964, 1970]) {
      const [one, other] = [coefficientsAt(shcEpochs, year), coefficientsAt(datEpochs, year)];
      for (let n = 1; n <= 10; n++)
        for (let m = 0; m <= n; m++) {
          expect(one.g[n]![m]).toBeCloseTo(other.g[n]![m]!, 9);
          expect(one.h[n]![m]).toBeCloseTo(other.h[n]![m]!, 9);
        }
      // 0.3097 and 0.3083 G·Re³ are what the dipole coefficients of those years come to, by hand.
      expect(dipoleMoment(one)).toBeCloseTo(year === 1964 ? 30_969.9 : 30_829.2, 0);
    }
  });
}
