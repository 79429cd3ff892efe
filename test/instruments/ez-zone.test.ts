import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import type { ThermalReading } from "../../src/domain/equipment.ts";
import type { Reply } from "../../src/domain/reply.ts";
import type { ThermalInstrument } from "../../src/instruments/driver.ts";
import { offBus, onBus, wordsOf } from "../../src/instruments/ez-zone-registers.ts";
import { memoryPair } from "../../src/link/memory.ts";
import { fixtureOf } from "./conformance.ts";
import type { Fixture } from "./fixture.ts";
import { emulatedOn, instrumentBench } from "./instrument-bench.ts";
import type { InstrumentBench } from "./instrument-bench.ts";
import { delayed, smooth } from "./rough-wire.ts";

const fixture = fixtureOf("ez-zone");
const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(" ", ""), "hex");
const hex = (chunk: Uint8Array): string =>
  Array.from(chunk, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(" ");

interface Chamber extends InstrumentBench {
  readonly chamber: ThermalInstrument;
}

function bench(
  quirks: Readonly<Record<string, unknown>> = {},
  settings: Readonly<Record<string, unknown>> = {},
  more: Partial<Fixture> = {},
): Chamber {
  const whole = instrumentBench({ ...fixture, quirks, settings, ...more });
  return { ...whole, chamber: whole.instrument as ThermalInstrument };
}

function value(reply: Reply<ThermalReading>): ThermalReading {
  if (reply.kind !== "ok") throw new Error(`${reply.kind}: ${JSON.stringify(reply)}`);
  return reply.value;
}

describe("published frames (bench-protocols 3.2)", () => {
  test("the emulated controller takes them, and sends them", async () => {
    const clock = virtualClock();
    const [host, device] = memoryPair("chamber");
    const { world } = emulatedOn(device, fixture, clock);
    let heard: Uint8Array[] = [];
    void (async () => {
      for await (const chunk of host.chunks) heard.push(chunk);
    })();
    const ask = async (request: string): Promise<string> => {
      heard = [];
      await host.write(bytes(request));
      await clock.sleep(50);
      return hex(Buffer.concat(heard));
    };
    // 78.2959 °F, as the float of the published reply says.
    world.heat("a", true, (78.2958755493164 - 32) / 1.8);
    await clock.sleep(10_000);
    expect(await ask("01 03 01 68 00 02 44 2B")).toBe("01 03 04 97 7D 42 9C 76 96");
    expect(await ask("01 10 08 70 00 02 04 00 00 42 96 23 85")).toBe("01 10 08 70 00 02 42 73");
    expect(await ask("01 06 09 BA 00 0F EB B7")).toBe("01 06 09 BA 00 0F EB B7");
    // Register 9999 is none: 01 03 27 0F 00 01, its CRC worked out bit by bit outside this program.
    expect(await ask("01 03 27 0F 00 01 BE BD")).toBe("01 83 02 C0 F1");
    expect(await ask("01 03 01 68 00 02 44 2C")).toBe("");
    expect(await ask("02 03 01 68 00 02 44 18")).toBe("");
  });

  test("the driver sends them", async () => {
    const { chamber, wire } = bench({ speaks: "F" }, { busUnit: "C" });
    await chamber.zone(1).read();
    await chamber.zone(1).set(75, null);
    const sent = wire.exchanges.map(({ command }) => hex(command));
    expect(sent).toContain("01 03 01 68 00 02 44 2B");
    expect(sent).toContain("01 06 09 BA 00 0F EB B7");
    expect(sent).toContain("01 10 08 70 00 02 04 00 00 42 96 23 85");
  });

  test("on a bus in °F, 75 °F are written for 23.89 °C", async () => {
    const { chamber, wire } = bench();
    await chamber.zone(1).set((75 - 32) / 1.8, null);
    expect(wire.exchanges.map(({ command }) => hex(command))).toContain(
      "01 10 08 70 00 02 04 00 00 42 96 23 85",
    );
  });

  test("temperatures and words", () => {
    expect(wordsOf(75)).toEqual([0x0000, 0x4296]);
    expect(wordsOf(78.2958755493164)).toEqual([0x977d, 0x429c]);
    // The temperature that the manual prints beside that frame, whose bytes would be others.
    expect(wordsOf(78.204)).toEqual([0x6873, 0x429c]);
    expect([onBus(25, "F"), onBus(-40, "F"), onBus(85, "F"), onBus(25, "C")]).toEqual([77, -40, 185, 25]);
    expect([offBus(77, "F"), offBus(-40, "F"), offBus(185, "F"), offBus(25, "C")]).toEqual([25, -40, 85, 25]);
  });

  test("a temperature survives the bus to a hundredth of a degree", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -100, max: 400, noNaN: true }),
        fc.constantFrom("F", "C"),
        (celsius, unit) => {
          expect(offBus(Math.fround(onBus(celsius, unit)), unit)).toBeCloseTo(celsius, 2);
        },
      ),
      { seed: 32, numRuns: 500 },
    );
  });
});

