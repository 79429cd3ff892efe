import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import type { ThermalReading } from "../../src/domain/equipment.ts";
import type { Reply } from "../../src/domain/reply.ts";
import type { ThermalInstrument } from "../../src/instruments/driver.ts";
import { meComLine } from "../../src/instruments/mecom-line.ts";
import { memoryPair } from "../../src/link/memory.ts";
import { fixtureOf } from "./conformance.ts";
import { emulatedOn, instrumentBench } from "./instrument-bench.ts";
import type { InstrumentBench } from "./instrument-bench.ts";
import { delayed } from "./rough-wire.ts";

const fixture = fixtureOf("mecom");
const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** The exchange of bench-protocols 3.1, for address 02. */
const exchange: [query: string, reply: string][] = [
  ["#020001?IFE3CA", ""],
  ["#020002?VR006801F43B", "!020002000000022678"],
  ["#020003?VR03E801AC05", "!02000341C7D70AD51F"],
  ["#020004VS0BB80142AA0000C20C", "!020004C20C"],
  ["#020005VS07DA0100000001F103", "!020005F103"],
  ["#020006?VR04B001F12D", "!02000600000002BA97"],
];

/** A bench of which quirks and settings are changed. */
function bench(
  quirks: Readonly<Record<string, unknown>> = {},
  settings: Readonly<Record<string, unknown>> = {},
  serial = "4711",
): InstrumentBench & { readonly tec: ThermalInstrument } {
  const whole = instrumentBench({
    ...fixture,
    serial,
    quirks,
    settings: { ...fixture.settings, ...settings },
  });
  return { ...whole, tec: whole.instrument as ThermalInstrument };
}

function value(reply: Reply<ThermalReading>): ThermalReading {
  if (reply.kind !== "ok") throw new Error(`${reply.kind}: ${JSON.stringify(reply)}`);
  return reply.value;
}

describe("published exchanges", () => {
  test("the driver's line sends the queries, and reads the replies", async () => {
    const clock = virtualClock();
    const [host, device] = memoryPair("tec");
    const line = meComLine(host, { address: 2, baud: null, answerMs: 100 }, clock);
    const sent: string[] = [];
    void (async () => {
      for await (const chunk of device.chunks) {
        const query = Buffer.from(chunk).toString("latin1");
        sent.push(query);
        const reply = exchange.find(([known]) => `${known}\r` === query)?.[1] ?? "";
        if (reply !== "") await device.write(bytes(`${reply}\r`));
      }
    })();
    expect((await line.identify()).kind).toBe("silence");
    expect(await line.readInt(104, 1)).toEqual({ kind: "ok", value: 2 });
    expect(await line.readFloat(1000, 1)).toEqual({ kind: "ok", value: Math.fround(24.98) });
    expect(await line.writeFloat(3000, 1, 85)).toEqual({ kind: "ok", value: null });
    expect(await line.writeInt(2010, 1, 1)).toEqual({ kind: "ok", value: null });
    expect(await line.readInt(1200, 1)).toEqual({ kind: "ok", value: 2 });
    expect(sent).toEqual(exchange.map(([query]) => `${query}\r`));
  });

  test("the emulated controller takes the queries, and sends the replies", async () => {
    const clock = virtualClock();
    const [host, device] = memoryPair("tec");
    const { world } = emulatedOn(device, fixture, clock);
    let heard = "";
    void (async () => {
      for await (const chunk of host.chunks) heard += Buffer.from(chunk).toString("latin1");
    })();
    const ask = async (query: string): Promise<string> => {
      heard = "";
      await host.write(bytes(`${query}\r`));
      await clock.sleep(10);
      return heard;
    };
    const [identify, status, object, target, on, stable] = exchange;
    const [, ...identification] = /^(!020001)(.{20})[0-9A-F]{4}\r$/.exec(await ask(identify![0]))!;
    expect(identification).toEqual(["!020001", "TEC-1091".padEnd(20)]);
    // A plate at 24.98 °C: cooled there from 25 °C.
    world.heat("a", true, 24.98);
    await clock.sleep(1_000);
    expect(await ask(object![0])).toBe(`${object![1]}\r`);
    expect(await ask(target![0])).toBe(`${target![1]}\r`);
    expect(await ask(on![0])).toBe(`${on![1]}\r`);
    expect(await ask(status![0])).toBe(`${status![1]}\r`);
    expect(await ask("#020006?VR04B001F12D")).toMatch(/^!02000600000001/);
    await clock.sleep(100_000);
    expect(await ask(stable![0])).toBe(`${stable![1]}\r`);
    // Frames whose CRC was worked out bit by bit outside this program: parameter 9999, and a target of 1000 °C.
    expect(await ask("#020003?VR270F01937A")).toBe("!020003+05B3BE\r");
    expect(await ask("#020003VS0BB801447A0000D9FA")).toBe("!020003+0793FC\r");
    // Published queries to whoever is there; one of them with a CRC that is not its own.
    expect(await ask("#0015AB?VR03E801C21A")).toMatch(/^!0215AB42AA0000[0-9A-F]{4}\r$/);
    expect(await ask("#0015AE?IF62AE")).toBe("");
    expect(await ask("#0015AEVS07DA01000000028F97")).toMatch(/^!0215AE8F97\r$/);
    // The rest of the published queries; CRCs of the replies worked out outside this program.
    expect(await ask("#0015AA?IF62AE")).toBe("!0215AATEC-1091            A979\r");
    expect(await ask("#0215CA?IFA98B")).toBe("!0215CATEC-1091            72C9\r");
    // Whoever is there hears a broadcast, and nobody answers it.
    expect(await ask("#FF0001VS07DA01000000013370")).toBe("");
    expect(await ask(status![0])).toBe(`${status![1]}\r`);
  });

  test("one at address 7B takes the queries to it: there is no instance E6", async () => {
    const clock = virtualClock();
    const [host, device] = memoryPair("tec");
    emulatedOn(device, { ...fixture, quirks: { address: 0x7b } }, clock);
    let heard = "";
    void (async () => {
      for await (const chunk of host.chunks) heard += Buffer.from(chunk).toString("latin1");
    })();
    for (const query of ["#7BEF32?VR03E8E69AAD", "#7BEF32VS03E8E641C8CCCDE2C1", "#0215CA?IFA98B"]) {
      await host.write(bytes(`${query}\r`));
      await clock.sleep(10);
    }
    expect(heard).toBe("!7BEF32+08CE69\r!7BEF32+08CE69\r");
  });
});

