import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { begin } from "../../src/cli/begin.ts";
import { runRecord } from "../../src/cli/run-record.ts";
import type { Bench } from "../../src/domain/capabilities.ts";
import type { Rec, StrikeRec } from "../../src/domain/records.ts";
import { emptyState, fold } from "../../src/science/fold.ts";
import { soFar } from "../../src/science/so-far.ts";
import { readJournal } from "../../src/records/journal-reader.ts";
import { campaignOn, injection, ofType, smallRig } from "./emulated.ts";

/** Mixtures of fault models on an emulated board: what is recorded, what is refused, and that a killed campaign goes on as if nothing had been. */
const mix =
  ", faultModel: { mix: [{ model: single-bit, weight: 5 }, { model: warp-periodic, axis: row, weight: 3 }, { model: random-value, weight: 2 }] }";
const strikesOf = async (block: string): Promise<readonly StrikeRec[]> =>
  ofType((await campaignOn(smallRig(), [block])).records, "strike");
const endOf = async (block: string, change?: (bench: Bench) => Bench) => {
  const { records } = await campaignOn(smallRig(), [block], change === undefined ? {} : { change });
  return ofType(records, "run_end")[0];
};

describe("the record of a strike", () => {
  test("says what was drawn, and each struck word with its place, before and after", async () => {
    const strikes = await strikesOf(injection("strikes: 40", mix));
    expect(new Set(strikes.map(({ component }) => component))).toEqual(
      new Set(["single-bit", "row-periodic", "random-value"]),
    );
    for (const { strike, component, places, evidence } of strikes) {
      expect(evidence!.struck).toHaveLength(component === "row-periodic" ? 16 : 1);
      const rows = evidence!.struck.map(({ before, after }, i) => {
        if (component === "random-value") expect(after).toBe(strike.value);
        else expect((before ^ after) >>> 0).toBe(strike.mask);
        const word = strike.word + i * strike.step;
        const hex = (value: number): string => value.toString(16).padStart(2, "0");
        return `row ${Math.floor(word / 16)}, column ${word % 16}: ${hex(before)} → ${hex(after)}`;
      });
      expect(places).toEqual(rows);
    }
  });

  test("of an injector that sees nothing tells what was struck with", async () => {
    const strikes = await strikesOf(
      `{ kind: injection, dut: dut, workload: gemm, target: control, stop: { strikes: 3 }, faultModel: adjacent-2 }`,
    );
    for (const { via, strike, places } of strikes) {
      expect(via).toBe("injector");
      expect(places).toEqual([`word ${strike.word}: ${strike.mask.toString(16).padStart(8, "0")} flipped`]);
    }
  });
});

describe("a board or injector that cannot do a model", () => {
  test.each([
    [
      "a CPU board holds no bits",
      ", faultModel: stuck-at-1",
      "it cannot do what fault model 'stuck-at-1' asks to the bits of 'weights'",
    ],
    [
      "int8 weights have no NaN",
      ", faultModel: nan",
      "its words are not known to be float32 (8 bits, i32 outputs)",
    ],
    [
      "there is no such axis",
      ", faultModel: { model: warp-periodic, axis: lane }",
      "no axis 'lane', only row (16), column (16)",
    ],
    [
      "it has no arithmetic outputs",
      ", faultModel: { model: arithmetic, operation: imul }",
      "results of arithmetic units have 32 bits",
    ],
  ])("%s", async (_, model, says) => {
    expect(await endOf(injection("strikes: 3", model))).toMatchObject({
      endReason: "config_error",
      detail: expect.stringContaining(says) as string,
    });
  });

  test("a bench box flips bits of one word, and is asked for no more", async () => {
    const block = `{ kind: injection, dut: dut, workload: gemm, target: control, stop: { strikes: 3 }, faultModel: zero }`;
    expect(await endOf(block)).toMatchObject({
      endReason: "config_error",
      detail: expect.stringContaining(
        "injector 'box' flips bits of one word, and fault model 'zero' is more: take 'control' from its targets",
      ) as string,
    });
  });

  test("a board of before there were faults is told to be updated; single flips go on as ever", async () => {
    const old = (bench: Bench): Bench => {
      const station = bench.stations.get("dut")!;
      const arm: typeof station.dut.arm = (strike) =>
        strike.words > 1 || strike.manner !== "flip"
          ? Promise.resolve({ kind: "refused", reason: "unknown-command" })
          : station.dut.arm(strike);
      const dut = new Proxy(station.dut, {
        get: (from, key) => {
          const value: unknown = key === "arm" ? arm : Reflect.get(from, key);
          return typeof value === "function" ? (value.bind(from) as unknown) : value;
        },
      });
      return { ...bench, stations: new Map([["dut", { ...station, dut }]]) };
    };
    expect(await endOf(injection("strikes: 3"), old)).toMatchObject({ endReason: "strikes" });
    expect(await endOf(injection("strikes: 30", mix), old)).toMatchObject({
      endReason: "config_error",
      detail: expect.stringContaining("its firmware knows no 'fault'") as string,
    });
  });
});

describe("the same seed", () => {
  const block = injection("strikes: 24", mix);

  test("gives the same records, and one cut short and gone on with the same strikes", async () => {
    const first = await campaignOn(smallRig(), [block]);
    const again = await campaignOn(smallRig(), [block]);
    expect(JSON.stringify(again.records)).toBe(JSON.stringify(first.records));
    const cut = first.records.slice(
      0,
      first.records.findIndex((one) => one.type === "strike" && one.strike.id === 9) + 1,
    );
    const state = emptyState();
    for (const record of cut) fold(state, record);
    const rest = await campaignOn(smallRig(), [block], { soFar: soFar(state) });
    const told = (records: readonly Rec[]): string[] =>
      ofType(records, "strike").map(({ strike, component, places, outcome, evidence }) =>
        JSON.stringify({ strike, component, places, outcome, digest: evidence?.digest }),
      );
    expect([...told(cut), ...told(rest.records)]).toEqual(told(first.records));
  });

  test("gives the same journal, byte for byte, mixtures and all", async () => {
    const base = mkdtempSync(join(tmpdir(), "radrig-mixtures-"));
    afterAll(() => rmSync(base, { recursive: true, force: true }));
    writeFileSync(join(base, "rig.yaml"), smallRig());
    writeFileSync(join(base, "campaign.yaml"), `campaign: small\nrig: rig.yaml\nblocks:\n  - ${block}\n`);
    const quiet = { started: () => undefined, seen: () => undefined, say: () => undefined };
    const journals: string[] = [];
    for (const name of ["a", "b"]) {
      mkdirSync(join(base, name));
      const out = join(base, name, "record");
      await runRecord(
        await begin({ campaign: join(base, "campaign.yaml"), out }),
        quiet,
        new AbortController(),
        null,
      );
      journals.push(readFileSync(join(out, "journal.jsonl"), "latin1"));
      let strikes = 0;
      // What comes back from the file is of the shape that its type says: mixtures, lists of words and all.
      for await (const batch of readJournal(join(out, "journal.jsonl")))
        strikes += batch.filter((record) => record.type === "strike").length;
      expect(strikes).toBe(24);
    }
    expect(journals[0]).toBe(journals[1]);
  });
});
