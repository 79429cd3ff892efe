import type { Rec } from "./records.ts";

const frequent: ReadonlySet<Rec["type"]> = new Set(["telemetry", "beam", "thermal", "iterations"]);

/** Records whose loss would lose an event: made durable before anything is acknowledged or goes on. */
export function mustBeDurable(record: Rec): boolean {
  return !frequent.has(record.type);
}
