import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Result } from "../../src/domain/result.ts";
import { mainPath, radrig, root } from "./radrig.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-agent-"));
afterAll(() => rmSync(folder, { recursive: true }));

const rig = join(folder, "rig.yaml");
const agent = [
  process.execPath,
  mainPath,
  "agent",
  "--port",
  "stdio",
  "--accelerator",
  "cpu",
  "--serial",
  "TS-1",
  "--boots-file",
  "boots",
  "--event-log",
  "events.jsonl",
];
writeFileSync(
  rig,
  `rig: children
stations:
  typescript: { serial: TS-1, link: { command: [${agent.join(", ")}] } }
  python: { serial: PY-1, link: { command: [python3, -m, radrig_board, --serial, PY-1, --format, f32] } }
`,
);
const env = { PYTHONPATH: join(root, "firmware-protocol/python") };

describe("boards that a host starts as its children", () => {
  test("pass conformance, whatever they are written in", async () => {
    const { code, stdout } = await radrig(["rig", "conformance", rig, "--json"], { env });
    const verdicts = stdout
      .trimEnd()
      .split("\n")
      .map(
        (line) => JSON.parse(line) as { device: string; name: string; pass: boolean | null; detail: string },
      );
    expect(verdicts.filter(({ pass }) => pass === false)).toEqual([]);
    for (const device of ["typescript", "python"])
      expect(
        verdicts.filter((verdict) => verdict.device === device && verdict.pass === true).length,
      ).toBeGreaterThan(25);
    expect(code).toBe(0);
  });

  test("give the same vulnerability within their intervals", async () => {
    const campaign = join(folder, "campaign.yaml");
    writeFileSync(
      campaign,
      `campaign: two-boards
rig: rig.yaml
blocks: [{ kind: injection, dut: [typescript, python], workload: gemm, target: [weights, activations], stop: { strikes: 60 } }]
`,
    );
    const { code, stdout } = await radrig(["run", campaign, "--json", "--out", join(folder, "record")], {
      env,
    });
    expect(code).toBe(0);
    const { runs } = JSON.parse(stdout) as Result;
    for (const target of ["weights", "activations"]) {
      const shares = runs
        .filter((run) => run.target === target)
        .map(({ estimates }) => estimates.find(({ outcome }) => outcome === "sdc")!);
      const [a, b] = [shares[0]!, shares[1]!];
      expect(a.lower).toBeLessThanOrEqual(b.upper);
      expect(b.lower).toBeLessThanOrEqual(a.upper);
    }
  });

  test("the agent counts its boots over restarts, and logs what it was told to forget", () => {
    expect(Number(readFileSync(join(folder, "boots"), "utf8"))).toBeGreaterThan(1);
    const events = readFileSync(join(folder, "events.jsonl"), "utf8").trimEnd().split("\n");
    expect(
      events.filter((line) => (JSON.parse(line) as { name: string }).name === "result").length,
    ).toBeGreaterThanOrEqual(120);
  });
});

test("an unknown device is a slip of the pen", async () => {
  const { code, stderr } = await radrig(["rig", "conformance", rig, "pyhton"], { env });
  expect(code).toBe(2);
  expect(stderr).toContain("did you mean 'python'?");
});
