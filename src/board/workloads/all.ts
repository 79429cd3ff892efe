import { digitsF32, digitsI8 } from "./digits.ts";
import { gemmF32, gemmI8 } from "./gemm.ts";
import { scanF32, scanI8 } from "./scan.ts";
import type { Format, Workload } from "./workload.ts";

/** Every workload there is. A new one is a file and a line here; the conformance tests run over this list. */
export const workloads: readonly Workload[] = [gemmF32, gemmI8, digitsF32, digitsI8, scanF32, scanI8];

/** Those of one format, as a board offers them: the protocol's list holds five. */
export function workloadsOf(format: Format): readonly Workload[] {
  return workloads.filter((workload) => workload.name.endsWith(`-${format}`));
}
