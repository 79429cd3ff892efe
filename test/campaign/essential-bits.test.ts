import { describe, expect, test } from "vitest";
import { readEssentialBits } from "../../src/campaign/essential-bits.ts";

/** Eight header lines, as the tools write them; `Bits:` is 32 times the data lines. */
const header = (bits: number): string[] => [
  "Xilinx ASCII Bitstream",
  "Created by Bitstream 2016.4",
  "Design name: \ttop.ncd",
  "Architecture: \tkintexu",
  "Part: \t\txcku040",
  "Date: \t\tThu Jan 01 00:00:00 2026",
  `Bits:         ${bits}`,
  "",
];
const bytesOf = (text: string): Uint8Array => Buffer.from(text, "latin1");
const zeros = (lines: number): string[] => new Array<string>(lines).fill("0".repeat(32));

describe("an essential-bits file", () => {
  test("UltraScale, by AR67086: line 123·(LA + 1) + WD + 10, column 31 − BT", () => {
    const data = zeros(10 + 123 * 4);
    // LFA 2, word 61, bit 0: the rightmost column; LFA 0, word 122, bit 31: the leftmost.
    data[123 * 3 + 61 + 10] = `${"0".repeat(31)}1`;
    data[123 * 1 + 122 + 10] = `1${"0".repeat(31)}`;
    const read = readEssentialBits(
      bytesOf([...header(data.length * 32), ...data, ""].join("\r\n")),
      "us",
      10,
    );
    expect(read).toEqual({
      frames: 3,
      bits: Uint32Array.of((0 * 123 + 122) * 32 + 31, (2 * 123 + 61) * 32),
    });
  });

  test("7-series: no pad words, 101 leading lines of a dummy frame", () => {
    const data = zeros(101 * 3);
    data[101] = `${"0".repeat(30)}10`;
    // The dummy frame is no frame of the device, whatever stands in it.
    data[100] = "1".repeat(32);
    const read = readEssentialBits(bytesOf(data.join("\n")), "x7", 0);
    expect(read).toEqual({ frames: 2, bits: Uint32Array.of(1) });
  });

  test.each([
    ["a file cut short", [...header(32 * 606), ...zeros(505)], "its header says 19392 bits"],
    [
      "no whole frames",
      zeros(101 * 3 + 5),
      "308 data lines are not 0 pad words and whole frames of 101 words",
    ],
    ["a file of another family", zeros(10 + 123 * 4), "another family than 'x7'"],
    ["the dummy frame alone", zeros(101), "whole frames"],
    ["a line of 31", [...zeros(101 * 2 - 1), "0".repeat(31)], "line 202: expected 32 characters 0 or 1"],
    ["no data at all", ["MZ", "..."], "is this an .ebd file?"],
    ["nothing", [], "is this an .ebd file?"],
  ])("%s is refused in one sentence", (_, lines, says) => {
    const read = readEssentialBits(bytesOf(lines.join("\n")), "x7", 0);
    expect(read).toEqual(expect.stringContaining(says));
  });
});
