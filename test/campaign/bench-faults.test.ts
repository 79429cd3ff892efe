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
  expect(dead).toHaveLength(1);
  expect(dead[0]!.fromNs).toBeLessThanOrEqual(faults[0]!.tNs);
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
