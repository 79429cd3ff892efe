import { describe, expect, test } from "vitest";
import type { Bench } from "../../src/domain/capabilities.ts";
import type { Beam } from "../../src/domain/equipment.ts";
import type { Rec } from "../../src/domain/records.ts";
import { emptyState, fold } from "../../src/science/fold.ts";
import { soFar } from "../../src/science/so-far.ts";
import { campaignOn, exposure, ofType, smallRig } from "./emulated.ts";
import { withDut } from "./with-dut.ts";

/** A board before a maker's counter; a second board's bench box is the hand of the facility, and the truth. */
function rig(counter: string, station: string, quirks = ""): string {
  return `
rig: counted
stations:
  dut:
    serial: D-1
    link: { memory: dut }
    beam: { counter: counter, onAboveFluxPerCm2PerSecond: 1.0e+6${station} }
    priorDoseRadSi: 10
  hand:
    serial: H-1
    link: { memory: hand }
    beam: box
devices:
  box: { protocol: radrig, serial: B-1, link: { memory: box } }
  relay: { protocol: modbus-relay, link: { memory: relay } }
  counter: { link: { memory: counter }, ${counter} }
emulation:
  beamFluxPerCm2PerSecond: 1.0e+8
  instruments: { ${quirks} }
  boards:
    dut: { accelerator: cpu, format: i8, crossSectionPerBitCm2: { weights: 1.0e-12 } }
    hand: { accelerator: cpu, format: i8 }
`;
}

const pico =
  "protocol: keithley-6485, fluxPerCm2PerSecondPerA: 1.0e+15, calibrationRelUncertainty1Sigma: 0.05";
const log =
  "protocol: facility-log, header: Data From, timeColumns: [1, 2, 3], timeFormat: DD/MM/YYYY HH:mm:ss .SSS, countsColumn: 7, fluencePerCountPerCm2: 1.0e+5, lineSeconds: 1";
const shutter = ", shutter: { device: relay, channel: 1 }";

/** Opens and closes the beam when the record asks for it, and can be told to do so earlier. */
function facility() {
  let hand: Beam | null = null;
  const truth = { fluencePerCm2: 0 };
  return {
    truth,
    change: (bench: Bench): Bench => {
      hand = bench.stations.get("hand")!.beam!;
      return bench;
    },
    hand: () => hand!,
    obey: (batch: readonly Rec[]): void => {
      for (const record of batch) {
        if (record.type !== "note") continue;
        if (record.text.includes("open the beam now")) void hand!.open();
        if (record.text.includes("close the beam now")) void hand!.close();
        if (record.text.includes("close the beam now") || record.text.includes("stable")) void look();
      }
      async function look(): Promise<void> {
        const reply = await hand!.read();
        if (reply.kind === "ok") truth.fluencePerCm2 = reply.value.fluencePerCm2;
      }
    },
  };
}

async function fluenceOf(bench: Bench): Promise<number> {
  const reply = await bench.stations.get("hand")!.beam!.read();
  return reply.kind === "ok" ? reply.value.fluencePerCm2 : NaN;
}

