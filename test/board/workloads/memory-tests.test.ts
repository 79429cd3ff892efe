import { describe, expect, test } from "vitest";
import {
  memoryCheckerboard,
  memoryMarchC,
  memoryWalkingOnes,
  testedWords,
} from "../../../src/board/workloads/memory-tests.ts";
import type { Pattern, Program } from "../../../src/board/workloads/program.ts";
import { evaluateProgram } from "./evaluate-program.ts";

const all = [memoryCheckerboard, memoryWalkingOnes, memoryMarchC].map((workload) => workload.build(1));

describe.each(all)("$name", (program) => {
  test("logs nothing on a sound memory, and tests half of the words it takes", () => {
    const { output } = evaluateProgram(program, 0);
    expect(output.every((bits) => bits === 0)).toBe(true);
    const words = program.tensors.map(({ rows, columns }) => rows * columns);
    expect(words).toEqual([testedWords, testedWords]);
    expect(testedWords).toBe(16_384);
  });

  test("logs exactly the bits that flip between two passes, whatever pass it is", () => {
    for (let before = 1; before < program.steps.length; before++) {
      const { output } = evaluateProgram(program, 0, (at, _step, tensors) => {
        if (at === before) tensors.get("memory")![4_711]! ^= 0x80000001;
      });
      expect(output[4_711]).toBe(0x80000001 | 0);
      expect(output.filter((bits) => bits !== 0)).toHaveLength(1);
    }
  });

  test.each([0, 1] as const)("finds bits stuck at %i", (value) => {
    // Bit b of word 32·b + 27: in walking ones these words carry their 1 at bits 27 to 30 in turn.
    const bits = Array.from({ length: 32 }, (_, bit) => bit);
    const { output } = evaluateProgram(program, 0, (_at, _step, tensors) => {
      const memory = tensors.get("memory")!;
      for (const bit of bits) {
        const word = memory[32 * bit + 27]!;
        memory[32 * bit + 27] = value === 1 ? word | (1 << bit) : word & ~(1 << bit);
      }
    });
    const found = bits.filter((bit) => output[32 * bit + 27] === 1 << bit);
    expect(found).toEqual(program.name === "memory-walking-ones" && value === 0 ? [27, 28, 29, 30] : bits);
    expect(output.filter((word) => word !== 0)).toHaveLength(found.length);
  });
});

describe("the patterns", () => {
  const written = ({ steps }: Program): string =>
    steps
      .map((step) => {
        if (step.do !== "march") return "?";
        const word = (pattern: Pattern): string =>
          "walkingPass" in pattern
            ? `walk${pattern.walkingPass}`
            : [...new Set([pattern.even, pattern.odd])].map((w) => (w >>> 0).toString(16)).join("/");
        const read = step.read === null ? [] : [`r${word(step.read)}`];
        const write = step.write === null ? [] : [`w${word(step.write)}`];
        return `${step.order}(${[...read, ...write].join(",")})`;
      })
      .join(" ");

  test("march C− is the one published: w0; up r0,w1; up r1,w0; down r0,w1; down r1,w0; r0", () => {
    expect(written(memoryMarchC.build(1))).toBe(
      "up(w0) up(r0,wffffffff) up(rffffffff,w0) down(r0,wffffffff) down(rffffffff,w0) up(r0)",
    );
  });

  test("the checkerboard is written both ways, the single one at four places", () => {
    expect(written(memoryCheckerboard.build(1))).toBe(
      "up(w55555555/aaaaaaaa) up(r55555555/aaaaaaaa,waaaaaaaa/55555555) up(raaaaaaaa/55555555)",
    );
    expect(written(memoryWalkingOnes.build(1))).toBe(
      "up(wwalk0) up(rwalk0,wwalk1) up(rwalk1,wwalk2) up(rwalk2,wwalk3) up(rwalk3)",
    );
  });
});
