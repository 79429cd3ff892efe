import { expect, test } from "vitest";
import type { Bench, Station } from "../../src/domain/capabilities.ts";
import { RigError } from "../../src/domain/errors.ts";
import type { Rec } from "../../src/domain/records.ts";
import { campaignOn, exposure, injection, ofType, smallRig } from "./emulated.ts";
import { withDut } from "./with-dut.ts";

/** Two boards, the second with equipment of its own. */
const twoBoards = smallRig()
  .replace(
    "devices:",
    `  other:\n    serial: D-2\n    link: { memory: other }\n    thermal: box\n    supply: box\ndevices:`,
  )
  .replace("  boards:\n", "  boards:\n    other: { accelerator: cpu, format: i8 }\n");
const both = (stop: string): string => injection(stop).replace("dut: dut", "dut: [dut, other]");

function only(name: string, change: (bench: Bench) => Bench): (bench: Bench) => Bench {
  return (bench) => {
    const changed = change(bench).stations.get(name)!;
    const stations = new Map<string, Station>([...bench.stations, [name, changed]]);
    return { ...withDut(bench, () => ({})), stations };
  };
}

test("golden that differs on one board ends its run; the other's goes on to its end", async () => {
  const { result } = await campaignOn(twoBoards, [both("strikes: 20")], {
    change: only("other", (bench) =>
      withDut(bench, () => ({
        makeGolden: () => Promise.resolve({ kind: "refused", reason: "golden-unstable" }),
      })),
    ),
  });
  expect(result.runs.map(({ dut, endReason }) => `${dut.name} ${endReason}`)).toEqual(["dut strikes"]);
  expect(result.endReason).toBe("golden_unstable");
});

test("when one lane throws, the others have ended before the safe state is the last thing that is done", async () => {
  const verbs: string[] = [];
  const heater = (bench: Bench): Bench =>
    withDut(
      bench,
      (real) => ({
        arm: (strike) => {
          verbs.push("arm");
          return real.arm(strike);
        },
      }),
      ({ dut, thermal }) => ({
        thermal: {
          ...thermal!,
          set: (c) =>
            dut.name === "other" ? Promise.reject(new RigError("instrument", "torn out")) : thermal!.set(c),
          read: () => thermal!.read(),
          off: () => {
            verbs.push("off");
            return thermal!.off();
          },
        },
      }),
    );
  await expect(
    campaignOn(
      twoBoards,
      [both("strikes: 200"), both("strikes: 200").replace("{ kind", "{ temperatureC: 40, kind")],
      {
        change: heater,
      },
    ),
  ).rejects.toMatchObject({ code: "instrument" });
  expect(verbs.at(-1)).toBe("off");
  expect(verbs.lastIndexOf("arm")).toBeLessThan(verbs.lastIndexOf("off"));
});

test("a shutter left open by a process that died is shut before golden is made; one that never shuts is told of", async () => {
  const verbs: string[] = [];
  const { records } = await campaignOn(smallRig(), [injection("strikes: 3")], {
    change: (bench) =>
      withDut(
        bench,
        (real) => ({
          makeGolden: (times) => {
            verbs.push("golden");
            return real.makeGolden(times);
          },
        }),
        ({ beam }) => ({
          beam: {
            ...beam!,
            open: () => beam!.open(),
            close: () => {
              verbs.push("close");
              return Promise.resolve({ kind: "silence", waitedMs: 2000 });
            },
            read: () => beam!.read(),
          },
        }),
      ),
  });
  expect(verbs[0]).toBe("close");
  expect(ofType(records, "note").filter(({ text }) => text.includes("did not close")).length).toBeGreaterThan(
    0,
  );
  expect(records.at(-1)!.type).toBe("campaign_end");
});

test("abort reaches a campaign that is paused, and shuts the beam before any lane has ended", async () => {
  const seen: string[] = [];
  const { records } = await campaignOn(smallRig(), [injection("strikes: 500")], {
    watch: (batch: readonly Rec[], commands, abort) => {
      for (const record of batch) {
        if (record.type === "strike" && record.strike.id === 5) commands.post({ verb: "pause", by: "test" });
        if (record.type === "state" && record.to === "paused") setTimeout(abort, 20);
      }
    },
  });
  seen.push(records.at(-1)!.type);
  expect(seen).toEqual(["campaign_end"]);
  expect(records.at(-1)).toMatchObject({ endReason: "operator" });
});

test("stop ends the wait for a temperature, and no temperature is claimed", async () => {
  let post: (() => void) | null = null;
  let reads = 0;
  const { records } = await campaignOn(
    smallRig(),
    [exposure("seconds: 5"), exposure("seconds: 5").replace("{ kind", "{ temperatureC: 149, kind")],
    {
      change: (bench) => {
        const station = bench.stations.get("dut")!;
        const { thermal } = station;
        const read = (): ReturnType<NonNullable<typeof thermal>["read"]> => {
          if (++reads === 3) post?.();
          return thermal!.read();
        };
        const watched = { ...thermal!, set: (c: number) => thermal!.set(c), off: () => thermal!.off(), read };
        return {
          name: bench.name,
          stations: new Map([["dut", { ...station, thermal: watched }]]),
          othersAlive: (dut) => bench.othersAlive(dut),
          faults: bench.faults,
          close: () => bench.close(),
        };
      },
      watch: (_, commands) => (post = () => commands.post({ verb: "stop", by: "test" })),
    },
  );
  expect(reads).toBeGreaterThanOrEqual(3);
  expect(ofType(records, "note").filter(({ text }) => text.includes("stable at"))).toEqual([]);
  expect(records.at(-1)).toMatchObject({ type: "campaign_end", endReason: "operator" });
  expect(records.at(-1)!.tNs).toBeLessThan(1800e9);
});
