import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Rail } from "../../src/instruments/driver.ts";
import { koradDriver } from "../../src/instruments/korad.ts";
import { koradIdentity } from "../../src/instruments/korad-identity.ts";
import { koradAmperes, koradMilliA, koradMilliV, koradVolts } from "../../src/instruments/korad-replies.ts";
import { scriptedDevice } from "./scripted-device.ts";
import type { Said, ScriptedDevice } from "./scripted-device.ts";

/** Words and bytes are those of libsigrok (korad-kaxxxxp), its pull requests 219, 269 and 307, and kxtells/tenma-serial#2. */
const quiet: Readonly<Record<string, string>> = {
  "*IDN?": "KORADKA3005PV2.0",
  "STATUS?": "\x41",
  "VSET1?": "05.00",
  "ISET1?": "0.5000",
  "VOUT1?": "05.00",
  "IOUT1?": "0.125",
};

function korad(
  words: Readonly<Record<string, string | Said | null>> | ((command: string) => string | Said | null),
  settings: Readonly<Record<string, unknown>> = {},
): ScriptedDevice & { readonly rail: Rail } {
  const answer = (command: string): string | Said | null => {
    const own = typeof words === "function" ? words(command) : words[command];
    return own === undefined ? (quiet[command] ?? null) : own;
  };
  const device = scriptedDevice("korad", answer, settings);
  if (device.instrument.kind !== "supply") throw new Error("a Korad is a supply");
  return { ...device, rail: device.instrument.rail(1) };
}

const commandsOf = ({ sent }: ScriptedDevice): string[] => sent.map(({ bytes }) => bytes);

describe("who it is", () => {
  test.each([
    ["KORADKA3005PV2.0", "KORADKA3005P", "2.0", null],
    ["KORADKA3005PV2.0\x01", "KORADKA3005P", "2.0", null],
    ["KORADKA3005PV2.0\xbc", "KORADKA3005P", "2.0", null],
    ["KORAD KA3005P V5.5", "KORAD KA3005P", "5.5", null],
    ["KORAD KA3005P V4.2", "KORAD KA3005P", "4.2", null],
    ["KORADKD3005PV2.0", "KORADKD3005P", "2.0", null],
    ["KORAD KD6005P V2.2", "KORAD KD6005P", "2.2", null],
    ["TENMA72-2540V2.0", "TENMA72-2540", "2.0", null],
    ["TENMA 72-2540 V2.1", "TENMA 72-2540", "2.1", null],
    ["TENMA 72-2540 V5.2", "TENMA 72-2540", "5.2", null],
    ["TENMA 72-2535 V2.1", "TENMA 72-2535", "2.1", null],
    ["TENMA72-2550V2.0", "TENMA72-2550", "2.0", null],
    ["VELLEMANPS3005DV2.0", "VELLEMANPS3005D", "2.0", null],
    ["VELLEMANLABPS3005DV2.0", "VELLEMANLABPS3005D", "2.0", null],
    ["S-LS-31 V2.0", "S-LS-31", "2.0", null],
    ["RND 320-KA3005P V5.5", "RND 320-KA3005P", "5.5", null],
    ["RND 320-KD3005P V4.2 SN:59834414", "RND 320-KD3005P", "4.2", "59834414"],
  ])("%j", async (said, model, firmware, serial) => {
    const { instrument } = korad({ "*IDN?": said });
    expect(await instrument.identify()).toEqual({ kind: "ok", value: { model, firmware, serial } });
  });

  test.each(["KORAD", "\x00\x01\x02", "KORADKA30\x8005PV2.0", `${"K".repeat(60)}V2.0`])(
    "%j is nobody",
    async (said) => {
      const { instrument } = korad({ "*IDN?": said });
      expect(await instrument.identify()).toMatchObject({ kind: "refused" });
    },
  );
});

