import { describe, expect, test } from "vitest";
import { createCells } from "../../src/board/create-cells.ts";
import { errorCounters } from "../../src/board/error-counters.ts";
import type { ErrorCounters } from "../../src/board/error-counters.ts";
import { newInfoRom } from "../../src/board/info-rom.ts";
import type { InfoRom } from "../../src/board/info-rom.ts";
import type { Cells } from "../../src/board/cells.ts";
import { pageRetirement } from "../../src/board/page-retirement.ts";
import type { PageRetirement } from "../../src/board/page-retirement.ts";
import { createScrubber } from "../../src/board/scrubber.ts";

/** A board's HBM as a machine puts it together: memory, counters, retirement. Pages of 4 words. */
function hbm(infoRom: InfoRom): { cells: Cells; counters: ErrorCounters; pages: PageRetirement } {
  const pages = pageRetirement({ memory: "hbm", pageWords: 4, infoRom });
  const counters = errorCounters({
    locations: { hbm: "dram" },
    infoRom,
    note: (_, word, error) => pages.note(word, error),
  });
  const cells = createCells({
    name: "hbm",
    words: 400,
    bits: 32,
    protection: "sec-ded",
    errors: counters.errors,
  });
  pages.takeEffect();
  return { cells, counters, pages };
}

describe("error counters", () => {
  test("count by location: of the iteration, since told, since boot, since the part was made", () => {
    const infoRom = newInfoRom();
    const { cells, counters } = hbm(infoRom);
    cells.strike(9, 1, "flip", 0);
    cells.strike(17, 3, "flip", 0);
    cells.reads(0, 400);
    expect([counters.corrected, counters.detectors]).toEqual([1, 1]);
    counters.begin();
    expect([counters.corrected, counters.detectors]).toEqual([0, 0]);
    cells.reads(17);
    expect([counters.corrected, counters.detectors]).toEqual([0, 1]);
    expect(counters.eccSince()).toEqual([{ structure: "dram", corrected: 1, uncorrected: 2 }]);
    expect(counters.eccSince()).toEqual([]);
    const again = hbm(infoRom);
    again.cells.strike(300, 1, "flip", 0);
    again.cells.reads(300);
    expect(again.counters.volatile("dram")).toEqual({ structure: "dram", corrected: 1, uncorrected: 0 });
    expect(again.counters.aggregate("dram")).toEqual({ structure: "dram", corrected: 2, uncorrected: 2 });
    expect(again.counters.aggregate("l2")).toEqual({ structure: "l2", corrected: 0, uncorrected: 0 });
  });
});

describe("page retirement", () => {
  test("a page is retired after one double-bit error, pending until the board comes up again", () => {
    const infoRom = newInfoRom();
    const before = hbm(infoRom);
    before.cells.strike(17, 3, "flip", 0);
    before.cells.reads(17);
    expect([before.pages.count("double-bit"), before.pages.pending]).toEqual([1, true]);
    const stuck = [
      { target: "hbm", word: 18, mask: 1, value: 1 },
      { target: "hbm-check", word: 16, mask: 1, value: 1 },
      { target: "hbm", word: 20, mask: 1, value: 1 },
      { target: "l2", word: 18, mask: 1, value: 1 },
    ];
    expect(before.pages.inUse(stuck)).toEqual(stuck);
    const after = hbm(infoRom);
    expect([after.pages.count("double-bit"), after.pages.pending]).toEqual([1, false]);
    expect(after.pages.inUse(stuck)).toEqual(stuck.slice(2));
  });

  test("or after two single-bit errors at the same address, not at two addresses of one page", () => {
    const { cells, pages } = hbm(newInfoRom());
    const strikeAndRead = (word: number, bit: number): void => {
      cells.strike(word, 1 << bit, "flip", 0);
      cells.reads(word);
    };
    strikeAndRead(8, 0);
    strikeAndRead(9, 0);
    expect(pages.count("multiple-single-bit")).toBe(0);
    strikeAndRead(9, 7);
    expect([pages.count("multiple-single-bit"), pages.count("double-bit")]).toEqual([1, 0]);
    strikeAndRead(8, 7);
    expect(pages.count("multiple-single-bit")).toBe(1);
  });

  test("a stuck bit retires its page by its second read, and is no error any more after the reboot", () => {
    const infoRom = newInfoRom();
    const stuck = [{ target: "hbm", word: 5, mask: 4, value: 4 }];
    const run = (): number => {
      const { cells, pages, counters } = hbm(infoRom);
      cells.hold(pages.inUse(stuck));
      for (let read = 0; read < 3; read++) cells.reads(0, 400);
      return counters.corrected;
    };
    expect([run(), run()]).toEqual([3, 0]);
  });

  test("64 pages and no more: the next one fails, and is still in use", () => {
    const infoRom = newInfoRom();
    const { cells, pages } = hbm(infoRom);
    for (let page = 0; page < 65; page++) {
      expect(infoRom.retirementFailed).toBe(false);
      cells.strike(page * 4, 3, "flip", 0);
      cells.reads(page * 4);
    }
    expect([pages.count("double-bit"), infoRom.retirementFailed]).toEqual([64, true]);
    pages.takeEffect();
    expect(pages.inUse([{ target: "hbm", word: 256, mask: 1, value: 1 }])).toHaveLength(1);
  });
});

describe("scrubbing", () => {
  test("two upsets of one word are corrected with a pass between them, and uncorrectable without", () => {
    const reads = (periodCycles: number): { corrected: number; detectors: number } => {
      const { cells, counters } = hbm(newInfoRom());
      const scrubber = createScrubber([cells], periodCycles);
      cells.strike(3, 1, "flip", 0);
      scrubber.reach(500);
      cells.strike(3, 2, "flip", 0);
      cells.reads(3);
      return { corrected: counters.corrected, detectors: counters.detectors };
    };
    expect(reads(0)).toEqual({ corrected: 0, detectors: 1 });
    expect(reads(501)).toEqual({ corrected: 0, detectors: 1 });
    expect(reads(500)).toEqual({ corrected: 2, detectors: 0 });
  });

  test("the period goes on over iterations", () => {
    const scrubber = createScrubber([], 100);
    const due: number[] = [scrubber.due];
    scrubber.begin(70);
    due.push(scrubber.due);
    scrubber.reach(30);
    due.push(scrubber.due);
    scrubber.reach(355);
    due.push(scrubber.due);
    scrubber.begin(355);
    due.push(scrubber.due);
    // 100 of the first; 30 of the second, then every 100; the third begins where 75 are left.
    expect(due).toEqual([100, 30, 130, 430, 75]);
    expect(createScrubber([], 0).due).toBe(Infinity);
  });

  test("the period goes on through iterations that nobody computes", () => {
    const dueAfter = (before: number, ...uncomputed: number[]): number => {
      const scrubber = createScrubber([], 100);
      for (const cycles of uncomputed) scrubber.pass(cycles);
      scrubber.begin(before);
      return scrubber.due;
    };
    // Passes are at 100, 200, …: 70 + 20, 70 + 30, 70 + 60 and 70 + 40 + 340 cycles have gone by.
    expect([dueAfter(70, 20), dueAfter(70, 30), dueAfter(70, 60), dueAfter(70, 40, 340)]).toEqual([
      10, 100, 70, 50,
    ]);
    const none = createScrubber([], 0);
    none.pass(70);
    none.begin(70);
    expect(none.due).toBe(Infinity);
  });
});
