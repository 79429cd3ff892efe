import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { EssentialBits } from "../../src/campaign/essential-bits.ts";
import type { FpgaFamily } from "../../src/domain/configuration-plan.ts";
import { wordsOfFrame } from "../../src/domain/configuration-plan.ts";
import type { StrikeRec } from "../../src/domain/records.ts";
import { fabricOf } from "../../src/emulator/fabric.ts";
import type { Fabric } from "../../src/emulator/fabric.ts";
import type { FabricFault } from "../../src/board/fabric-fault.ts";
import type { TruthLine } from "../../src/emulator/truth.ts";
import { emptyState, fold } from "../../src/science/fold.ts";
import { soFar } from "../../src/science/so-far.ts";
import { campaignOn, fates, ofType } from "./emulated.ts";
import type { Outcome } from "./emulated.ts";
import { gemmUnder } from "./fabric-oracle.ts";

const folder = mkdtempSync(join(tmpdir(), "configuration-"));
afterAll(() => rmSync(folder, { recursive: true }));

const frames = 700;
/** A soft accelerator under a SEM controller; a bench box switches its rail. */
const fpgaRig = (
  family: FpgaFamily,
  more: { sem?: string; quirks?: string; board?: string } = {},
): string => `
rig: fpga
stations:
  dut:
    serial: D-1
    link: { memory: dut }
    injector: { device: sem, targets: [configuration] }
    supply: box
devices:
  box: { protocol: radrig, serial: B-1, link: { memory: box } }
  sem: { protocol: sem, link: { memory: sem }, family: ${family}${more.sem ?? ""} }
emulation:
  boards:
    dut:
      accelerator: soft
      format: i8
      configuration: { family: ${family}, frames: ${frames}${more.board ?? ""} }
  instruments:
    sem: { is: sem${more.quirks ?? ""} }
`;

const block = (strikes: number, more = ""): string =>
  `{ kind: injection, dut: dut, workload: gemm, target: configuration, stop: { strikes: ${strikes} }${more.includes("goldenEvery") ? "" : ", goldenEvery: 20"}${more} }`;

interface Told extends Outcome {
  readonly truth: readonly TruthLine[];
  readonly strikes: readonly StrikeRec[];
}

let files = 0;
async function told(rig: string, blocks: readonly string[], seed = 1): Promise<Told> {
  const truthPath = join(folder, `${++files}.jsonl`);
  const outcome = await campaignOn(rig, blocks, { seed, truthPath });
  const truth = readFileSync(truthPath, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as TruthLine)
    .filter(({ structure }) => structure === "configuration");
  return { ...outcome, truth, strikes: ofType(outcome.records, "strike") };
}

/** What the world says stood between each flip out of nothing and its end: word, mask, and what ended it. */
function stoodIn(
  truth: readonly TruthLine[],
): { readonly word: number; readonly mask: number; readonly by: string }[] {
  const stood: { word: number; mask: number; by: string }[] = [];
  const now = new Map<number, number>();
  let most = new Map<number, number>();
  for (const { word, mask, by } of truth) {
    const standing = ((now.get(word) ?? 0) ^ mask) >>> 0;
    if (standing === 0) now.delete(word);
    else now.set(word, standing);
    most.set(word, ((most.get(word) ?? 0) | mask) >>> 0);
    if (now.size > 0) continue;
    for (const [struck, bits] of most) stood.push({ word: struck, mask: bits, by });
    most = new Map();
  }
  expect(now.size, "bits still flipped at the end").toBe(0);
  return stood;
}

function faultOf(fabric: Fabric, word: number, mask: number): FabricFault | null {
  const { wordsOfFrame: words } = fabric;
  return fabric.faultAt(Math.floor(word / words), word % words, Math.log2(mask));
}

/** An essential-bits file that names the bridges of all nets, and nothing else. */
function netBits(family: FpgaFamily): {
  readonly files: ReadonlyMap<string, EssentialBits>;
  readonly fabric: Fabric;
} {
  const fabric = fabricOf({ family, frames, design: 1 });
  const words = wordsOfFrame[family];
  const bits: number[] = [];
  for (let word = 0; word < frames * words; word++)
    for (let bit = 0; bit < 32; bit++)
      if (fabric.faultAt(Math.floor(word / words), word % words, bit)?.site === "net")
        bits.push(word * 32 + bit);
  return { files: new Map([["nets.ebd", { frames, bits: Uint32Array.from(bits) }]]), fabric };
}

