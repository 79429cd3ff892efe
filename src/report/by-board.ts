import type { PooledResult } from "../domain/result.ts";

/** Boards together, each board's workloads in the order of the plan. */
export function byBoard(rows: readonly PooledResult[]): PooledResult[] {
  const boards = [...new Set(rows.map(({ dut }) => dut))];
  return boards.flatMap((dut) => rows.filter((row) => row.dut === dut));
}

/** There is a total over targets that has these runs and more: nothing is shown twice where only totals are. */
export function isPart(row: PooledResult, all: readonly PooledResult[]): boolean {
  if (row.target === null) return false;
  return all.some(
    (other) => other !== row && other.target === null && row.runs.every((run) => other.runs.includes(run)),
  );
}
