import { describe, expect, test } from "vitest";
import { emulatedKorad } from "../../../src/emulator/instruments/korad.ts";
import { onRail, spokenTo } from "./emulated-supply.ts";

/** Bytes as libsigrok and the sigrok wiki have them; board `a` takes 200 mA at 5 V idle, 800 mA busy. */
const byte = (text: string): number => text.charCodeAt(0);

describe("an emulated Korad speaks as the real ones do", () => {
  test("settings in, five characters out, ISET1? with a junk sixth byte, no line end anywhere", async () => {
    const device = spokenTo(emulatedKorad);
    expect(await device.ask("*IDN?")).toBe("KORADKA3005PV2.0");
    expect(await device.ask("VSET1:12.34")).toBe("");
    expect(await device.ask("VSET1?")).toBe("12.34");
    expect(await device.ask("ISET1:0.200")).toBe("");
    expect(await device.ask("ISET1?")).toBe("0.2007");
    expect(await device.ask("VSET1:05.00")).toBe("");
    expect(await device.ask("VOUT1?")).toBe("05.00");
    expect(await device.ask("IOUT1?")).toBe("0.200");
    await device.close();
    const tidy = spokenTo(emulatedKorad, { quirks: { junkSixth: "none" } });
    expect(await tidy.ask("ISET1:0.125")).toBe("");
    expect(await tidy.ask("ISET1?")).toBe("0.125");
    await tidy.close();
  });

  test("BEEP, TRACK, OVP, OCP, SAV and RCL are taken without a word, each bit where sigrok has it", async () => {
    const device = spokenTo(emulatedKorad);
    const after = async (command: string): Promise<number> => {
      expect(await device.ask(command)).toBe("");
      return byte(await device.ask("STATUS?"));
    };
    const seen: number[] = [];
    const said = [
      "BEEP1",
      "BEEP0",
      "TRACK0",
      "TRACK1",
      "TRACK2",
      "OVP1",
      "OVP0",
      "OCP1",
      "OCP0",
      "SAV5",
      "RCL5",
    ];
    for (const command of said) seen.push(await after(command));
    expect(seen).toEqual([0x51, 0x41, 0x41, 0x41, 0x41, 0xc1, 0x41, 0x61, 0x41, 0x41, 0x41]);
    await device.close();
  });

  test.each([
    ["KORADKA3005PV2.0", 0x01],
    ["KORADKA3005PV2.0", 0xbc],
    ["RND 320-KD3005P V4.2 SN:59834414", null],
    ["TENMA72-2540V2.0", null],
    ["TENMA 72-2540 V5.2", null],
    ["KORAD KA3005P V5.5", null],
  ])("identity %s with %s behind it", async (identity, identityTail) => {
    const device = spokenTo(emulatedKorad, { quirks: { identity, identityTail } });
    const tail = identityTail === null ? "" : String.fromCharCode(identityTail);
    expect(await device.ask("*IDN?")).toBe(identity + tail);
    await device.close();
  });

  test("status: bit 6 output, bit 0 constant voltage, bit 5 protection, bit 7 OVP while the output is on alone", async () => {
    const device = spokenTo(emulatedKorad);
    expect(byte(await device.ask("STATUS?"))).toBe(0x41);
    await device.ask("OCP1");
    expect(byte(await device.ask("STATUS?"))).toBe(0x61);
    await device.ask("OVP1");
    expect(byte(await device.ask("STATUS?"))).toBe(0xe1);
    await device.ask("OUT0");
    expect(byte(await device.ask("STATUS?"))).toBe(0x21);
    await device.close();
  });

  test("a KA3305P has OVP in bit 4 and the output in bit 7; an old unit has noise but for three bits", async () => {
    const newer = spokenTo(emulatedKorad, { quirks: { status: "KA3305P" } });
    expect(byte(await newer.ask("STATUS?"))).toBe(0xc1);
    await newer.ask("OVP1");
    expect(byte(await newer.ask("STATUS?"))).toBe(0xd1);
    await newer.ask("OUT0");
    expect(byte(await newer.ask("STATUS?"))).toBe(0x11);
    await newer.close();
    const old = spokenTo(emulatedKorad, { quirks: { status: "old" } });
    const seen = new Set<number>();
    for (let n = 0; n < 20; n++) seen.add(byte(await old.ask("STATUS?")));
    expect(seen.size).toBeGreaterThan(5);
    for (const status of seen) expect(status & 0x61).toBe(0x41);
    await old.close();
  });

  test("folded back it holds its current: bit 0 falls, the output stays on", async () => {
    const device = spokenTo(emulatedKorad, { board: { idleWatts: 1 } });
    await device.ask("ISET1:0.100");
    expect(byte(await device.ask("STATUS?"))).toBe(0x40);
    expect(await device.ask("IOUT1?")).toBe("0.100");
    await device.close();
  });

  test("it trips, says nothing, is off, and stays off until protection was switched off", async () => {
    const device = spokenTo(emulatedKorad);
    await device.ask("ISET1:0.500");
    await device.ask("OCP1");
    expect(byte(await device.ask("STATUS?"))).toBe(0x61);
    device.world.busy("a", true);
    expect(byte(await device.ask("STATUS?"))).toBe(0x21);
    expect(await device.ask("VOUT1?")).toBe("00.00");
    expect(device.world.law("a").powered).toBe(false);
    await device.ask("OUT1");
    expect(byte(await device.ask("STATUS?"))).toBe(0x21);
    await device.ask("OCP0");
    await device.ask("OCP1");
    await device.ask("OUT1");
    expect(byte(await device.ask("STATUS?"))).toBe(0x61);
    expect(device.world.law("a").powered).toBe(true);
    await device.close();
  });

  test("its trip takes as long as it is said to", async () => {
    const device = spokenTo(emulatedKorad, { quirks: { tripDelayMs: 500 } });
    await device.ask("ISET1:0.500");
    await device.ask("OCP1");
    device.world.busy("a", true);
    await device.clock.sleep(490);
    expect(device.world.law("a").powered).toBe(true);
    await device.clock.sleep(20);
    expect(device.world.law("a").powered).toBe(false);
    await device.close();
  });

  test("it is deaf after a setting: what comes in the same breath is lost", async () => {
    const device = spokenTo(emulatedKorad);
    expect(await device.ask("VSET1:03.30VSET1?")).toBe("");
    expect(await device.ask("VSET1?")).toBe("03.30");
    await device.close();
  });

  test("with line ends it answers lines alone; CR ends one as well", async () => {
    const device = spokenTo(emulatedKorad, {
      quirks: { newline: true, outputVerb: "OUTPUT", junkSixth: "none" },
    });
    expect(await device.ask("*IDN?")).toBe("");
    expect(await device.ask("\n")).toBe("KORADKA3005PV2.0\n");
    expect(await device.ask("VSET1?\r")).toBe("05.00\n");
    await device.ask("OUT0\n");
    expect(await device.ask("STATUS?\n")).toBe("\x41\n");
    await device.ask("OUTPUT0\n");
    expect(await device.ask("STATUS?\n")).toBe("\x01\n");
    await device.close();
  });

  test("garbage, and half a command that is never ended, are lost; it understands the next", async () => {
    const device = spokenTo(emulatedKorad);
    expect(await device.ask("\x00\xffHELLO")).toBe("");
    expect(await device.ask("VSET1:1")).toBe("");
    expect(await device.ask("VSET1?")).toBe("05.00");
    expect(await device.ask("x".repeat(100_000))).toBe("");
    expect(await device.ask("VSET1?")).toBe("05.00");
    await device.close();
  });

  test("it keeps its output when the host falls silent, and what it saved", async () => {
    const device = spokenTo(emulatedKorad, { quirks: { recallTurnsOff: true } });
    await device.ask("SAV1");
    await device.ask("VSET1:03.30");
    await device.clock.sleep(3_600_000);
    expect(device.world.railState("a", "main")).toMatchObject({ output: true, milliV: 3_300 });
    await device.ask("RCL1");
    expect(await device.ask("VSET1?")).toBe("05.00");
    expect(device.world.railState("a", "main").output).toBe(false);
    await device.close();
  });

  test("with nothing on it, its voltage is there and no current flows", async () => {
    const device = spokenTo(emulatedKorad, { serves: [] });
    expect(await device.ask("VOUT1?")).toBe("05.00");
    expect(await device.ask("IOUT1?")).toBe("0.000");
    await device.close();
    const two = spokenTo(emulatedKorad, { serves: [onRail(), { ...onRail(), station: "b" }] });
    expect(await two.ask("IOUT1?")).toBe("0.400");
    await two.close();
  });
});
