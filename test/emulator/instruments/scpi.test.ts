import { describe, expect, test } from "vitest";
import { emulatedScpi } from "../../../src/emulator/instruments/scpi.ts";
import { spokenTo } from "./emulated-supply.ts";

/** Lines as the DP800 guide, a DP832A and the Keysight guides have them; board `a` takes 200 mA at 5 V idle, 800 mA busy. */
describe("an emulated Rigol DP800", () => {
  test("answers as a DP832A that was asked", async () => {
    const device = spokenTo(emulatedScpi);
    expect(await device.ask("*IDN?\n")).toBe("RIGOL TECHNOLOGIES,DP832,1234,00.01.16\n");
    expect(await device.ask(":APPL CH1,5,1\n")).toBe("");
    expect(await device.ask(":APPL? CH1\n")).toBe("CH1:32V/3A,5.000,1.0000\n");
    expect(await device.ask(":OUTP? CH1\n")).toBe("ON\n");
    expect(await device.ask(":OUTP:MODE? CH1\n")).toBe("CV\n");
    expect(await device.ask(":MEAS:ALL? CH1\n")).toBe("5.0000,0.2000,1.000\n");
    expect(await device.ask("SYST:ERR?\n")).toBe('0,"No error"\n');
    await device.close();
  });

  test("takes the guide's examples, short and long, and keeps what is wrong for who asks", async () => {
    const device = spokenTo(emulatedScpi, { settings: { mostMilliA: 6_000 } });
    await device.ask(":OUTP:OCP:VAL CH1,5\n");
    expect(await device.ask(":OUTPut:OCP:VALue? CH1\n")).toBe("5.0000\n");
    await device.ask(":OUTP:OVP:VAL CH1,8.8\n");
    expect(await device.ask("outp:ovp:val? ch1\n")).toBe("8.800\n");
    await device.ask(":OUTP:OVP CH1,ON\n");
    expect(await device.ask(":OUTP:OVP? CH1\n")).toBe("ON\n");
    expect(await device.ask(":OUTP:OVP:QUES? CH1\n")).toBe("NO\n");
    expect(await device.ask(":OUTP:OVP:ALAR? CH1\n")).toBe("NO\n");
    await device.ask(":INST CH2\n");
    expect(await device.ask(":INST:NSEL?\n")).toBe("2\n");
    await device.ask(":NONSENSE 1\n");
    await device.ask(":APPL CH1,99,1\n");
    await device.ask(":OUTP CH7,ON\n");
    expect(await device.ask("SYST:ERR?\n")).toBe('-113,"Undefined header"\n');
    expect(await device.ask("SYST:ERR?\n")).toBe('-222,"Data out of range"\n');
    expect(await device.ask("SYST:ERR?\n")).toBe('-224,"Illegal parameter value"\n');
    expect(await device.ask("SYST:ERR?\n")).toBe('0,"No error"\n');
    await device.close();
  });

  test("trips above its threshold, stays off, and OCP:CLE turns nothing on", async () => {
    const device = spokenTo(emulatedScpi);
    await device.ask(":OUTP:OCP:VAL CH1,0.5\n");
    await device.ask(":OUTP:OCP CH1,ON\n");
    expect(await device.ask(":OUTP:OCP:QUES? CH1\n")).toBe("NO\n");
    device.world.busy("a", true);
    expect(await device.ask(":OUTP:OCP:QUES? CH1\n")).toBe("YES\n");
    expect(await device.ask(":OUTP? CH1\n")).toBe("OFF\n");
    await device.ask(":OUTP CH1,ON\n");
    expect(await device.ask(":OUTP? CH1\n")).toBe("OFF\n");
    await device.ask(":OUTP:OCP:CLE CH1\n");
    expect(await device.ask(":OUTP? CH1\n")).toBe("OFF\n");
    expect(await device.ask(":OUTP:OCP:ALAR? CH1\n")).toBe("NO\n");
    await device.ask(":OUTP CH1,ON\n");
    expect(await device.ask(":OUTP? CH1\n")).toBe("ON\n");
    await device.close();
  });

  test("CURR:PROT:CLE turns it on again, as the maker warns", async () => {
    const device = spokenTo(emulatedScpi);
    await device.ask(":OUTP:OCP:VAL CH1,0.5\n");
    await device.ask(":OUTP:OCP CH1,ON\n");
    device.world.busy("a", true);
    expect(await device.ask(":OUTP? CH1\n")).toBe("OFF\n");
    await device.ask(":SOUR1:CURR:PROT:CLE\n");
    expect(await device.ask(":OUTP? CH1\n")).toBe("ON\n");
    expect(device.world.law("a").powered).toBe(true);
    await device.close();
  });

  test("the other forms: 1 and 0, signed errors, CR LF", async () => {
    const quirks = { alarms: "1-0", switches: "1-0", signedErrors: true, crlf: true, measureDigits: 2 };
    const device = spokenTo(emulatedScpi, { quirks });
    expect(await device.ask(":OUTP:OCP:QUES? CH1\n")).toBe("0\r\n");
    expect(await device.ask(":OUTP? CH1\n")).toBe("1\r\n");
    expect(await device.ask("SYST:ERR?\n")).toBe('+0,"No error"\r\n');
    expect(await device.ask(":MEAS:ALL? CH1\n")).toBe("5.00,0.20,1.000\r\n");
    await device.close();
  });
});

