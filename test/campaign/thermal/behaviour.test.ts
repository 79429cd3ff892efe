import { describe, expect, test } from "vitest";
import type { Bench } from "../../../src/domain/capabilities.ts";
import type { Thermal } from "../../../src/domain/equipment.ts";
import { campaignOn, exposure, injection, ofType, smallRig } from "../emulated.ts";
import { withDut } from "../with-dut.ts";

/** The bench with something about its heater changed. */
const heater =
  (change: (real: Thermal) => Partial<Thermal>) =>
  (bench: Bench): Bench =>
    withDut(
      bench,
      () => ({}),
      ({ thermal }) => {
        const real = thermal!;
        return {
          thermal: {
            name: real.name,
            zone: real.zone,
            limits: real.limits,
            set: (c, rate) => real.set(c, rate),
            off: () => real.off(),
            read: () => real.read(),
            ...change(real),
          },
        };
      },
    );

/** The heater is a device of its own: its faults are not those of rails and injector. */
const apart = smallRig()
  .replace("thermal: box", "thermal: oven")
  .replace("devices:\n", "devices:\n  oven: { protocol: radrig, serial: B-2, link: { memory: oven } }\n");

const quick = "{ toleranceC: 1, slopeCPerMin: 12, windowS: 5 }";

describe("thermal steps of a campaign", () => {
  test("a cycle, a ramp at its rate on a heater that knows no rates, and a way back are all made, in order", async () => {
    const steps = `thermal: [{ ramp: { toC: 40, rateCPerMin: 30 } }, { soak: ${quick} }, run, { cycle: { times: 2, steps: [{ ramp: { toC: 60 } }, { hold: { seconds: 7 } }, { ramp: { toC: 30 } }] } }, run, { ramp: { toC: 25 } }]`;
    const { records, result } = await campaignOn(smallRig(), [exposure("seconds: 3", `, ${steps}`)]);
    expect(result.endReason).toBe("complete");
    expect(result.runs.map(({ temperatureC }) => temperatureC.set)).toEqual([40, 30]);
    const thermal = ofType(records, "thermal");
    const doing = thermal.map((record) => record.doing).filter((one, i, all) => one !== all[i - 1]);
    expect(doing.join(" ")).toMatch(
      /^(off )?ramp soak run (ramp hold ramp hold ramp|ramp hold ramp) run ramp/,
    );
    // 15 °C at 30 °C a minute: half a minute, one set point a second; the load follows at once.
    const ramp = thermal.filter(({ run, doing: what }) => run === 1 && what === "ramp");
    const [first, last] = [ramp[0]!, ramp.at(-1)!];
    const rate = (last.reading.objectC - first.reading.objectC) / ((last.tNs - first.tNs) / 6e10);
    expect(rate).toBeGreaterThan(26);
    expect(rate).toBeLessThan(32);
    expect(thermal.at(-1)!.reading.objectC).toBeLessThan(30);
    // The die stands in the record beside the object.
    expect(thermal.filter(({ dieC }) => dieC !== null).length).toBeGreaterThan(thermal.length / 2);
  });

  test("one heater that takes nothing ends no other run: the campaign goes on without it", async () => {
    const { records, result } = await campaignOn(
      smallRig(),
      [injection("strikes: 5", ", temperatureC: [60, 40]"), injection("strikes: 5")],
      {
        change: heater((real) => ({
          set: (c) => (c === 60 ? Promise.resolve({ kind: "silence", waitedMs: 10 }) : real.set(c)),
        })),
      },
    );
    expect(result.runs.map(({ number, endReason }) => [number, endReason])).toEqual([
      [2, "strikes"],
      [3, "strikes"],
    ]);
    expect(result.endReason).toBe("bench_fault");
    expect(
      ofType(records, "note")
        .map(({ text }) => text)
        .join("\n"),
    ).toContain("not begun: 'box' did not answer");
  });

  test("a load that never rests is a fault of the bench after its time, with the heater off", async () => {
    const told: string[] = [];
    let swing = 0;
    const { records, result } = await campaignOn(
      smallRig(),
      [
        injection(
          "strikes: 5",
          ", thermal: [{ ramp: { toC: 50 } }, { soak: { windowS: 60, maxS: 200 } }, run]",
        ),
      ],
      {
        change: heater((real) => ({
          off: () => {
            told.push("off");
            return real.off();
          },
          read: async () => {
            const reply = await real.read();
            swing = 4 - swing;
            return reply.kind === "ok"
              ? { ...reply, value: { ...reply.value, objectC: reply.value.objectC + swing } }
              : reply;
          },
        })),
      },
    );
    expect(result.runs).toEqual([]);
    expect(result.endReason).toBe("bench_fault");
    expect(
      ofType(records, "note")
        .map(({ text }) => text)
        .join("\n"),
    ).toMatch(
      /was not stable at 50 °C within 200 s \(±2 °C, 1 °C a minute over 60 s; last read 5\d\.\d °C\)/,
    );
    expect(told.length).toBeGreaterThan(0);
    expect(records.at(-1)!.tNs / 1e9).toBeLessThan(400);
  });

  test("a set point below the dew point is a warning, and no more", async () => {
    const { records, result } = await campaignOn(smallRig(), [injection("strikes: 3", ", temperatureC: 5")]);
    expect(result.endReason).toBe("complete");
    expect(
      ofType(records, "note")
        .filter(({ level }) => level === "warning")
        .map(({ text }) => text),
    ).toEqual([expect.stringContaining("5 °C is below the dew point of 15 °C") as string]);
  });
});

