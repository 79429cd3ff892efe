import type { Cells } from "./cells.ts";

/**
 * A patrol scrubber: once a period it looks at every word of its memories and corrects what can be corrected, so that a second upset does not meet the first
 * in one word. It works beside the program and takes no cycles of it; all words are looked at in one moment, the last of the period.
 *
 *   begin ─→ advance(until = min(until, scrubber.due)) ─→ reach(cycle) ─→ …
 *
 * A machine stops where a pass is `due`, as it stops where a strike is; a strike of that same cycle finds the memory scrubbed. Cycles go on being counted
 * from one iteration to the next.
 */
export interface Scrubber {
  /** Cycle of this iteration before which the next pass is made; Infinity: none ever. */
  readonly due: number;
  /** The iteration has come to this cycle: passes that are due are made. */
  reach(cycle: number): void;
  /** A new iteration; the one before took so many cycles. */
  begin(cyclesBefore: number): void;
}

/** `periodCycles` 0: no scrubbing. */
export function createScrubber(memories: readonly Cells[], periodCycles: number): Scrubber {
  let due = periodCycles > 0 ? periodCycles : Infinity;
  return {
    get due() {
      return due;
    },
    reach: (cycle) => {
      if (cycle < due) return;
      for (const memory of memories) memory.scrub();
      due += periodCycles * (1 + Math.floor((cycle - due) / periodCycles));
    },
    begin: (cyclesBefore) => {
      due = Math.max(0, due - cyclesBefore);
    },
  };
}
