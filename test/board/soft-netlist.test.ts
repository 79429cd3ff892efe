import { expect, test } from "vitest";
import { softElement } from "../../src/board/accelerators/soft-element.ts";
import { netlist, usedPins } from "../../src/board/accelerators/soft-netlist.ts";
import { randomStream } from "../../src/domain/random.ts";

test("a sound element is the plain arithmetic: all 65,536 pairs of operands, accumulated on", () => {
  const element = softElement([]);
  let sum = 0;
  let wrong = 0;
  for (let a = -128; a < 128; a++) {
    for (let b = -128; b < 128; b++) {
      element.step(a, b);
      sum = (sum + a * b) | 0;
      if (element.read() !== sum) wrong++;
    }
  }
  expect(wrong).toBe(0);
});

test("a sound element wraps its accumulator, and begins anew from 0", () => {
  const element = softElement([]);
  const random = randomStream(7, "wrap");
  let sum = 0;
  // 2^31 / 2^14 products of −128 · −128, and some.
  for (let n = 0; n < 131_073; n++) {
    element.step(-128, -128);
    sum = (sum + 16_384) | 0;
  }
  expect([sum < 0, element.read()]).toEqual([true, sum]);
  element.clear();
  sum = 0;
  for (let n = 0; n < 10_000; n++) {
    const [a, b] = [random.nextBelow(256) - 128, random.nextBelow(256) - 128];
    element.step(a, b);
    sum = (sum + a * b) | 0;
  }
  expect(element.read()).toBe(sum);
});

test("the netlist is well formed: each table after those it reads, at most four pins", () => {
  // Two levels, a, b, the accumulator.
  const registers = 2 + 8 + 8 + 32;
  expect(netlist.nets).toBe(registers + netlist.luts.length);
  netlist.luts.forEach(({ pins }, lut) => {
    expect(pins.length).toBeLessThanOrEqual(usedPins);
    for (const pin of pins) expect(pin).toBeLessThan(registers + lut);
  });
  expect(netlist.next.every((net) => net >= registers)).toBe(true);
});