describe.each(["x7", "usp"] as const)("configuration strikes on an emulated %s", (family) => {
  const fabric = fabricOf({ family, frames, design: 1 });

  test("agree with the world's own account, strike for strike, and with the netlist", async () => {
    // Table frames of the first column, and routing and tables of the second.
    const ranges = family === "x7" ? "[[20, 35], [54, 71]]" : "[[75, 91], [160, 183]]";
    const narrowed = `, configuration: { family: ${family}, frames: ${ranges} }`;
    const seed = 11;
    const { truth, strikes, result, records } = await told(fpgaRig(family), [block(45, narrowed)], seed);
    expect(ofType(records, "campaign_end")[0]).toMatchObject({ endReason: "complete" });
    expect(strikes).toHaveLength(45);
    expect(strikes.every(({ confirmed }) => confirmed)).toBe(true);
    // The first is the proof before the run.
    const stood = stoodIn(truth).slice(-45);
    expect(strikes.map(({ strike: { word, mask } }) => ({ word, mask }))).toEqual(
      stood.map(({ word, mask }) => ({ word, mask })),
    );
    const changed = { nothing: 0, masked: 0, wrong: 0 };
    for (const { strike, outcome, evidence } of strikes) {
      const fault = faultOf(fabric, strike.word, strike.mask);
      const golden = gemmUnder(null, seed, strike.iteration);
      const struck = gemmUnder(fault, seed, strike.iteration);
      const wrong = [...golden.keys()].filter((at) => golden[at] !== struck[at]);
      changed[fault === null ? "nothing" : wrong.length === 0 ? "masked" : "wrong"]++;
      if (wrong.length === 0) {
        expect([outcome, evidence]).toEqual(["masked", null]);
        continue;
      }
      expect(outcome).toMatch(/^sdc/);
      expect(evidence?.wrong).toBe(wrong.length);
      expect(evidence?.elements).toEqual(
        wrong
          .slice(0, 16)
          .map((index) => ({ index, expected: golden[index]! >>> 0, got: struck[index]! >>> 0 })),
      );
    }
    // All three kinds were met, so that each of the claims above was put to the test.
    expect(Math.min(changed.nothing, changed.masked, changed.wrong)).toBeGreaterThan(2);
    expect(result.runs[0]?.exposure).toEqual({ kind: "injection", asked: 45, confirmed: 45, unknown: 0 });
    expect(result.runs[0]?.flags).toContain("no_critical_proof");
    expect(ofType(records, "check").filter(({ check, pass }) => check === "golden" && pass)).toHaveLength(2);
  });

  test("same seed, same journal", async () => {
    const journal = async (): Promise<string> => {
      const { records } = await campaignOn(fpgaRig(family), [block(5)], { seed: 3 });
      return records.map((record) => JSON.stringify(record)).join("\n");
    };
    expect(await journal()).toBe(await journal());
  });

  test("with injection disabled the campaign ends with an explanation, and no strike is called masked", async () => {
    const { records, result, truth } = await told(fpgaRig(family, { quirks: ", injection: false" }), [
      block(30),
    ]);
    expect(truth).toEqual([]);
    const [end] = ofType(records, "campaign_end");
    expect(end?.endReason).toBe("self_check_masked");
    expect(end?.detail).toMatch(/SEM controller/);
    expect(end?.detail).toMatch(/injection enabled/);
    expect(ofType(records, "strike")).toEqual([]);
    expect(result.runs[0]?.outcomes.masked).toEqual({ primary: 0, repeat: 0 });
  });

  test("under observation the controller repairs what was struck, and the record says how long it stood", async () => {
    // Without read-back the strike is left to the scan; with it, what the scan has not repaired by then is inverted again.
    const rig = fpgaRig(family, { sem: ", readBack: false" });
    const { truth, strikes, records } = await told(rig, [block(12, ", semAfter: observe, goldenEvery: 1")]);
    const stood = stoodIn(truth).slice(-12);
    expect(strikes.map(({ strike: { word, mask } }) => ({ word, mask }))).toEqual(
      stood.map(({ word, mask }) => ({ word, mask })),
    );
    expect(new Set(stood.map(({ by }) => by))).toEqual(new Set(["scrub"]));
    expect(strikes.every(({ confirmed }) => confirmed)).toBe(true);
    for (const { injection } of strikes) {
      const dwellMs = injection?.released?.dwellMs ?? injection?.armed?.dwellMs ?? null;
      // One scan takes 20 ms, and the report of it its time on the wire.
      expect(dwellMs).toBeGreaterThanOrEqual(0);
      expect(dwellMs).toBeLessThan(60);
    }
    // Repaired, it is felt no more.
    const checks = ofType(records, "check").filter(({ check }) => check === "golden");
    expect(checks.map(({ pass }) => pass)).toEqual(new Array(12).fill(true));
  });
});

