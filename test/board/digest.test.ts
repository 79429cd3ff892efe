import { describe, expect, test } from "vitest";
import { digestOf, step } from "../../src/board/digest.ts";

describe("the digest", () => {
  /**
   * A change of bit a in one word and of bit b some d words later hides from the linear lane only if d steps carry a onto b:
   * the lane is linear, so that is all there is to look at.
   */
  test("shows every change of two bits within 65,536 words", () => {
    for (let bit = 0; bit < 32; bit++) {
      let lane = 1 << bit;
      for (let distance = 1; distance <= 65_536; distance++) {
        lane = step(lane);
        const oneBit = lane !== 0 && (lane & (lane - 1)) === 0;
        if (oneBit || lane === 0) throw new Error(`bit ${bit} is hidden ${distance} words later`);
      }
    }
  });

  test("is linear in its first lane, as the proof above needs", () => {
    for (let i = 0; i < 1_000; i++) {
      const [a, b] = [Math.imul(i, 0x9e3779b9), Math.imul(i + 7, 0x85ebca6b)];
      expect(step(a ^ b)).toBe(step(a) ^ step(b));
    }
  });

  test("shows every change of one bit, in both lanes", () => {
    const words = Uint32Array.from({ length: 64 }, (_, i) => Math.imul(i + 1, 0x01234567));
    const golden = digestOf(words);
    expect(golden).toMatch(/^[0-9a-f]{16}$/);
    for (let word = 0; word < words.length; word++) {
      for (let bit = 0; bit < 32; bit++) {
        words[word]! ^= 1 << bit;
        const struck = digestOf(words);
        words[word]! ^= 1 << bit;
        expect(struck.slice(0, 8)).not.toBe(golden.slice(0, 8));
        expect(struck.slice(8)).not.toBe(golden.slice(8));
      }
    }
    expect(digestOf(words)).toBe(golden);
  });

  test("tells lengths and orders apart", () => {
    const digests = [[], [0], [0, 0], [1, 2], [2, 1]].map((words) => digestOf(Uint32Array.from(words)));
    expect(new Set(digests).size).toBe(5);
  });
});
