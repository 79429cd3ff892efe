import type { Evidence, OutputFormat } from "../domain/evidence.ts";
import type { Outcome } from "../domain/outcome.ts";
import { judge as judgeWorkload } from "../board/workloads/judge.ts";

/**
 * Holds what a board says about itself against what it said before: a digest unlike golden is never masked (law 6).
 * The golden digest of an input is the one its first clean iteration had; a board that later calls another digest clean
 * contradicts itself, and is believed in neither.
 */
export interface Judge {
  (evidence: Evidence): Outcome;
}

export function createJudge(workload: string, format: OutputFormat, inputs: number): Judge {
  const golden = new Map<number, string>();
  return (evidence) => {
    const input = evidence.iteration % inputs;
    const goldenDigest = golden.get(input);
    const known = goldenDigest === undefined ? {} : { goldenDigest };
    const outcome = judgeWorkload(workload, evidence, { format, ...known });
    if (outcome === "masked" && goldenDigest === undefined) golden.set(input, evidence.digest);
    return outcome;
  };
}
