import { expect, test } from "vitest";
import type { Beam, BeamReading } from "../../src/domain/equipment.ts";
import type { DutEvent } from "../../src/domain/capabilities.ts";
import type { Reply } from "../../src/domain/reply.ts";
import { campaignOn, exposure, ofType, smallRig } from "./emulated.ts";
import { withDut } from "./with-dut.ts";

const silence = { kind: "silence", waitedMs: 2000 } as const;

function beamOver(real: Beam, change: Partial<Beam>): Beam {
  return { ...real, ...change };
}

test("a counter that falls silent ends the exposure as beam lost, and what nobody counted is dead time", async () => {
  let reads = 0;
  const { result } = await campaignOn(smallRig(), [exposure("fluencePerCm2: 1.0e+9")], {
    change: (bench) =>
      withDut(
        bench,
        () => ({}),
        ({ beam }) => ({
          beam: beamOver(beam!, {
            read: () => (++reads > 5 ? Promise.resolve(silence) : beam!.read()),
          }),
        }),
      ),
    watch: (batch, _, abort) => {
      if (batch.some(({ tNs }) => tNs > 100e9)) abort();
    },
  });
  const run = result.runs[0]!;
  expect(run.endReason).toBe("beam_lost");
  expect(run.live.deadSeconds).toBeGreaterThan(2);
  expect(run.live.elapsedSeconds).toBeLessThan(20);
});

test("a counter that is restarted on the way delays the end of the exposure no longer than it must", async () => {
  const from = 5e9;
  const { result } = await campaignOn(smallRig(), [exposure("fluencePerCm2: 1.0e+9")], {
    change: (bench) =>
      withDut(
        bench,
        () => ({}),
        ({ beam }) => ({
          beam: beamOver(beam!, {
            read: async (): Promise<Reply<BeamReading>> => {
              const reply = await beam!.read();
              if (reply.kind !== "ok") return reply;
              const { fluencePerCm2 } = reply.value;
              // Counted since long before; at half way it begins again at nought.
              const shown = fluencePerCm2 < 5e8 ? from + fluencePerCm2 : fluencePerCm2 - 5e8;
              return { kind: "ok", value: { ...reply.value, fluencePerCm2: shown } };
            },
          }),
        }),
      ),
    watch: (batch, _, abort) => {
      if (batch.some(({ tNs }) => tNs > 100e9)) abort();
    },
  });
  expect(result.runs[0]!.endReason).toBe("fluence");
  expect(result.runs[0]!.live.elapsedSeconds).toBeLessThan(15);
});

test("a board that goes down while it is being stopped is an event of the exposure", async () => {
  let stopping = false;
  const { records, result } = await campaignOn(
    smallRig().replace(/crossSectionPerBitCm2: .*/, "crossSectionPerBitCm2: {}"),
    [exposure("seconds: 5")],
    {
      change: (bench) =>
        withDut(bench, (real) => ({
          stop: async () => {
            const reply = await real.stop();
            stopping = true;
            return reply;
          },
          nextEvent: async (deadlineMs, signal) => {
            const event = await real.nextEvent(deadlineMs, signal);
            if (!stopping || event.kind !== "done") return event;
            stopping = false;
            const boot: DutEvent = {
              kind: "boot",
              bootId: event.bootId + 1,
              event: 1,
              boots: 99,
              cause: "watchdog",
              lostAtMost: 1,
            };
            return boot;
          },
        })),
    },
  );
  expect(ofType(records, "beam_event").map(({ outcome }) => outcome)).toEqual(["dueHang"]);
  expect(ofType(records, "boot").filter(({ expected }) => !expected)).toHaveLength(1);
  expect(result.runs[0]!.endReason).toBe("time");
});

test("a shutter that does not open again after a pause ends the exposure: the dark is no exposure", async () => {
  let opened = 0;
  let asked = false;
  const { result } = await campaignOn(smallRig(), [exposure("events: 100000")], {
    change: (bench) =>
      withDut(
        bench,
        () => ({}),
        ({ beam }) => ({
          beam: beamOver(beam!, { open: () => (++opened > 1 ? Promise.resolve(silence) : beam!.open()) }),
        }),
      ),
    watch: (batch, commands, abort) => {
      for (const record of batch) {
        if (record.type === "beam" && record.tNs > 5e9 && !asked) {
          asked = true;
          commands.post({ verb: "pause", by: "test" });
        }
        if (record.type === "beam" && asked && !record.open) commands.post({ verb: "resume", by: "test" });
        if (record.tNs > 60e9) abort();
      }
    },
  });
  expect(result.runs[0]!.endReason).toBe("beam_lost");
});

test("golden made anew under the beam must be the one made in the dark", async () => {
  let goldens = 0;
  const control = "crossSectionPerBitCm2: { control: 1.0e-9 }";
  const { records, result } = await campaignOn(
    smallRig().replace(/crossSectionPerBitCm2: .*/, control),
    [exposure("seconds: 30")],
    {
      change: (bench) =>
        withDut(bench, (real) => ({
          makeGolden: async (times) => {
            const golden = await real.makeGolden(times);
            // The first one after a boot was struck while it was made.
            if (++goldens !== 2 || golden.kind !== "ok") return golden;
            return { kind: "ok", value: { ...golden.value, digest: "struck" } };
          },
        })),
    },
  );
  const rungs = ofType(records, "rung").map(({ rung }) => rung);
  const boots = ofType(records, "boot").filter(({ expected }) => !expected);
  expect(rungs.length).toBe(boots.length + 1);
  expect(result.runs[0]!.endReason).toBe("time");
});
