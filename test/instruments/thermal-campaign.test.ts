import { describe, expect, test } from "vitest";
import type { Rec } from "../../src/domain/records.ts";
import { campaignOn, injection } from "../campaign/emulated.ts";

/** A board on a maker's heater, all in memory: what reaches the record is what the heater said on its wire. */
const rig = (device: string, quirks: string): string => `
rig: small
stations:
  dut:
    serial: D-1
    link: { memory: dut }
    injector: { device: box, targets: [weights] }
    thermal: { device: heater, channel: 1 }
devices:
  box: { protocol: radrig, serial: B-1, link: { memory: box } }
  heater: { serial: "4711", link: { memory: heater }, ${device} }
emulation:
  instruments:
    heater: { ${quirks} }
  boards:
    dut: { accelerator: cpu, format: i8 }
`;

const heaters: [protocol: string, device: string][] = [
  ["mecom", "protocol: mecom, address: 2"],
  ["ez-zone", "protocol: ez-zone"],
];

/** To 60 °C at 60 °C/min, there for half a minute, two strikes; and the same at 30 °C. */
const twoTemperatures = injection(
  "strikes: 2",
  `, thermal: [${[60, 30]
    .map((toC) => `{ ramp: { toC: ${toC}, rateCPerMin: 60 } }, { hold: { seconds: 30 } }, run`)
    .join(", ")}]`,
);

const ofType = <T extends Rec["type"]>(records: readonly Rec[], type: T): Extract<Rec, { type: T }>[] =>
  records.filter((record): record is Extract<Rec, { type: T }> => record.type === type);

describe.each(heaters)("a campaign on %s", (protocol, device) => {
  test("brings its board to each temperature at the rate asked", async () => {
    const { records } = await campaignOn(rig(device, `is: ${protocol}`), [twoTemperatures]);
    const thermal = ofType(records, "thermal");
    const held = thermal.filter(({ doing }) => doing === "hold");
    expect(new Set(held.map(({ reading }) => Math.round(reading.setC!)))).toEqual(new Set([60, 30]));
    for (const { reading } of held) {
      expect(Math.abs(reading.objectC - reading.setC!)).toBeLessThan(2.5);
      expect(reading.on).toBe(true);
    }
    // From 25 to 58 °C at 1 °C/s, looked at each second.
    const ramp = thermal.filter(({ doing, reading }) => doing === "ramp" && reading.setC! > 59);
    expect(ramp.length).toBeGreaterThan(28);
    expect(ramp.length).toBeLessThan(37);
    expect(ofType(records, "run_end").map(({ endReason }) => endReason)).toEqual(["strikes", "strikes"]);
    expect(ofType(records, "bench_fault")).toEqual([]);
  });

  test.each([
    ["a sensor that comes off", "sensorOpen: { atSeconds: 50 }", "sensor_implausible", 0],
    // Waited for: both temperatures are made after it is back.
    ["a pulled cable", "unplugged: [{ atSeconds: 50, goneMs: 20000 }]", "unplugged", 4],
  ])(
    "%s is a bench fault by its name, and no run is made without a temperature",
    async (_, quirk, what, strikesAfter) => {
      const { records } = await campaignOn(rig(device, `is: ${protocol}, ${quirk}`), [twoTemperatures]);
      const faults = ofType(records, "bench_fault").filter(({ device: name }) => name === "heater");
      expect(faults.map((fault) => fault.what)).toContain(what);
      const back = faults.find((fault) => fault.what === "back")?.tNs ?? Infinity;
      const strikes = ofType(records, "strike").map(({ tNs }) => tNs);
      expect([strikes.length, strikes.filter((tNs) => tNs > back).length]).toEqual([
        strikesAfter,
        strikesAfter,
      ]);
    },
  );
});
