import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Rail } from "../../src/instruments/driver.ts";
import {
  scpiError,
  scpiIdentity,
  scpiMilli,
  scpiNumber,
  scpiTruth,
} from "../../src/instruments/scpi-replies.ts";
import { scriptedDevice } from "./scripted-device.ts";
import type { Said, ScriptedDevice } from "./scripted-device.ts";

/** Words are those of the DP800 programming guide, of a DP832A that was asked, and of the E3632A and E3644A guides. */
const rigol: Readonly<Record<string, string>> = {
  "*IDN?": "RIGOL TECHNOLOGIES,DP832A,DP8A000000001,00.01.16",
  "SYST:ERR?": '0,"No error"',
  ":APPL? CH1": "CH1:30V/3A,5.000,1.0000",
  ":OUTP:OCP:VAL? CH1": "0.5000",
  ":OUTP:OCP? CH1": "ON",
  ":OUTP:OCP:QUES? CH1": "NO",
  ":OUTP? CH1": "ON",
  ":OUTP:MODE? CH1": "CV",
  ":MEAS:ALL? CH1": "5.0114,0.1250,0.626",
};
const keysight: Readonly<Record<string, string>> = {
  "*IDN?": "HEWLETT-PACKARD,E3632A,0,1.1-5.0-1.0",
  "SYST:ERR?": '+0,"No error"',
  "INST:NSEL?": "+1",
  "VOLT?": "+5.00000000E+00",
  "CURR?": "+1.20000000E+00",
  "CURR:PROT?": "+1.00000000E+00",
  "CURR:PROT:STAT?": "1",
  "CURR:PROT:TRIP?": "0",
  "OUTP?": "1",
  "MEAS:VOLT?": "+4.99900000E+00",
  "MEAS:CURR?": "+1.25000000E-01",
};
type Words = Readonly<Record<string, string | Said | null>>;

function scpi(
  usual: Readonly<Record<string, string>>,
  words: Words | ((query: string) => string | Said | null | undefined) = {},
  settings: Readonly<Record<string, unknown>> = {},
): ScriptedDevice & { readonly rail: Rail } {
  const dialect = usual === rigol ? "rigol-dp800" : "keysight-e36xx";
  const answer = (command: string): string | Said | null => {
    const asked = command.slice(0, -1);
    const own = typeof words === "function" ? words(asked) : words[asked];
    const said = own === undefined ? usual[asked] : own;
    return typeof said === "string" ? `${said}\n` : (said ?? null);
  };
  const device = scriptedDevice("scpi", answer, { dialect, ...settings });
  if (device.instrument.kind !== "supply") throw new Error("a SCPI supply is a supply");
  return { ...device, rail: device.instrument.rail(1) };
}

const linesOf = ({ sent }: ScriptedDevice): string[] => sent.map(({ bytes }) => bytes);
const setsOf = (device: ScriptedDevice): string[] =>
  linesOf(device)
    .filter((line) => !line.includes("?"))
    .map((line) => line.trimEnd());

