import { describe, expect, test } from "vitest";
import { createMemory, structureOf } from "../../src/board/memory.ts";

function small() {
  const memory = createMemory(64);
  const weights = memory.f32("weights", 2);
  const inputs = memory.i8("inputs", 6);
  const scratch = memory.i8("scratch", 2);
  const control = memory.u32("control", 1);
  weights.set([1, -2]);
  inputs.set([1, 2, 3, 4, 5, 6]);
  control[0] = 16;
  memory.seal();
  const struck = {
    weights: structureOf("weights", { words: weights }),
    activations: structureOf("activations", { words: inputs, perInput: 3 }, { words: scratch }),
    control: structureOf("control", { words: control }),
  };
  return { memory, weights, inputs, scratch, control, struck };
}

describe("the memory of a workload", () => {
  test("is struck in the very words that the kernel reads", () => {
    const { weights, struck } = small();
    expect(struck.weights.xor(0, 0, 0x40000000)).toEqual({ before: 0x3f800000, after: 0x7f800000 });
    expect(weights[0]).toBe(Infinity);
    expect(struck.weights.xor(0, 1, 0x80000000)).toEqual({ before: 0xc0000000, after: 0x40000000 });
    expect(weights[1]).toBe(2);
  });

  test("shows of the inputs the one in work, and what lies behind it", () => {
    const { inputs, scratch, struck } = small();
    expect(struck.activations).toMatchObject({ words: 5, bits: 8 });
    expect(struck.activations.xor(1, 0, 0x80)).toEqual({ before: 4, after: 0x84 });
    expect([...inputs]).toEqual([1, 2, 3, -124, 5, 6]);
    struck.activations.xor(1, 4, 0xff);
    expect([...scratch]).toEqual([0, -1]);
  });

  test.each([
    [5, 1],
    [-1, 1],
    [0.5, 1],
    [0, 0],
    [0, 0x100],
  ])("has no word %s with bits %s", (word, mask) => {
    const { memory, struck } = small();
    expect(struck.activations.xor(0, word, mask)).toBeNull();
    expect(memory.isPristine()).toBe(true);
  });

  test.each([
    ["weights", ["weights"]],
    ["inputs", ["inputs"]],
    ["full", ["weights", "inputs", "control", "scratch"]],
  ] as const)("refresh %s restores %s and nothing else", (what, restored) => {
    const { memory, weights, inputs, control, scratch, struck } = small();
    const pristine = memory.digest();
    struck.weights.xor(0, 0, 1);
    struck.activations.xor(0, 0, 1);
    struck.activations.xor(0, 3, 1);
    struck.control.xor(0, 0, 1);
    memory.restore(what);
    const differs = {
      weights: weights[0] !== 1,
      inputs: inputs[0] !== 1,
      control: control[0] !== 16,
      scratch: scratch[0] !== 0,
    };
    for (const [role, differing] of Object.entries(differs))
      expect([role, differing]).toEqual([role, !(restored as readonly string[]).includes(role)]);
    expect(memory.digest() === pristine).toBe(what === "full");
  });

  test("scratch is no lasting state", () => {
    const { memory, scratch } = small();
    const pristine = memory.digest();
    scratch.fill(7);
    expect(memory.digest()).not.toBe(pristine);
    memory.clearScratch();
    expect(memory.digest()).toBe(pristine);
    expect(memory.isPristine()).toBe(true);
  });

  test("holds no more than it was made for, and nothing new once sealed", () => {
    expect(() => createMemory(8).f32("weights", 3)).toThrow(RangeError);
    expect(() => small().memory.u32("control", 1)).toThrow(RangeError);
  });
});
