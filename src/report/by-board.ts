import type { PooledResult } from "../domain/result.ts";

/** Boards together, each board's workloads in the order of the plan. */
export function byBoard(rows: readonly PooledResult[]): PooledResult[] {
  const boards = [...new Set(rows.map(({ dut }) => dut))];
  return boards.flatMap((dut) => rows.filter((row) => row.dut === dut));
}
