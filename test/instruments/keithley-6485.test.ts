import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import type { CounterInstrument } from "../../src/instruments/driver.ts";
import { keithleyReading } from "../../src/instruments/keithley-reading.ts";
import { instrumentBench } from "./instrument-bench.ts";
import type { InstrumentBench } from "./instrument-bench.ts";
import { keithley6485 as fixture } from "./fixtures/keithley-6485.ts";
import { scriptedDevice } from "./scripted-device.ts";

const perA = 1e15;
/** No noise, no offset, and answers as fast as can be: what is left is arithmetic. */
const quiet = { offsetA: 0, noiseA: 0, noiseShare: 0, readMs: 1 };

function meter(
  quirks: Readonly<Record<string, unknown>> = quiet,
  settings: Readonly<Record<string, unknown>> = {},
): InstrumentBench & { readonly counter: CounterInstrument } {
  const bench = instrumentBench({
    ...fixture,
    settings: { ...fixture.settings, ...settings },
    quirks,
  });
  return { ...bench, counter: bench.instrument as CounterInstrument };
}

async function reading(counter: CounterInstrument) {
  const reply = await counter.read();
  if (reply.kind !== "ok") throw new Error(JSON.stringify(reply));
  return reply.value;
}

/** Read every so often for so long. */
async function watch({ counter, clock }: ReturnType<typeof meter>, seconds: number, everySeconds = 1) {
  const untilNs = clock.nowNs() + seconds * 1e9;
  while (clock.nowNs() < untilNs) {
    await counter.read();
    await clock.sleep(everySeconds * 1_000);
  }
}

describe("what the manual prints", () => {
  test("a reading is read (6485 p. 13-4), with and without the spaces", () => {
    const expected = { kind: "current", ampere: 1.040564e-6, atSeconds: 223.6299, status: 138 };
    expect(keithleyReading("+1.040564E-06A, +2.236299E+02, +1.380000E+02")).toEqual(expected);
    expect(keithleyReading("+1.040564E-06A,+2.236299E+02,+1.380000E+02")).toEqual(expected);
  });

  test("the emulated meter prints it to the byte", async () => {
    const quirks = {
      ...quiet,
      offsetA: 1.040564e-6,
      timestampSeconds: 223.6289,
      statusBits: 138,
      terminator: "CRLF",
    };
    const { wire, counter } = meter(quirks);
    await counter.read();
    const said = Buffer.concat(wire.exchanges.at(-1)!.delivered).toString("latin1");
    expect(said).toBe("+1.040564E-06A, +2.236299E+02, +1.380000E+02\r\n");
    const sent = wire.exchanges.map(({ command }) => Buffer.from(command).toString("latin1"));
    expect(sent).toEqual(["", "SYST:ZCH OFF\n", "FORM:ELEM READ,UNIT,TIME,STAT\n", "READ?\n"]);
  });

  test.each(["+9.9E37A, +1.0E+00, +1.0E+00", "+9.900000E+37A,+1.000000E+00,+1.000000E+00"])(
    "overflow is over range, never a number: %s",
    (line) => {
      expect(keithleyReading(line)).toEqual({ kind: "none", why: "over-range", atSeconds: 1, status: 1 });
    },
  );

  test("NaN is none either", () => {
    expect(keithleyReading("+9.91E37A, +1.0E+00, +0.0E+00")).toMatchObject({ why: "not-a-number" });
    expect(keithleyReading("+9.910000E+37A,+1.0E+00,+0.0E+00")).toMatchObject({ why: "not-a-number" });
  });

  test("whatever the line, it is a reading within what the meter can, or none", () => {
    const mutant = fc.tuple(fc.nat(44), fc.integer({ min: 32, max: 126 })).map(([at, code]) => {
      const line = "+1.040564E-06A, +2.236299E+02, +1.380000E+02";
      return line.slice(0, at) + String.fromCharCode(code) + line.slice(at + 1);
    });
    fc.assert(
      fc.property(fc.oneof(fc.string(), mutant), (line) => {
        const found = keithleyReading(line);
        if (found === null) return;
        expect(found.atSeconds).toBeGreaterThanOrEqual(0);
        expect(found.atSeconds).toBeLessThan(100_000);
        if (found.kind === "current") expect(Math.abs(found.ampere)).toBeLessThanOrEqual(1);
      }),
      { seed: 6485, numRuns: 2_000 },
    );
  });

  test.each(["LF", "CR", "LFCR", "CRLF"])("terminator %s, both ways", async (terminator) => {
    const { counter } = meter(quiet, { terminator });
    expect((await counter.identify()).kind).toBe("ok");
    expect((await counter.read()).kind).toBe("ok");
    // Set otherwise in the instrument's menu than the file says: its answers are read all the same.
    const other = meter({ ...quiet, terminator }, { terminator: "LF" });
    expect((await other.counter.read()).kind).toBe("ok");
  });
});

