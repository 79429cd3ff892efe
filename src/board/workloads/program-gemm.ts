import { randomStream } from "../../domain/random.ts";
import type { Element, ProgramWorkload } from "./program.ts";

/** C = A·B, 64 × 64 × 64, as a program; 4 inputs A, one B. Integers are uniform; floats are n/256 with |n| ≤ 256, which every format here holds exactly or nearly so. */
const size = 64;
const inputs = 4;

export const programGemmF32: ProgramWorkload = gemmProgram("f32");
export const programGemmI8: ProgramWorkload = gemmProgram("i8");

function gemmProgram(element: Element): ProgramWorkload {
  const name = `gemm-${element}`;
  return {
    name,
    task: "numbers",
    build: (seed) => {
      const random = randomStream(seed, "gemm", element);
      const draw = (): number =>
        element === "i8" ? random.nextBelow(256) - 128 : (random.nextBelow(513) - 256) / 256;
      const filled = (count: number): Float64Array => Float64Array.from({ length: count }, draw);
      const square = { rows: size, columns: size };
      const format = element === "i8" ? "i32" : "f32";
      return {
        name,
        tensors: [
          { name: "b", ...square, element, role: "weights", values: filled(size * size) },
          { name: "a", ...square, element, role: "inputs", values: filled(inputs * size * size) },
          { name: "c", ...square, element: format, role: "scratch", values: [] },
        ],
        steps: [{ do: "matmul", a: "a", b: "b", into: "c" }],
        output: "c",
        flags: null,
        inputs,
        format,
        task: "numbers",
      };
    },
  };
}
