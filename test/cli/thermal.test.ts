import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { timelineOf } from "../../src/campaign/thermal/timeline.ts";
import { virtualClock } from "../../src/cli/clocks.ts";
import { assemble } from "../../src/cli/assemble.ts";
import { checkCampaign, checkRig } from "../../src/cli/cross-checks.ts";
import { readCampaign, readRig } from "../../src/cli/files.ts";
import { checkThermalDevices } from "../../src/cli/thermal-checks.ts";
import { duration, plotTimeline } from "../../src/cli/thermal-plot.ts";
import { radrig } from "./radrig.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-thermal-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const rig = (station: string): string => `rig: bench
stations:
  dut:
    serial: D-1
    link: { memory: dut }
    injector: { device: box, targets: [control] }
    supply: box
    ${station}
devices:
  box: { protocol: radrig, serial: B-1, link: { memory: box } }
emulation:
  boards: { dut: { accelerator: cpu, format: i8 } }
`;
const campaign = (thermal: string, profiles = ""): string => `campaign: warm
rig: bench.yaml
${profiles}
blocks:
  - kind: injection
    dut: dut
    workload: gemm
    target: weights
    stop: { strikes: 5 }
    ${thermal}
`;

/** What is wrong with this campaign on this rig, one a line, without the folder. */
function problems(station: string, thermal: string, profiles = ""): string {
  file("bench.yaml", rig(station));
  const path = file("warm.yaml", campaign(thermal, profiles));
  try {
    const read = readRig(join(folder, "bench.yaml"));
    checkRig(read);
    checkCampaign(readCampaign(path), read);
    return "";
  } catch (error) {
    return (error as Error).message.replaceAll(`${folder}/`, "");
  }
}

const limited =
  "thermal: { device: box, lowestC: 0, highestC: 90, fastestCPerMinute: 20, absolute: { highestC: 100 } }";

describe("thermal steps that a bench does not allow are refused before the start, where they stand", () => {
  test("within every limit nothing is said", () =>
    expect(
      problems(limited, "thermal: [{ sweep: { fromC: 0, toC: 90, stepC: 45, each: [soak, run] } }]"),
    ).toBe(""));

  test.each([
    [
      "a ramp too hot",
      limited,
      "thermal: [{ ramp: { toC: 95 } }, run]",
      "warm.yaml:10:30: 95 °C is hotter than 90 °C, the most that the rig file allows for 'dut'",
    ],
    [
      "too cold, in a sweep",
      limited,
      "thermal: [{ sweep: { fromC: -5, toC: 25, stepC: 5, each: [run] } }]",
      "warm.yaml:10:33: -5 °C is colder than 0 °C",
    ],
    [
      "too fast, inside a cycle",
      limited,
      "thermal: [{ cycle: { times: 2, steps: [{ ramp: { toC: 50, rateCPerMin: 30 } }] } }, run]",
      "warm.yaml:10:76: 30 °C a minute is faster than 20, the most that the rig file",
    ],
    ["the short way", limited, "temperatureC: [25, 91]", "warm.yaml:10:24: 91 °C is hotter than 90 °C"],
    [
      "beyond what the part stands",
      "thermal: box\n    absolute: { dieC: 80 }",
      "temperatureC: 85",
      "85 °C is hotter than 80 °C, the most that the part on 'dut' stands",
    ],
    [
      "where it would be cut",
      "thermal: box\n    limits: { dieCutC: 80 }",
      "temperatureC: 85",
      "85 °C is hotter than 80 °C, the most that 'dut' can be set to without being cut",
    ],
    [
      "no heater",
      "limits: {}",
      "thermal: [{ ramp: { toC: 40 } }, run]",
      "warm.yaml:6:10: a temperature is asked, but board 'dut' has no heater",
    ],
    [
      "a rig limit beyond the absolute",
      "thermal: { device: box, highestC: 120, absolute: { highestC: 100 } }",
      "temperatureC: 25",
      "bench.yaml:8:39: 120 °C is more than board 'dut' stands (100 °C)",
    ],
    [
      "nothing to run",
      limited,
      "thermal: [{ ramp: { toC: 40 } }]",
      "warm.yaml:10:14: the profile runs nothing: put 'run'",
    ],
    [
      "a soak before any temperature",
      limited,
      "thermal: [soak, run]",
      "warm.yaml:10:15: a soak needs a temperature: put a ramp before it",
    ],
    [
      "a soak that can never end well",
      limited,
      "thermal: [{ ramp: { toC: 40 } }, { soak: { maxS: 60 } }, run]",
      "maxS 60 is less than windowS 300",
    ],
    [
      "both ways at once",
      limited,
      "temperatureC: 25\n    thermal: [run]",
      "warm.yaml:11:14: temperatureC is short for thermal steps",
    ],
    [
      "a profile that is not there",
      limited,
      "thermal: warm-up",
      "warm.yaml:10:14: no profile 'warm-up' under profiles (there: none)",
    ],
  ])("%s", (_, station, thermal, expected) => expect(problems(station, thermal)).toContain(expected));

  test("in a named profile the place is the profile's", () =>
    expect(problems(limited, "thermal: hot", "profiles: { hot: [{ ramp: { toC: 99 } }, run] }")).toMatch(
      /warm\.yaml:3:34: 99 °C is hotter than 90 °C/,
    ));

  test("the range of the opened device is one more ring", async () => {
    file("bench.yaml", rig("thermal: box"));
    const read = readRig(join(folder, "bench.yaml"));
    const warm = readCampaign(file("warm.yaml", campaign("thermal: [{ ramp: { toC: 140 } }, run]")));
    const context = {
      clock: virtualClock(),
      seed: 1,
      segment: 0,
      rawFolder: null,
      truthPath: null,
      signal: new AbortController().signal,
      say: () => undefined,
    };
    const assembled = await assemble(read, context);
    const { bench } = assembled;
    try {
      const { thermal, ...rest } = bench.stations.get("dut")!;
      const narrow = (highestC: number): typeof bench => ({
        ...bench,
        stations: new Map([
          ["dut", { ...rest, thermal: { ...thermal!, limits: { ...thermal!.limits, highestC } } }],
        ]),
      });
      expect(() => checkThermalDevices(warm.plan, warm, narrow(150))).not.toThrow();
      expect(() => checkThermalDevices(warm.plan, warm, narrow(125))).toThrow(
        /warm\.yaml:10:30: 140 °C is hotter than 125 °C, the most that 'box' and the rig file allow for 'dut'/,
      );
      expect(() => checkThermalDevices(warm.plan, null, narrow(125))).toThrow(/^block 1: 140 °C is hotter/);
    } finally {
      await assembled.close();
    }
  });
});

describe("preview", () => {
  test("times follow from rates, windows and what the device is allowed, by hand", () => {
    const legs = (fastest: number | null) =>
      timelineOf(
        [
          { kind: "ramp", toC: 85, rateCPerMin: 10 },
          {
            kind: "soak",
            until: "stable",
            toleranceC: 2,
            slopeCPerMin: 1,
            windowS: 300,
            minS: 400,
            maxS: 900,
          },
          { kind: "run" },
          { kind: "ramp", toC: 25, rateCPerMin: null },
        ],
        25,
        fastest,
        60,
      );
    // 60 °C at 10 a minute, 400 s at least, 60 s of runs, 60 °C back at 20 a minute.
    expect(legs(20).legs.map(({ seconds }) => seconds)).toEqual([360, 400, 60, 180]);
    expect(legs(20).seconds).toBe(1_000);
    expect(legs(20).legs[1]!.longestS).toBe(900);
    expect(legs(null).legs[3]).toMatchObject({ seconds: 360, guessed: true });
  });

  test("the drawing keeps within its frame and shows limits", () => {
    const timeline = timelineOf([{ kind: "ramp", toC: 85, rateCPerMin: 10 }, { kind: "run" }], 25, null, 360);
    const lines = plotTimeline(timeline, [{ name: "highest", c: 100 }]);
    expect(lines[1]).toMatch(/^100 \|- - - .* highest 100 °C$/);
    expect(lines.filter((line) => line.includes("#"))).toHaveLength(2);
    expect(lines.some((line) => line.includes("/"))).toBe(true);
    expect(lines.at(-1)).toMatch(/12 min 00 s$/);
  });

  test("durations in words", () =>
    expect([3, 200, 7_500].map(duration)).toEqual(["3 s", "3 min 20 s", "2 h 05 min"]));

  test("radrig thermal preview draws, speaks JSON, and ends with 2 where a limit is passed", async () => {
    file("bench.yaml", rig(limited));
    file("warm.yaml", campaign("thermal: [{ ramp: { toC: 85, rateCPerMin: 10 } }, soak, run]"));
    const shown = await radrig(["thermal", "preview", "warm.yaml"], { cwd: folder });
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain("block 1, injection, board dut: 11 min 00 s expected, beside the runs");
    expect(shown.stdout).toMatch(/0 s\s+ramp\s+25 to 85 °C\s+6 min 00 s/);
    expect(shown.stdout).toContain("highest 90 °C");
    const json = await radrig(["thermal", "preview", "warm.yaml", "--json"], { cwd: folder });
    expect(JSON.parse(json.stdout)).toMatchObject({
      campaign: "warm",
      blocks: [{ block: 1, timeline: { seconds: 660 } }],
    });
    file("hot.yaml", campaign("thermal: [{ ramp: { toC: 95 } }, run]"));
    const refused = await radrig(["thermal", "preview", "hot.yaml"], { cwd: folder });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("hot.yaml:10:30: 95 °C is hotter than 90 °C");
    expect(refused.stdout).toBe("");
  }, 30_000);
});
