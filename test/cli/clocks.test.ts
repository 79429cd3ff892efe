import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { realClock, scaledClock, virtualClock } from "../../src/cli/clocks.ts";
import { sleepers } from "../../src/cli/sleepers.ts";
import type { Clock } from "../../src/domain/clock.ts";

const wallMs = (): number => performance.now();
const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("virtual time", () => {
  test("starts at its epoch and moves only to what somebody waits for", async () => {
    const clock = virtualClock();
    expect(clock.epochUtc).toBe("2000-01-01T00:00:00Z");
    expect(clock.nowNs()).toBe(0);
    await clock.sleep(90 * 86_400_000);
    expect(clock.nowNs()).toBe(90 * 86_400 * 1e9);
    expect(Number.isSafeInteger(clock.nowNs())).toBe(true);
  });

  test("whoever waits for less than a nanosecond lets time pass all the same", async () => {
    const clock = virtualClock();
    await clock.sleep(1e-13);
    expect(clock.nowNs()).toBe(1);
  });

  test("an hour takes no wall time", async () => {
    const clock = virtualClock();
    const began = wallMs();
    await clock.sleep(3_600_000);
    expect(wallMs() - began).toBeLessThan(1_000);
  });

  test("whatever the order of asking, sleepers wake by time, and by order of asking at equal times", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 40 }), async (delays) => {
        const clock = virtualClock();
        const woken: number[] = [];
        await Promise.all(
          delays.map(async (ms, index) => {
            await clock.sleep(ms);
            expect(clock.nowNs()).toBe(ms * 1e6);
            woken.push(index);
          }),
        );
        const expected = delays.map((_, index) => index).sort((a, b) => delays[a]! - delays[b]! || a - b);
        expect(woken).toEqual(expected);
      }),
    );
  });

  test("does not move while a task works through ticks, microtasks and an immediate", async () => {
    const clock = virtualClock();
    const seen: number[] = [];
    const worker = async (): Promise<void> => {
      await clock.sleep(1);
      for (let i = 0; i < 50; i++) {
        await Promise.resolve();
        await new Promise<void>((resolve) => process.nextTick(resolve));
        await new Promise<void>((resolve) => queueMicrotask(resolve));
      }
      await immediate();
      seen.push(clock.nowNs());
    };
    await Promise.all([worker(), clock.sleep(2), clock.sleep(3)]);
    expect(seen).toEqual([1e6]);
  });

  test("stands still while somebody holds it, and goes on after the last one lets go", async () => {
    const clock = virtualClock();
    const outer = clock.hold();
    const inner = clock.hold();
    let woken = false;
    const sleeping = clock.sleep(1).then(() => (woken = true));
    for (let i = 0; i < 20; i++) await immediate();
    expect(woken).toBe(false);
    inner[Symbol.dispose]();
    inner[Symbol.dispose]();
    for (let i = 0; i < 20; i++) await immediate();
    expect(woken).toBe(false);
    outer[Symbol.dispose]();
    await sleeping;
    expect(clock.nowNs()).toBe(1e6);
  });

  test("an aborted sleeper wakes at once and moves no time; an aborted signal does not sleep at all", async () => {
    const clock = virtualClock();
    const held = clock.hold();
    const abort = new AbortController();
    const both = Promise.all([clock.sleep(1_000, abort.signal), clock.sleep(2_000, abort.signal)]);
    abort.abort();
    await both;
    await clock.sleep(1_000, abort.signal);
    expect(clock.nowNs()).toBe(0);
    held[Symbol.dispose]();
    await clock.sleep(1);
    expect(clock.nowNs()).toBe(1e6);
  });

  test("a signal used for many sleeps, woken and not, wakes only those that sleep", async () => {
    const clock = virtualClock();
    const abort = new AbortController();
    for (let i = 0; i < 100; i++) await clock.sleep(1, abort.signal);
    const last = clock.sleep(1e9, abort.signal);
    abort.abort();
    await last;
    expect(clock.nowNs()).toBe(100e6);
  });

  test("no time, negative time and no number are the present; for ever is never reached", async () => {
    const clock = virtualClock();
    const abort = new AbortController();
    const forEver = clock.sleep(Infinity, abort.signal);
    for (const ms of [0, -5, NaN]) await clock.sleep(ms);
    expect(clock.nowNs()).toBe(0);
    abort.abort();
    await forEver;
    expect(clock.nowNs()).toBe(0);
  });

  test("a clock on which nobody sleeps, or which is held, does not spin", async () => {
    const spins = async (prepare: (clock: Clock) => void): Promise<number> => {
      const original = globalThis.setImmediate;
      let immediates = 0;
      const clock = virtualClock();
      globalThis.setImmediate = ((...args: Parameters<typeof original>) => {
        immediates++;
        return original(...args);
      }) as typeof original;
      try {
        prepare(clock);
        for (let i = 0; i < 200; i++) await new Promise<void>((resolve) => original(resolve));
      } finally {
        globalThis.setImmediate = original;
      }
      return immediates;
    };
    expect(await spins(() => undefined)).toBe(0);
    expect(await spins((clock) => void clock.sleep(Infinity))).toBe(0);
    expect(
      await spins((clock) => {
        clock.hold();
        void clock.sleep(1);
      }),
    ).toBe(0);
    expect(await spins((clock) => void clock.sleep(1))).toBeGreaterThan(0);
  });

  test("two runs of the same tasks interleave alike", async () => {
    const trace = async (): Promise<string> => {
      const clock = virtualClock();
      const lines: string[] = [];
      const task = async (name: string, ms: number): Promise<void> => {
        for (let i = 0; i < 30; i++) {
          await clock.sleep(ms);
          lines.push(`${name} ${clock.nowNs()}`);
        }
      };
      await Promise.all([task("a", 0.3), task("b", 0.2), task("c", 0.6)]);
      return lines.join("\n");
    };
    expect(await trace()).toBe(await trace());
  });
});

