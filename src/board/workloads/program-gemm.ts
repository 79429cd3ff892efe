import { floatFormats } from "../numbers/float-formats.ts";
import { randomStream } from "../../domain/random.ts";
import { checksummedGemm } from "./gemm-checksum.ts";
import { buildProgram } from "./program-builder.ts";
import type { Element, ProgramWorkload } from "./program.ts";

/**
 * C = A·B, 64 × 64 × 64, as a program; 4 inputs A, one B. Integers are uniform over int8; floats uniform over -1 to 1, rounded to the format. The sums are int32 or float32.
 * With checksums: what a wrong element of C leaves behind is corrected or detected (`checksummedGemm`).
 */
export const gemmSize = 64;
const inputs = 4;
const count = gemmSize * gemmSize;

export type GemmFormat = Exclude<Element, "i32">;

export const programGemmF32 = gemmProgram("f32");
export const programGemmTf32 = gemmProgram("tf32");
export const programGemmBf16 = gemmProgram("bf16");
export const programGemmFp16 = gemmProgram("fp16");
export const programGemmFp8 = gemmProgram("fp8");
export const programGemmI8 = gemmProgram("i8");
export const programGemmF32Checksum = gemmProgram("f32", true);
export const programGemmI8Checksum = gemmProgram("i8", true);

function gemmProgram(format: GemmFormat, checksum = false): ProgramWorkload {
  const name = checksum ? `gemm-${format}-checksum` : `gemm-${format}`;
  return {
    name,
    task: "numbers",
    build: (seed) => {
      // With checksums or without: the same operands.
      const random = randomStream(seed, "program-gemm", format);
      const draw = (): number =>
        format === "i8"
          ? random.nextBelow(256) - 128
          : floatFormats[format].round(Math.fround(2 * random.nextFloat() - 1));
      const b = buildProgram(name, "numbers", inputs);
      const bValues = Float64Array.from({ length: count }, draw);
      const aValues = Float64Array.from({ length: inputs * count }, draw);
      const right = b.weights("b", gemmSize, gemmSize, format, bValues);
      const left = b.inputs("a", gemmSize, gemmSize, format, aValues);
      const product = b.matmul("c", left, right);
      if (!checksum) return b.finish(product);
      return checksummedGemm(b, left, right, product, inputs);
    },
  };
}
