import { describe, expect, test } from "vitest";
import { createPace } from "../../src/board/pace.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { worldOf } from "./host.ts";

/** A clock in the test's hands, that wakes `lateMs` late. */
function handClock(lateMs: number): Clock & { nowMs: number; sleeps: number } {
  const clock = {
    epochUtc: "2000-01-01T00:00:00Z",
    nowMs: 0,
    sleeps: 0,
    nowNs: () => clock.nowMs * 1e6,
    sleep: (ms: number) => {
      clock.sleeps++;
      clock.nowMs += ms + lateMs;
      return Promise.resolve();
    },
    hold: () => ({ [Symbol.dispose]: () => undefined }),
  };
  return clock;
}

const signal = new AbortController().signal;

describe("device time", () => {
  test("is paid 10 ms at a time, and exactly", async () => {
    const clock = handClock(0);
    const pace = createPace(clock, worldOf(), signal);
    for (let i = 0; i < 1_000; i++) {
      pace.charge(10_000);
      if (pace.due) await pace.pay();
    }
    await pace.pay();
    // 10,000,000 cycles at 100 MHz.
    expect(clock.nowMs).toBeCloseTo(100, 6);
    expect(clock.sleeps).toBe(10);
    await pace.pay();
    expect(clock.sleeps).toBe(10);
  });

  test("makes up for a clock that wakes late", async () => {
    const clock = handClock(3);
    const pace = createPace(clock, worldOf(), signal);
    for (let i = 0; i < 1_000; i++) {
      pace.charge(10_000);
      if (pace.due) await pace.pay();
    }
    expect(clock.nowMs).toBeGreaterThanOrEqual(90);
    expect(clock.nowMs).toBeLessThan(105);
  });

  test("work slower than its cycles is never slept on top of, but looked up from", async () => {
    const clock = handClock(0);
    const pace = createPace(clock, worldOf(), signal);
    for (let i = 0; i < 100; i++) {
      clock.nowMs += 2;
      pace.charge(1_000);
      if (pace.due) await pace.pay();
    }
    expect(clock.nowMs).toBe(200);
    expect(clock.sleeps).toBe(20);
    // The time it was slow is gone: faster work later does not catch up with it.
    pace.charge(10_000_000);
    await pace.pay();
    expect(clock.nowMs).toBeGreaterThanOrEqual(290);
  });

  test("follows the board's clock as it is throttled", async () => {
    const clock = handClock(0);
    const world = worldOf();
    const pace = createPace(clock, world, signal);
    pace.charge(1_000_000);
    await pace.pay();
    world.clockKHz = () => 50_000;
    pace.charge(1_000_000);
    await pace.pay();
    pace.charge(1_000_000);
    await pace.pay();
    expect(clock.nowMs).toBeCloseTo(10 + 10 + 20, 6);
    expect(pace.cyclesUntilDue()).toBe(500_000);
  });
});
