import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Device time: cycles are charged as they are computed and paid in clock time, some at once, so that a run of short iterations
 * does not wait for each of them.
 *
 *   iteration ─charge(cycles)→ device time ─ 10 ms ahead of the clock? ─pay→ sleep until the clock is there
 *
 * While a board pays, its commands are read: well within the 100 ms that PROTOCOL.md asks for. A clock that wakes late is made up
 * for, by up to 10 ms; where the work itself takes longer than its cycles are worth, there is nothing to pay and the board
 * only looks up from it every 10 ms.
 */
export interface Pace {
  charge(cycles: number): void;
  /** Far enough ahead, or worked on end for long enough, to pay before going on. */
  readonly due: boolean;
  /** Device time so far: what the clock will show when all is paid, ns. */
  nowNs(): number;
  /** How many cycles may be computed before `due`, at the clock the board has now. */
  cyclesUntilDue(): number;
  pay(): Promise<void>;
}

const longestNs = 10 * nsPerMs;

export function createPace(clock: Clock, surroundings: Surroundings, signal: AbortSignal): Pace {
  let deviceNs = clock.nowNs();
  let lookedNs = deviceNs;
  let kHz = Math.max(1, surroundings.clockKHz());
  const isDue = (): boolean => {
    const nowNs = clock.nowNs();
    return deviceNs - nowNs >= longestNs || nowNs - lookedNs >= longestNs;
  };
  return {
    charge: (cycles) => {
      deviceNs += (cycles * nsPerMs) / kHz;
    },
    get due() {
      return isDue();
    },
    nowNs: () => deviceNs,
    cyclesUntilDue: () => {
      const leftNs = Math.min(longestNs, longestNs - (deviceNs - clock.nowNs()));
      return Math.max(1, Math.ceil((leftNs * kHz) / nsPerMs));
    },
    pay: async () => {
      const aheadNs = deviceNs - clock.nowNs();
      if (aheadNs <= 0 && !isDue()) return;
      await clock.sleep(Math.max(0, aheadNs) / nsPerMs, signal);
      lookedNs = clock.nowNs();
      deviceNs = Math.max(deviceNs, lookedNs - longestNs);
      kHz = Math.max(1, surroundings.clockKHz());
    },
  };
}