describe("Rigol DP800", () => {
  test("every line ends with a line feed, and an identity has four fields", async () => {
    const device = scpi(rigol);
    expect(await device.instrument.identify()).toEqual({
      kind: "ok",
      value: { model: "DP832A", serial: "DP8A000000001", firmware: "00.01.16" },
    });
    for (const line of linesOf(device)) expect(line).toMatch(/^[ -~]+\n$/);
  });

  test("armed: voltage, a current limit above the trip, threshold, protection, all of it read back", async () => {
    const device = scpi(rigol, { ":APPL? CH1": "CH1:30V/3A,5.000,0.6000" });
    expect(await device.rail.arm({ milliV: 5_000, tripMilliA: 500 })).toMatchObject({
      kind: "ok",
      value: { milliA: 500, verified: "read-back" },
    });
    expect(setsOf(device)).toEqual([
      ":APPL CH1,5.000,0.6000",
      ":OUTP:OCP:VAL CH1,0.5000",
      ":OUTP:OCP CH1,ON",
    ]);
    expect(linesOf(device).at(-3)).toBe("SYST:ERR?\n");
  });

  test("the guide's own: a threshold of 5 A reads back as 5.0000", async () => {
    const device = scpi(
      rigol,
      { ":OUTP:OCP:VAL? CH1": "5.0000", ":APPL? CH1": "CH1:30V/5A,5.000,6.0000" },
      { mostMilliA: 6_000 },
    );
    expect(await device.rail.arm({ milliV: 5_000, tripMilliA: 5_000 })).toMatchObject({
      value: { milliA: 5_000 },
    });
  });

  test.each([
    ["5.0114,0.0000,0.000", 5_011, 0],
    ["12.0035,1.5023,18.028", 12_004, 1_502],
    ["5.01,0.00,0.00", 5_010, 0],
  ])(":MEAS:ALL? says %s", async (said, milliV, milliA) => {
    const device = scpi(rigol, { ":MEAS:ALL? CH1": said });
    expect(await device.rail.read()).toEqual({
      kind: "ok",
      value: { on: true, milliV, milliA, regulating: "voltage", tripped: false },
    });
  });

  test.each(["YES", "1", "NO", "0"])("QUES? %s", async (said) => {
    const tripped = said === "YES" || said === "1";
    const words = { ":OUTP:OCP:QUES? CH1": said, ":OUTP? CH1": tripped ? "OFF" : "1" };
    expect(await scpi(rigol, words).rail.read()).toMatchObject({
      kind: "ok",
      value: { tripped, on: !tripped, regulating: tripped ? null : "voltage" },
    });
  });

  test("CC is current fold-back", async () => {
    expect(await scpi(rigol, { ":OUTP:MODE? CH1": "CC" }).rail.read()).toMatchObject({
      value: { regulating: "current" },
    });
  });

  test("a trip is cleared with OCP:CLE while the output is off, and never with CURR:PROT:CLE", async () => {
    let [on, tripped] = [false, true];
    const device = scpi(rigol, (asked) => {
      if (asked === ":OUTP:OCP:CLE CH1") tripped = false;
      if (asked.startsWith(":OUTP CH1,")) on = asked.endsWith("ON");
      if (asked === ":OUTP? CH1") return on ? "ON" : "OFF";
      if (asked === ":OUTP:OCP:QUES? CH1") return tripped ? "YES" : "NO";
      return undefined;
    });
    expect(await device.rail.on()).toMatchObject({ kind: "ok", value: { on: true, tripped: false } });
    expect(setsOf(device)).toEqual([":OUTP CH1,OFF", ":OUTP:OCP:CLE CH1", ":OUTP CH1,ON"]);
    expect(linesOf(device).join("")).not.toContain("PROT:CLE");
  });

  test("a trip whose cause is still there is not turned on", async () => {
    const device = scpi(rigol, { ":OUTP:OCP:QUES? CH1": "YES", ":OUTP? CH1": "OFF" });
    expect(await device.rail.on()).toMatchObject({ kind: "refused" });
    expect(setsOf(device)).not.toContain(":OUTP CH1,ON");
  });

  test("it trips at once: seen off and tripped, which is no refusal", async () => {
    let on = false;
    const device = scpi(rigol, (asked) => {
      if (asked === ":OUTP CH1,ON") on = true;
      if (asked === ":OUTP? CH1") return "OFF";
      if (asked === ":OUTP:OCP:QUES? CH1") return on ? "YES" : "NO";
      return undefined;
    });
    expect(await device.rail.on()).toMatchObject({ kind: "ok", value: { on: false, tripped: true } });
  });

  test("three channels, and no fourth", () => {
    const { instrument } = scpi(rigol);
    if (instrument.kind !== "supply") throw new Error("no supply");
    expect(() => instrument.rail(3)).not.toThrow();
    expect(() => instrument.rail(4)).toThrow(RangeError);
    expect(() => instrument.rail(0)).toThrow(RangeError);
  });
});

