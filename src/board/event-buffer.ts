import type { BoardEvent } from "../../firmware-protocol/messages.ts";

/**
 * Events, kept until the host acknowledges them (PROTOCOL.md, "Events").
 *
 *   board ─add→ [ oldest … newest ] ─resend→ line
 *                   └─ acknowledge → log
 *
 * A group goes in whole or not at all; what finds no room gets no number and is counted. Nothing kept is ever overwritten.
 */
export interface EventBuffer {
  /** Numbers and keeps a group of events that belong together; empty when there was no room. */
  add(group: readonly Unnumbered[]): readonly BoardEvent[];
  /** Forgets up to `event` and answers what was forgotten; numbers never given are ignored. */
  acknowledge(event: number): readonly BoardEvent[];
  /** Kept ones from this number on, in order. */
  keptFrom(event: number): readonly BoardEvent[];
  /** How many more fit. */
  room(): number;
  /** Highest number given, highest acknowledged, and how many were dropped. */
  readonly given: number;
  readonly acknowledged: number;
  readonly dropped: number;
}

type WithoutNumber<E> = E extends BoardEvent ? Omit<E, "event"> : never;
export type Unnumbered = WithoutNumber<BoardEvent>;

const lastNumber = 0xffffffff;

export function eventBuffer(capacity: number): EventBuffer {
  let kept: BoardEvent[] = [];
  let given = 0;
  let acknowledged = 0;
  let dropped = 0;
  return {
    add: (group) => {
      if (kept.length + group.length > capacity || given + group.length > lastNumber) {
        dropped = Math.min(lastNumber, dropped + group.length);
        return [];
      }
      const numbered = group.map((event): BoardEvent => ({ ...event, event: ++given }));
      kept.push(...numbered);
      return numbered;
    },
    acknowledge: (event) => {
      if (event > given || event <= acknowledged) return [];
      const forgotten = kept.slice(0, event - acknowledged);
      kept = kept.slice(event - acknowledged);
      acknowledged = event;
      return forgotten;
    },
    keptFrom: (event) => kept.slice(Math.max(0, event - acknowledged - 1)),
    room: () => capacity - kept.length,
    get given() {
      return given;
    },
    get acknowledged() {
      return acknowledged;
    },
    get dropped() {
      return dropped;
    },
  };
}