describe("a loop", () => {
  test.each([
    ["°F", {}, {}],
    ["°C, switched on by the driver", {}, { busUnit: "C" }],
    [
      "°C, with a set point that stays in °F",
      { setPointFollowsUnit: false },
      { busUnit: "C", setPointUnit: "F" },
    ],
    ["°F of an old firmware", { hasUnitRegister: false }, {}],
    ["°F with the high word first", { wordOrder: "high-first" }, { wordOrder: "high-first" }],
  ])("goes to its set point at the rate asked on a bus in %s", async (_, quirks, settings) => {
    const { chamber, clock, world } = bench(quirks, settings);
    const loop = chamber.zone(1);
    expect(value(await loop.read())).toMatchObject({ on: false, faults: [], stable: null, sinkC: null });
    expect((await loop.set(85, 30)).kind).toBe("ok");
    await clock.sleep(60_000);
    const half = value(await loop.read());
    expect(half.objectC).toBeGreaterThan(53);
    expect(half.objectC).toBeLessThan(57);
    expect(half).toMatchObject({ on: true, outputPercent: 100 });
    expect(half.setC).toBeCloseTo(85, 3);
    await clock.sleep(61_000);
    expect(world.sense("a").blockC).toBeCloseTo(85, 3);
    // Without a rate it goes as fast as it can: 5 °C/s here.
    expect((await loop.set(35, null)).kind).toBe("ok");
    await clock.sleep(11_000);
    expect(value(await loop.read()).objectC).toBeCloseTo(35, 2);
    expect((await loop.off()).kind).toBe("ok");
    expect(value(await loop.read()).on).toBe(false);
    await clock.sleep(11_000);
    expect(value(await loop.read())).toMatchObject({ on: false, outputPercent: 0 });
    expect(world.sense("a").blockC).toBe(25);
  });

  test("the unit of analog input 2 stands in 2510, that of input 1 in 2490: 15 is °C, 30 is °F", async () => {
    const { chamber, wire } = bench(
      { loops: 2, speaks: "F" },
      { loops: 2, busUnit: "C" },
      { serves: [{ station: "b", role: "thermal", channel: 2, rail: null }] },
    );
    await chamber.zone(1).set(40, null);
    await chamber.zone(2).set(40, null);
    const told = wire.exchanges.map(({ command, delivered }) => [
      hex(command),
      hex(Buffer.concat(delivered)),
    ]);
    const units = told
      .filter(([sent]) => /^01 0[36] 09 (BA|CE)/.test(sent!))
      .map((pair) => pair.map((frame) => frame.slice(0, -6)));
    for (const register of ["09 BA", "09 CE"]) {
      expect(units).toContainEqual([`01 03 ${register} 00 01`, "01 03 02 00 1E"]);
      expect(units).toContainEqual([`01 06 ${register} 00 0F`, `01 06 ${register} 00 0F`]);
      expect(units).toContainEqual([`01 03 ${register} 00 01`, "01 03 02 00 0F"]);
    }
  });

  test("the second loop has registers of its own", async () => {
    const { chamber, world, clock } = bench(
      { loops: 2 },
      { loops: 2 },
      {
        serves: [
          { station: "a", role: "thermal", channel: 1, rail: null },
          { station: "b", role: "thermal", channel: 2, rail: null },
        ],
      },
    );
    expect((await chamber.identify()).kind).toBe("ok");
    expect((await chamber.zone(2).set(60, 60)).kind).toBe("ok");
    await clock.sleep(60_000);
    expect(value(await chamber.zone(2).read())).toMatchObject({ objectC: 60, setC: 60, on: true });
    expect(value(await chamber.zone(1).read())).toMatchObject({ objectC: 25, on: false });
    expect(world.sense("b").blockC).toBe(60);
    expect(() => chamber.zone(3)).toThrow(RangeError);
  });

  test("what is out of range is not asked of the controller", async () => {
    const { chamber, wire } = bench({}, { highestC: 100, fastestCPerMinute: 10, ramp: "none" });
    const asked = wire.exchanges.length;
    expect(chamber.zone(1).limits).toEqual({ lowestC: -55, highestC: 100, fastestCPerMinute: 10 });
    for (const temperatureC of [100.1, -55.1, NaN, Infinity])
      expect((await chamber.zone(1).set(temperatureC, null)).kind).toBe("refused");
    for (const rate of [0, -1, NaN]) expect((await chamber.zone(1).set(50, rate)).kind).toBe("refused");
    expect(wire.exchanges.length).toBe(asked);
  });

  test("without a ramp no rate is promised", async () => {
    const { chamber } = bench({}, { ramp: "none", fastestCPerMinute: 5 });
    expect(await chamber.zone(1).set(50, 10)).toEqual({ kind: "refused", reason: "no-ramp" });
    expect((await chamber.zone(1).set(50, null)).kind).toBe("ok");
    expect(chamber.lacks.join()).toContain("no ramp");
  });
});

