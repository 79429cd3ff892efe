import { describe, expect, test } from "vitest";
import { Track } from "../../../src/records/import/track.ts";
import type { Happening, Sighting } from "../../../src/records/import/track.ts";

const step = 33_624_178;
const period = 5.695;

/** Frames at the pace of the real device: `retired` grows by one step a period, from the first run on. */
function boot(fromSeconds: number, frames: number, errors = 0): Sighting[] {
  return Array.from({ length: frames }, (_, i) => ({
    seconds: fromSeconds + i * period,
    counters: { errors, retired: ((i + 1) * step) % 2 ** 32 },
  }));
}

function watch(sightings: readonly Sighting[]): Happening[] {
  const track = new Track();
  return sightings.flatMap((sighting) => track.see(sighting));
}

describe("what happened to a device, by its frames", () => {
  test("nothing, over three wraps of the count of instructions", () => {
    expect(watch(boot(0, 400))).toEqual([]);
  });

  test("a reset, though the count is higher than before it", () => {
    const happened = watch([...boot(0, 3), ...boot(3 * period + 60, 9).slice(3)]);
    expect(happened.filter(({ kind }) => kind === "reset")).toHaveLength(1);
  });

  test("a reset after hours in which the count may have wrapped many times", () => {
    const later = boot(0, 20).at(-1)!.seconds + 7_000;
    const happened = watch([...boot(0, 20), ...boot(later, 5)]);
    expect(happened.map(({ kind }) => kind)).toEqual(["gap", "reset"]);
  });

  test("hours without a frame are no reset where the count agrees with the time", () => {
    const frames = boot(0, 2_000);
    expect(watch([...frames.slice(0, 20), ...frames.slice(1_900)]).map(({ kind }) => kind)).toEqual(["gap"]);
  });

  test("a frame lost is neither gap nor reset; three periods without one are a gap", () => {
    const frames = boot(0, 40);
    expect(watch(frames.filter((_, i) => i !== 20))).toEqual([]);
    expect(watch(frames.filter((_, i) => i < 20 || i > 22))).toEqual([
      { kind: "gap", fromSeconds: frames[19]!.seconds, toSeconds: frames[23]!.seconds },
    ]);
  });

  test("an error count that falls is a reset where nothing else tells", () => {
    const short = (seconds: number, errors: number): Sighting => ({
      seconds,
      counters: { errors, retired: null },
    });
    expect(watch([short(0, 3), short(2.8, 3), short(5.6, 0)])).toEqual([
      { kind: "reset", atSeconds: 5.6, evidence: "errors fell" },
    ]);
  });

  test("another program after a reset, at another pace, is one reset and not many", () => {
    const faster = Array.from({ length: 30 }, (_, i) => ({
      seconds: 1_000 + i * 1.94,
      counters: { errors: 0, retired: ((i + 1) * 900_000_000) % 2 ** 32 },
    }));
    expect(watch([...boot(0, 100), ...faster]).filter(({ kind }) => kind === "reset")).toHaveLength(1);
  });
});
