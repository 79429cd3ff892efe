import {
  programGemmBf16,
  programGemmF32,
  programGemmF32Checksum,
  programGemmFp16,
  programGemmFp8,
  programGemmI8,
  programGemmI8Checksum,
  programGemmTf32,
} from "./program-gemm.ts";
import type { ProgramWorkload } from "./program.ts";

/** Every workload that is a program, in the order a board offers them. A new one is a file and a line here. */
export const programs: readonly ProgramWorkload[] = [
  programGemmF32,
  programGemmTf32,
  programGemmBf16,
  programGemmFp16,
  programGemmFp8,
  programGemmI8,
  programGemmF32Checksum,
  programGemmI8Checksum,
];