describe("a zone", () => {
  test("goes to its set point at the rate asked, says when it is stable, and lets go", async () => {
    const { tec, clock, world } = bench();
    const zone = tec.zone(1);
    expect(value(await zone.read())).toMatchObject({
      on: false,
      outputPercent: 0,
      stable: false,
      faults: [],
    });
    expect((await zone.set(85, 60)).kind).toBe("ok");
    await clock.sleep(30_000);
    const half = value(await zone.read());
    expect(half.objectC).toBeGreaterThan(53);
    expect(half.objectC).toBeLessThan(57);
    expect(half).toMatchObject({ setC: 85, on: true, stable: false, sinkC: 25, outputPercent: 100 });
    await clock.sleep(31_000);
    expect(value(await zone.read())).toMatchObject({ objectC: 85, stable: true, on: true });
    expect(world.sense("a").blockC).toBeCloseTo(85, 3);
    expect((await zone.off()).kind).toBe("ok");
    await clock.sleep(60_000);
    expect(value(await zone.read())).toMatchObject({ objectC: 25, on: false });
  });

  test("heating is positive whichever way the element is wired", async () => {
    for (const positiveCurrent of ["heats", "cools"]) {
      const { tec, clock } = bench({ positiveCurrent }, { positiveCurrent });
      await tec.zone(1).set(-20, null);
      await clock.sleep(1_000);
      expect(value(await tec.zone(1).read()).outputPercent).toBe(-100);
    }
  });

  test("what is out of range is not asked of the controller", async () => {
    const { tec, wire } = bench({}, { highestC: 100, fastestCPerMinute: 30 });
    const asked = wire.exchanges.length;
    expect(tec.zone(1).limits).toEqual({ lowestC: -40, highestC: 100, fastestCPerMinute: 30 });
    for (const temperatureC of [100.1, -40.1, NaN, Infinity])
      expect((await tec.zone(1).set(temperatureC, null)).kind).toBe("refused");
    expect((await tec.zone(1).set(50, 0)).kind).toBe("refused");
    expect((await tec.zone(1).set(50, NaN)).kind).toBe("refused");
    expect(wire.exchanges.length).toBe(asked);
    expect(() => tec.zone(3)).toThrow(RangeError);
    expect(() => tec.zone(0)).toThrow(RangeError);
  });

  test("what the controller does not take is refused in its words", async () => {
    const { tec } = bench({ channels: 1 }, { highestC: 300 });
    expect(await tec.zone(2).read()).toEqual({ kind: "refused", reason: "error 8 (instance not available)" });
    expect(await tec.zone(1).set(250, null)).toEqual({
      kind: "refused",
      reason: "error 7 (value out of range)",
    });
  });
});