describe("current to fluence", () => {
  test("a square wave of beam comes out within 0.1 % of its arithmetic, noise and offset and all", async () => {
    const bench = meter({}, { attenuation: 0.9, zeroReadings: 50 });
    const { counter, world } = bench;
    await counter.zero();
    const flux = world.sense("a").fluxPerCm2PerSecond;
    expect(flux).toBe(0);
    let openNs = 0;
    for (let period = 0; period < 5; period++) {
      world.shutter(true);
      const fromNs = bench.clock.nowNs();
      await watch(bench, 200, 0.1);
      world.shutter(false);
      openNs += bench.clock.nowNs() - fromNs;
      await watch(bench, 100, 0.1);
    }
    const { fluencePerCm2 } = await reading(counter);
    // 1e7 cm⁻² s⁻¹ at the board, while the shutter was open.
    const truth = (1e7 * openNs) / 1e9;
    expect(truth).toBe(1e10);
    expect(Math.abs(fluencePerCm2 / truth - 1)).toBeLessThan(1e-3);
  });

  test("offset is measured in the dark and taken off; its standard error is part of the uncertainty", async () => {
    const noisy = { offsetA: 5e-10, noiseA: 1e-10, noiseShare: 0, readMs: 10 };
    const keys = { calibrationRelUncertainty1Sigma: 0.03, attenuationRelUncertainty1Sigma: 0.04 };
    const bench = meter(noisy, { ...keys, zeroReadings: 100 });
    await bench.counter.zero();
    bench.world.shutter(true);
    await watch(bench, 30);
    const { relUncertainty1Sigma, fluxPerCm2PerSecond } = await reading(bench.counter);
    const flux = bench.world.sense("a").fluxPerCm2PerSecond;
    expect(Math.abs(fluxPerCm2PerSecond - flux)).toBeLessThan(5 * 1e-10 * perA);
    // 1e-10 A / √100 of a current of flux / perA, beside 3 % and 4 %: 5 % and a little.
    const ofOffset = 1e-11 / (flux / perA);
    expect(relUncertainty1Sigma).toBeGreaterThan(Math.hypot(0.05, 0.6 * ofOffset));
    expect(relUncertainty1Sigma).toBeLessThan(Math.hypot(0.05, 1.6 * ofOffset));
  });

  test("where nobody states the calibration's uncertainty it states none", async () => {
    const { counter } = meter();
    expect((await reading(counter)).relUncertainty1Sigma).toBeNull();
  });

  test("its timer wraps at 99,999.99 s, and nothing is lost or gained", async () => {
    const bench = meter({ ...quiet, timestampSeconds: 99_990 });
    bench.world.shutter(true);
    await watch(bench, 30);
    const { fluencePerCm2, gapSeconds, restarts } = await reading(bench.counter);
    expect(fluencePerCm2 / bench.world.fluencePerCm2()).toBeCloseTo(1, 3);
    expect({ gapSeconds, restarts }).toEqual({ gapSeconds: 0, restarts: 0 });
  });

  test("a timer that begins again is a restart, and the time around it a gap", async () => {
    const bench = meter({ ...quiet, timestampSeconds: 5_000, timerResetsAtSeconds: [10.5] });
    bench.world.shutter(true);
    await reading(bench.counter);
    await bench.clock.sleep(9_990);
    await reading(bench.counter);
    await bench.clock.sleep(1_000);
    const after = await reading(bench.counter);
    expect(after.restarts).toBe(1);
    expect(after.gapSeconds).toBeCloseTo(1, 1);
    expect((await reading(bench.counter)).restarts).toBe(0);
  });

  test("a gap longer than the key is not bridged, one shorter is", async () => {
    const bench = meter(quiet, { gapSeconds: 5 });
    bench.world.shutter(true);
    const flux = bench.world.sense("a").fluxPerCm2PerSecond;
    await reading(bench.counter);
    await bench.clock.sleep(4_000);
    const short = await reading(bench.counter);
    expect(short.gapSeconds).toBe(0);
    expect(short.fluencePerCm2 / (4 * flux)).toBeCloseTo(1, 2);
    await bench.clock.sleep(20_000);
    const long = await reading(bench.counter);
    expect(long.gapSeconds).toBeCloseTo(20, 1);
    expect(long.fluencePerCm2).toBe(short.fluencePerCm2);
  });

  test.each([
    ["over-range", { overflowBetweenSeconds: [4, 6] }],
    ["not-a-number", { notANumberBetweenSeconds: [4, 6] }],
  ])("%s is refused by its name, and what lies around it is a gap, not fluence", async (why, quirk) => {
    const bench = meter({ ...quiet, ...quirk });
    bench.world.shutter(true);
    await watch(bench, 2.5);
    const before = await reading(bench.counter);
    await bench.clock.sleep(1_000);
    expect(await bench.counter.read()).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining(why) as unknown,
    });
    await bench.clock.sleep(2_000);
    const after = await reading(bench.counter);
    expect(after.fluencePerCm2).toBe(before.fluencePerCm2);
    expect(after.gapSeconds).toBeCloseTo(3, 1);
  });

  test("with zero check on it reads nothing of the beam, and says why", async () => {
    const { counter, world } = meter(quiet, { setUp: [] });
    world.shutter(true);
    expect(await counter.read()).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining("zero-check") as unknown,
    });
  });

  test("an electron current is negative, and fluence all the same", async () => {
    const bench = meter(quiet, { polarity: "negative" });
    bench.world.shutter(true);
    await watch(bench, 5);
    expect((await reading(bench.counter)).fluencePerCm2 / bench.world.fluencePerCm2()).toBeCloseTo(1, 2);
  });
});