test("a scan that comes before the workload reads leaves nothing to be read", async () => {
  const { files: essentialFiles } = netBits("usp");
  const asked = ", configuration: { family: usp, essentialBits: nets.ebd, padWords: 25 }";
  const observed = `${asked}, semAfter: observe, semObserveMs: 40`;
  const outcomes = async (more: string): Promise<StrikeRec[]> =>
    ofType((await campaignOn(fpgaRig("usp"), [block(40, more)], { essentialFiles })).records, "strike");
  const [idle, watched] = [await outcomes(asked), await outcomes(observed)];
  const wrong = (strikes: readonly StrikeRec[]): number =>
    strikes.filter(({ outcome }) => outcome !== "masked").length;
  // The scan takes 20 ms and finds an upset after 10 on average: read within 40 ms, three of four are repaired before.
  expect(wrong(idle)).toBeGreaterThan(25);
  expect(wrong(watched)).toBeGreaterThan(2);
  expect(wrong(watched)).toBeLessThan(16);
  const dwells = watched.flatMap(({ injection }) => injection?.released?.dwellMs ?? []);
  expect(dwells.length).toBeGreaterThan(15);
  // It stood while it was read back too (93 words at 115200 baud take 74 ms), then for a scan and its report.
  expect(Math.min(...dwells)).toBeGreaterThan(74);
  expect(Math.max(...dwells)).toBeLessThan(130);
  expect(
    watched.every(({ confirmed, detail }) => confirmed && detail.includes("ms after it was struck")),
  ).toBe(true);
});

test("bits that are called essential are struck, and no others", async () => {
  const { files: essentialFiles, fabric } = netBits("usp");
  const asked = `, configuration: { family: usp, essentialBits: nets.ebd, padWords: 25 }`;
  const { records, result } = await campaignOn(fpgaRig("usp"), [block(25, asked)], { essentialFiles });
  const strikes = ofType(records, "strike");
  expect(strikes).toHaveLength(25);
  expect(strikes.map(({ strike: { word, mask } }) => faultOf(fabric, word, mask)?.site)).toEqual(
    new Array(25).fill("net"),
  );
  // A net that is held at a level hardly ever leaves an answer as it was.
  expect(result.runs[0]?.outcomes.masked?.primary).toBeLessThan(12);
});

test("strikes of one board on chosen bits and on any are two populations, and are not pooled", async () => {
  const chosen = ", configuration: { family: usp, frames: [[81, 91]] }";
  const { result } = await campaignOn(fpgaRig("usp"), [block(6), block(6, chosen), block(6)]);
  const alike = result.pooled.filter(({ target }) => target !== null);
  expect(alike.map(({ runs }) => runs)).toEqual([[1, 3], [2]]);
  expect(alike[0]?.exposure).toEqual({ kind: "injection", asked: 12, confirmed: 12, unknown: 0 });
});

test("a masked frame takes the injection and does not change: unknown, and never masked", async () => {
  const { strikes, truth, result } = await told(fpgaRig("usp", { board: ", maskedFrames: [91]" }), [
    block(12, ", configuration: { family: usp, frames: [[90, 91]] }"),
  ]);
  const unknown = strikes.filter(({ confirmed }) => !confirmed);
  expect(unknown.length).toBeGreaterThan(1);
  expect(
    unknown.every(({ strike, outcome }) => Math.floor(strike.word / 93) === 91 && outcome === null),
  ).toBe(true);
  expect(strikes.filter(({ strike }) => Math.floor(strike.word / 93) === 91)).toHaveLength(unknown.length);
  expect(truth.every(({ word }) => Math.floor(word / 93) === 90)).toBe(true);
  expect(result.runs[0]?.exposure).toEqual({
    kind: "injection",
    asked: 12,
    confirmed: 12 - unknown.length,
    unknown: unknown.length,
  });
});

test("a plan that does not fit the device ends the run with what was found and expected", async () => {
  const { records } = await campaignOn(fpgaRig("x7"), [block(5, ", configuration: { family: usp }")]);
  const [end] = ofType(records, "run_end");
  expect(end).toMatchObject({ endReason: "config_error" });
  expect(end?.detail).toContain("family 'usp' of 93 words a frame");
});

test("a controller that halts with a bit flipped: the strike is unknown, the FPGA is configured anew, and the run goes on", async () => {
  const rig = fpgaRig("usp", { quirks: ", haltsAfterCommands: 20" });
  const { strikes, truth, records } = await told(rig, [block(12, ", goldenEvery: 1")]);
  expect(strikes).toHaveLength(12);
  const unknown = strikes.filter(({ confirmed }) => !confirmed);
  expect(unknown.map(({ outcome, detail }) => ({ outcome, detail }))).toEqual([
    { outcome: null, detail: expect.stringContaining("halted") as string },
  ]);
  expect(ofType(records, "rung").map(({ rung, cured }) => ({ rung, cured }))).toEqual([
    { rung: "power-cycle", cured: true },
  ]);
  expect(ofType(records, "bench_fault").map(({ what }) => what)).toEqual(["device_fault", "back"]);
  expect(ofType(records, "check").every(({ pass }) => pass)).toBe(true);
  expect(ofType(records, "campaign_end")[0]?.endReason).toBe("complete");
  stoodIn(truth);
});