describe("Keysight E36xx", () => {
  test("remote comes first of all", async () => {
    const device = scpi(keysight);
    expect(await device.instrument.identify()).toEqual({
      kind: "ok",
      value: { model: "E3632A", serial: null, firmware: "1.1-5.0-1.0" },
    });
    expect(linesOf(device)[0]).toBe("SYST:REM\n");
  });

  test("armed and read: +4.99900000E+00 is 4999 mV", async () => {
    const device = scpi(keysight);
    expect(await device.rail.arm({ milliV: 5_000, tripMilliA: 1_000 })).toMatchObject({
      value: { milliA: 1_000 },
    });
    expect(setsOf(device)).toEqual([
      "SYST:REM",
      "VOLT 5.000",
      "CURR 1.2000",
      "CURR:PROT 1.0000",
      "CURR:PROT:STAT ON",
    ]);
    expect(await device.rail.read()).toEqual({
      kind: "ok",
      value: { on: true, milliV: 4_999, milliA: 125, regulating: null, tripped: false },
    });
  });

  test("tripped, its output says 1 and is off", async () => {
    const device = scpi(keysight, { "CURR:PROT:TRIP?": "1", "MEAS:VOLT?": "+1.00000000E-03" });
    expect(await device.rail.read()).toMatchObject({ kind: "ok", value: { on: false, tripped: true } });
  });

  test("of several outputs one is selected, and its number read back before anything is done to it", async () => {
    const device = scpi(keysight, {}, { channels: 2 });
    expect(await device.rail.off()).toMatchObject({ kind: "refused" });
    const { instrument } = device;
    if (instrument.kind !== "supply") throw new Error("no supply");
    expect(await instrument.rail(2).off()).toEqual({
      kind: "refused",
      reason: "told to select channel 2, it has channel 1",
    });
    expect(setsOf(device)).toEqual([
      "SYST:REM",
      "INST:NSEL 1",
      "OUTP OFF",
      "OUTP OFF",
      "OUTP OFF",
      "INST:NSEL 2",
    ]);
  });

  test("one without an over-current trip says so, and holds its current", async () => {
    const device = scpi(keysight, {}, { overCurrentTrip: false });
    expect(device.rail.verifies.trip).toBe("none");
    expect(await device.rail.arm({ milliV: 5_000, tripMilliA: 1_000 })).toMatchObject({
      kind: "ok",
      value: { milliA: null, verified: "none" },
    });
    expect(device.instrument.lacks.join()).toContain("no over-current trip");
  });

  test("with modeQuery, bit 0 of the questionable condition is current, bit 1 voltage", async () => {
    for (const [said, regulating] of [
      ["+1", "current"],
      ["+2", "voltage"],
      ["+0", null],
      ["+3", null],
    ] as const) {
      const device = scpi(keysight, { "STAT:QUES:COND?": said }, { modeQuery: true });
      expect(await device.rail.read()).toMatchObject({ kind: "ok", value: { regulating } });
    }
  });
});

describe("what goes wrong", () => {
  test("a supply that was off in between is told to be remote again, before it is told anything else", async () => {
    let [isOff, remote] = [false, false];
    let volts = "+5.00000000E+00";
    const device = scpi(keysight, (asked) => {
      if (isOff) return null;
      if (asked === "SYST:REM") remote = true;
      if (asked === "VOLT 3.300" && remote) volts = "+3.30000000E+00";
      return asked === "VOLT?" ? volts : undefined;
    });
    expect(await device.rail.read()).toMatchObject({ kind: "ok" });
    isOff = true;
    expect(await device.rail.read()).toMatchObject({ kind: "silence" });
    [isOff, remote] = [false, false];
    expect(await device.rail.arm({ milliV: 3_300, tripMilliA: 1_000 })).toMatchObject({ kind: "ok" });
    expect(setsOf(device).filter((line) => line === "SYST:REM")).toHaveLength(2);
  });

  test("one that cannot be heard is cut all the same", async () => {
    for (const [usual, cut] of [
      [rigol, [":OUTP CH1,OFF"]],
      [keysight, ["SYST:REM", "OUTP OFF"]],
    ] as const) {
      let isMute = false;
      const device = scpi(usual, () => (isMute ? null : undefined));
      await device.rail.read();
      isMute = true;
      expect(await device.rail.off()).toMatchObject({ kind: "silence" });
      const from = device.sent.length;
      expect(await device.rail.off()).toMatchObject({ kind: "silence" });
      expect(device.sent.slice(from, from + cut.length).map(({ bytes }) => bytes.trimEnd())).toEqual(cut);
    }
  });

  test.each([
    [-1, null],
    [NaN, null],
    [Infinity, null],
    [40_000, null],
    [null, -1],
    [null, NaN],
    [null, 3_200],
  ])("%d mV and a trip at %d mA are asked of nobody", async (milliV, tripMilliA) => {
    const device = scpi(rigol);
    expect(await device.rail.arm({ milliV, tripMilliA })).toMatchObject({ kind: "refused" });
    expect(device.sent).toEqual([]);
  });

  test("a device of another maker is named with the key to mend", async () => {
    const device = scpi(rigol, { "*IDN?": keysight["*IDN?"]! });
    expect(await device.instrument.identify()).toEqual({
      kind: "refused",
      reason: "a HEWLETT-PACKARD E3632A answers, which does not speak rigol-dp800: mend 'dialect'",
    });
  });

  test("what it has to say of a setting is heard; what others did before is not ours", async () => {
    const queue = ['-113,"Undefined header"'];
    const device = scpi(rigol, (asked) => (asked === "SYST:ERR?" ? queue.shift() : undefined));
    expect(await device.instrument.identify()).toMatchObject({ kind: "ok" });
    queue.push('-222,"Data out of range"', '+100,"Something of its own"');
    expect(await device.rail.arm({ milliV: 5_000, tripMilliA: null })).toEqual({
      kind: "refused",
      reason:
        ":APPL CH1,5.000,1.0000: it says error -222 (Data out of range); error 100 (Something of its own)",
    });
  });

  test("an error queue without an end is no endless loop", async () => {
    const device = scpi(rigol, { "SYST:ERR?": '-350,"Queue overflow"' });
    expect(await device.instrument.identify()).toMatchObject({ kind: "refused" });
  });

  test("a setting that got lost", async () => {
    expect(await scpi(rigol).rail.arm({ milliV: 3_300, tripMilliA: null })).toEqual({
      kind: "refused",
      reason: "told 3300 mV and 1000 mA, it reads back 5000 mV and 1000 mA",
    });
    const unarmed = scpi(rigol, { ":OUTP:OCP? CH1": "OFF", ":APPL? CH1": "5.00,0.60" });
    expect(await unarmed.rail.arm({ milliV: 5_000, tripMilliA: 500 })).toMatchObject({ kind: "refused" });
  });

  test("a trip that the current limit would never let happen is refused", async () => {
    expect(await scpi(rigol).rail.arm({ milliV: 5_000, tripMilliA: 3_200 })).toMatchObject({
      kind: "refused",
    });
  });

  test("an answer that comes too late is not taken for the next one's", async () => {
    let late = true;
    const device = scpi(rigol, (asked) => {
      if (asked !== ":OUTP? CH1" || !late) return undefined;
      late = false;
      return { latin1: "OFF\n", afterMs: 1_500 };
    });
    expect(await device.rail.read()).toMatchObject({ kind: "silence" });
    expect(await device.rail.read()).toMatchObject({ kind: "ok", value: { on: true } });
  });
});