describe("sensors that lie", () => {
  const lying = (lie: (c: number, seconds: number) => number): ReturnType<typeof campaignOn> => {
    let reads = 0;
    return campaignOn(apart, [injection("strikes: 20", ", temperatureC: 60"), injection("strikes: 5")], {
      change: heater((real) => ({
        read: async () => {
          const reply = await real.read();
          return reply.kind === "ok"
            ? { ...reply, value: { ...reply.value, objectC: lie(reply.value.objectC, reads++) } }
            : reply;
        },
      })),
    });
  };

  test.each([
    ["stuck", (_: number) => 25, /stuck, or nothing heats/],
    ["open", (c: number, n: number) => (n < 3 ? c : Number.NaN), /open or shorted/],
    ["jumping", (c: number, n: number) => (n > 2 && n % 2 === 0 ? c + 90 : c), /jumped/],
  ] as const)(
    "%s in the soak: sensor_implausible with a name, no run on false conditions, and the rest goes on",
    async (_, lie, why) => {
      const { records, result } = await lying(lie);
      const faults = ofType(records, "bench_fault");
      expect(faults[0]).toMatchObject({ device: "oven", stations: ["dut"], what: "sensor_implausible" });
      expect(faults[0]!.detail).toMatch(why);
      // The run that needs the heater is not made; the one that does not is.
      expect(result.runs.map(({ number, endReason }) => [number, endReason])).toEqual([[2, "strikes"]]);
      expect(result.endReason).toBe("bench_fault");
    },
  );
});

test("a heater that refuses a set point it may take is a fault of the bench, not of the plan", async () => {
  const { records, result } = await campaignOn(apart, [injection("strikes: 5", ", temperatureC: 60")], {
    change: heater(() => ({ set: () => Promise.resolve({ kind: "refused", reason: "an error stands" }) })),
  });
  expect([result.endReason, result.runs]).toEqual(["bench_fault", []]);
  expect(
    ofType(records, "note")
      .map(({ text }) => text)
      .join("\n"),
  ).toContain("'oven' does not take 60 °C: an error stands");
});

