import { describe, expect, test } from "vitest";
import { runAgent } from "../../src/board/agent.ts";
import type { EccResult, Result } from "../../src/domain/result.ts";
import type { Agent } from "../../src/emulator/board-life.ts";
import { plainCanvas } from "../../src/report/line.ts";
import { resultTable } from "../../src/report/table.ts";
import { garwood } from "../../src/science/garwood.ts";
import { eccAccelerator } from "../board/ecc-accelerator.ts";
import { campaignOn, ofType, smallRig } from "./emulated.ts";

/** A board whose accelerator adds up a protected memory, a word a cycle: word w is read at cycle w. */
function adderAgent(options: { readonly ecc?: boolean } = {}): Agent {
  return async (link, boot, signal) => {
    const { serial, surroundings, clock, bootId, boots, cause, infoRom } = boot;
    const { why } = await runAgent(
      link,
      {
        model: "adder",
        serial,
        firmware: "1",
        accelerator: eccAccelerator({ ...options, infoRom }),
        surroundings,
        clock,
        bootId,
        boots,
        cause,
        eventCapacity: 1_024,
        onlyStrikesChangeMemory: true,
      },
      signal,
    );
    return why === "command" || why === "watchdog" || why === "fault" ? why : null;
  };
}

const injected = (target: string, faultModel = "single-bit"): string =>
  `{ kind: injection, dut: dut, workload: add, target: ${target}, faultModel: ${faultModel}, stop: { strikes: 60 } }`;

const placeOf = (result: Result, structure: string): EccResult | undefined =>
  result.runs[0]!.ecc.find((place) => place.structure === structure);

describe("strikes on protected memories", () => {
  test.each(["hbm", "hbm-check"])(
    "a single bit of %s is corrected where it is read, and every strike is masked",
    async (target) => {
      const { records, result } = await campaignOn(smallRig(), [injected(target)], { agent: adderAgent() });
      const strikes = ofType(records, "strike");
      expect(strikes).toHaveLength(60);
      for (const { strike, outcome, evidence } of strikes) {
        expect(outcome).toBe("masked");
        expect([evidence?.corrected, evidence?.detectors]).toEqual([strike.word >= strike.cycle ? 1 : 0, 0]);
      }
      const read = strikes.filter(({ strike }) => strike.word >= strike.cycle).length;
      expect(read).toBeGreaterThan(10);
      // The strike that proves the path was uncorrectable, and is none of the sixty.
      expect(placeOf(result, "dram")).toMatchObject({
        corrected: { errors: read, strikes: read, rate: { n: read, value: read / 60 } },
        uncorrected: { errors: 0, strikes: 0, rate: { limitOnly: true } },
      });
      expect(result.runs[0]!.detection).toMatchObject({ corrected: read, detected: 0, missed: 0 });
    },
  );

  test("two bits of one word are detected where they are read, and never corrupt silently", async () => {
    const { records, result } = await campaignOn(smallRig(), [injected("hbm", "adjacent-2")], {
      agent: adderAgent(),
    });
    for (const { strike, outcome } of ofType(records, "strike"))
      expect(outcome).toBe(strike.word >= strike.cycle ? "dueDetected" : "masked");
    const { dueDetected, dueCrash } = result.runs[0]!.outcomes;
    expect(dueCrash.primary).toBe(0);
    expect(placeOf(result, "dram")!.uncorrected.errors).toBe(dueDetected.primary);
    expect(dueDetected.primary).toBeGreaterThan(10);
  });

  test("without ECC the same strikes are silent corruption: what protects is the code", async () => {
    const { records, result } = await campaignOn(smallRig(), [injected("hbm")], {
      agent: adderAgent({ ecc: false }),
    });
    const read = ofType(records, "strike").filter(({ strike }) => strike.word >= strike.cycle);
    const wrong = ofType(records, "strike").filter(({ outcome }) => outcome?.startsWith("sdc"));
    // A high bit times an even factor is beyond the word: those are masked by arithmetic alone.
    expect(wrong.every((record) => read.includes(record))).toBe(true);
    expect(wrong.length).toBeGreaterThan(0.8 * read.length);
    expect(result.runs[0]!.ecc).toEqual([]);
  });
});

