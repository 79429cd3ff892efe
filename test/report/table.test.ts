import { describe, expect, test } from "vitest";
import type { Rec } from "../../src/domain/records.ts";
import { paintLine, plainCanvas } from "../../src/report/line.ts";
import type { Canvas } from "../../src/report/line.ts";
import { resultTable } from "../../src/report/table.ts";
import { analyze } from "../../src/science/analyze.ts";
import {
  beam,
  beamEvent,
  beamPlan,
  campaignStart,
  dead,
  folded,
  runEnd,
  runPlan,
  runStart,
  s,
  strike,
} from "../science/records.ts";

const rich: Canvas = { columns: 100, colour: true, marks: true };

function twoTargets(dut = "cpu-f32", workload = "gemm"): Rec[] {
  const fates = ["masked", "masked", "sdcTolerable", "sdcCritical", "dueCrash", "masked"] as const;
  return ["weights", "control"].flatMap((target, index) => {
    const run = runPlan(index + 1, { dut, workload, target });
    return [
      runStart(100 * index, run),
      ...fates.map((fate, id) => strike(100 * index + id + 1, run.number, id + 1, fate)),
      runEnd(100 * index + 50, run.number, "strikes"),
    ];
  });
}

const exposed: Rec[] = [
  runStart(300, beamPlan(3)),
  beam(300.001, 3, 0),
  ...Array.from({ length: 10 }, (_, index) => beamEvent(301 + index / 10, 3, index + 1, "sdcTolerable")),
  beam(310, 3, 1e8),
  runEnd(310, 3, "events"),
];

const complete: Rec = { type: "campaign_end", tNs: s(400), endReason: "complete", detail: "" };

const table = (records: readonly Rec[], canvas: Canvas = plainCanvas): string[] =>
  resultTable(analyze(folded([campaignStart(), ...records])), canvas);

describe("the table of a result", () => {
  test("says in rows what became of the strikes, with the exact interval, and totals the targets", () => {
    const text = table([...twoTargets(), complete]).join("\n");
    expect(text).toContain(
      "by-hand · rig bench · seed 7 · complete · emulated bench, no device was measured",
    );
    expect(text).toMatch(/^cpu-f32 +gemm +weights +6 +3 +1 +1 +1 +33\.3 % \[4\.33, 77\.7\]$/m);
    expect(text).toMatch(/^ +all targets +12 +6 +2 +2 +2 +33\.3 % \[9\.92, 65\.1\]$/m);
    expect(text).toContain("silent data corruption");
  });

  test("gives cross-sections with interval, fluence, and the mark of an emulated beam", () => {
    const text = table(exposed).join("\n");
    expect(text).toContain("cross-section of the device, proton 67 MeV (emulated)");
    expect(text).toMatch(/^cpu-f32 +gemm +10 +1\.00e8 +1\.00e-7 \[4\.80e-8, 1\.84e-7\] +below 3\.69e-8$/m);
  });

  test("a real beam is not called emulated", () => {
    const real = resultTable(analyze(folded([campaignStart({ emulated: false }), ...exposed])), plainCanvas);
    expect(real.join("\n")).not.toContain("emulated");
  });

  test("no event is a limit, never zero; an unknown end has its column", () => {
    const text = table([
      runStart(0, runPlan(1)),
      strike(1, 1, 1, "masked"),
      strike(2, 1, 2, null),
      runEnd(3, 1, "strikes"),
    ]).join("\n");
    expect(text).toMatch(/strikes +masked +SDC tol +SDC crit +DUE +unk\./);
    expect(text).toMatch(/weights +2 +1 +0 +0 +0 +1 +below 97\.5 %/);
    expect(text).not.toContain("all targets");
  });

  test("unusual ends and flags are told, with the runs they concern", () => {
    const text = table([runStart(0, beamPlan(1)), dead(1, 1, 50), runEnd(100, 1, "pulled_link")]).join("\n");
    expect(text).toContain("pulled_link: run 1 ended so");
    expect(text).toContain("dead>20% run 1: more than 20 %");
    expect(text).toContain("ended early: unknown_end");
  });

  test.each([100, 80, 60])("no line is wider than %d columns, and no number is cut there at 100", (width) => {
    const records = [
      ...twoTargets("a-board-with-quite-a-long-name-32", "a-workload-with-a-long-name"),
      ...exposed,
    ];
    const plain = table(records, { columns: width, colour: false, marks: true });
    for (const line of plain) expect(line.length).toBeLessThanOrEqual(width);
    if (width === 100) expect(plain.join("\n")).toContain("33.3 % [9.92, 65.1]");
  });

  test("bars and colour come only where they are allowed", () => {
    const escape = String.fromCharCode(27);
    const plain = table([...twoTargets(), ...exposed]).join("\n");
    expect(plain).not.toMatch(/[█▏▌]/);
    expect(plain).not.toContain(escape);
    const painted = table([...twoTargets(), ...exposed], rich).join("\n");
    expect(painted).toMatch(/█/);
    expect(painted).toContain(escape);
  });
});

describe("a painted line", () => {
  test("is cut to the page, and what a device wrote cannot steer the terminal", () => {
    const evil = { text: "\x1b[2Jgone\u009b1m\x07", paint: "red" } as const;
    expect(paintLine([evil], plainCanvas)).toBe("·[2Jgone·1m·");
    expect(paintLine([{ text: "a".repeat(150), paint: "plain" }], plainCanvas)).toHaveLength(100);
  });
});
