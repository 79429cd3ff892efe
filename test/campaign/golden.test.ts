import { expect, test } from "vitest";
import { campaignOn, fates, injection, smallRig } from "./emulated.ts";
import { withDut } from "./with-dut.ts";

test("a golden output that is another one after a failed re-check ends the run: nothing is held against a stuck bit", async () => {
  let checks = 0;
  const { records, result } = await campaignOn(smallRig(), [injection("strikes: 12", ", goldenEvery: 5")], {
    change: (bench) =>
      withDut(bench, (real) => ({
        checkGolden: () =>
          ++checks === 1
            ? Promise.resolve({ kind: "ok", value: { digest: "0", match: false } })
            : real.checkGolden(),
        makeGolden: async (times) => {
          const golden = await real.makeGolden(times);
          if (checks === 0 || golden.kind !== "ok") return golden;
          return { kind: "ok", value: { ...golden.value, digest: "stuck" } };
        },
      })),
  });
  expect(result.runs[0]!.endReason).toBe("golden_unstable");
  expect(fates(records)).toHaveLength(5);
});

test("a re-check that failed once and a board that comes back as it was cost no strike", async () => {
  let checks = 0;
  const quiet = await campaignOn(smallRig(), [injection("strikes: 12", ", goldenEvery: 5")]);
  const { records, result } = await campaignOn(smallRig(), [injection("strikes: 12", ", goldenEvery: 5")], {
    change: (bench) =>
      withDut(bench, (real) => ({
        checkGolden: () =>
          ++checks === 1 ? Promise.resolve({ kind: "silence", waitedMs: 2000 }) : real.checkGolden(),
      })),
  });
  expect(fates(records)).toEqual(fates(quiet.records));
  expect(result.endReason).toBe("complete");
});

test("a board that is gone at its golden check is given up for dead, not for unstable", async () => {
  let gone = false;
  const silence = { kind: "silence", waitedMs: 2000 } as const;
  const { result } = await campaignOn(smallRig(), [injection("strikes: 12", ", goldenEvery: 5")], {
    change: (bench) =>
      withDut(bench, (real) => ({
        checkGolden: () => {
          gone = true;
          return Promise.resolve(silence);
        },
        identify: (signal) => (gone ? Promise.resolve(silence) : real.identify(signal)),
      })),
  });
  expect(result.runs[0]!.endReason).toBe("dut_dead");
});

test("repeats bring no stop rule nearer", async () => {
  const { result } = await campaignOn(smallRig(), [injection("events: 12", ", refresh: none")]);
  const { outcomes, endReason } = result.runs[0]!;
  const known = Object.entries(outcomes).filter(([outcome]) => outcome !== "masked");
  expect(endReason).toBe("events");
  expect(known.reduce((sum, [, count]) => sum + count!.repeat, 0)).toBeGreaterThan(0);
  expect(known.reduce((sum, [, count]) => sum + count!.primary, 0)).toBe(12);
});

test("a ladder without a reload rung loads a board that lost its state all the same", async () => {
  let refreshes = 0;
  const quiet = await campaignOn(smallRig(), [injection("strikes: 10")]);
  const loads: number[] = [];
  const { records } = await campaignOn(smallRig(), [injection("strikes: 10")], {
    ladder: "[{ do: retry }, { do: reset }]",
    change: (bench) =>
      withDut(bench, (real) => ({
        nextEvent: async (deadlineMs, signal) => {
          const event = await real.nextEvent(deadlineMs, signal);
          if (event.kind !== "result" || event.strikeId !== 4) return event;
          return { ...event, evidence: { ...event.evidence, stateDigest: "00000000" } };
        },
        refresh: (what) => {
          refreshes++;
          return refreshes === 1
            ? Promise.resolve({ kind: "refused", reason: "bad-state" })
            : real.refresh(what);
        },
        load: (request, struck) => {
          loads.push(1);
          return real.load(request, struck);
        },
      })),
  });
  expect(refreshes).toBe(1);
  expect(loads).toHaveLength(2);
  expect(fates(records)).toEqual(fates(quiet.records));
});
