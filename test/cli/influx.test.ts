import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, makeInfluxd } from "../influxd.ts";
import type { Influxd } from "../influxd.ts";
import { campaignFile, small } from "./campaigns.ts";
import { radrig } from "./radrig.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-influx-"));
const campaign = campaignFile(folder, small);
let influxd: Influxd;
let url: string;

beforeAll(async () => {
  influxd = await makeInfluxd();
  await influxd.start();
  url = `${influxd.origin}/radrig`;
});
afterAll(async () => {
  await influxd.remove();
  rmSync(folder, { recursive: true });
});

/** Every point of the injections, as the server has it. */
const points = async (): Promise<string> =>
  JSON.stringify(await ask(influxd.origin, "radrig", "SELECT * FROM see_inject"));

describe("a campaign that InfluxDB looks on at", () => {
  test("brings all its points there; brought again, nothing changes", async () => {
    expect((await radrig(["run", campaign, "--out", "shipped", "--influx", url], { cwd: folder })).code).toBe(
      0,
    );
    const shipped = await points();
    expect(shipped).toContain("cpu-f32");
    const { code, stdout } = await radrig(["influx", "replay", "shipped", "--influx", url, "--json"], {
      cwd: folder,
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ rejected: 0 });
    expect(await points()).toBe(shipped);
  });

  test("does not fail when no server is there, and says how to bring the rest", async () => {
    const away = "http://127.0.0.1:9/radrig";
    const { code, stderr } = await radrig(["run", campaign, "--out", "alone", "--influx", away], {
      cwd: folder,
    });
    expect(code).toBe(0);
    expect(stderr).toContain("npx radrig influx replay alone --influx http://127.0.0.1:9/radrig");
    const replayed = await radrig(["influx", "replay", "alone", "--influx", away], { cwd: folder });
    expect(replayed.code).toBe(3);
  });

  test("puts no time of the wall into its journal", () => {
    const journal = (record: string): string => readFileSync(join(folder, record, "journal.jsonl"), "utf8");
    expect(journal("shipped")).toBe(journal("alone"));
  });
});

describe("influx check", () => {
  test("all the way there and back", async () => {
    const { code, stdout } = await radrig(["influx", "check", "--influx", url]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok {4}read back/m);
  });

  test("doctor asks the same when it is told to", async () => {
    const { code, stdout } = await radrig(["doctor", "--influx", url]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok {4}InfluxDB write/m);
    expect((await radrig(["doctor", "--influx", "http://127.0.0.1:9/x"])).code).toBe(3);
  });

  test("a server that is not there: exit 3, with what mends it", async () => {
    const { code, stdout } = await radrig(["influx", "check", "--influx", "http://127.0.0.1:9/x", "--json"]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, findings: [{ name: "server", ok: false }] });
  });

  test.each(["http://user:secret@127.0.0.1:9/x", "nonsense"])(
    "%s is refused, and never repeated",
    async (address) => {
      const { code, stderr } = await radrig(["run", campaign, "--influx", address], { cwd: folder });
      expect(code).toBe(2);
      expect(stderr).not.toContain("secret");
    },
  );
});
