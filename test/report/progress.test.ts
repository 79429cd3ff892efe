import { describe, expect, test } from "vitest";
import type { Rec } from "../../src/domain/records.ts";
import { plainCanvas } from "../../src/report/line.ts";
import { beginning, progressLine, progressLines } from "../../src/report/progress.ts";
import type { Surrounding } from "../../src/report/progress.ts";
import { LiveLines, canvasOf } from "../../src/report/terminal.ts";
import { emptyState } from "../../src/science/fold.ts";
import {
  beam,
  beamEvent,
  beamPlan,
  block,
  campaignStart,
  dead,
  folded,
  plan,
  protons,
  resumed,
  runPlan,
  runStart,
  strike,
  telemetry,
} from "../science/records.ts";

const around: Surrounding = {
  elapsedSeconds: 10,
  began: beginning(emptyState()),
  savedBytes: 1_240_000,
  influx: null,
};

const halfway: Rec[] = [
  campaignStart(),
  runStart(0, runPlan(1)),
  ...Array.from({ length: 50 }, (_, index) =>
    strike(index + 1, 1, index + 1, index < 40 ? "masked" : "sdcCritical"),
  ),
  telemetry(51, 1, "cpu-f32", { dieC: 71.25 }),
];

const view = (records: readonly Rec[], change: Partial<Surrounding> = {}): string =>
  progressLines(folded(records), { ...around, ...change }, plainCanvas).join("\n");

describe("the progress view", () => {
  test("shows what runs on each board, how fast, how it came out, and how long it will take", () => {
    const text = view(halfway);
    expect(text).toContain(" 50 %  run 1 of 1  0:10, about 0:10 left");
    expect(text).toMatch(/cpu-f32 +gemm \/ weights +50\/100 strikes +die 71\.3 °C of 25/);
    expect(text).toContain("50 strikes, 5.0/s");
    expect(text).toContain("masked 40   SDC tolerable 0   SDC critical 10   DUE 0");
    expect(text).toContain("so far SDC 20.0 % (10.0 to 33.7)   DUE below 7.11 %");
    expect(text).toContain("saved 1.24 MB");
  });

  test("a resumed campaign counts its pace from where it began", () => {
    const state = folded(halfway);
    const began = beginning(state);
    const text = progressLines(folded([...halfway, resumed(99, 1)]), { ...around, began }, plainCanvas).join(
      "\n",
    );
    expect(text).toContain("50 strikes, 0.0/s");
    expect(text).not.toContain("left");
    expect(text).toContain("between runs");
  });

  test("dead time, throttling, recovery and a board given up stand at their board", () => {
    const rung = { run: 1, dut: "cpu-f32", attempt: 1, cured: false, detail: "" } as const;
    const troubled: Rec[] = [
      ...halfway,
      dead(1, 51, 61),
      telemetry(62, 1, "cpu-f32", { throttle: 0x20 }),
      { type: "rung", tNs: 63e9, rung: "reset", ...rung },
    ];
    expect(view(troubled)).toMatch(/recovering {2}throttled {2}die 40\.0 °C of 25 {2}dead 15\.9 %$/m);
    expect(view([...troubled, { type: "rung", tNs: 64e9, rung: "give-up", ...rung }])).toContain("given up");
  });

  test("a beam run shows events and live fluence", () => {
    const beamed = { ...block, kind: "beam" as const, beam: protons, targets: [], faultModels: [] };
    const stop = { ...block.stop, strikes: null, events: 40 };
    const text = view([
      campaignStart({ plan: { ...plan, blocks: [{ ...beamed, stop }] } }),
      runStart(0, beamPlan(1, { stop })),
      beam(1, 1, 0),
      beamEvent(2, 1, 1, "sdcCritical"),
      beam(3, 1, 4.2e7),
    ]);
    expect(text).toMatch(/gemm in the beam +1\/40 events, 4\.20e7 \/cm²/);
    expect(text).toContain("1 beam event   SDC tolerable 0   SDC critical 1   DUE 0");
    expect(text).not.toContain("strikes");
  });

  test("InfluxDB's lag and the last warning are told; a device's text cannot steer the terminal", () => {
    const text = view(
      [...halfway, { type: "note", tNs: 52e9, run: 1, level: "warning", text: "silent \x1b[31mnow" }],
      { influx: { behindSeconds: 75, error: "connection refused" } },
    );
    expect(text).toContain("InfluxDB 1:15 behind (connection refused)");
    expect(text).toContain("last warning: silent ·[31mnow");
    expect(view(halfway, { influx: { behindSeconds: 0, error: null } })).toContain("InfluxDB up to date");
  });

  test("every line fits, and an empty campaign shows too", () => {
    for (const columns of [100, 60, 30])
      for (const line of progressLines(folded(halfway), around, { columns, colour: false, marks: true }))
        expect(line.length).toBeLessThanOrEqual(columns);
    expect(progressLines(emptyState(), around, plainCanvas).join("\n")).toContain("no outcome yet");
  });

  test("a log gets one plain line", () => {
    expect(progressLine(folded(halfway), around)).toBe(
      "50 % · runs 0/1 · 50 strikes (5.0/s) · masked 40, SDC 0+10 critical, DUE 0 · saved 1.24 MB · about 0:10 left",
    );
  });
});

describe("the terminal", () => {
  const tty = { isTTY: true, columns: 120, write: (): boolean => true };

  test.each([
    ["a terminal", tty, {}, { columns: 120, colour: true, marks: true }],
    ["NO_COLOR", tty, { NO_COLOR: "1" }, { columns: 120, colour: false, marks: true }],
    ["an empty NO_COLOR", tty, { NO_COLOR: "" }, { columns: 120, colour: true, marks: true }],
    ["a dumb terminal", tty, { TERM: "dumb" }, plainCanvas],
    ["a pipe", { write: (): boolean => true }, {}, plainCanvas],
  ])("%s", (_, screen, environment, canvas) => {
    expect(canvasOf(screen, environment)).toEqual(canvas);
  });

  test("rewrites its lines in place, whether more or fewer, and takes them away", () => {
    const rows = [""];
    let row = 0;
    // Enough of a terminal: up, carriage return, clear to the end of the line, clear below.
    const write = (text: string): void => {
      for (const match of text.matchAll(/\x1b\[\d*[AKJ]|\r|\n|[^\x1b\r\n]+/g)) {
        const part: string = match[0];
        if (part.endsWith("A") && part.startsWith("\x1b[")) row -= Number(part.slice(2, -1));
        else if (part === "\x1b[J") rows.length = row + 1;
        else if (part === "\n") rows[++row] ??= "";
        else if (part !== "\r" && part !== "\x1b[K") rows[row] = part;
        if (part === "\x1b[J") rows[row] = "";
      }
    };
    const live = new LiveLines({ write });
    live.show(["one", "two", "three"]);
    expect(rows).toEqual(["one", "two", "three", ""]);
    live.show(["four", "five"]);
    expect(rows).toEqual(["four", "five", ""]);
    live.clear();
    live.clear();
    expect(rows).toEqual([""]);
  });
});
