import { randomStream } from "../../domain/random.ts";
import { buildProgram } from "./program-builder.ts";
import type { ProgramWorkload } from "./program.ts";

/**
 * What a data centre does between matrix products, over 1,024 elements each: the sum of all, inclusive prefix sums, and rising order. 4 inputs.
 * Floats are uniform over -1 to 1 with all their bits, integers over all 32 bits, so their sums wrap.
 */
export const reductionF32 = collective("reduce", "f32");
export const reductionI32 = collective("reduce", "i32");
export const programScanF32 = collective("scan", "f32");
export const programScanI32 = collective("scan", "i32");
export const sortF32 = collective("sort", "f32");
export const sortI32 = collective("sort", "i32");

/** 16 rows of 64. */
const rows = 16;
const columns = 64;
const inputs = 4;

function collective(kind: "reduce" | "scan" | "sort", format: "f32" | "i32"): ProgramWorkload {
  const name = `${kind}-${format}`;
  return {
    name,
    task: "numbers",
    build: (seed) => {
      // The same numbers for all three.
      const random = randomStream(seed, "collective", format);
      const draw = (): number =>
        format === "i32" ? random.nextU32() | 0 : Math.fround(2 * random.nextFloat() - 1);
      const b = buildProgram(name, "numbers", inputs);
      const x = b.inputs(
        "x",
        rows,
        columns,
        format,
        Float64Array.from({ length: inputs * rows * columns }, draw),
      );
      return b.finish(b[kind](kind === "reduce" ? "sum" : kind === "scan" ? "prefix-sums" : "sorted", x));
    },
  };
}
