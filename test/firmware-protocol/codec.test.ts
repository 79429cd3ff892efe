import fc from "fast-check";
import { crc32 as zlibCrc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decode, encode, headingOf } from "../../firmware-protocol/codec.ts";
import { crc32 } from "../../firmware-protocol/crc32.ts";
import { fitText, text } from "../../firmware-protocol/fields.ts";
import { maxLineBytes } from "../../firmware-protocol/messages.ts";
import type { Payload } from "../../firmware-protocol/messages.ts";
import { accepted, anyHead, anyPayload, messageTypes, widestHead, widestPayload } from "./samples.ts";

const head = { seq: 1, boot: 0x5eed0001, uptimeMs: 12 };
const framed = (body: string) => `$${body}*${crc32(body).toString(16).padStart(8, "0")}`;

describe.each(messageTypes)("$kind $name", (type) => {
  test("comes back from the wire as it was sent, on the same line", () => {
    fc.assert(
      fc.property(anyHead, anyPayload(type), (anyOne, payload) => {
        const line = encode(anyOne, payload);
        const message = decode(line);
        expect(message).toStrictEqual({ ...anyOne, ...payload });
        expect(encode(accepted(line), accepted(line))).toBe(line);
      }),
      { numRuns: 200 },
    );
  });

  test(`fits into ${maxLineBytes} bytes with its LF, whatever its values`, () => {
    const widest = encode(widestHead, widestPayload(type)).length + 1;
    expect(widest).toBeLessThanOrEqual(maxLineBytes);
    fc.assert(
      fc.property(anyHead, anyPayload(type), (anyOne, payload) => {
        expect(encode(anyOne, payload).length + 1).toBeLessThanOrEqual(widest);
      }),
      { numRuns: 100 },
    );
  });

  test("is spelled as the grammar wants, and no field hides another or a part of the head", () => {
    const [keys, wireKeys] = [Object.keys(type.fields), Object.values(type.fields).map(({ key }) => key)];
    expect(type.name).toMatch(/^[a-z][a-z0-9-]{0,31}$/);
    for (const key of wireKeys) expect(key).toMatch(/^[a-z]{1,8}$/);
    expect(keys.filter((key) => ["kind", "name", "seq", "boot", "uptimeMs"].includes(key))).toEqual([]);
    expect(new Set(wireKeys).size).toBe(wireKeys.length);
  });
});

