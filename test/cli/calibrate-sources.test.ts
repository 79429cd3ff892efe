import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modelPlace } from "../../src/cli/model-place.ts";
import { readAllObserved, readModel } from "../../src/cli/read-observed.ts";
import { spectraIn } from "../../src/cli/supplied-spectra.ts";
import { createJournal } from "../../src/records/journal.ts";
import { calibrate } from "../../src/science/model/calibrate.ts";
import { modelJson } from "../../src/science/model/model-json.ts";
import { strikes } from "../science/model/by-hand.ts";
import { campaignStart } from "../science/records.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-calibrate-sources-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const suncatcher = "rigs/published/tpu-v6e-suncatcher.yaml";

async function record(name: string, runs: number, seed = 1): Promise<void> {
  const journal = await createJournal(at(name));
  const run = strikes({ masked: 35, sdcCritical: 10, dueCrash: 5 }, { target: "weights" });
  journal.append([
    campaignStart({ seed }),
    ...Array.from({ length: runs }, (_, i) => run(100 * i, i + 1)).flat(),
  ]);
  await journal.durable();
  await journal.close();
}

describe("sources of a model", () => {
  beforeAll(async () => {
    for (const name of ["whole", "shorter", "other"]) mkdirSync(at(name));
    await record("whole", 2);
    await record("shorter", 1);
    await record("other", 1, 2);
    cpSync(at("whole"), at("copy"), { recursive: true });
    symlinkSync(at("whole"), at("link"));
    cpSync(suncatcher, at("renamed.yaml"));
  });

  test.each([["whole"], ["copy"], ["link"], ["shorter"]])(
    "a record and %s of it are one campaign: refused, not counted twice",
    async (second) => {
      await expect(readAllObserved([at("whole"), at(second)], null)).rejects.toThrow(
        /the same campaign as .*whole .*would count twice; give one of them/,
      );
    },
  );

  test("two campaigns of one plan and different seeds are two; a published file under two names is one", async () => {
    const both = await readAllObserved([at("whole"), at("other")], null);
    expect(both.map(({ runs }) => runs.length)).toEqual([2, 1]);
    await expect(readAllObserved([suncatcher, at("renamed.yaml")], null)).rejects.toThrow(
      /published tpu-v6e-suncatcher, as .* is: every event would count twice/,
    );
  });
});

describe("where a model goes", () => {
  beforeAll(async () => {
    const model = calibrate(await readAllObserved([suncatcher], null), { tool: "radrig test" });
    writeFileSync(at("model.json"), modelJson(model));
    symlinkSync(at("model.json"), at("link.json"));
    mkdirSync(at("journal"));
    await record("journal", 1);
    writeFileSync(at("empty.json"), "");
  });

  test("is a new file, or an earlier model's, itself and not the link to it", () => {
    expect(modelPlace(at("new.json"))).toEqual({ path: at("new.json"), replaces: false });
    expect(modelPlace(at("empty.json"))).toMatchObject({ replaces: false });
    expect(modelPlace(at("model.json"))).toEqual({ path: realpathSync(at("model.json")), replaces: true });
    expect(modelPlace(at("link.json"))).toEqual({ path: realpathSync(at("model.json")), replaces: true });
  });

  test.each([
    ["", /no name/],
    [folder, /a folder; name a new file/],
    ["/dev/null", /no plain file/],
    [suncatcher, /no model, and would be lost/],
    [join(folder, "journal", "journal.jsonl"), /no model, and would be lost/],
  ])("'%s' is refused before anything is computed", (out, message) => {
    expect(() => modelPlace(out)).toThrow(message);
    expect(() => modelPlace(out)).toThrow(expect.objectContaining({ code: "config" }) as Error);
  });

  test("a missing folder, or a file for a folder, is no place on disk", () => {
    for (const out of [join(folder, "no", "x.json"), join(folder, "model.json", "x.json")])
      expect(() => modelPlace(out)).toThrow(expect.objectContaining({ code: "storage" }) as Error);
  });

  test("a model under a file is not there, in one line", async () => {
    await expect(readModel(join(folder, "model.json", "x.json"))).rejects.toThrow(/no such file/);
    expect(readFileSync(at("model.json"), "utf8")).toMatch(/^\{\n "schemaVersion": 1/);
  });
});

describe("a file of spectra", () => {
  const ask = { shieldMm: 0, shieldShape: "sphere", directIonisation: false } as const;

  test.each([
    ["/dev/zero", /expected a name that ends in \.FLX/],
    ["endless.LET", /expected a file of spectra, found something else/],
    ["huge.LET", /20000000 bytes; a file of spectra has at most 10000000/],
    ["folder.LET", /found a folder/],
  ])("%s is not read", (name, message) => {
    if (name === "endless.LET") symlinkSync("/dev/zero", at(name));
    if (name === "huge.LET") {
      writeFileSync(at(name), "");
      truncateSync(at(name), 20_000_000);
    }
    if (name === "folder.LET") mkdirSync(at(name));
    expect(() => spectraIn([name.startsWith("/") ? name : at(name)], ask)).toThrow(message);
  });
});