test("where nothing can configure the FPGA anew, the record says that the bit may stand", async () => {
  const rig = fpgaRig("usp", { quirks: ", haltsAfterCommands: 20" }).replace("    supply: box\n", "");
  const { records } = await told(rig, [block(12)]);
  expect(ofType(records, "note").map(({ text }) => text)).toContainEqual(
    expect.stringContaining("no rail of this station can configure its FPGA anew"),
  );
  expect(ofType(records, "campaign_end")[0]?.endReason).toBe("bench_fault");
  expect(ofType(records, "strike").at(-1)).toMatchObject({ confirmed: false, outcome: null });
});

describe("an address known to be critical in the rig file", () => {
  const fabric = fabricOf({ family: "usp", frames, design: 1 });
  /** As a linear address of UltraScale+ (PG187): C, seven zeros of address, frame << 12, word << 5, bit. */
  const addressOf = (wanted: (fault: FabricFault) => boolean): string => {
    for (let frame = 0; frame < frames; frame++)
      for (let word = 0; word < fabric.wordsOfFrame; word++)
        for (let bit = 0; bit < 32; bit++) {
          const fault = fabric.faultAt(frame, word, bit);
          if (fault !== null && wanted(fault))
            return (0xc0000000000n + BigInt(frame * 4096 + word * 32 + bit)).toString(16).toUpperCase();
        }
    throw new Error("this design has no such bit");
  };

  test("must come out critical, and then nothing is left unproven", async () => {
    const critical = addressOf((fault) => fault.site === "net" && fault.net === 2 + 7 && fault.level === 0);
    const rig = fpgaRig("usp", { sem: `, selfCheck: ${critical}` });
    const { records, result } = await told(rig, [block(3)]);
    // A controller that would repair it first stays idle for it: what is proved is the path.
    const observed = await told(rig, [block(3, ", semAfter: observe")]);
    expect(ofType(observed.records, "check")[0]).toMatchObject({ check: "self_check", pass: true });
    expect(ofType(records, "check")[0]).toMatchObject({
      check: "self_check",
      pass: true,
      outcome: "sdcCritical",
    });
    expect(result.runs[0]?.flags).not.toContain("no_critical_proof");
  });

  test("that is none ends the campaign, though the strike was confirmed", async () => {
    // A line of a truth table that the inputs never spell: unused pins are tied to the supply.
    const harmless = addressOf((fault) => fault.site === "lut" && fault.init === 0);
    const rig = fpgaRig("usp", { sem: `, selfCheck: ${harmless}` });
    const { records } = await told(rig, [block(3)]);
    expect(ofType(records, "check")[0]).toMatchObject({ pass: false, outcome: "masked" });
    expect(ofType(records, "campaign_end")[0]?.endReason).toBe("self_check_masked");
    expect(ofType(records, "strike")).toEqual([]);
  });
});

test("two adjacent bits are struck, told and taken back as one strike", async () => {
  const { truth, strikes } = await told(fpgaRig("usp"), [block(8, ", faultModel: adjacent-2")]);
  const stood = stoodIn(truth).slice(-8);
  expect(strikes.map(({ strike: { word, mask } }) => ({ word, mask }))).toEqual(
    stood.map(({ word, mask }) => ({ word, mask })),
  );
  expect(
    strikes.every(({ confirmed, injection }) => confirmed && injection?.released?.restored === true),
  ).toBe(true);
});

test("a run cut short goes on with an FPGA configured anew, and strikes what it would have struck", async () => {
  const whole = await told(fpgaRig("x7"), [block(8)]);
  const state = emptyState();
  const first = await campaignOn(fpgaRig("x7"), [block(8)], {
    watch: (records, _commands, abort) => {
      if (records.some((record) => record.type === "strike" && record.strike.id === 4)) abort();
    },
  });
  for (const record of first.records) fold(state, record);
  const second = await campaignOn(fpgaRig("x7"), [block(8)], { soFar: soFar(state) });
  expect(ofType(second.records, "note").map(({ text }) => text)).toContainEqual(
    expect.stringContaining("strikes of this run were cut short: its FPGA is configured anew"),
  );
  expect([...fates(first.records), ...fates(second.records)]).toEqual(fates(whole.records));
});
