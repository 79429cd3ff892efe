/** The plan names a workload, the board its formats: `gemm` is `gemm-f32` on a float32 board. null: the board offers none of that name. */
export function offeredAs(workload: string, offered: readonly string[]): string | null {
  return offered.find((name) => name === workload || name.startsWith(`${workload}-`)) ?? null;
}