describe("one spelling", () => {
  const status = "c 7 5eed0001 33 ack ev=1";

  test.each([
    ["bad-head", "C 7 5eed0001 33 ack ev=1"],
    ["bad-head", "c 07 5eed0001 33 ack ev=1"],
    ["bad-head", "c +7 5eed0001 33 ack ev=1"],
    ["bad-head", "c 4294967296 5eed0001 33 ack ev=1"],
    ["bad-head", "c 7 5EED0001 33 ack ev=1"],
    ["bad-head", "c 7 eed0001 33 ack ev=1"],
    ["bad-head", "c 7 5eed0001 1099511627776 ack ev=1"],
    ["bad-head", "c  7 5eed0001 33 ack ev=1"],
    ["bad-head", " c 7 5eed0001 33 ack ev=1"],
    ["bad-head", "c 7 5eed0001 33 Ack ev=1"],
    ["bad-head", "c 7 5eed0001 33"],
    ["bad-head", "c 7 5eed0001 33 "],
    ["bad-head", "c 7"],
    ["bad-head", "c"],
    ["bad-head", "x 7 5eed0001 33 ack ev=1"],
    ["unknown-message", "c 7 5eed0001 33 acknowledge ev=1"],
    ["unknown-message", "e 7 5eed0001 33 ack ev=1"],
    ["unknown-message", "c 7 5eed0001 33 constructor"],
    ["bad-field", "c 7 5eed0001 33 ack"],
    ["bad-field", "c 7 5eed0001 33 ack "],
    ["bad-field", "c 7 5eed0001 33 ack ev="],
    ["bad-field", "c 7 5eed0001 33 ack ev=01"],
    ["bad-field", "c 7 5eed0001 33 ack ev=1e3"],
    ["bad-field", "c 7 5eed0001 33 ack ev=4294967296"],
    ["bad-field", "c 7 5eed0001 33 ack EV=1"],
    ["bad-field", "c 7 5eed0001 33 ack  ev=1"],
    ["bad-field", "c 7 5eed0001 33 ack ev=1 "],
    ["bad-field", "c 7 5eed0001 33 ack ev=1 ev=1"],
    ["bad-field", "c 7 5eed0001 33 ack ev=1 more=2"],
    ["bad-field", "c 7 5eed0001 33 status ev=1"],
    ["bad-field", "c 7 5eed0001 33 run n=1 from=3 strikes=1"],
    ["bad-field", "c 7 5eed0001 33 rail board=a on=2"],
    ["bad-field", "c 7 5eed0001 33 rail board=-a on=1"],
    ["bad-field", "c 7 5eed0001 33 heat board=a on=1 set=-0"],
    ["bad-field", "c 7 5eed0001 33 heat board=a on=1 set=2147483648"],
    ["bad-field", "c 7 5eed0001 33 refresh what=none"],
    ["bad-field", "e 7 5eed0001 33 log ev=2 level=info text=%41"],
    ["bad-field", "e 7 5eed0001 33 log ev=2 level=info text=%B0"],
    ["bad-field", "e 7 5eed0001 33 log ev=2 level=info text=%b"],
    ["bad-field", `e 7 5eed0001 33 log ev=2 level=info text=${"x".repeat(121)}`],
    ["bad-field", "a 7 5eed0001 33 workloads-ok re=1 w="],
    ["bad-field", "a 7 5eed0001 33 workloads-ok re=1 w=a,"],
    ["bad-field", "a 7 5eed0001 33 workloads-ok re=1 w=a,b,c,d,e,f"],
    ["bad-field", "e 7 5eed0001 33 elements ev=2 it=1 e=1:00000000"],
    ["bad-field", "e 7 5eed0001 33 scores ev=2 it=1 want=1:0000000 got=-"],
    ["bad-field", helloOk("sr")],
    ["bad-field", helloOk("rr")],
    ["bad-field", helloOk("")],
    ["bad-field", helloOk("-r")],
  ] as const)("%s: %s", (reason, body) => {
    expect(decode(framed(body))).toEqual({ kind: "garbled", reason, line: framed(body) });
  });

  test.each([
    ["no-mark", ""],
    ["no-mark", "\n"],
    ["no-mark", framed(status).slice(1)],
    ["no-mark", ` ${framed(status)}`],
    ["no-crc", "$"],
    ["bad-head", "$*00000000"],
    ["no-crc", `$${status}`],
    ["no-crc", framed(status).slice(0, -1)],
    ["no-crc", `${framed(status)} `],
    ["no-crc", framed(status).toUpperCase()],
    ["bad-crc", `$${status}*00000000`],
    ["bad-crc", framed(status).replace("ev=1", "ev=2")],
    ["bad-character", `${framed(status)}\r`],
    ["bad-character", `$${framed(status)}`],
    ["bad-character", framed(`${status}*`)],
    ["bad-character", framed(`${status}\0`)],
    ["bad-character", framed(`${status}\x7f`)],
    ["bad-character", framed(`${status}\xe9`)],
    ["bad-character", framed(`${status}\ud800`)],
    ["too-long", framed("x".repeat(245))],
    ["bad-head", framed("x".repeat(244))],
    ["too-long", "\xff".repeat(100_000)],
  ] as const)("%s: %j", (reason, line) => {
    expect(decode(line)).toEqual({ kind: "garbled", reason, line });
  });

  function helloOk(capabilities: string): string {
    return `a 7 5eed0001 33 hello-ok re=1 v=1 model=m serial=s fw=1 acc=cpu boots=1 cause=power ev=1 drop=0 cap=${capabilities}`;
  }
});

