import { describe, expect, test } from "vitest";
import type { Supply } from "../../src/domain/equipment.ts";
import { RigError } from "../../src/domain/errors.ts";
import { beyondAbsolute, checkRails } from "../../src/rig/absolute-limits.ts";
import type { RigSpec } from "../../src/rig/rig-schema.ts";
import { rigSchema } from "../../src/rig/rig-schema.ts";

function rig(rail: Readonly<Record<string, unknown>>): RigSpec {
  return rigSchema.parse({
    rig: "limits",
    stations: { dut: { serial: "D", link: { tcp: "tcp://host:1" }, supply: { device: "psu", ...rail } } },
  });
}

const textsOf = (rail: Readonly<Record<string, unknown>>): string[] =>
  beyondAbsolute(rig(rail)).map(({ path, text }) => `${path.join(".")}: ${text}`);

describe("what the rig file sets, against what the board stands", () => {
  test.each([
    { milliV: 5000, absolute: { milliV: 5000 } },
    { milliV: 5000, tripMilliA: 900, warnMilliA: 800, holdMilliA: 300, absolute: { milliA: 900 } },
    { milliV: 30_000, tripMilliA: 5000 },
  ])("%j lies within", (rail) => expect(textsOf(rail)).toEqual([]));

  test("beyond it each key is named, with its place", () => {
    expect(
      textsOf({ milliV: 5001, tripMilliA: 901, warnMilliA: 901, absolute: { milliV: 5000, milliA: 900 } }),
    ).toEqual([
      expect.stringMatching(/^stations\.dut\.supply\.0\.milliV: 5001 mV .*absolute\.milliV 5000/) as string,
      expect.stringMatching(/^stations\.dut\.supply\.0\.warnMilliA: warnMilliA 901 /) as string,
      expect.stringMatching(/^stations\.dut\.supply\.0\.tripMilliA: tripMilliA 901 /) as string,
    ]);
  });

  test.each(["warnMilliA", "holdMilliA"])("a %s above the trip would never be seen", (key) => {
    expect(textsOf({ tripMilliA: 500, [key]: 501 })).toEqual([expect.stringContaining(`${key} 501`)]);
  });
});

describe("what the rig file sets, against what the opened supply can", () => {
  const opened = (milliV: number | null, tripMilliA: number | null): (() => void) => {
    const rail = {
      name: "main",
      device: "psu",
      limits: { milliV, tripMilliA },
      most: { milliV: 31_000, milliA: 5_100 },
    } as Supply;
    const spec = rig({ milliV: milliV ?? undefined, tripMilliA: tripMilliA ?? undefined });
    const climate = { dieWarnC: null, dieCutC: null, dewPointC: 15, jumpCPerSecond: 20 };
    const equipment = {
      injector: null,
      thermal: null,
      climate,
      beam: null,
      priorDoseRadSi: 0,
      rails: [rail],
    };
    return () => checkRails(spec, new Map([["dut", equipment]]), (path) => `rig.yaml:${path.join("/")}: `);
  };

  test("within it nothing is said", () => {
    expect(opened(31_000, 5_100)).not.toThrow();
    expect(opened(null, null)).not.toThrow();
  });

  test("beyond it the place in the file is named", () => {
    expect(opened(31_001, 5_101)).toThrow(RigError);
    expect(opened(31_001, null)).toThrow(/^rig.yaml:stations\/dut\/supply\/0\/milliV: 31001 mV .*31000 mV/);
    expect(opened(null, 5_101)).toThrow(/^rig.yaml:stations\/dut\/supply\/0\/tripMilliA: a trip at 5101 mA/);
  });
});
