import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { diagnose } from "../../src/cli/diagnose.ts";
import type { Finding, Surveyed } from "../../src/cli/diagnose.ts";
import { readRig } from "../../src/cli/files.ts";
import { radrig } from "./radrig.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-doctor-"));
afterAll(() => rmSync(folder, { recursive: true }));
const sound: Surveyed = { nodeVersion: "v20.19.0", folder, rig: null, devices: "/dev" };

async function findings(change: Partial<Surveyed>): Promise<Map<string, Finding>> {
  const found = new Map<string, Finding>();
  for await (const finding of diagnose({ ...sound, ...change })) found.set(finding.name, finding);
  return found;
}

describe("doctor", () => {
  test("a sound machine has nothing to mend", async () => {
    const states = [...(await findings({})).values()].map(({ state }) => state);
    expect(states).not.toContain("failure");
  });

  test.each(["v18.20.0", "v20.18.3", "v9.0.0"])("Node %s is too old", async (nodeVersion) =>
    expect((await findings({ nodeVersion })).get("Node")?.state).toBe("failure"),
  );
  test.each(["v20.19.0", "v22.1.0", "v24.0.0"])("Node %s will do", async (nodeVersion) =>
    expect((await findings({ nodeVersion })).get("Node")?.state).toBe("ok"),
  );

  test("a folder that is a file takes no record", async () => {
    const path = join(folder, "file");
    writeFileSync(path, "");
    expect((await findings({ folder: join(path, "records") })).get("disk")?.state).toBe("failure");
  });

  test("a folder that is not there yet will be made, but not by looking", async () => {
    expect((await findings({ folder: join(folder, "not/yet") })).get("disk")?.state).toBe("ok");
  });

  test("without pseudo-terminals, the emulated ports are out of reach", async () => {
    const devices = join(folder, "dev");
    mkdirSync(devices);
    expect((await findings({ devices })).get("pseudo-terminals")?.state).toBe("warning");
  });

  test("a link of the rig that does not open fails, with where to mend it", async () => {
    const path = join(folder, "rig.yaml");
    writeFileSync(path, "rig: r\nstations:\n  a: { serial: A1, link: { pty: none/here } }\n");
    const finding = (await findings({ rig: readRig(path) })).get("link a");
    expect(finding?.state).toBe("failure");
    expect(finding?.found).toContain("none/here");
    expect(finding?.mend).toContain("correct the link of 'a'");
  });

  test("every failure has its line, and the exit code is 3", async () => {
    const path = join(folder, "file2");
    writeFileSync(path, "");
    const { code, stdout } = await radrig(["doctor", "--json", "--out", join(path, "records")]);
    const { ok, findings: all } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
    expect({ code, ok }).toEqual({ code: 3, ok: false });
    for (const { state, mend } of all) if (state !== "ok") expect(mend).not.toBeNull();
    expect((await radrig(["doctor", "--out", join(path, "records")])).stdout).toMatch(
      /^FAIL {2}disk.*\n +mend: /m,
    );
  });
});
