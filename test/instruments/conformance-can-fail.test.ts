import { describe, expect, test } from "vitest";
import { fixtureOf, illFounded } from "./conformance.ts";

/** The judge of the fuzz, on exchanges of the reference: were it blind, a gullible driver would pass. */
const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");
const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("the judge of the fuzz", () => {
  const read = bytes("#020003?VR03E801AC05\r");
  const again = bytes("#020004?VR03E801C1FC\r");

  test.each([
    ["nothing", ""],
    ["a flipped bit", "!02000341C7D70BD51F\r"],
    ["no end", "!02000341C7D70AD51F"],
    ["the reply to another query", "!020002000000022678\r"],
    ["an acknowledgement", "!020003AC05\r"],
  ])("MeCom: after a read, %s is no reply", (_, reply) => {
    const exchanges = [{ command: read, delivered: [bytes(reply)] }];
    expect(illFounded(exchanges, fixtureOf("mecom"))).toHaveLength(1);
  });

  test("MeCom: a reply in pieces, between garbage, or to a repetition founds a read", () => {
    const pieces = [bytes("\r!!!02000341C7"), bytes("D70AD51F\rxx")];
    expect(illFounded([{ command: read, delivered: pieces }], fixtureOf("mecom"))).toEqual([]);
    const repeated = [
      { command: again, delivered: [] },
      { command: read, delivered: [bytes("!02000341C7D70AD51F\r")] },
    ];
    expect(illFounded(repeated, fixtureOf("mecom"))).toEqual([]);
  });

  test.each([
    ["nothing", ""],
    ["a flipped bit", "01 03 04 97 7D 42 9D 76 96"],
    ["another function", "01 10 08 70 00 02 42 73"],
    ["a torn frame", "01 03 04 97 7D 42 9C 76"],
  ])("Modbus: after a read, %s is no reply", (_, reply) => {
    const exchanges = [{ command: hex("01 03 01 68 00 02 44 2B"), delivered: [hex(reply)] }];
    expect(illFounded(exchanges, fixtureOf("ez-zone"))).toHaveLength(1);
  });

  test("Modbus: a whole frame behind garbage, and an exception, found a read", () => {
    for (const reply of ["FF 01 01 03 04 97 7D 42 9C 76 96 00", "01 83 02 C0 F1"]) {
      const exchanges = [{ command: hex("01 03 01 68 00 02 44 2B"), delivered: [hex(reply)] }];
      expect(illFounded(exchanges, fixtureOf("ez-zone"))).toEqual([]);
    }
  });
});