describe("the heap of sleepers", () => {
  test("deadlines cancelled in time do not pile up", () => {
    const asleep = sleepers();
    let most = 0;
    for (let i = 0; i < 10_000; i++) {
      const abort = new AbortController();
      void asleep.add(1e9 + i, abort.signal);
      abort.abort();
      most = Math.max(most, asleep.held());
    }
    expect(most).toBeLessThan(200);
  });
});

describe("a signal that lives long", () => {
  test("does not remember those who have woken", () => {
    const asleep = sleepers();
    const { signal } = new AbortController();
    for (let due = 1; due <= 1_000; due++) {
      void asleep.add(due, signal);
      asleep.wake(due);
    }
    expect(asleep.held()).toBe(0);
  });
});

describe("wall time", () => {
  test("is monotone and sleeps at least as long as asked", async () => {
    const clock = realClock();
    const before = clock.nowNs();
    await clock.sleep(20);
    const after = clock.nowNs();
    expect(after - before).toBeGreaterThanOrEqual(20e6);
    expect(Number.isInteger(after)).toBe(true);
    expect(Math.abs(Date.parse(clock.epochUtc) + after / 1e6 - Date.now())).toBeLessThan(1_000);
  });

  test("is not moved by a step of the machine's clock", () => {
    const original = Date.now;
    const clock = realClock();
    const before = clock.nowNs();
    Date.now = () => original() - 3_600_000;
    try {
      expect(clock.nowNs() - before).toBeGreaterThanOrEqual(0);
      expect(clock.nowNs() - before).toBeLessThan(1e9);
    } finally {
      Date.now = original;
    }
  });

  test("an aborted sleep ends at once and leaves no timer behind", async () => {
    const clock = realClock();
    const abort = new AbortController();
    const sleeping = clock.sleep(3e12, abort.signal);
    const began = wallMs();
    abort.abort();
    await sleeping;
    await clock.sleep(3e12, abort.signal);
    expect(wallMs() - began).toBeLessThan(1_000);
  });

  test("a scaled clock runs that much faster, and two with one origin agree", async () => {
    const origin = process.hrtime.bigint();
    const [one, other] = [scaledClock(1_000, origin), scaledClock(1_000, origin)];
    const wall = wallMs();
    await one.sleep(20_000);
    const passed = wallMs() - wall;
    expect(passed).toBeGreaterThanOrEqual(19.9);
    expect(one.nowNs()).toBeGreaterThanOrEqual(20_000 * 1e6);
    const first = one.nowNs();
    expect(other.nowNs()).toBeGreaterThanOrEqual(first);
  });
});
