import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { campaignOn, exposure, ofType, smallRig } from "./emulated.ts";
import type { Outcome } from "./emulated.ts";

const beam = "beam: { species: proton, energyMeV: 67, fluxPerCm2PerSecond: 1.0e+8 }";

/** Slow, so that computing every iteration of half a minute takes no longer than it must. */
function rig(board: string): string {
  return smallRig({ board: `clockKHz: 200\n      ${board}` })
    .replace("beamFluxPerCm2PerSecond: 1.0e+8", beam)
    .replace(/crossSectionPerBitCm2: .*\n/, "\n");
}

/** Bit 30 of the count of rows: the kernel runs away. */
const sefi = (more: string): string =>
  rig(`sefi: [{ block: control, words: [0, 0], bits: [30, 30], proton: { flatCm2: 2.0e-10 }, ${more} }]`);

async function withTruth(
  rigText: string,
  stop: string,
): Promise<Outcome & { readonly truth: readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "device-physics-"));
  const truthPath = join(folder, "truth.jsonl");
  const done = await campaignOn(rigText, [exposure(stop)], { seed: 2, truthPath });
  const truth = readFileSync(truthPath, "utf8").trim().split("\n");
  rmSync(folder, { recursive: true });
  return { ...done, truth: truth.filter((line) => line !== "") };
}

describe("what a device does under a campaign's beam", () => {
  test("a SEFI that a restart mends is mended by the board's own; one that holds its bit goes only with power", async () => {
    const flipped = await withTruth(sefi("lasts: flip"), "events: 1, seconds: 300");
    expect(flipped.result.runs[0]!.effects).toEqual({ sefi_self: 1 });
    expect(flipped.truth).toHaveLength(1);
    expect(JSON.parse(flipped.truth[0]!)).toMatchObject({
      by: "sefi",
      structure: "control",
      word: 0,
      mask: 2 ** 30,
    });

    const held = await withTruth(sefi("lasts: until-power, reads: 1"), "events: 1, seconds: 300");
    expect(held.result.runs[0]!.effects).toEqual({ sefi_power: 1 });
    const rungs = ofType(held.records, "rung").map(({ rung, cured }) => `${rung} ${cured ? "cured" : "no"}`);
    expect(rungs.at(-1)).toBe("power-cycle cured");
    expect(rungs.slice(0, -1).every((rung) => rung.endsWith("no"))).toBe(true);
    expect(rungs.length).toBeGreaterThan(1);
    const did = held.truth
      .map((line) => (JSON.parse(line) as { did: string }).did)
      .filter((one) => one === "held" || one === "released");
    // The beam is not closed for a recovery: others may come, before and after. What was held when power went is let go, all at once.
    const first = did.indexOf("released");
    expect(first).toBeGreaterThan(0);
    expect(did.slice(first, 2 * first).every((one) => one === "released")).toBe(true);
    expect(did.slice(2 * first)).not.toContain("released");
  });

  test("a cell worn out by dose is wrong again after every refresh, reset, load and power cycle", async () => {
    const worn = rig(
      "dose: { onsetRadSi: 100, wear: [{ structure: weights, perRadSi: 0.2, retentionShare: 0 }] }",
    );
    const { result, truth, records } = await withTruth(worn, "seconds: 14");
    const lines = truth.map(
      (line) => JSON.parse(line) as { did: string; doseRadSi: number; cell: object | null },
    );
    expect(lines[0]).toMatchObject({ did: "dose-onset", cell: null });
    expect(lines[0]!.doseRadSi).toBeCloseTo(100, 3);
    // 12.6 rad(Si) a second for 14 s: about 76 rad above the onset.
    expect(lines.slice(1).every(({ did }) => did === "stuck")).toBe(true);
    expect(lines.length).toBeGreaterThan(2);
    const { sdcTolerable, sdcCritical } = result.runs[0]!.outcomes;
    const seen = sdcTolerable.primary + sdcTolerable.repeat + sdcCritical.primary + sdcCritical.repeat;
    // State is restored in full before every iteration, and still it is seen again and again.
    expect(ofType(records, "run_start")[0]!.plan).toMatchObject({ refresh: "full", refreshEvery: 1 });
    expect(seen).toBeGreaterThan(100);
    expect(result.runs[0]!.flags).toContain("check_failed");
  });

  test("same seed, same records, byte for byte", async () => {
    const busy = rig(`
      structures:
        weights: { proton: { bendel: { aMeV: 20, saturatedCm2: 4.0e-13 } }, multiplicity: [8, 2, 1], interleave: 4, voltageCoefficient: -2 }
      sefi: [{ block: control, words: [0, 0], bits: [30, 30], lasts: until-power, reads: 1, proton: { flatCm2: 1.0e-11 } }]
      sel: [{ milliA: 900, proton: { flatCm2: 1.0e-10 } }]
      dose: { onsetRadSi: 200, wear: [{ structure: weights, perRadSi: 0.005 }] }`);
    const [first, second] = [await withTruth(busy, "seconds: 30"), await withTruth(busy, "seconds: 30")];
    expect(first.records.length).toBeGreaterThan(20);
    expect(second.truth).toEqual(first.truth);
    expect(JSON.stringify(second.records)).toBe(JSON.stringify(first.records));
  });
});