describe("what goes wrong with it", () => {
  test("a bus in another unit than the rig file says is found before anything is set", async () => {
    const { chamber, world } = bench({ speaks: "C" });
    const refusal = { kind: "refused", reason: expect.stringContaining("busUnit: C") as string };
    expect(await chamber.identify()).toEqual(refusal);
    expect(await chamber.zone(1).set(40, null)).toEqual(refusal);
    expect(world.sense("a").blockC).toBe(25);
    const old = bench({ hasUnitRegister: false }, { busUnit: "C" });
    expect(await old.chamber.identify()).toMatchObject({
      reason: expect.stringContaining("busUnit: F") as string,
    });
  });

  test("a sensor that comes off reads no temperature, however likely, and heats nothing any more", async () => {
    const { chamber, clock, world } = bench({ sensorOpen: { atSeconds: 60, shows: 185 } });
    await chamber.zone(1).set(85, null);
    await clock.sleep(50_000);
    expect(world.sense("a").blockC).toBe(85);
    await clock.sleep(60_000);
    expect(await chamber.zone(1).read()).toEqual({
      kind: "refused",
      reason: "the sensor of analog input 1: open",
    });
    expect(world.sense("a").blockC).toBe(25);
    const nan = bench({ sensorOpen: { atSeconds: 0 } });
    expect(await nan.chamber.zone(1).read()).toMatchObject({
      reason: "the sensor of analog input 1: open",
    });
  });

  test("hardware that fails is a fault", async () => {
    const { chamber, clock, world } = bench({ failsAtSeconds: 30 });
    await chamber.zone(1).set(85, null);
    await clock.sleep(60_000);
    expect(value(await chamber.zone(1).read()).faults).toEqual([
      "the controller reports a hardware failure (32)",
    ]);
    expect(world.sense("a").blockC).toBe(25);
  });

  test("a busy one is asked again, and an ever busy one refuses", async () => {
    expect((await bench({ busyShare: 0.3 }).chamber.zone(1).set(40, null)).kind).toBe("ok");
    expect(await bench({ busyShare: 1 }).chamber.identify()).toEqual({
      kind: "refused",
      reason: "exception 6 (device busy)",
    });
  });

  test("a slow one answers within the deadline and its time on the wire, or is silent", async () => {
    expect((await bench({ replyMs: 990 }).chamber.identify()).kind).toBe("ok");
    expect((await bench({ replyMs: 1_100 }).chamber.identify()).kind).toBe("silence");
  });

  test("a process value that comes late does not pass for the set point", async () => {
    const { chamber, wire, clock } = bench();
    await chamber.zone(1).set(85, null);
    await clock.sleep(60_000);
    wire.rough = delayed(1_500);
    expect((await chamber.zone(1).read()).kind).toBe("silence");
    wire.rough = smooth;
    expect((await chamber.zone(1).set(30, null)).kind).toBe("ok");
    expect(value(await chamber.zone(1).read()).setC).toBeCloseTo(30, 3);
  });

  test("one at another address is silent, and a serial number is not promised", async () => {
    expect((await bench({}, { unit: 9 }).chamber.identify()).kind).toBe("ok");
    expect((await bench({ unit: 9 }).chamber.identify()).kind).toBe("silence");
    const { chamber } = bench({}, { registers: { serial: null, firmware: null } });
    expect(await chamber.identify()).toMatchObject({ value: { serial: null, firmware: null } });
    expect(await bench({}, {}, { serial: "none" }).chamber.identify()).toMatchObject({
      value: { serial: null },
    });
  });
});