describe("forms of answers", () => {
  test.each([
    ["+4.99900000E+00", 4.999],
    ["5.0114", 5.0114],
    ["-1.5e-3", -0.0015],
    ["0", 0],
    [".5", 0.5],
    ["5.", 5],
  ])("%s is a number", (text, value) => expect(scpiNumber(text)).toBe(value));

  test.each([
    "+9.9E37",
    "+9.91E37",
    "-9.9E37",
    "1e400",
    "NaN",
    "Infinity",
    "",
    "+",
    "1.2.3",
    "0x10",
    "5 V",
    "1,2",
    "٣",
  ])("%j is none", (text) => expect(scpiNumber(text)).toBeNull());

  test("any number in any of the three forms comes back; anything else means nothing", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -9_999_999, max: 9_999_999 }),
        fc.integer({ min: 0, max: 8 }),
        (n, digits) => {
          const value = n / 1000;
          expect(scpiNumber(value.toFixed(3))).toBe(Number(value.toFixed(3)));
          expect(scpiNumber(value.toExponential(digits))).toBe(Number(value.toExponential(digits)));
        },
      ),
      { seed: 1, numRuns: 2_000 },
    );
    const almost = fc.string({ unit: fc.constantFrom(...Array.from("0123456789.+-eE ,")), maxLength: 9 });
    fc.assert(
      fc.property(fc.oneof(almost, fc.string()), (text) => {
        const found = scpiNumber(text);
        if (found === null) return;
        expect(Number.isFinite(found)).toBe(true);
        expect(found).toBe(Number(text));
        expect(text.trim()).toBe(text);
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  test("what a supply could never show is not believed; a little below nothing is nothing", () => {
    expect(scpiMilli("-0.002", 30_000)).toBe(0);
    expect(scpiMilli("-5.0", 30_000)).toBeNull();
    expect(scpiMilli("36.9", 30_000)).toBeNull();
    expect(scpiMilli("30.5", 30_000)).toBe(30_500);
  });

  test("truth in every published form, signed errors or not, identities of four fields", () => {
    expect(["ON", "YES", "1", "+1"].map(scpiTruth)).toEqual([true, true, true, true]);
    expect(["OFF", "NO", "0", "+0"].map(scpiTruth)).toEqual([false, false, false, false]);
    expect(["", "2", "O N", "TRUE", "ONN"].map(scpiTruth)).toEqual([null, null, null, null, null]);
    expect(['+0,"No error"', '0,"No error"'].map((text) => scpiError(text)?.code)).toEqual([0, 0]);
    expect(["0", "+0,No error", '"No error"', ""].map(scpiError)).toEqual([null, null, null, null]);
    expect(["RIGOL,DP832", "a,b,c,d,e", "", ",,,"].map(scpiIdentity)).toEqual([null, null, null, null]);
  });
});