describe("line ends", () => {
  test("a V2.x gets and gives none", async () => {
    const device = korad({});
    await device.rail.read();
    expect(commandsOf(device)).toEqual(["*IDN?", "STATUS?", "VOUT1?", "IOUT1?"]);
  });

  test("a unit that says nothing before a line feed is sent one after every command, and its line feeds are taken off", async () => {
    const lines: Record<string, string> = { "*IDN?\n": "", "\n": "KKG305P V1.1\n" };
    for (const [asked, said] of Object.entries(quiet)) lines[`${asked}\n`] = `${said.slice(0, 5)}\n`;
    const device = korad((command) => lines[command] ?? null);
    expect(await device.rail.read()).toMatchObject({
      kind: "ok",
      value: { on: true, milliV: 5_000, milliA: 125 },
    });
    expect(commandsOf(device)).toEqual(["*IDN?", "\n", "STATUS?\n", "VOUT1?\n", "IOUT1?\n"]);
  });

  test("a slow V2.x that answers only then is sent none", async () => {
    const device = korad((command) =>
      command === "*IDN?" ? null : command === "\n" ? "KORADKA3005PV2.0" : undefined!,
    );
    await device.rail.read();
    expect(commandsOf(device)).toEqual(["*IDN?", "\n", "STATUS?", "VOUT1?", "IOUT1?"]);
  });

  test.each(["KORAD KA3005PS V3.2", "VELLEMANLABPS3005DNV2.0", "KKG305P V1.1"])(
    "%s is known to want them",
    async (said) => {
      const device = korad((command) => (command === "*IDN?" ? `${said}\n` : null));
      await device.instrument.identify();
      await device.rail.read();
      expect(commandsOf(device)).toEqual(["*IDN?", "STATUS?\n"]);
    },
  );

  test("where OUT is not obeyed on such a unit, OUTPUT is tried, and kept", async () => {
    let on = true;
    const device = korad(
      (command) => {
        if (command.startsWith("OUTPUT")) on = command === "OUTPUT1\n";
        const said = { "STATUS?\n": on ? "\x41" : "\x01", "VOUT1?\n": on ? "05.00" : "00.00" }[command];
        return said === undefined
          ? command === "*IDN?\n"
            ? "KKG305P V1.1\n"
            : `${(quiet[command.trim()] ?? "").slice(0, 5)}\n`
          : `${said}\n`;
      },
      { newline: "lf" },
    );
    expect(await device.rail.off()).toMatchObject({ kind: "ok", value: { on: false } });
    expect(await device.rail.on()).toMatchObject({ kind: "ok", value: { on: true } });
    expect(commandsOf(device).filter((command) => command.startsWith("OUT"))).toEqual([
      "OUT0\n",
      "OUTPUT0\n",
      "OUTPUT1\n",
    ]);
  });
});