describe("a picoammeter in the beam", () => {
  test("with a relay on the shutter: zeroed in the dark, live and gross fluence are the world's, its uncertainty stands for the plan's", async () => {
    let zeroed = 0;
    let bench: Bench | null = null;
    let truth = 0;
    const { records, result } = await campaignOn(rig(pico, shutter), [exposure("fluencePerCm2: 1.0e+9")], {
      change: (opened) => {
        bench = withDut(
          opened,
          () => ({}),
          ({ beam }) => ({
            beam: {
              ...beam!,
              zero: () => {
                zeroed++;
                return beam!.zero();
              },
              close: async () => {
                const reply = await beam!.close();
                truth = await fluenceOf(opened);
                return reply;
              },
            },
          }),
        );
        return bench;
      },
    });
    const { exposure: found, endReason } = result.runs[0]!;
    expect(endReason).toBe("fluence");
    expect(zeroed).toBe(1);
    if (found.kind !== "beam") throw new Error(found.kind);
    expect(Math.abs(found.fluenceGrossPerCm2 / truth - 1)).toBeLessThan(0.01);
    expect(found.fluenceRelUncertainty1Sigma).toBeGreaterThanOrEqual(0.05);
    expect(found.fluenceRelUncertainty1Sigma).toBeLessThan(0.051);
    expect(ofType(records, "check").map(({ pass, detail }) => [pass, detail])).toEqual([
      [true, "before the exposure"],
      [true, "after the exposure"],
    ]);
  });

  test("without a shutter the operator is asked, and the campaign waits for the beam and for the dark", async () => {
    const { change, obey } = facility();
    const { records, result } = await campaignOn(rig(pico, ""), [exposure("fluencePerCm2: 1.0e+9")], {
      change,
      watch: obey,
    });
    expect(result.runs[0]!.endReason).toBe("fluence");
    const asked = ofType(records, "note").filter(({ text }) => text.includes("the beam now"));
    expect(asked.map(({ text }) => text.slice(5, 24))).toEqual([
      "open the beam now: ",
      "close the beam now:",
    ]);
    expect(ofType(records, "check").every(({ pass }) => pass)).toBe(true);
    expect(ofType(records, "beam").at(-1)!.open).toBe(false);
  });

  test("the facility's beam goes off: the exposure ends, and says so", async () => {
    const { change, obey, hand } = facility();
    let closed = false;
    const { result } = await campaignOn(rig(pico, ""), [exposure("events: 100000")], {
      change,
      watch: (batch) => {
        obey(batch);
        if (closed || !batch.some((record) => record.type === "beam" && record.fluencePerCm2 > 5e8)) return;
        closed = true;
        void hand().close();
      },
    });
    expect(result.runs[0]!.endReason).toBe("beam_lost");
    expect(result.runs[0]!.live.elapsedSeconds).toBeLessThan(30);
  });

  test("nobody opens it: nothing is exposed, and the run is to be done again", async () => {
    const { records, result } = await campaignOn(rig(pico, ""), [exposure("seconds: 10")]);
    expect(result.runs[0]!.endReason).toBe("beam_lost");
    expect(ofType(records, "beam_event")).toEqual([]);
    expect(ofType(records, "run_end")[0]!.detail).toContain("nobody opened the beam");
  });

  test("over range it ends the exposure by that name: what nobody counted is dead time of the counter", async () => {
    const quirks = "counter: { is: keithley-6485, overflowBetweenSeconds: [8, 1000] }";
    const { records, result } = await campaignOn(rig(pico, shutter, quirks), [exposure("seconds: 60")]);
    expect(result.runs[0]!.endReason).toBe("beam_lost");
    expect(ofType(records, "run_end")[0]!.detail).toContain("over-range");
    expect(ofType(records, "dead").map(({ cause }) => cause)).toContain("counter");
  });

  test("a gap of it is dead time, named, and flagged", async () => {
    const quirks = "counter: { is: keithley-6485, notANumberBetweenSeconds: [8, 9.6] }";
    const { records, result } = await campaignOn(rig(pico, shutter, quirks), [exposure("seconds: 20")]);
    const run = result.runs[0]!;
    expect(run.endReason).toBe("time");
    const gaps = ofType(records, "dead").filter(({ cause }) => cause === "counter");
    expect(gaps).toHaveLength(1);
    expect((gaps[0]!.toNs - gaps[0]!.fromNs) / 1e9).toBeGreaterThan(1.5);
    expect(run.flags).toContain("counter_gap");
    if (run.exposure.kind === "beam") {
      // Neither its time nor its fluence is live, and the rest is as it was.
      const seconds = run.exposure.fluenceLivePerCm2 / 1e8;
      expect(Math.abs(seconds / run.live.liveSeconds - 1)).toBeLessThan(0.02);
    }
  });
});

describe("a facility's log", () => {
  test("is late by a line, and the last of the fluence is waited for", async () => {
    const { change, obey, hand } = facility();
    let truth = 0;
    const { result } = await campaignOn(rig(log, ""), [exposure("fluencePerCm2: 1.0e+9")], {
      change,
      watch: (batch) => {
        obey(batch);
        if (batch.some((record) => record.type === "run_end"))
          void hand()
            .read()
            .then((reply) => (truth = reply.kind === "ok" ? reply.value.fluencePerCm2 : NaN));
      },
    });
    const { exposure: found, endReason } = result.runs[0]!;
    expect(endReason).toBe("fluence");
    if (found.kind !== "beam") throw new Error(found.kind);
    expect(Math.abs(found.fluenceGrossPerCm2 / truth - 1)).toBeLessThan(0.001);
  });

  test("behind a relay the shutter is closed first, and the board works on until its last line is in", async () => {
    const { result } = await campaignOn(rig(log, shutter), [exposure("seconds: 20")]);
    const { exposure: found } = result.runs[0]!;
    if (found.kind !== "beam") throw new Error(found.kind);
    expect(found.fluenceLivePerCm2 / found.fluenceGrossPerCm2).toBeGreaterThan(0.97);
    expect(found.fluenceGrossPerCm2).toBeGreaterThan(1.9e9);
  });
});

