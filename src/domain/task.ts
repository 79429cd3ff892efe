/** What a workload's output is. `numbers`: elements; `classes`: scores, the first is the answer; `tokens`: what a generator said, i32; `memory`: words read back, none should differ. */
export type Task = "numbers" | "classes" | "tokens" | "memory";

/** By family: the workload's name before its format. A new one is a line here. */
const tasks = new Map<string, Task>([
  ["gemm", "numbers"],
  ["reduce", "numbers"],
  ["scan", "numbers"],
  ["sort", "numbers"],
  ["digits", "classes"],
  ["cnn", "classes"],
  ["decoder", "tokens"],
  ["memory", "memory"],
]);

/** What the outputs of a workload are, by its name, with format and options or without; null: nobody here knows. */
export function taskOf(workload: string): Task | null {
  return tasks.get(workload.split("-", 1)[0]!) ?? null;
}
