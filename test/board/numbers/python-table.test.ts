import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { fromBf16, toBf16 } from "../../../src/board/numbers/bf16.ts";
import { bitsOfF32, f32OfBits } from "../../../src/board/numbers/float-bits.ts";
import { fromFp16, toFp16 } from "../../../src/board/numbers/fp16.ts";
import { randomStream } from "../../../src/domain/random.ts";
import { havePython } from "../../python/have-python.ts";

/**
 * A second table beside the definition: Python's `struct` has binary16 of its own (format "e", in C), and for bfloat16 the upper half of its float.
 * It answers with words in hexadecimal, eight digits each.
 */
function ask(program: string, input = ""): number[] {
  const { stdout, stderr } = spawnSync("python3", ["-c", program], {
    input,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  expect(stderr).toBe("");
  return stdout
    .trim()
    .split(/\s+/)
    .map((word) => parseInt(word, 16));
}

const decode = `
import struct
for code in range(65536):
    value, = struct.unpack(">e", struct.pack(">H", code))
    print(struct.pack(">f", value).hex() if value == value else "7fc00000")
for code in range(65536):
    value, = struct.unpack(">f", struct.pack(">HH", code, 0))
    print(struct.pack(">f", value).hex() if value == value else "7fc00000")
`;

const encode = `
import struct, sys
for word in sys.stdin.read().split():
    value, = struct.unpack(">f", bytes.fromhex(word))
    try:
        print(struct.pack(">e", value).hex())
    except OverflowError:
        print("7c00" if value > 0 else "fc00")
`;

if (!havePython()) {
  test("NOT RUN: the second table of number formats needs python3, 3.10 or later; apt-get install python3", () => {
    expect(process.env["CI"], "in CI a missing part is a failure").toBeUndefined();
  });
} else {
  describe("beside Python's struct", () => {
    const words = ask(decode);
    const differing = (from: (code: number) => number, at: number): number[] =>
      Array.from({ length: 65536 }, (_, code) => code).filter(
        (code) => bitsOfF32(from(code)) !== words[at + code],
      );

    test("all 65,536 codes of binary16 and of bfloat16 are the same numbers, and come back", () => {
      expect(words).toHaveLength(131072);
      expect(differing(fromFp16, 0)).toEqual([]);
      expect(differing(fromBf16, 65536)).toEqual([]);
      expect(differing((code) => fromFp16(code ^ 1), 0).length).toBeGreaterThan(60_000);
      for (const [to, at, nans] of [
        [toFp16, 0, 2046],
        [toBf16, 65536, 254],
      ] as const) {
        const lost = Array.from({ length: 65536 }, (_, code) => code).filter(
          (code) => to(f32OfBits(words[at + code]!)) !== code,
        );
        // Those that do not are NaNs, which have one spelling; it is among them.
        expect(lost.filter((code) => words[at + code] !== 0x7fc00000)).toEqual([]);
        expect(lost).toHaveLength(nans - 1);
      }
    });

    test("100,000 float32 are rounded to the same binary16", () => {
      const random = randomStream(23, "python");
      /** Exponents from below the smallest subnormal to beyond infinity; every other word a tie, or next to one. */
      const inputs = Array.from({ length: 100_000 }, (_, i) => {
        const low = i % 2 === 0 ? random.nextBelow(2 ** 13) : 0xfff + random.nextBelow(3);
        const sign = random.nextBelow(2) * 2 ** 31;
        return sign + (100 + random.nextBelow(45)) * 2 ** 23 + random.nextBelow(1024) * 2 ** 13 + low;
      });
      const codes = ask(encode, inputs.map((word) => word.toString(16).padStart(8, "0")).join("\n"));
      expect(codes).toHaveLength(inputs.length);
      expect(inputs.filter((word, i) => toFp16(f32OfBits(word)) !== codes[i])).toEqual([]);
    });
  });
}