const dosed = (stop: string): string =>
  `{ kind: beam, dut: dut, workload: gemm, beam: { species: proton, doseRadSiPerFluence: 1.0e-8 }, stop: { ${stop} } }`;

describe("dose", () => {
  const worn = smallRig({ station: "priorDoseRadSi: 10" });

  test("of a part adds up over runs and what it took before, and stops", async () => {
    const { records, result } = await campaignOn(worn, [
      dosed("seconds: 10"),
      dosed("doseRadSi: 30"),
      dosed("doseRadSi: 30"),
    ]);
    expect(result.runs.map(({ endReason }) => endReason)).toEqual(["time", "dose", "dose"]);
    const [part] = result.doses;
    expect(part).toMatchObject({ serial: "D-1", priorRadSi: 10 });
    // Of 1 rad a second, ended within one reading a second.
    expect(part!.campaignRadSi).toBeGreaterThanOrEqual(20);
    expect(part!.campaignRadSi).toBeLessThan(22);
    expect(ofType(records, "beam").filter(({ run }) => run === 3)).toEqual([]);
    const events = ofType(records, "beam_event").map(({ doseRadSi }) => doseRadSi ?? NaN);
    expect(events.length).toBeGreaterThan(0);
    expect(events.every((dose, index) => dose >= (events[index - 1] ?? 10))).toBe(true);
  });

  test("survives a resume: what the journal holds is not forgotten", async () => {
    const blocks = [dosed("seconds: 10"), dosed("doseRadSi: 30")];
    const { records } = await campaignOn(worn, blocks);
    const half = records.findIndex(
      (record) => record.type === "beam" && record.run === 2 && record.fluencePerCm2 > 1.4e9,
    );
    const state = emptyState();
    for (const record of records.slice(0, half + 1)) fold(state, record);
    fold(state, { type: "resumed", tNs: state.lastNs, segment: 1, tornBytes: 0, leftPowered: [] });
    const resumed = await campaignOn(worn, blocks, { soFar: soFar(state) });
    const before = soFar(state).doseRadSi("D-1");
    expect(before).toBeGreaterThan(13);
    expect(before).toBeLessThan(17);
    expect(resumed.result.doses[0]!.campaignRadSi + before).toBeGreaterThanOrEqual(20);
    expect(resumed.result.doses[0]!.campaignRadSi + before).toBeLessThan(22);
    expect(resumed.result.runs.map(({ number, endReason }) => [number, endReason])).toEqual([[2, "dose"]]);
  });
});

test("an idle board in the beam runs nothing, and is a control run for the others", async () => {
  const idle =
    "{ kind: beam_on_dut_idle, dut: dut, workload: gemm, beam: { species: proton }, stop: { fluencePerCm2: 5.0e+8 } }";
  const { records, result } = await campaignOn(smallRig(), [idle, exposure("seconds: 5")]);
  const [control, production] = result.runs;
  expect(control).toMatchObject({ runKind: "beam_on_dut_idle", endReason: "fluence", eventsPerWindow: null });
  expect(control!.iterations.total).toBe(0);
  expect(control!.exposure.kind).toBe("beam");
  // It computes nothing: no limit on wrong answers can be had from it.
  expect(control!.estimates.map(({ outcome }) => outcome)).not.toContain("sdc");
  expect(control!.estimates.map(({ outcome }) => outcome)).toContain("due");
  expect(production!.iterations.total).toBeGreaterThan(0);
  expect(production!.flags).not.toContain("no_control");
  const states = ofType(records, "telemetry").filter(({ run }) => run === 1);
  expect(states.length).toBeGreaterThan(3);
  expect(new Set(states.map(({ state }) => state))).toEqual(new Set(["ready"]));
  expect(ofType(records, "check").filter(({ run }) => run === 1)).toHaveLength(2);
});

test("a board that resets while it idles in the beam is an event of the control run", async () => {
  const idle =
    "{ kind: beam_on_dut_idle, dut: dut, workload: gemm, beam: { species: proton }, stop: { seconds: 20 } }";
  const { records, result } = await campaignOn(
    smallRig({ board: "misbehave: [{ do: hidden-reboot, atSeconds: 8 }]" }),
    [idle],
  );
  expect(ofType(records, "beam_event").map(({ outcome }) => outcome)).toHaveLength(1);
  expect(result.runs[0]!.endReason).toBe("time");
  expect(result.runs[0]!.iterations.total).toBe(0);
});

