import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { ImportTallies } from "../../src/records/import/radhelper.ts";
import { resultSchema } from "../../src/science/result-schema.ts";
import { radrig, root } from "./radrig.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-import-"));
afterAll(() => rmSync(folder, { recursive: true }));
const data = join(root, "../shared/data/uart-frames");
const present = existsSync(data);

if (present)
  describe("real logs, from ../shared/data", () => {
    test.each([
      ["dut0_backup2", 20_099],
      ["dut2", 16_893],
    ])("%s: exactly %i good frames, into a record", async (name, frames) => {
      const out = join(folder, name);
      const args = ["import", "radhelper", join(data, `${name}.tar.gz`), "--out", out, "--json"];
      const { code, stdout } = await radrig(args);
      expect(code).toBe(0);
      expect((JSON.parse(stdout) as ImportTallies).framesRecovered).toBe(frames);
      resultSchema.parse(JSON.parse(readFileSync(join(out, "result.json"), "utf8")));
      expect((await radrig(["analyze", out, "--json"])).stdout).toBe(
        readFileSync(join(out, "result.json"), "utf8"),
      );
      // A record is never written over.
      expect((await radrig(args)).code).toBe(2);
    });
  });
else
  test("the real logs are absent: ../shared/data/uart-frames is not there, so none was imported here", () => {
    expect(present).toBe(false);
  });

describe("import", () => {
  test("a path that is not there: exit 2, and no record", async () => {
    const out = join(folder, "none");
    const { code, stderr } = await radrig(["import", "radhelper", join(folder, "nowhere"), "--out", out]);
    expect(code).toBe(2);
    expect(stderr).toContain("nowhere");
    expect(existsSync(out)).toBe(false);
  });

  test("rubbish is accounted for, in words too", async () => {
    const path = join(folder, "rubbish.log");
    writeFileSync(path, Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7919) % 256)));
    const { code, stdout } = await radrig(["import", "radhelper", path, "--out", join(folder, "rubbish")]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^frames recovered +0/m);
    expect(stdout).toMatch(/^lines +\d+ +\d+ bytes$/m);
  });
});
