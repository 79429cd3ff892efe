import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { RigCheck } from "../../src/cli/check-rig.ts";
import { checkRigDevices } from "../../src/cli/check-rig.ts";
import { readRig } from "../../src/cli/files.ts";
import { drawnStations } from "../../src/cli/draw-rig.ts";
import { benchDrawing } from "../../src/report/bench-drawing.ts";
import { plainCanvas, paintLine } from "../../src/report/line.ts";
import { rigCheckLines } from "../../src/report/rig-check-lines.ts";
import { radrig } from "./radrig.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-check-"));
afterAll(() => rmSync(folder, { recursive: true }));

const rigText = `rig: checked
title: A board on two supplies
stations:
  dut:
    serial: D-1
    link: { memory: dut }
    thermal: { device: box, lowestC: 10, highestC: 85 }
    supply:
      - { device: psu, rail: core, milliV: 1000, tripMilliA: 900, absolute: { milliV: 1100, milliA: 1000 } }
      - { device: spare, rail: io, milliV: 3300 }
    limits: { dieCutC: 95 }
devices:
  psu: { protocol: korad, link: { memory: psu } }
  spare: { protocol: korad, link: { memory: spare } }
  box: { protocol: radrig, serial: B-1, link: { memory: box } }
emulation:
  boards: { dut: { accelerator: cpu, format: i8 } }
`;

function rig(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const check = (path: string): Promise<RigCheck> => checkRigDevices(path, () => undefined);
const words = ({ devices }: RigCheck): string[] => devices.map(({ device, ok }) => `${device} ${ok}`);

describe("radrig rig check", () => {
  test("says who each device is, what it reads and what it lacks", async () => {
    const found = await check(rig("well.yaml", rigText));
    expect(found).toMatchObject({ ok: true, guard: null });
    expect(found.devices).toMatchObject([
      { device: "dut", kind: "board", serial: "D-1", problem: null, mend: null },
      {
        device: "psu",
        kind: "instrument",
        model: expect.stringContaining("KA3005P") as string,
        lacks: expect.arrayContaining([expect.stringMatching(/^no dead-man/)]) as string[],
      },
      { device: "spare", kind: "instrument" },
      { device: "box", kind: "bench box", serial: "B-1" },
    ]);
    const page = rigCheckLines(found).map((line) => paintLine(line, plainCanvas));
    expect(page.at(-1)).toBe("all 4 answer and understand");
    expect(page.join("\n")).toMatch(/^ok {4}psu .*\n.*output on/m);
  });

  test("one that is unplugged and one with another serial number hide nothing of the others", async () => {
    const broken = rigText
      .replace("psu: { protocol: korad,", "psu: { protocol: scpi, serial: DP8-RIGHT,")
      .replace(
        "emulation:",
        `emulation:
  instruments:
    psu: { is: scpi, identity: "RIGOL TECHNOLOGIES,DP832,DP8-WRONG,00.01.16" }
    spare: { is: korad, unplugged: [{ atSeconds: 0 }] }`,
      );
    const found = await check(rig("broken.yaml", broken));
    expect(words(found)).toEqual(["dut true", "psu false", "spare false", "box true"]);
    expect(found.ok).toBe(false);
    const [, psu, spare] = found.devices;
    expect(psu).toMatchObject({
      problem: expect.stringMatching(/DP8-WRONG answers, the rig file says DP8-RIGHT/) as string,
      mend: expect.stringContaining("is it the one that the rig file names") as string,
    });
    expect(spare).toMatchObject({
      problem: expect.stringContaining("spare") as string,
      mend: expect.stringContaining("is it plugged in") as string,
    });
    const { code, stdout } = await radrig(["rig", "check", join(folder, "broken.yaml")]);
    expect(code).toBe(4);
    expect(stdout).toMatch(/^FAIL {2}spare /m);
    expect(stdout).toContain("2 of 4 to mend");
  });

  test("a setting beyond what the opened supply gives is named with its place in the file", async () => {
    const found = await check(rig("strong.yaml", rigText.replace("milliV: 3300", "milliV: 56000")));
    expect(words(found)).toEqual(["dut true", "psu true", "spare false", "box true"]);
    expect(found.devices[2]!.problem).toMatch(/strong\.yaml:10:\d+: 56000 mV is more than 'spare' gives/);
  });
});

test("a rig beyond what its board stands is refused with the line", async () => {
  const path = rig("beyond.yaml", rigText.replace("milliV: 1000,", "milliV: 1200,"));
  const { code, stderr } = await radrig(["check", path]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/beyond\.yaml:9:\d+: 1200 mV is more than rail 'core' of 'dut' stands/);
});

test("radrig rig show draws the bench: board in a box, its instruments with links and limits", () => {
  const { rig: file } = readRig(rig("drawn.yaml", rigText));
  const page = benchDrawing(drawnStations(file)).map((line) =>
    paintLine(line, { ...plainCanvas, columns: 200 }),
  );
  expect(page).toEqual([
    "╭───────────╮",
    "│ dut       │◀─ heats ─── box    temperature  radrig · in memory",
    "│ D-1       │                    from 10 °C, to 85 °C, die cut 95 °C",
    "│ in memory │◀─ powers ── psu    rail core    korad · in memory",
    "│           │                    1000 mV, trip 900 mA, never above 1100 mV, 1000 mA",
    "│           │◀─ powers ── spare  rail io      korad · in memory",
    "│           │                    3300 mV",
    "╰───────────╯",
  ]);
});
