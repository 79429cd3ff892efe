import { describe, expect, test } from "vitest";
import { holdLoop } from "../../src/cli/hold-loop.ts";
import type { Rec } from "../../src/domain/records.ts";
import { emptyState } from "../../src/science/fold.ts";

const note = (text: string): Rec => ({ type: "note", tNs: 0, run: null, level: "info", text });
const beam: Rec = {
  type: "beam",
  tNs: 0,
  run: 1,
  open: true,
  fluencePerCm2: 1,
  fluxPerCm2PerSecond: 1,
  gapSeconds: 0,
  restarts: 0,
  relUncertainty1Sigma: null,
};

/** A journal whose disk takes as long as it likes. */
function slowDisk() {
  const happened: string[] = [];
  let written: () => void = () => undefined;
  return {
    happened,
    write: () => written(),
    append: (records: readonly Rec[]) => {
      happened.push(`append ${records.length}`);
      return records;
    },
    durable: () => {
      happened.push("durable asked");
      return new Promise<void>((resolve) => {
        written = () => {
          happened.push("durable");
          resolve();
        };
      });
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the loop that makes records safe", () => {
  test("asks for the next batch only when this one is on disk", async () => {
    const disk = slowDisk();
    // eslint-disable-next-line @typescript-eslint/require-await -- a campaign is asynchronous, this one has nothing to wait for
    const campaign = async function* (): AsyncGenerator<readonly Rec[]> {
      yield [note("a"), note("b")];
      disk.happened.push("asked for more");
      yield [note("c")];
    };
    const state = emptyState();
    const seen: number[] = [];
    const held = holdLoop(campaign(), disk, state, (records) => seen.push(records.length));
    await settled();
    expect(disk.happened).toEqual(["append 2", "durable asked"]);
    expect({ seen, folded: state.records }).toEqual({ seen: [], folded: 0 });
    disk.write();
    await settled();
    expect(disk.happened.slice(2)).toEqual(["durable", "asked for more", "append 1", "durable asked"]);
    expect({ seen, folded: state.records }).toEqual({ seen: [2], folded: 2 });
    disk.write();
    await held;
    expect(seen).toEqual([2, 1]);
  });

  test("does not wait for what no event hangs on", async () => {
    const disk = slowDisk();
    // eslint-disable-next-line @typescript-eslint/require-await -- as above
    const campaign = async function* (): AsyncGenerator<readonly Rec[]> {
      yield [beam];
    };
    await holdLoop(campaign(), disk, emptyState(), () => undefined);
    expect(disk.happened).toEqual(["append 1"]);
  });

  test("a disk that fails ends the campaign, which goes to its safe state", async () => {
    let safe = false;
    // eslint-disable-next-line @typescript-eslint/require-await -- as above
    const campaign = async function* (): AsyncGenerator<readonly Rec[]> {
      try {
        yield [note("a")];
        yield [note("b")];
      } finally {
        safe = true;
      }
    };
    const disk = {
      append: (records: readonly Rec[]) => records,
      durable: () => Promise.reject(new Error("full")),
    };
    await expect(holdLoop(campaign(), disk, emptyState(), () => undefined)).rejects.toThrow("full");
    expect(safe).toBe(true);
  });
});