test("switched off and on behind an open port it is set up again, and what fell meanwhile is a gap", async () => {
  // As its manual has it: zero check is on when it is switched on.
  let [isOff, zeroCheck] = [false, true];
  const flux = { ampere: "+1.000000E-06" };
  const { instrument, clock, sent } = scriptedDevice(
    "keithley-6485",
    (command) => {
      if (isOff) return null;
      if (command === "SYST:ZCH OFF\n") zeroCheck = false;
      if (command !== "READ?\n") return null;
      const time = `+${(clock.nowNs() / 1e9).toExponential(6).replace(/e([+-])(\d)$/, "E$10$2")}`;
      return `${flux.ampere}A, ${time}, ${zeroCheck ? "+5.120000E+02" : "+0.000000E+00"}\n`;
    },
    { fluxPerCm2PerSecondPerA: 1e9 },
  );
  const counter = instrument as CounterInstrument;
  await clock.sleep(1);
  await reading(counter);
  await clock.sleep(1_000);
  const before = await reading(counter);
  expect(before.fluencePerCm2).toBeCloseTo(1_000, 3);
  // So shortly that no reading was missed.
  zeroCheck = true;
  await clock.sleep(1_000);
  expect(await counter.read()).toMatchObject({ kind: "refused" });
  await clock.sleep(1_000);
  const after = await reading(counter);
  expect(after.fluencePerCm2).toBe(before.fluencePerCm2);
  expect(after.gapSeconds).toBeCloseTo(2, 1);
  // And so long that one was.
  isOff = true;
  zeroCheck = true;
  expect((await counter.read()).kind).toBe("silence");
  isOff = false;
  expect((await counter.read()).kind).toBe("ok");
  expect(sent.filter(({ bytes }) => bytes.startsWith("FORM:ELEM"))).toHaveLength(3);
});

test("a 6517 or a multimeter in its place is told by its name", async () => {
  const clock = virtualClock();
  const bench = instrumentBench(fixture, undefined, clock);
  bench.wire.rough = {
    gatherMs: null,
    shape: () => [{ bytes: Buffer.from("KEITHLEY INSTRUMENTS INC.,MODEL 2000,1,A\n"), waitMs: 0 }],
  };
  expect(await bench.instrument.identify()).toMatchObject({
    kind: "refused",
    reason: expect.stringContaining("MODEL 2000") as unknown,
  });
});