describe("the functional check before an exposure", () => {
  test("that fails exposes nothing", async () => {
    let opened = 0;
    const { records, result } = await campaignOn(smallRig(), [exposure("seconds: 5")], {
      change: (bench) =>
        withDut(
          bench,
          () => ({
            checkGolden: () => Promise.resolve({ kind: "ok", value: { digest: "another", match: false } }),
          }),
          ({ beam }) => ({
            beam: {
              ...beam!,
              open: () => {
                opened++;
                return beam!.open();
              },
            },
          }),
        ),
    });
    expect(result.runs[0]!.endReason).toBe("golden_unstable");
    expect(opened).toBe(0);
    expect(ofType(records, "check").map(({ check, pass }) => [check, pass])).toEqual([["functional", false]]);
    expect(result.endReason).toBe("golden_unstable");
  });

  test("that has no answer is a dead board", async () => {
    const { result } = await campaignOn(smallRig(), [exposure("seconds: 5")], {
      change: (bench) =>
        withDut(bench, () => ({ checkGolden: () => Promise.resolve({ kind: "silence", waitedMs: 2_000 }) })),
    });
    expect(result.runs[0]!.endReason).toBe("dut_dead");
  });

  test("after it, a failure is flagged", async () => {
    let checks = 0;
    const { result } = await campaignOn(smallRig(), [exposure("seconds: 5")], {
      change: (bench) =>
        withDut(bench, (real) => ({
          checkGolden: async () => {
            const reply = await real.checkGolden();
            return ++checks < 2 || reply.kind !== "ok"
              ? reply
              : { kind: "ok", value: { digest: "x", match: false } };
          },
        })),
    });
    expect(result.runs[0]!.endReason).toBe("time");
    expect(result.runs[0]!.flags).toContain("check_failed");
  });
});

describe("events that pile up", () => {
  const planned = (sigma: string): string =>
    `{ kind: beam, dut: dut, workload: gemm, beam: { species: proton, expectedCrossSectionCm2: ${sigma} }, stop: { seconds: 10 } }`;

  test("as the plan expects them are told once each, at 0.1 and at 0.5, and flagged", async () => {
    const quiet = smallRig().replace(/crossSectionPerBitCm2: .*/, "crossSectionPerBitCm2: {}");
    const calm = await campaignOn(quiet, [planned("1.0e-12")]);
    const { planned: low } = calm.result.runs[0]!.eventsPerWindow!;
    expect(low).toBeGreaterThan(0);
    expect(calm.result.runs[0]!.flags.filter((flag) => flag.startsWith("mu"))).toEqual([]);
    // As many times as it takes for 0.2 events in each window.
    const sigma = ((0.2 / low!) * 1e-12).toExponential(3);
    const crowded = await campaignOn(quiet, [planned(sigma)]);
    const notes = ofType(crowded.records, "note").filter(({ text }) => text.includes("pile up"));
    expect(notes.map(({ level }) => level)).toEqual(["warning"]);
    expect(notes[0]!.text).toContain("as the plan expects");
    expect(crowded.result.runs[0]!.flags).toContain("mu>0.1");
    expect(crowded.result.runs[0]!.eventsPerWindow!.planned).toBeCloseTo(0.2, 1);
    const alarming = await campaignOn(quiet, [planned(((5 / low!) * 1e-12).toExponential(3))]);
    expect(ofType(alarming.records, "note").filter(({ level }) => level === "error")).toHaveLength(1);
    expect(alarming.result.runs[0]!.flags).toContain("mu>0.5");
  });

  test("as they are seen are told too", async () => {
    // A slow board: long iterations catch more of the beam.
    const crowded = smallRig({ board: "clockKHz: 5000" }).replace(
      /crossSectionPerBitCm2: .*/,
      "crossSectionPerBitCm2: { weights: 2.0e-9 }",
    );
    const { records, result } = await campaignOn(crowded, [exposure("seconds: 4")]);
    const { observed } = result.runs[0]!.eventsPerWindow!;
    expect(observed).toBeGreaterThan(0.1);
    expect(ofType(records, "note").filter(({ text }) => text.includes("pile up")).length).toBeGreaterThan(0);
  });
});