describe("strikes on the emulated TPU-like board", () => {
  const board = (ecc: "on" | "off"): string =>
    smallRig().replace(
      /accelerator: cpu\n\s+format: i8/,
      `accelerator: tpu\n      ecc: ${ecc}\n      array: { rows: 4, columns: 4 }`,
    );
  const strikes = (faultModel: string): string =>
    `{ kind: injection, dut: dut, workload: reduce-i32, target: hbm, faultModel: ${faultModel}, stop: { strikes: 30 } }`;

  test("with ECC no single bit of HBM does any harm, and the table says what was corrected", async () => {
    const { result } = await campaignOn(board("on"), [strikes("single-bit")]);
    const [run] = result.runs;
    expect([run!.endReason, run!.outcomes.masked!.primary]).toEqual(["strikes", 30]);
    expect(placeOf(result, "dram")!.corrected.strikes).toBe(run!.detection.corrected);
    expect(run!.detection.corrected).toBeGreaterThan(0);
    const text = resultTable(result, plainCanvas).join("\n");
    expect(text).toMatch(/What memories caught[^]*dut +reduce-i32\n +dram +\d+ +\d/);
  });

  test("two bits are detected and kill the iteration; without ECC one is silent", async () => {
    const double = await campaignOn(board("on"), [strikes("adjacent-2")]);
    const { outcomes } = double.result.runs[0]!;
    expect(outcomes.dueDetected.primary).toBeGreaterThan(0);
    expect(outcomes.masked!.primary + outcomes.dueDetected.primary).toBe(30);
    const bare = await campaignOn(board("off"), [strikes("single-bit")]);
    const wrong = bare.result.runs[0]!.outcomes;
    expect(wrong.sdcTolerable.primary + wrong.sdcCritical.primary).toBeGreaterThan(0);
    expect(bare.result.runs[0]!.ecc).toEqual([]);
  });
});

const seconds = 4;
const flux = 1e8;
const perBit = 3e-10;

function beamRig(target: string): string {
  return smallRig({ board: "clockKHz: 1000" }).replace(
    /crossSectionPerBitCm2: .*/,
    `crossSectionPerBitCm2: { ${target}: ${perBit} }`,
  );
}

const inBeam = `{ kind: beam, dut: dut, workload: add, beam: { species: proton }, stop: { seconds: ${seconds} } }`;

describe("a beam on protected memories", () => {
  test("what is corrected is no event, is counted once, and gives back the cross-section it came from", async () => {
    const { records, result } = await campaignOn(beamRig("hbm"), [inBeam], { agent: adderAgent() });
    const [run] = result.runs;
    expect(ofType(records, "beam_event")).toEqual([]);
    const corrections = ofType(records, "corrected");
    const { errors, rate } = placeOf(result, "dram")!.corrected;
    expect(corrections.reduce((sum, { corrected }) => sum + corrected, 0)).toBe(errors);
    expect(run!.corrected).toBe(errors);
    expect(run!.iterations.total - run!.iterations.clean).toBe(corrections.length);
    // A bit struck at cycle c of 64 is seen where its word is read later: 65 of 128. 2,048 bits.
    const sigma = 2_048 * perBit * (65 / 128);
    expect(errors).toBeGreaterThan(50);
    const { lower, upper } = garwood(errors, 0.999);
    const fluence = rate!.n / rate!.value;
    expect(fluence).toBeCloseTo(flux * seconds, -7);
    expect([lower / fluence <= sigma, sigma <= upper / fluence]).toEqual([true, true]);
    // Every one of them was acknowledged in time: the board's buffer never ended its run.
    expect(ofType(records, "note").filter(({ level }) => level !== "info")).toEqual([]);
  });

  test("an uncorrectable error is one event of the computation and one error of its memory, each in its own rate", async () => {
    const { records, result } = await campaignOn(beamRig("sram"), [inBeam], { agent: adderAgent() });
    const events = ofType(records, "beam_event");
    expect(events.length).toBeGreaterThan(10);
    expect(events.every(({ outcome }) => outcome === "dueDetected")).toBe(true);
    const due = result.runs[0]!.estimates.find(({ outcome, per }) => outcome === "due" && per === "device");
    expect(due!.n).toBe(events.length);
    expect(placeOf(result, "sram")!.uncorrected.errors).toBe(events.length);
    expect(placeOf(result, "sram")!.uncorrected.rate!.value).toBeCloseTo(due!.value, 15);
  });

  test("the same again: to the byte", async () => {
    const once = await campaignOn(beamRig("hbm"), [inBeam], { agent: adderAgent() });
    const again = await campaignOn(beamRig("hbm"), [inBeam], { agent: adderAgent() });
    expect(JSON.stringify(again.records)).toBe(JSON.stringify(once.records));
  });
});
