import { expect, test } from "vitest";
import { campaignOn, exposure, injection, ofType } from "./emulated.ts";

/** One board on makers' instruments. `unplugged` is when, and for how long, the cable of `device` is pulled. */
function rigWith(device: "psu" | "tec", unplugged: string, clockKHz = 100_000): string {
  return `
rig: faulty
stations:
  dut:
    serial: D-1
    link: { memory: dut }
    thermal: { device: tec }
    supply: { device: psu, rail: core, milliV: 5000, tripMilliA: 2000 }
    beam: box
devices:
  box: { protocol: radrig, serial: B-1, link: { memory: box } }
  psu: { protocol: korad, link: { memory: psu } }
  tec: { protocol: mecom, link: { memory: tec } }
emulation:
  beamFluxPerCm2PerSecond: 1.0e+7
  boards:
    dut:
      accelerator: cpu
      format: i8
      railMilliV: 5000
      clockKHz: ${clockKHz}
      crossSectionPerBitCm2: { weights: 1.0e-12, activations: 1.0e-12, control: 1.0e-12 }
  instruments:
    ${device}: { is: ${device === "psu" ? "korad" : "mecom"}, unplugged: [${unplugged}] }
`;
}

test("a supply unplugged in mid-exposure is a fault with a name, and the run goes on as a new segment of the same number", async () => {
  const { records, result } = await campaignOn(rigWith("psu", "{ atSeconds: 30, goneMs: 10000 }"), [
    exposure("seconds: 60"),
  ]);
  const faults = ofType(records, "bench_fault");
  expect(faults.map(({ device, what }) => `${device} ${what}`)).toEqual(["psu unplugged", "psu back"]);
  expect(faults[0]).toMatchObject({ stations: ["dut"] });
  expect(ofType(records, "run_start").map(({ run, segment }) => [run, segment])).toEqual([
    [1, 0],
    [1, 1],
  ]);
  expect(ofType(records, "run_end")).toMatchObject([{ run: 1, endReason: "time" }]);
  const dead = ofType(records, "dead").filter(({ cause }) => cause === "bench");
  // What fell while it was not guarded, and all the time until it was again.
  expect(dead).toHaveLength(2);
  expect(dead[0]!.fromNs).toBeLessThanOrEqual(faults[0]!.tNs);
  expect(dead[1]!.toNs).toBe(ofType(records, "run_start")[1]!.tNs);
  // While nobody guarded the rail the beam was shut, and what fell before it was is in no rate.
  const [run] = result.runs;
  expect(run).toMatchObject({ number: 1, segments: 2, endReason: "time" });
  const { exposure: got } = run!;
  if (got.kind !== "beam") throw new Error("not a beam exposure");
  expect(got.liveSeconds).toBeGreaterThanOrEqual(60);
  expect(got.liveSeconds).toBeLessThan(63);
  expect(got.fluenceLivePerCm2 / 1e7).toBeCloseTo(got.liveSeconds, -0.5);
  expect(got.fluenceGrossPerCm2).toBeGreaterThan(got.fluenceLivePerCm2);
});

test("a heater that stays away voids the runs that need it; those without it are done", async () => {
  const { records, result } = await campaignOn(rigWith("tec", "{ atSeconds: 1, goneMs: -1 }"), [
    injection("strikes: 5", ", temperatureC: [40, 50]"),
    injection("strikes: 5"),
  ]);
  expect(ofType(records, "bench_fault").map(({ device, what }) => `${device} ${what}`)).toEqual([
    "tec unplugged",
  ]);
  expect(ofType(records, "strike").map(({ run }) => run)).toEqual([3, 3, 3, 3, 3]);
  expect(result.endReason).toBe("bench_fault");
  // Waited for once, and no more: the second run does not wait for what is known to be gone.
  expect(records.at(-1)!.tNs).toBeLessThan(200e9);
});

test("an injection run that loses its supply keeps the strikes before and strikes each once", async () => {
  const { records, result } = await campaignOn(rigWith("psu", "{ atSeconds: 2, goneMs: 3000 }", 500), [
    injection("strikes: 400"),
  ]);
  expect(ofType(records, "run_start").length).toBeGreaterThan(1);
  const ids = ofType(records, "strike").map(({ strike }) => strike.id);
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
  expect(new Set(ids).size).toBe(400);
  expect(result.runs[0]).toMatchObject({ endReason: "strikes", segments: 2 });
});

test("same seed, same records, faults and all", async () => {
  const once = (): ReturnType<typeof campaignOn> =>
    campaignOn(rigWith("psu", "{ atSeconds: 10, goneMs: 2000 }"), [exposure("seconds: 20")]);
  expect(JSON.stringify((await once()).records)).toBe(JSON.stringify((await once()).records));
});

/** Shutter on a relay, picoammeter, heater and supply by their makers, a configuration memory behind its controller. */
function fullRig(device: string, is: string, unplugged: string): string {
  return `
rig: full
stations:
  dut:
    serial: D-1
    link: { memory: dut }
    thermal: { device: tec }
    supply: { device: psu, rail: core, milliV: 5000, tripMilliA: 2000 }
    beam: { counter: meter, shutter: { device: relay, channel: 1 } }
  fpga:
    serial: F-1
    link: { memory: fpga }
    injector: { device: sem, targets: [configuration] }
    thermal: { device: tec, channel: 2 }
devices:
  psu: { protocol: korad, link: { memory: psu } }
  tec: { protocol: mecom, link: { memory: tec } }
  relay: { protocol: modbus-relay, link: { memory: relay } }
  meter: { protocol: keithley-6485, link: { memory: meter }, fluxPerCm2PerSecondPerA: 1.0e+16 }
  sem: { protocol: sem, family: x7, selfCheck: C0000081A7, link: { memory: sem } }
emulation:
  beamFluxPerCm2PerSecond: 1.0e+7
  boards:
    dut: { accelerator: cpu, format: i8, rails: { core: { milliV: 5000 } } }
    fpga: { accelerator: soft, format: i8, configuration: { family: x7, frames: 320 } }
  instruments:
    ${device}: { is: ${is}, unplugged: [${unplugged}] }
`;
}

