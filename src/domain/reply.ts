/**
 * What a rig can do, as verbs. A campaign knows these and nothing of ports, lines or instruments.
 * What a device answers, or that it does not answer, is a value (law 1); only the bench's own failures are thrown.
 */
export type Reply<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "refused"; readonly reason: string }
  | Silence;

/** Nothing that could be read came by the deadline. */
export interface Silence {
  readonly kind: "silence";
  readonly waitedMs: number;
  /** What silence of this device usually means and how to mend it, where its driver knows more than its session. */
  readonly hint?: string;
}

export function valueOf<T>(reply: Reply<T>): T | null {
  return reply.kind === "ok" ? reply.value : null;
}

/** Only whether it was done is of interest. */
export function done(reply: Reply<unknown>): Reply<null> {
  return reply.kind === "ok" ? { kind: "ok", value: null } : reply;
}

export const silence = (waitedMs: number, hint?: string): Silence =>
  hint === undefined ? { kind: "silence", waitedMs } : { kind: "silence", waitedMs, hint };
export const refused = (reason: string): Extract<Reply<never>, { readonly kind: "refused" }> => ({
  kind: "refused",
  reason,
});
