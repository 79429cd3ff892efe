import { expect, test } from "vitest";
import { emulatedModbusRelay } from "../../../src/emulator/instruments/modbus-relay.ts";
import { onRail, spokenTo } from "./emulated-supply.ts";

/** Frames worked by hand from the Modbus Application Protocol V1.1b3, 6.1 and 6.5; CRC low byte first. */
const latin1 = (hex: string): string => Buffer.from(hex.replaceAll(" ", ""), "hex").toString("latin1");
const hex = (text: string): string =>
  Array.from(Buffer.from(text, "latin1"), (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(
    " ",
  );

const closeOne = "01 05 00 00 FF 00 8C 3A";
const openOne = "01 05 00 00 00 00 CD CA";
const readEight = "01 01 00 00 00 08 3D CC";

test("a coil is told, echoed, and read; the rail follows", async () => {
  const device = spokenTo(emulatedModbusRelay);
  expect(hex(await device.ask(latin1(readEight)))).toBe("01 01 01 01 90 48");
  expect(hex(await device.ask(latin1(openOne)))).toBe(openOne);
  expect(device.world.law("a").powered).toBe(false);
  expect(hex(await device.ask(latin1(readEight)))).toBe("01 01 01 00 51 88");
  expect(hex(await device.ask(latin1(closeOne)))).toBe(closeOne);
  expect(device.world.law("a").powered).toBe(true);
  await device.close();
});

test("a shutter hangs on a contact as a rail does", async () => {
  const shutter = { station: "a", role: "shutter" as const, channel: 1, rail: null };
  const device = spokenTo(emulatedModbusRelay, { serves: [shutter] });
  expect(device.world.sense("a").shutterOpen).toBe(false);
  await device.ask(latin1(closeOne));
  expect(device.world.sense("a").shutterOpen).toBe(true);
  await device.ask(latin1(openOne));
  expect(device.world.sense("a").shutterOpen).toBe(false);
  await device.close();
});

test("what it cannot is an exception, what is not for it or broken is silence", async () => {
  const device = spokenTo(emulatedModbusRelay);
  expect(hex(await device.ask(latin1("01 05 00 08 FF 00 0D F8")))).toBe("01 85 02 C3 51");
  expect(hex(await device.ask(latin1("01 05 00 00 12 34 C0 BD")))).toBe("01 85 03 02 91");
  expect(hex(await device.ask(latin1("01 03 00 00 00 01 84 0A")))).toBe("01 83 01 80 F0");
  expect(await device.ask(latin1("02 01 00 00 00 08 3D FF"))).toBe("");
  expect(await device.ask(latin1("01 01 00 00 00 08 3D CD"))).toBe("");
  expect(hex(await device.ask(latin1(`FF ${readEight}`)))).toBe("01 01 01 01 90 48");
  await device.close();
});

test("a welded contact stays closed, and the board reports its coil all the same", async () => {
  const device = spokenTo(emulatedModbusRelay, { quirks: { welded: [1] }, serves: [onRail()] });
  await device.ask(latin1(openOne));
  expect(hex(await device.ask(latin1(readEight)))).toBe("01 01 01 00 51 88");
  expect(device.world.law("a").powered).toBe(true);
  await device.close();
});

test("on normally closed contacts the load is on while the coil is off", async () => {
  const device = spokenTo(emulatedModbusRelay, {
    settings: { closedWhen: "off" },
    quirks: { starts: "off" },
  });
  expect(device.world.law("a").powered).toBe(true);
  await device.ask(latin1(closeOne));
  expect(device.world.law("a").powered).toBe(false);
  await device.close();
});