const hot = exposure("seconds: 20", ", temperatureC: 40");

test.each([
  ["heater", "tec", "mecom"],
  ["supply", "psu", "korad"],
])(
  "while the %s is away, and while its conditions are made anew, a run is not live",
  async (_what, device, is) => {
    const { records, result } = await campaignOn(fullRig(device, is, "{ atSeconds: 35, goneMs: 10000 }"), [
      hot,
    ]);
    expect(ofType(records, "run_start")).toHaveLength(2);
    const { exposure: got } = result.runs[0]!;
    if (got.kind !== "beam") throw new Error("not a beam exposure");
    expect(got.liveSeconds).toBeLessThan(22);
    expect(got.fluenceLivePerCm2 / 1e7).toBeCloseTo(got.liveSeconds, -0.5);
  },
);

test("what is waited for in vain is not live either", async () => {
  const { records, result } = await campaignOn(fullRig("psu", "korad", "{ atSeconds: 35, goneMs: -1 }"), [
    hot,
  ]);
  const [start] = ofType(records, "run_start");
  const [end] = ofType(records, "run_end");
  expect(end!.endReason).toBe("bench_fault");
  const { exposure: got } = result.runs[0]!;
  if (got.kind !== "beam") throw new Error("not a beam exposure");
  expect(got.liveSeconds).toBeLessThan((end!.tNs - start!.tNs) / 1e9 - 120);
});

test.each([
  ["heater", "tec", "mecom", 10, 10_000],
  ["heater, for a moment,", "tec", "mecom", 12, 300],
  ["counter", "meter", "keithley-6485", 22, 10_000],
  ["shutter", "relay", "modbus-relay", 22, 10_000],
])("a %s that goes before the run has begun is waited for", async (_what, device, is, atSeconds, goneMs) => {
  const { records, result } = await campaignOn(
    fullRig(device, is, `{ atSeconds: ${atSeconds}, goneMs: ${goneMs} }`),
    [hot],
  );
  expect(ofType(records, "bench_fault").map(({ what }) => what)).toEqual(["unplugged", "back"]);
  expect(result.endReason).toBe("complete");
});

test("a counter or shutter that stays away is a fault of the bench, and no lost beam", async () => {
  for (const [device, is] of [
    ["meter", "keithley-6485"],
    ["relay", "modbus-relay"],
  ] as const) {
    const { result } = await campaignOn(fullRig(device, is, "{ atSeconds: 22, goneMs: -1 }"), [hot]);
    expect(result.endReason).toBe("bench_fault");
  }
});

test("no exposure goes on that began with its trip not armed", async () => {
  // Every moment of a run's beginning: somewhere among them the trip is armed.
  for (let ms = 1_500; ms < 3_500; ms += 100) {
    const { records } = await campaignOn(
      fullRig("psu", "korad", `{ atSeconds: ${ms / 1_000}, goneMs: 300 }`),
      [exposure("seconds: 2")],
    );
    const starts = ofType(records, "run_start");
    const armed = ofType(records, "rail_event").filter(({ what }) => what === "armed");
    expect(armed).toHaveLength(starts.length);
    expect(armed.at(-1)!.detail).toContain("trips at 2000 mA");
  }
});

test("an injector that is away is no path that strikes do not reach", async () => {
  const outcomes: string[] = [];
  for (const [atSeconds, goneMs] of [
    [5, 8_000],
    [5, -1],
  ]) {
    const block =
      "{ kind: injection, dut: fpga, workload: gemm, target: configuration, temperatureC: 30, stop: { strikes: 5 } }";
    const { records, result } = await campaignOn(
      fullRig("sem", "sem", `{ atSeconds: ${atSeconds}, goneMs: ${goneMs} }`),
      [block],
    );
    expect(ofType(records, "bench_fault")[0]).toMatchObject({ device: "sem", what: "unplugged" });
    outcomes.push(result.endReason);
  }
  expect(outcomes).toEqual(["complete", "bench_fault"]);
});

test("a heater that has stopped itself holds no temperature, and no run goes on at one", async () => {
  const rig = fullRig("tec", "mecom", "").replace("unplugged: []", "error: { atSeconds: 35, number: 107 }");
  const { records, result } = await campaignOn(rig, [hot]);
  expect(ofType(records, "bench_fault")[0]).toMatchObject({ device: "tec", what: "device_fault" });
  expect(result.runs[0]).toMatchObject({ endReason: "bench_fault" });
});

test("a run that is left while its board is checked is no dead board's", async () => {
  const left: (string | undefined)[] = [];
  for (let tenths = 26; tenths < 45; tenths++) {
    let now = false;
    const { records } = await campaignOn(fullRig("tec", "mecom", ""), [exposure("seconds: 5")], {
      watch: (batch, _commands, abort) => {
        if (!now && batch.some(({ tNs }) => tNs > tenths * 1e8)) abort();
        now ||= batch.some(({ tNs }) => tNs > tenths * 1e8);
      },
    });
    left.push(...ofType(records, "run_end").map(({ endReason }) => endReason));
  }
  expect(new Set(left)).toEqual(new Set(["operator"]));
});
