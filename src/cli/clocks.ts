import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import { sleepers } from "./sleepers.ts";

/**
 * The three clocks the front door hands out. No room below can tell which one it was given (law 4).
 *
 *   sleep ─→ heap by (due, order) ─ all tasks wait? nobody holds? ─→ now = earliest due ─→ wake everyone due then
 *
 * Virtual time moves only when every task waits on it. Node drains its tick and microtask queues before the next
 * immediate, so an immediate that finds no new call on the clock means that nobody but the event loop is at work;
 * a second one lets a task through that itself took one hop. Work beyond that (fsync, worker, socket) takes `hold()`.
 */
export function virtualClock(epochUtc = "2000-01-01T00:00:00Z"): Clock {
  const asleep = sleepers();
  let nowNs = 0;
  let holds = 0;
  let armed = false;
  let quiet = 0;

  const arm = (): void => {
    quiet = 0;
    if (armed || holds > 0 || asleep.nextDueNs() === Infinity) return;
    armed = true;
    setImmediate(look);
  };
  const look = (): void => {
    if (holds > 0 || asleep.nextDueNs() === Infinity) {
      armed = false;
    } else {
      if (++quiet >= 2) {
        quiet = 0;
        nowNs = asleep.nextDueNs();
        asleep.wake(nowNs);
      }
      setImmediate(look);
    }
  };

  return {
    epochUtc,
    nowNs: () => nowNs,
    sleep: (ms, signal) => {
      if (signal?.aborted === true) return Promise.resolve();
      const slept = asleep.add(nowNs + toNs(ms), signal);
      arm();
      return slept;
    },
    hold: () => {
      holds++;
      return once(() => {
        holds--;
        arm();
      });
    },
  };
}

/** Wall time: monotone whatever is done to the machine's clock, which is read once, here. */
export function realClock(): Clock {
  return wallClock(1, process.hrtime.bigint());
}

/**
 * A world that runs `scale` times faster than the wall. The machine's monotone clock is one for all its processes, so
 * processes given the same `originNs` (of `process.hrtime.bigint()`) share this clock.
 */
export function scaledClock(scale: number, originNs: bigint = process.hrtime.bigint()): Clock {
  return wallClock(scale, originNs);
}

/** setTimeout holds its delay in 31 bits; longer sleeps take several. */
const longestTimerMs = 2_000_000_000;

function wallClock(scale: number, originNs: bigint): Clock {
  const sinceOriginMs = Number(process.hrtime.bigint() - originNs) / nsPerMs;
  const epochUtc = new Date(Date.now() - sinceOriginMs).toISOString();
  const nowNs = (): number => Math.floor(Number(process.hrtime.bigint() - originNs) * scale);

  return {
    epochUtc,
    nowNs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const dueNs = nowNs() + toNs(ms);
        let timer: NodeJS.Timeout | undefined;
        const end = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", end);
          resolve();
        };
        // A timer may fire a little early by the monotone clock, so the clock decides.
        const wait = (): void => {
          const leftMs = (dueNs - nowNs()) / nsPerMs / scale;
          if (leftMs <= 0) end();
          else timer = setTimeout(wait, Math.min(Math.ceil(leftMs), longestTimerMs));
        };
        signal?.addEventListener("abort", end, { once: true });
        timer = setTimeout(wait, Math.min(Math.max(0, ms / scale), longestTimerMs));
      }),
    hold: () => once(() => undefined),
  };
}

/** Never before now; what is not a number is no time at all. Who waits for something lets time pass, or he waits for ever. */
function toNs(ms: number): number {
  return ms > 0 ? Math.max(1, Math.round(ms * nsPerMs)) : 0;
}

function once(release: () => void): Disposable {
  let held = true;
  return {
    [Symbol.dispose]: () => {
      if (!held) return;
      held = false;
      release();
    },
  };
}
