import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeReply,
  encodeQuery,
  float32OfHex,
  hexOfFloat32,
  hexOfInt32,
  int32OfHex,
  wordsOfError,
} from "../../src/instruments/mecom-frame.ts";
import type { MeComQuery, MeComReply } from "../../src/instruments/mecom-frame.ts";

/** Frames and values of bench-protocols 3.1. */
const query = (address: number, sequence: number, payload: string): MeComQuery => ({
  address,
  sequence,
  payload,
});

const published: [string, MeComQuery][] = [
  ["#0015AA?IF62AE", query(0x00, 0x15aa, "?IF")],
  ["#0015AB?VR03E801C21A", query(0x00, 0x15ab, "?VR03E801")],
  ["#0015AEVS07DA01000000028F97", query(0x00, 0x15ae, "VS07DA0100000002")],
  ["#0215CA?IFA98B", query(0x02, 0x15ca, "?IF")],
  ["#020003?VR03E801AC05", query(0x02, 0x0003, "?VR03E801")],
  ["#7BEF32?VR03E8E69AAD", query(0x7b, 0xef32, "?VR03E8E6")],
  ["#7BEF32VS03E8E641C8CCCDE2C1", query(0x7b, 0xef32, "VS03E8E641C8CCCD")],
  ["#020001?IFE3CA", query(2, 1, "?IF")],
  ["#020002?VR006801F43B", query(2, 2, "?VR006801")],
  ["#020004VS0BB80142AA0000C20C", query(2, 4, "VS0BB80142AA0000")],
  ["#020005VS07DA0100000001F103", query(2, 5, "VS07DA0100000001")],
  ["#020006?VR04B001F12D", query(2, 6, "?VR04B001")],
];

const exchanges: [string, MeComQuery, string, MeComReply][] = [
  ["status", query(2, 2, "?VR006801"), "!020002000000022678", { kind: "payload", payload: "00000002" }],
  [
    "object temperature",
    query(2, 3, "?VR03E801"),
    "!02000341C7D70AD51F",
    { kind: "payload", payload: "41C7D70A" },
  ],
  ["target set", query(2, 4, "VS0BB80142AA0000"), "!020004C20C", { kind: "acknowledged" }],
  ["output on", query(2, 5, "VS07DA0100000001"), "!020005F103", { kind: "acknowledged" }],
  ["stable", query(2, 6, "?VR04B001"), "!02000600000002BA97", { kind: "payload", payload: "00000002" }],
];

describe("MeCom frames", () => {
  test.each(published)("a query is written as published: %s", (frame, of) => {
    expect(encodeQuery(of)).toBe(frame);
  });

  test.each(exchanges)("a reply is read as published: %s", (_, of, reply, meaning) => {
    expect(decodeReply(reply, of)).toEqual(meaning);
    expect(decodeReply(`${String.fromCharCode(255)}!x!02${reply}`, of)).toEqual(meaning);
    expect(decodeReply(reply, { ...of, sequence: of.sequence + 1 })).toBeNull();
    expect(decodeReply(reply, { ...of, address: 3 })).toBeNull();
  });

  test("an acknowledgement may have its own CRC, and no third one", () => {
    const of = query(2, 4, "VS0BB80142AA0000");
    // CRC-16/XMODEM of "!020004", by bitwise division outside this program.
    expect(decodeReply("!0200042B78", of)).toEqual({ kind: "acknowledged" });
    expect(decodeReply("!020004C20D", of)).toBeNull();
  });

  // Error codes 1 to 9 of pyMeCom, each with its CRC, worked out outside this program.
  test.each([
    ["!020003+01F33A", "error 1 (command not available)"],
    ["!020003+02C359", "error 2 (device busy)"],
    ["!020003+03D378", "error 3 (general communication error)"],
    ["!020003+04A39F", "error 4 (format error)"],
    ["!020003+05B3BE", "error 5 (parameter not available)"],
    ["!020003+0683DD", "error 6 (parameter is read only)"],
    ["!020003+0793FC", "error 7 (value out of range)"],
    ["!020003+086213", "error 8 (instance not available)"],
    ["!020003+097232", "error 9 (general failure of the parameter)"],
  ])("%s is %s", (frame, words) => {
    const reply = decodeReply(frame, query(2, 3, "?VR03E801"));
    expect(reply).toMatchObject({ kind: "error" });
    expect(reply?.kind === "error" ? wordsOfError(reply.code) : null).toBe(words);
  });

  test("a reply to address 0 may come from any", () => {
    const of = query(0, 3, "?VR03E801");
    expect(decodeReply("!02000341C7D70AD51F", of)).toEqual({ kind: "payload", payload: "41C7D70A" });
  });

  test.each([
    [25.1, "41C8CCCD"],
    [25.0, "41C80000"],
    [85.0, "42AA0000"],
    [-40.0, "C2200000"],
    [125.0, "42FA0000"],
  ])("%s is %s", (value, digits) => {
    expect(hexOfFloat32(value)).toBe(digits);
    expect(float32OfHex(digits)).toBe(Math.fround(value));
  });

  test("integers are two's complement", () => {
    expect([2, -1, -2147483648].map(hexOfInt32)).toEqual(["00000002", "FFFFFFFF", "80000000"]);
    expect(["00000002", "FFFFFFFF", "80000000"].map(int32OfHex)).toEqual([2, -1, -2147483648]);
    expect(["0000002", "0000000g", "00000a02", "000000021"].map(int32OfHex)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});

describe("for all", () => {
  const seed = { seed: 31, numRuns: 500 };

  test("numbers survive their digits", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.float(), (integer, float) => {
        expect(int32OfHex(hexOfInt32(integer))).toBe(integer);
        expect(float32OfHex(hexOfFloat32(float))).toBe(float);
      }),
      seed,
    );
  });

  test("lines of any characters, decoding never throws", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), fc.nat(255), fc.nat(65_535), (line, address, sequence) => {
        for (const text of [line, `!${line}`, `!020003${line}`])
          expect(() => decodeReply(text, query(address, sequence, "?IF"))).not.toThrow();
      }),
      seed,
    );
  });

  test("places in a reply, another character there makes it no reply", () => {
    fc.assert(
      fc.property(
        fc.nat(exchanges.length - 1),
        fc.nat(40),
        fc.integer({ min: 1, max: 255 }),
        (which, place, flip) => {
          const [, of, reply, meaning] = exchanges[which]!;
          const at = place % reply.length;
          const changed =
            reply.slice(0, at) + String.fromCharCode(reply.charCodeAt(at) ^ flip) + reply.slice(at + 1);
          expect(decodeReply(changed, of)).toBeNull();
          expect(decodeReply(reply, of)).toEqual(meaning);
        },
      ),
      seed,
    );
  });
});