describe("heading", () => {
  test("names a command that is not known or not well formed, so that it can be refused", () => {
    const heading = { kind: "c", name: "dance", seq: 7, boot: 0x5eed0001, uptimeMs: 33 };
    expect(headingOf(framed("c 7 5eed0001 33 dance steps=3"))).toEqual(heading);
    expect(headingOf(framed("c 7 5eed0001 33 ack ev=x"))).toEqual({ ...heading, name: "ack" });
  });

  test("is not taken from a damaged line", () => {
    expect(headingOf("$c 7 5eed0001 33 dance steps=3*00000000")).toBeUndefined();
    expect(headingOf(framed("c 7 5eed0001 33 Dance"))).toBeUndefined();
  });
});

describe("encode", () => {
  test.each([
    { kind: "c", name: "ack", event: -1 },
    { kind: "c", name: "ack", event: 1.5 },
    { kind: "c", name: "ack", event: 2 ** 32 },
    { kind: "c", name: "ack", event: NaN },
    { kind: "c", name: "rail", board: "no name", on: true },
    { kind: "a", name: "workloads-ok", re: 1, workloads: ["a", "b", "c", "d", "e", "f"] },
    { kind: "e", name: "log", event: 1, level: "info", text: "x".repeat(121) },
  ] as const satisfies readonly Payload[])("refuses what its field cannot hold: %j", (payload) => {
    expect(() => encode(head, payload)).toThrow(RangeError);
  });

  test("refuses a head that does not fit", () => {
    expect(() => encode({ ...head, seq: 0x1_0000_0000 }, { kind: "c", name: "status" })).toThrow(RangeError);
  });
});

describe("text", () => {
  test("is ISO 8859-1; any other character becomes a question mark", () => {
    expect(text.print("die at 85°C, trap ✗ 🔥")).toBe("die%20at%2085%b0C%2c%20trap%20%3f%20%3f");
    expect(text.parse("die%20at%2085%b0C")).toBe("die at 85°C");
  });

  test("fitText cuts any string to one that can be sent, and leaves short ones alone", () => {
    expect(fitText("short")).toBe("short");
    fc.assert(
      fc.property(anyString, (value) => {
        const fitted = fitText(value);
        expect(value.startsWith(fitted)).toBe(true);
        expect(text.print(fitted).length).toBeLessThanOrEqual(120);
      }),
    );
    expect(text.print(fitText("é".repeat(500)))).toHaveLength(120);
  });
});

test("CRC-32 is zlib's", () => {
  expect(crc32("123456789")).toBe(0xcbf43926);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(crc32(Buffer.from(bytes).toString("latin1"))).toBe(zlibCrc32(bytes));
    }),
  );
});

const anyString = fc.oneof(
  fc.array(fc.nat({ max: 0xffff }), { maxLength: 400 }).map((codes) => String.fromCharCode(...codes)),
  fc.string({ unit: "binary", maxLength: 400 }),
);

describe("totality", () => {
  const anyBody = fc.string({
    unit: fc.constantFrom(..."caet 0123456789abcdef=,:-%".split("")),
    maxLength: 250,
  });

  test.each([
    ["any characters, lone surrogates too", anyString],
    ["a mark and any characters", anyString.map((rest) => `$${rest}`)],
    ["a sound frame around any characters", anyString.map(framed)],
    ["a sound frame around pieces of the grammar", anyBody.map(framed)],
    ["a sound head before anything", anyBody.map((rest) => framed(`e 1 5eed0001 2 result${rest}`))],
  ])("%s: a value, never a throw", (_, lines) => {
    fc.assert(
      fc.property(lines, (line) => {
        const message = decode(line);
        if (message.kind === "garbled") expect(message.line).toBe(line);
        else expect(encode(message, message)).toBe(line);
      }),
      { numRuns: 5_000 },
    );
  });
});
