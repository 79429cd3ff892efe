import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Device time: cycles are charged as they are computed and paid in clock time, some at once, so that a run of short iterations
 * does not wait for each of them.
 *
 *   iteration ─charge(cycles)→ owed ─ more than 10 ms? ─pay→ clock
 *
 * While a board pays, its commands are read: well within the 100 ms that PROTOCOL.md asks for. Where the work itself took
 * longer than its cycles are worth, there is nothing left to pay and the board only looks up from it.
 */
export interface Pace {
  charge(cycles: number): void;
  /** Enough owed, or worked on end for long enough, to pay before going on. */
  readonly due: boolean;
  /** Device time so far: what the clock will show when all is paid, ns. */
  nowNs(): number;
  /** How many cycles may be computed before `due`, at the clock the board has now. */
  cyclesUntilDue(): number;
  pay(): Promise<void>;
}

const longestNs = 10 * nsPerMs;

export function createPace(clock: Clock, surroundings: Surroundings, signal: AbortSignal): Pace {
  let paidUntilNs = clock.nowNs();
  let owedNs = 0;
  let kHz = Math.max(1, surroundings.clockKHz());
  const isDue = (): boolean => owedNs >= longestNs || clock.nowNs() - paidUntilNs >= longestNs;
  return {
    charge: (cycles) => {
      owedNs += (cycles * nsPerMs) / kHz;
    },
    get due() {
      return isDue();
    },
    nowNs: () => paidUntilNs + owedNs,
    cyclesUntilDue: () => Math.max(1, Math.ceil(((longestNs - owedNs) * kHz) / nsPerMs)),
    pay: async () => {
      if (owedNs === 0 && !isDue()) return;
      const dueNs = paidUntilNs + owedNs;
      owedNs = 0;
      await clock.sleep(Math.max(0, dueNs - clock.nowNs()) / nsPerMs, signal);
      paidUntilNs = clock.nowNs();
      kHz = Math.max(1, surroundings.clockKHz());
    },
  };
}
