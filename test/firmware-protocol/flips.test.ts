import { describe, expect, test } from "vitest";
import { decode } from "../../firmware-protocol/codec.ts";
import { messageTypes, sampleLines } from "./samples.ts";

/**
 * No line with one or two bits flipped, anywhere in it (mark, body, star, CRC), is accepted: every one and every pair is tried.
 */
function flip(bytes: Buffer, bit: number): void {
  bytes[bit >> 3]! ^= 1 << (bit & 7);
}

const refused = (bytes: Buffer) => decode(bytes.toString("latin1")).kind === "garbled";

describe.each(messageTypes)("$kind $name", (type) => {
  test("every flip of one bit is refused", () => {
    for (const line of sampleLines(type, 3)) {
      const bytes = Buffer.from(line, "latin1");
      const survivors: string[] = [];
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        flip(bytes, bit);
        if (!refused(bytes)) survivors.push(bytes.toString("latin1"));
        flip(bytes, bit);
      }
      expect(survivors).toEqual([]);
      expect(refused(bytes)).toBe(false);
    }
  });
});

/** Short and long ones, those that carry strikes, evidence and identity among them, at least one of each kind. */
const inPairs = [
  "ack",
  "hello",
  "run",
  "strike",
  "run-ok",
  "strike-ok",
  "status-ok",
  "refused",
  "boot",
  "struck",
]
  .concat(["done", "log", "result", "heartbeat"])
  .map((name) => messageTypes.find((type) => type.name === name)!);

describe.each(inPairs)("$kind $name", (type) => {
  test("every flip of two bits is refused", () => {
    const [line] = sampleLines(type, 1);
    const bytes = Buffer.from(line!, "latin1");
    const survivors: string[] = [];
    for (let first = 0; first < bytes.length * 8; first++) {
      flip(bytes, first);
      for (let second = first + 1; second < bytes.length * 8; second++) {
        flip(bytes, second);
        if (!refused(bytes)) survivors.push(bytes.toString("latin1"));
        flip(bytes, second);
      }
      flip(bytes, first);
    }
    expect(survivors).toEqual([]);
  });
});

test("two-bit flips cover every kind", () => {
  expect(new Set(inPairs.map(({ kind }) => kind))).toEqual(new Set(["c", "a", "e", "t"]));
});
