import type { Cells } from "./cells.ts";

/**
 * A patrol scrubber: once a period it looks at every word of its memories and corrects what can be corrected, so that a second upset does not meet the first
 * in one word. It works beside the program and takes no cycles of it; all words are looked at in one moment, the last of the period.
 *
 *   begin ─→ advance(until = min(until, scrubber.due)) ─→ reach(cycle) ─→ …
 *
 * A machine stops where a pass is `due`, as it stops where a strike is; a strike of that same cycle finds the memory scrubbed. Cycles go on being counted
 * from one iteration to the next, and through those that nobody computes because nothing has struck.
 */
export interface Scrubber {
  /** Cycle of this iteration before which the next pass is made; Infinity: none ever. */
  readonly due: number;
  /** The iteration has come to this cycle: passes that are due are made. */
  reach(cycle: number): void;
  /** A new iteration; the one before took so many cycles. */
  begin(cyclesBefore: number): void;
  /** Iterations of so many cycles have gone by after the one before, with all memory pristine: passes that fell due there found nothing. */
  pass(cycles: number): void;
  /** The next pass is due so many cycles after the beginning of this iteration. */
  resume(due: number): void;
}

/** `periodCycles` 0: no scrubbing. */
export function createScrubber(memories: readonly Cells[], periodCycles: number): Scrubber {
  let due = periodCycles > 0 ? periodCycles : Infinity;
  let passed = 0;
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
      if (passed > 0 && due < Infinity)
        due = passed < due ? due - passed : periodCycles - ((passed - due) % periodCycles);
      passed = 0;
    },
    pass: (cycles) => {
      passed += cycles;
    },
    resume: (at) => {
      due = at;
    },
  };
}