describe("five characters and one byte", () => {
  test("set 0.200, answered 0.2007: the sixth byte is dropped (a 72-2540 V2.0)", async () => {
    const device = korad({ "*IDN?": "TENMA72-2540V2.0", "ISET1?": "0.2007", "STATUS?": "\x61" });
    const armed = await device.rail.arm({ milliV: null, tripMilliA: 200 });
    expect(armed).toMatchObject({ kind: "ok", value: { milliA: 200, verified: "read-back" } });
    expect(commandsOf(device)).toEqual(["*IDN?", "ISET1:0.200", "ISET1?", "OCP1", "STATUS?"]);
  });

  test("a junk byte that comes late is not taken for a status", async () => {
    const device = korad({ "*IDN?": "TENMA72-2540V2.0", "STATUS?": { latin1: "\x61", afterMs: 20 } });
    const armed = device.rail.arm({ milliV: null, tripMilliA: 500 });
    expect(await armed).toMatchObject({ kind: "ok" });
  });

  test("amounts are sent as the device takes them: 05.00, 12.34, 0.125", async () => {
    const device = korad({ "VSET1?": "12.34", "ISET1?": "0.125", "STATUS?": "\x61" });
    await device.rail.arm({ milliV: 12_340, tripMilliA: 125 });
    expect(commandsOf(device)).toContain("VSET1:12.34");
    expect(commandsOf(device)).toContain("ISET1:0.125");
    expect(koradVolts(5_000)).toBe("05.00");
  });

  test.each([
    [0x41, true, "voltage"],
    [0x40, true, "current"],
    [0x61, true, "voltage"],
    [0xc1, true, "voltage"],
    [0x20, false, null],
    [0x01, false, null],
    [0x81, false, null],
    [0x00, false, null],
    // Old units: all but 0x40, 0x20 and 0x01 is noise.
    [0xdf, true, "voltage"],
    [0x9e, false, null],
  ])("status 0x%x: on %s, holds %s", async (status, on, regulating) => {
    const device = korad({ "STATUS?": String.fromCharCode(status), "VOUT1?": on ? "05.00" : "00.00" });
    expect(await device.rail.read()).toMatchObject({ kind: "ok", value: { on, regulating } });
  });

  test("a model whose settings would not fit five characters is none of this family", () => {
    for (const settings of [{ mostMilliV: 100_000 }, { mostMilliA: 10_000 }])
      expect(koradDriver.schema.safeParse(settings).success).toBe(false);
    expect(koradDriver.schema.safeParse({ mostMilliV: 60_000, mostMilliA: 6_000 }).success).toBe(true);
  });

  test.each(["5.000", "05.0", "05.0000", "05,00", "99.99", "-5.00", "05.00xx"])(
    "%j is no voltage",
    async (said) => {
      expect(await korad({ "VOUT1?": said }).rail.read()).toMatchObject({ kind: "refused" });
    },
  );

  test("every setting there is comes back as it went, and nothing else means a number", () => {
    for (let milliV = 0; milliV <= 31_000; milliV += 10) expect(koradMilliV(koradVolts(milliV))).toBe(milliV);
    for (let milliA = 0; milliA <= 5_100; milliA++) expect(koradMilliA(koradAmperes(milliA))).toBe(milliA);
    const isDigits = (text: string, at: readonly number[]): boolean =>
      text.length === 5 &&
      Array.from({ length: 5 }, (_, i) => text.charAt(i)).every((c, i) =>
        at.includes(i) ? c >= "0" && c <= "9" : c === ".",
      );
    const almost = fc.string({ unit: fc.constantFrom(...Array.from("0123456789.+-eE ,")), maxLength: 7 });
    fc.assert(
      fc.property(fc.oneof(almost, fc.string()), (text) => {
        expect(koradMilliV(text) !== null).toBe(isDigits(text, [0, 1, 3, 4]));
        expect(koradMilliA(text) !== null).toBe(isDigits(text, [0, 2, 3, 4]));
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  test("no bytes at all make reading an identity throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const found = koradIdentity(bytes);
        if (found !== null) expect(found.model).not.toBe("");
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });
});

describe("time", () => {
  test("after a setting nothing is sent for 80 ms", async () => {
    const device = korad({ "STATUS?": "\x61" });
    await device.rail.arm({ milliV: 5_000, tripMilliA: 500 });
    const sets = device.sent.flatMap(({ bytes, atMs }, index) =>
      /[:]|^OCP/.test(bytes) ? [device.sent[index + 1]!.atMs - atMs] : [],
    );
    expect(sets).toHaveLength(3);
    for (const gapMs of sets) expect(gapMs).toBeGreaterThanOrEqual(80);
  });

  test("nothing within 500 ms and the time on the wire is silence", async () => {
    const device = korad({ "STATUS?": null });
    await device.instrument.identify();
    const beganNs = device.clock.nowNs();
    expect(await device.rail.read()).toMatchObject({ kind: "silence" });
    const tookMs = (device.clock.nowNs() - beganNs) / 1e6;
    expect(tookMs).toBeGreaterThanOrEqual(500);
    expect(tookMs).toBeLessThan(520);
  });

  test("an answer that comes 300 ms too late is not taken for the next one's", async () => {
    let late = true;
    const device = korad((command) => {
      if (command !== "STATUS?") return quiet[command]!;
      const said = late ? { latin1: "\x01", afterMs: 800 } : "\x41";
      late = false;
      return said;
    });
    expect(await device.rail.read()).toMatchObject({ kind: "silence" });
    expect(await device.rail.read()).toMatchObject({ kind: "ok", value: { on: true } });
  });
});

describe("nothing is believed that is not read back", () => {
  test("a voltage setting that got lost", async () => {
    const device = korad({ "VSET1?": "03.30" });
    expect(await device.rail.arm({ milliV: 5_000, tripMilliA: null })).toEqual({
      kind: "refused",
      reason: "told to hold 05.00 V, it reads back 3300 mV",
    });
  });

  test("over-current protection that does not show in bit 5, unless this unit's bit 5 says nothing of it", async () => {
    const refused = await korad({}).rail.arm({ milliV: null, tripMilliA: 500 });
    expect(refused).toMatchObject({ kind: "refused" });
    const taken = await korad({}, { armedBit: "none" }).rail.arm({ milliV: null, tripMilliA: 500 });
    expect(taken).toMatchObject({ kind: "ok", value: { verified: "commanded" } });
  });

  test("an output that says off and has its voltage, or says on and has none", async () => {
    const off = await korad({ "STATUS?": "\x01" }).rail.off();
    expect(off).toEqual({
      kind: "refused",
      reason: "its status says off, and 5000 mV are still at its terminals",
    });
    const on = await korad({ "VOUT1?": "00.00", "IOUT1?": "0.000" }).rail.on();
    expect(on).toMatchObject({ kind: "refused" });
    const folded = await korad({ "STATUS?": "\x40", "VOUT1?": "00.00", "IOUT1?": "0.000" }).rail.on();
    expect(folded).toMatchObject({ kind: "refused" });
  });

  test("folded back at its limit an output is on", async () => {
    const device = korad({ "STATUS?": "\x40", "VOUT1?": "01.10", "IOUT1?": "0.499" });
    expect(await device.rail.on()).toMatchObject({ kind: "ok", value: { on: true, regulating: "current" } });
  });

  test("a cut that gets lost is told again, and one that is never obeyed is refused", async () => {
    let told = 0;
    const device = korad((command) => {
      if (command === "OUT0") told++;
      if (told < 2) return quiet[command] ?? null;
      return { "STATUS?": "\x01", "VOUT1?": "00.00", "IOUT1?": "0.000" }[command] ?? quiet[command] ?? null;
    });
    expect(await device.rail.off()).toMatchObject({ kind: "ok", value: { on: false, tripped: false } });
    const stuck = korad({});
    expect(await stuck.rail.off()).toEqual({ kind: "refused", reason: "its output stays on" });
    expect(commandsOf(stuck).filter((command) => command === "OUT0")).toHaveLength(3);
  });

  test("off without our OFF while armed is a trip, and takes two status bytes that agree", async () => {
    const status = ["\x61", "\x21", "\x21", "\x21", "\x61"];
    const device = korad((command) =>
      command === "STATUS?" ? (status.shift() ?? "\x61") : (quiet[command] ?? null),
    );
    expect(await device.rail.read()).toMatchObject({ kind: "ok", value: { on: true, tripped: false } });
    expect(await device.rail.read()).toMatchObject({ kind: "ok", value: { on: false, tripped: true } });
    expect(await device.rail.read()).toEqual({
      kind: "refused",
      reason: "its status byte says off, then on",
    });
  });

  test("before it is turned on again, protection is switched off and on", async () => {
    let on = false;
    const device = korad((command) => {
      if (command === "OUT1") on = true;
      return command === "STATUS?" ? (on ? "\x61" : "\x21") : (quiet[command] ?? null);
    });
    expect(await device.rail.on()).toMatchObject({ kind: "ok", value: { on: true } });
    const sets = commandsOf(device).filter((command) => /^O/.test(command));
    expect(sets).toEqual(["OCP0", "OCP1", "OUT1"]);
  });
});