describe("the independent cut", () => {
  test("a die that gets too hot in the beam loses heater and rails at once, and the run says so", async () => {
    // Idle 30 °C, at work 45 °C: the exposure itself heats it.
    const asked: string[] = [];
    const { records, result } = await campaignOn(
      smallRig({ station: "limits: { dieWarnC: 35, dieCutC: 40 }" }),
      [exposure("seconds: 60"), exposure("seconds: 5")],
      {
        change: heater((real) => ({
          off: () => {
            asked.push("off");
            return real.off();
          },
        })),
      },
    );
    expect(asked.length).toBeGreaterThan(0);
    expect(result.runs.map(({ number, endReason }) => [number, endReason])).toEqual([
      [1, "over_temperature"],
    ]);
    expect(result.endReason).toBe("over_temperature");
    const fault = ofType(records, "bench_fault")[0]!;
    expect(fault).toMatchObject({ run: 1, what: "over_temperature" });
    expect(fault.detail).toMatch(/^the die is at 4\d\.\d °C, 40 °C is where it is cut$/);
    expect(ofType(records, "rail_event")).toContainEqual(
      expect.objectContaining({ what: "cut", rail: "main", dut: "dut" }) as unknown,
    );
    expect(ofType(records, "rail_event").find(({ what }) => what === "cut")!.reading).toMatchObject({
      on: false,
    });
    // Within two of its looks after the die was told: heartbeats come twice a second, the watch looks once.
    const start = ofType(records, "run_start")[0]!;
    expect((fault.tNs - start.tNs) / 1e9).toBeLessThan(4);
    expect(ofType(records, "run_end")[0]!.detail).toContain("heater and rails are off");
    // Nothing after it was exposed.
    expect(ofType(records, "beam_event").every(({ tNs }) => tNs <= ofType(records, "run_end")[0]!.tNs)).toBe(
      true,
    );
  });

  test("a load beyond what its heater may reach is cut as well, whoever heats it", async () => {
    let reads = 0;
    const { records, result } = await campaignOn(
      smallRig().replace("thermal: box", "thermal: { device: box, highestC: 80 }"),
      [exposure("seconds: 60", ", temperatureC: 70")],
      {
        change: heater((real) => ({
          read: async () => {
            const reply = await real.read();
            const value = reply.kind === "ok" ? reply.value : null;
            if (value?.objectC === 70) reads++;
            return value === null || reads < 12
              ? reply
              : { kind: "ok", value: { ...value, objectC: 70 + 2 * (reads - 12) } };
          },
        })),
      },
    );
    expect(result.runs[0]!.endReason).toBe("over_temperature");
    expect(ofType(records, "bench_fault")[0]!.detail).toMatch(/the load is at 8\d\.\d °C, 85 °C is the most/);
  });

  test("between warning and cut it is told once, and nothing is cut", async () => {
    const { records, result } = await campaignOn(
      smallRig({ station: "limits: { dieWarnC: 40, dieCutC: 70 }" }),
      [exposure("seconds: 10")],
    );
    expect(result.endReason).toBe("complete");
    expect(ofType(records, "bench_fault")).toEqual([]);
    const warnings = ofType(records, "note").filter(({ text }) =>
      text.includes("the rig file warns above 40 °C"),
    );
    expect(warnings).toHaveLength(1);
  });
});

test("a board that throttles in its exposure: the result says how long, how much of the fluence, and which events", async () => {
  const at = (slowAboveC: number): ReturnType<typeof campaignOn> =>
    campaignOn(smallRig({ board: `slowAboveC: ${slowAboveC}` }).replace(", control: 1.0e-12", ""), [
      exposure("seconds: 20"),
    ]);
  // At work its die is at 45 °C.
  const [cool, hot] = [(await at(60)).result.runs[0]!, (await at(35)).result.runs[0]!];
  expect(cool.throttled).toEqual({ seconds: 0, events: 0, iterations: 0, fluencePerCm2: 0 });
  expect(cool.flags).not.toContain("throttled");
  expect(hot.flags).toContain("throttled");
  expect(hot.throttled.seconds).toBeGreaterThan(15);
  expect(hot.throttled.seconds).toBeLessThanOrEqual(21);
  if (hot.exposure.kind !== "beam") throw new Error("no beam");
  expect(hot.throttled.fluencePerCm2 / hot.exposure.fluenceGrossPerCm2).toBeGreaterThan(0.8);
  expect(hot.throttled.fluencePerCm2).toBeLessThanOrEqual(hot.exposure.fluenceGrossPerCm2);
  expect(hot.throttled.iterations).toBeLessThan(hot.iterations.total + 1);
  expect(hot.iterations.total).toBeLessThan(0.95 * cool.iterations.total);
});