describe("an emulated Keysight E36xx", () => {
  const settings = { dialect: "keysight-e36xx" };

  test("takes no setting before it is remote; its numbers have eight digits and an exponent", async () => {
    const device = spokenTo(emulatedScpi, { settings });
    await device.ask("OUTP OFF\n");
    expect(await device.ask("OUTP?\n")).toBe("1\n");
    await device.ask("SYST:REM\n");
    await device.ask("VOLT 4.999\n");
    expect(await device.ask("VOLT?\n")).toBe("+4.99900000E+00\n");
    expect(await device.ask("MEAS:VOLT?\n")).toBe("+4.99900000E+00\n");
    await device.ask("APPL 5.0,1.0\n");
    expect(await device.ask("APPL?\n")).toBe('"5.00000,1.00000"\n');
    expect(await device.ask("MEAS:CURR?\n")).toBe("+2.00000000E-01\n");
    expect(await device.ask("SYST:ERR?\n")).toBe('+0,"No error"\n');
    expect(await device.ask("STAT:QUES:COND?\n")).toBe("+2\n");
    await device.close();
  });

  test("tripped, OUTP? still says 1, and CURR:PROT:CLE turns it on again unless it was switched off before", async () => {
    const device = spokenTo(emulatedScpi, { settings });
    await device.ask("SYST:REM\n");
    await device.ask("CURR:PROT 0.5\n");
    await device.ask("CURR:PROT:STAT ON\n");
    device.world.busy("a", true);
    expect(await device.ask("CURR:PROT:TRIP?\n")).toBe("1\n");
    expect(await device.ask("OUTP?\n")).toBe("1\n");
    expect(device.world.law("a").powered).toBe(false);
    await device.ask("CURR:PROT:CLE\n");
    expect(device.world.law("a").powered).toBe(true);
    device.world.busy("a", true);
    await device.ask("OUTP OFF\n");
    await device.ask("CURR:PROT:CLE\n");
    expect(device.world.law("a").powered).toBe(false);
    await device.close();
  });

  test("takes the guide's protections, and an output chosen by number or by name", async () => {
    const device = spokenTo(emulatedScpi, { settings: { ...settings, channels: 2 } });
    await device.ask("SYST:REM\n");
    for (const [told, asked, answer] of [
      ["VOLT 5.0", "VOLT?", "+5.00000000E+00"],
      ["CURR 1.0", "CURR?", "+1.00000000E+00"],
      ["VOLT:PROT 6", "VOLT:PROT?", "+6.00000000E+00"],
      ["VOLT:PROT:STAT ON", "VOLT:PROT:STAT?", "1"],
      ["VOLT:PROT:CLE", "VOLT:PROT:TRIP?", "0"],
      ["CURR:PROT 2", "CURR:PROT?", "+2.00000000E+00"],
      ["CURR:PROT:STAT ON", "CURR:PROT:STAT?", "1"],
      ["CURR:PROT:CLE", "CURR:PROT:TRIP?", "0"],
      ["INST OUT2", "INST:NSEL?", "+2"],
      ["INST:NSEL 1", "INST?", "OUT1"],
      ["OUTP OFF", "OUTP?", "0"],
      ["OUTP ON", "OUTP?", "1"],
    ]) {
      expect(await device.ask(`${told}\n`)).toBe("");
      expect([told, await device.ask(`${asked}\n`)]).toEqual([told, `${answer}\n`]);
    }
    await device.ask("INST OUT3\n");
    expect(await device.ask("SYST:ERR?\n")).toBe('-224,"Illegal parameter value"\n');
    expect(await device.ask("SYST:ERR?\n")).toBe('+0,"No error"\n');
    await device.close();
  });

  test("*CLS empties the error queue, *RST turns outputs off, *OPC? and *ESR? answer", async () => {
    const device = spokenTo(emulatedScpi, { settings });
    await device.ask("SYST:REM\n");
    await device.ask("NONSENSE\n");
    await device.ask("*CLS\n");
    expect(await device.ask("SYST:ERR?\n")).toBe('+0,"No error"\n');
    expect(device.world.law("a").powered).toBe(true);
    expect(await device.ask("*RST\n")).toBe("");
    expect(device.world.law("a").powered).toBe(false);
    expect(await device.ask("*OPC?\n")).toBe("1\n");
    expect(await device.ask("*ESR?\n")).toBe("+0\n");
    await device.close();
  });
});
