import { expect, test } from "vitest";
import { emulatedKeithley6485 } from "../../../src/emulator/instruments/keithley-6485.ts";
import { spokenTo } from "./emulated-supply.ts";

/** Answers as the 6485 manual prints them (pp. 13-4, 13-6, 9-17), by hand. */
const serves = [{ station: "a", role: "counter" as const, channel: 1, rail: null }];
const quiet = { noiseA: 0, noiseShare: 0, offsetA: 1.040564e-6, readMs: 1 };

function meter(quirks: Readonly<Record<string, unknown>> = {}): ReturnType<typeof spokenTo> {
  return spokenTo(emulatedKeithley6485, { quirks: { ...quiet, ...quirks }, serves });
}

test("overflow and not-a-number, with as many digits as either manual prints, and the zero check that it begins with", async () => {
  for (const [quirks, wanted, bits] of [
    [{ overflowBetweenSeconds: [0, 9], overflow: "+9.9E37" }, "+9.9E37A", "+1.000000E+00"],
    [{ overflowBetweenSeconds: [0, 9] }, "+9.900000E+37A", "+1.000000E+00"],
    [{ notANumberBetweenSeconds: [0, 9] }, "+9.91E37A", "+0.000000E+00"],
    [{}, "+1.040564E-06A", "+0.000000E+00"],
  ] as const) {
    const device = meter({ statusBits: 0, readMs: 40, ...quirks });
    const [reading, time, status] = (await device.ask("READ?\n")).trimEnd().split(", ");
    expect([reading, time]).toEqual([wanted, "+1.400000E-01"]);
    // Bit 9: zero check is on until SYST:ZCH OFF.
    expect(Number(status)).toBe(Number(bits) + 512);
    expect(await device.ask("SYST:ZCH OFF\n")).toBe("");
    expect((await device.ask("READ?\n")).trimEnd().split(", ").at(-1)).toBe(bits);
    await device.close();
  }
});

test("its timer shows 99,999.99 s at most, and begins again", async () => {
  const device = meter({ timestampSeconds: 99_999.85 });
  expect((await device.ask("READ?\n")).split(", ")[1]).toBe("+9.999995E+04");
  expect((await device.ask("READ?\n")).split(", ")[1]).toMatch(/^\+1\.1[0-9]{5}E-01$/);
  await device.close();
});

test("^C and ^X clear it: the command under way, and the answer that was to come", async () => {
  for (const clear of ["\x03", "\x18"]) {
    const device = meter({ readMs: 50 });
    expect(await device.ask(`READ?\n${clear}`)).toBe("");
    expect(await device.ask(`*ID${clear}N?\n`)).toBe("");
    expect(await device.ask("SYST:ERR?\n")).toBe('-113,"Undefined header"\n');
    expect(await device.ask("*IDN?\n")).toMatch(/^KEITHLEY INSTRUMENTS INC\.,MODEL 6485,1234,/);
    await device.close();
  }
});

test("FORM:ELEM chooses what an answer holds; any of the four terminators ends a command", async () => {
  for (const end of ["\n", "\r", "\n\r", "\r\n"]) {
    const device = meter({ timestampSeconds: 223.6299, statusBits: 138, spaces: false });
    await device.ask(`SYST:ZCH OFF${end}`);
    expect(await device.ask(`READ?${end}`)).toMatch(
      /^\+1\.040564E-06A,\+2\.23[0-9]{4}E\+02,\+1\.380000E\+02\n$/,
    );
    await device.ask(`FORM:ELEM READ${end}`);
    expect(await device.ask(`READ?${end}`)).toBe("+1.040564E-06\n");
    await device.ask(`FORM:ELEM READ,UNIT,TIME,STAT${end}`);
    expect((await device.ask(`READ?${end}`)).split(",")).toHaveLength(3);
    await device.close();
  }
});
