import { programGemmF32, programGemmI8 } from "./program-gemm.ts";
import type { ProgramWorkload } from "./program.ts";

/** Every workload that is a program, in the order a board offers them. A new one is a file and a line here. */
export const programs: readonly ProgramWorkload[] = [programGemmF32, programGemmI8];
