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
import { cnnBf16, cnnF32, cnnF32Clamp, cnnFp16, cnnI8 } from "./cnn.ts";
import {
  programScanF32,
  programScanI32,
  reductionF32,
  reductionI32,
  sortF32,
  sortI32,
} from "./collectives.ts";
import { decoderBf16, decoderF32, decoderI8 } from "./decoder.ts";
import { memoryCheckerboard, memoryMarchC, memoryWalkingOnes } from "./memory-tests.ts";
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
  cnnF32,
  cnnBf16,
  cnnFp16,
  cnnI8,
  cnnF32Clamp,
  decoderF32,
  decoderBf16,
  decoderI8,
  reductionF32,
  reductionI32,
  programScanF32,
  programScanI32,
  sortF32,
  sortI32,
  memoryCheckerboard,
  memoryWalkingOnes,
  memoryMarchC,
];