test("without a ramp no rate is promised", async () => {
  const { tec } = bench({}, { rampUnit: "none" });
  expect(await tec.zone(1).set(50, 10)).toEqual({ kind: "refused", reason: "no-ramp" });
  expect((await tec.zone(1).set(50, null)).kind).toBe("ok");
});

describe("what goes wrong with it", () => {
  test("an error stops it, is a fault by its number, and it takes no set point", async () => {
    const { tec, clock, world } = bench({ error: { atSeconds: 20, number: 107 } });
    await tec.zone(1).set(85, null);
    await clock.sleep(19_000);
    expect(value(await tec.zone(1).read()).faults).toEqual([]);
    await clock.sleep(100_000);
    const reading = value(await tec.zone(1).read());
    expect(reading.faults).toEqual([expect.stringContaining("error 107")]);
    expect(world.sense("a").blockC).toBe(25);
    expect(await tec.zone(1).set(60, null)).toMatchObject({ kind: "refused" });
  });

  test("a sensor that is off reads no temperature, or one that the reader must find out", async () => {
    const nan = bench({ sensorOpen: { atSeconds: 0 } });
    expect(await nan.tec.zone(1).read()).toEqual({
      kind: "refused",
      reason: expect.stringContaining("object sensor") as string,
    });
    expect(await nan.tec.prove()).toEqual(await nan.tec.zone(1).read());
    const cold = bench({ sensorOpen: { atSeconds: 0, shows: -273.15 } });
    expect(value(await cold.tec.zone(1).read()).objectC).toBeCloseTo(-273.15, 3);
  });

  test("a busy one is asked again, and an ever busy one refuses", async () => {
    const some = bench({ busyShare: 0.3 });
    expect((await some.tec.zone(1).set(40, null)).kind).toBe("ok");
    const ever = bench({ busyShare: 1 });
    expect(await ever.tec.identify()).toEqual({ kind: "refused", reason: "error 2 (device busy)" });
  });

  test("a slow one answers within the deadline and its time on the wire, or is silent", async () => {
    expect((await bench({ replyMs: 900 }).tec.identify()).kind).toBe("ok");
    expect((await bench({ replyMs: 1_100 }).tec.identify()).kind).toBe("silence");
  });

  test("replies that come late are thrown away, though they are well-formed", async () => {
    const { tec, wire, clock } = bench();
    wire.rough = delayed(1_500);
    expect((await tec.zone(1).read()).kind).toBe("silence");
    wire.rough = delayed(0);
    await clock.sleep(2_000);
    await tec.zone(1).set(60, null);
    expect(value(await tec.zone(1).read()).setC).toBe(60);
  });

  test.each([
    ["acknowledges with a CRC of its own", { acknowledgesWith: "own-crc" }, { address: 2 }],
    ["is asked as whoever is there", {}, { address: 0 }],
    ["answers as nobody", { echoesZero: true }, { address: 0 }],
  ])("one that %s is understood", async (_, quirks, settings) => {
    const { tec } = bench(quirks, settings);
    expect((await tec.zone(1).set(40, null)).kind).toBe("ok");
    expect(await tec.identify()).toMatchObject({ kind: "ok", value: { model: "TEC-1091", serial: "4711" } });
  });

  test("one at another address is silent, and one without those parameters has no serial number", async () => {
    expect((await bench({ address: 7 }).tec.identify()).kind).toBe("silence");
    expect(await bench({}, {}, "no number").tec.identify()).toMatchObject({ value: { serial: null } });
    expect(await bench({}, { serialParameter: null, firmwareParameter: null }).tec.identify()).toMatchObject({
      value: { serial: null, firmware: null },
    });
  });
});
