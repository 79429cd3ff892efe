import { appendFileSync } from "node:fs";
import type { AgentOptions } from "./state.ts";

export type AcknowledgedLog = NonNullable<AgentOptions["onAcknowledged"]>;

/** A file of the events a board was told to forget, a JSON line each, written before it does: what stands here, the host has said to be safe. */
export function logAcknowledged(path: string): AcknowledgedLog {
  return (bootId, events) => {
    appendFileSync(path, events.map((event) => `${JSON.stringify({ bootId, ...event })}\n`).join(""));
  };
}
