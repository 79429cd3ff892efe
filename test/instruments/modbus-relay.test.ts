import { expect, test } from "vitest";
import type { SwitchInstrument } from "../../src/instruments/driver.ts";
import { fixtureOf } from "./conformance.ts";
import { instrumentBench } from "./instrument-bench.ts";
import { scriptedDevice } from "./scripted-device.ts";
import type { ScriptedDevice } from "./scripted-device.ts";

/** Frames worked by hand from the Modbus Application Protocol V1.1b3, 6.1 and 6.5; CRC low byte first. */
const latin1 = (hex: string): string => Buffer.from(hex.replaceAll(" ", ""), "hex").toString("latin1");
const hex = (text: string): string =>
  Array.from(Buffer.from(text, "latin1"), (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(
    " ",
  );

function relay(
  answers: Readonly<Record<string, string | null>>,
  settings: Readonly<Record<string, unknown>> = {},
): ScriptedDevice & { readonly relay: SwitchInstrument } {
  const device = scriptedDevice(
    "modbus-relay",
    (command) => {
      const answer = answers[hex(command)];
      return answer === undefined || answer === null ? null : latin1(answer);
    },
    settings,
  );
  if (device.instrument.kind !== "switch") throw new Error("a relay is a switch");
  return { ...device, relay: device.instrument };
}

const closeOne = "01 05 00 00 FF 00 8C 3A";
const readOne = "01 01 00 00 00 01 FD CA";
const isOn = "01 01 01 01 90 48";
const isOff = "01 01 01 00 51 88";

test("a contact is told, echoed and read back", async () => {
  const { relay: board, sent } = relay({ [closeOne]: closeOne, [readOne]: isOn });
  expect(await board.contact(1).set(true)).toEqual({ kind: "ok", value: true });
  expect(sent.map(({ bytes }) => hex(bytes))).toEqual([closeOne, readOne]);
  expect(board.reports).toBe(true);
  expect(board.lacks.join()).toContain("a welded contact is not seen");
});

test("an echo without the coil having changed is refused, an exception has words, silence is silence", async () => {
  expect(
    await relay({ [closeOne]: closeOne, [readOne]: isOff })
      .relay.contact(1)
      .set(true),
  ).toMatchObject({
    kind: "refused",
  });
  expect(
    await relay({ [closeOne]: "01 85 02 C3 51" })
      .relay.contact(1)
      .set(true),
  ).toEqual({
    kind: "refused",
    reason: "exception 2 (illegal data address)",
  });
  expect(await relay({}).relay.contact(1).set(true)).toMatchObject({ kind: "silence" });
  expect(
    await relay({ [closeOne]: "01 05 00 00 FF 00 8C 3B" })
      .relay.contact(1)
      .set(true),
  ).toMatchObject({
    kind: "silence",
  });
});

test("on normally closed contacts closed is off", async () => {
  const { relay: board } = relay({ [readOne]: isOff }, { closedWhen: "off" });
  expect(await board.contact(1).read()).toEqual({ kind: "ok", value: true });
});

test("it has as many contacts as the rig file says", () => {
  const { relay: board } = relay({}, { contacts: 4 });
  expect(() => board.contact(4)).not.toThrow();
  expect(() => board.contact(5)).toThrow(RangeError);
  expect(() => board.contact(0)).toThrow(RangeError);
});

test("a shutter on contact 8 opens and closes the emulated beam; a welded one is not seen to", async () => {
  const serves = [{ station: "a", role: "shutter" as const, channel: 8, rail: null }];
  const bench = instrumentBench({ ...fixtureOf("modbus-relay"), serves });
  if (bench.instrument.kind !== "switch") throw new Error("no switch");
  expect(await bench.instrument.contact(8).set(true)).toEqual({ kind: "ok", value: true });
  expect(bench.world.sense("a").shutterOpen).toBe(true);
  expect(await bench.instrument.contact(8).set(false)).toEqual({ kind: "ok", value: false });
  expect(bench.world.sense("a").shutterOpen).toBe(false);
  const welded = instrumentBench({ ...fixtureOf("modbus-relay"), quirks: { welded: [1] } });
  if (welded.instrument.kind !== "switch") throw new Error("no switch");
  expect(await welded.instrument.contact(1).set(false)).toEqual({ kind: "ok", value: false });
  expect(welded.world.law("a").powered).toBe(true);
});
