import { buildProgram } from "./program-builder.ts";
import type { ProgramBuilder } from "./program-builder.ts";
import type { Pattern, ProgramWorkload, Tensor } from "./program.ts";

/**
 * Memory tests that log and go on: 16,384 words (64 KiB) are written and read back, and the output is, word by word, the bits that ever read wrong. Golden is 0 everywhere.
 *
 * What a word holds between its write and its read stands there as long as one pass over all words takes, so a pass is the dwell: an upset is seen if it falls
 * between the write of its word and a read that follows. The log lies in the same memory and is under test too, from the beginning to the end.
 */
export const testedWords = 16_384;
const rows = 128;

/** Every bit unlike its neighbours; then all of them inverted. w(0x55…/0xaa…), r w(inverse), r. */
export const memoryCheckerboard = memoryTest("memory-checkerboard", (march) => {
  const [pattern, inverse]: Pattern[] = [
    { even: 0x55555555, odd: 0xaaaaaaaa | 0 },
    { even: 0xaaaaaaaa | 0, odd: 0x55555555 },
  ];
  march("up", null, pattern!);
  march("up", pattern!, inverse!);
  march("up", inverse!, null);
});

/** A single 1 in each word, at bit (i + pass) mod 32. Four passes: every bit line of a group of 32 words carries the 1, and four times in every word. */
export const memoryWalkingOnes = memoryTest("memory-walking-ones", (march) => {
  march("up", null, { walkingPass: 0 });
  for (let pass = 1; pass < 4; pass++) march("up", { walkingPass: pass - 1 }, { walkingPass: pass });
  march("up", { walkingPass: 3 }, null);
});

/** March C− (A. J. van de Goor 1991): ⇕(w0) ⇑(r0,w1) ⇑(r1,w0) ⇓(r0,w1) ⇓(r1,w0) ⇕(r0). */
export const memoryMarchC = memoryTest("memory-march-c", (march) => {
  const [zeros, ones]: Pattern[] = [
    { even: 0, odd: 0 },
    { even: -1, odd: -1 },
  ];
  march("up", null, zeros!);
  march("up", zeros!, ones!);
  march("up", ones!, zeros!);
  march("down", zeros!, ones!);
  march("down", ones!, zeros!);
  march("up", zeros!, null);
});

type March = (order: "up" | "down", read: Pattern | null, write: Pattern | null) => void;

function memoryTest(name: string, passes: (march: March) => void): ProgramWorkload {
  return {
    name,
    task: "memory",
    // The patterns are the test: nothing is left to a seed.
    build: () => {
      const b: ProgramBuilder = buildProgram(name, "memory", 1);
      const under = (tensor: string): Tensor => b.scratch(tensor, rows, testedWords / rows, "i32");
      const [memory, log] = [under("memory"), under("log")];
      passes((order, read, write) => b.march(memory, log, order, read, write));
      return b.finish(log);
    },
  };
}
