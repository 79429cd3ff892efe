import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, describe, expect, test } from "vitest";
import { exitCodeHelp, exitCodeOf } from "../../src/cli/exit-codes.ts";
import { createOutput } from "../../src/cli/output.ts";
import { createProgram } from "../../src/cli/program.ts";
import { RigError } from "../../src/domain/errors.ts";
import { mainPath, radrig, root } from "./radrig.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("help", () => {
  test("names every verb, examples and every exit code", async () => {
    const { code, stdout } = await radrig(["--help"]);
    expect(code).toBe(0);
    for (const [exit, meaning] of exitCodeHelp)
      expect(stdout).toMatch(new RegExp(`^ +${exit}  ${meaning}`, "m"));
    expect(stdout).toContain("Examples:");
  });

  /** Examples are added around the help, so only printing it shows them. */
  function helpOf(command: Command): string {
    let text = "";
    command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
    return text;
  }

  const program = createProgram(createOutput(process.stdout, process.stderr, {}, false));

  test.each(program.commands.map((command) => [command.name(), command] as const))(
    "%s has a summary, and an example or parts",
    (_, command) => {
      expect(command.summary()).not.toBe("");
      expect(command.description()).not.toBe("");
      expect(command.commands.length > 0 || helpOf(command).includes("Example")).toBe(true);
    },
  );
});

describe("exit codes", () => {
  test.each([
    [2, []],
    [2, ["chekc"]],
    [2, ["check"]],
    [2, ["check", "x", "--jsno"]],
    [2, ["schema", "rug"]],
    [2, ["check", "no-such-file.yaml"]],
    [3, ["control", "no-such-folder", "pause"]],
    [0, ["--version"]],
    [0, ["ports", "--json"]],
    [0, ["check", "rigs/emulated.yaml"]],
    [0, ["check", "rigs/campaigns/first-light.yaml"]],
  ])("%i from %j", async (expected, args) => {
    const { code, stdout, stderr } = await radrig(args);
    expect(code).toBe(expected);
    if (expected !== 0) expect({ stdout, said: stderr.length > 0 }).toEqual({ stdout: "", said: true });
  });

  test("a fault of radrig itself is 1, whatever was thrown", () => {
    expect(exitCodeOf(new TypeError("x"))).toBe(1);
    expect(exitCodeOf("x")).toBe(1);
    expect(exitCodeOf(new RigError("board_missing", "x"))).toBe(4);
    expect(exitCodeOf(new RigError("storage", "x"))).toBe(3);
  });
});

describe("check", () => {
  const rig =
    "rig: bench\nstations:\n  a: { serial: A1, link: { tcp: 'tcp://h:1' }, thermal: oven }\ndevices:\n  oven1: { protocol: radrig, serial: B1, link: { tcp: 'tcp://h:2' } }\n";
  const campaign = (dut: string, stop: string, more = ""): string =>
    `campaign: c\nrig: bench.yaml\nblocks:\n  - { kind: injection, dut: ${dut}, workload: gemm, target: weights, stop: { ${stop} }${more} }\n`;
  const stationOnly = "rig: bench\nstations:\n  cpu-f32: { serial: A1, link: { tcp: 'tcp://h:1' } }\n";

  test.each([
    [
      "a device that is not there",
      "r1.yaml",
      rig,
      "r1.yaml:3:57: no device 'oven' under devices: did you mean 'oven1'?",
    ],
    [
      "one serial number twice",
      "r2.yaml",
      rig.replace("B1", "A1").replace("oven }", "oven1 }"),
      "r2.yaml:5:38: serial 'A1' is already that of 'a'",
    ],
    [
      "a memory link without emulation",
      "r3.yaml",
      stationOnly.replace("{ tcp: 'tcp://h:1' }", "{ memory: x }"),
      "r3.yaml:3:32: a memory link needs an 'emulation' part",
    ],
    ["no station", "r4.yaml", "rig: bench\nstations: {}\n", "r4.yaml:2:11: no station"],
    [
      "a rig file that is a campaign",
      "c5.yaml",
      campaign("cpu-f32", "strikes: 5").replace("bench.yaml", "c5.yaml"),
      "c5.yaml:1:1: found a campaign file, expected a rig file",
    ],
    ["neither rig nor campaign", "r5.yaml", "reg: bench\n", "r5.yaml:1:1: found 'reg' first, expected"],
    [
      "a board that the rig lacks",
      "c1.yaml",
      campaign("cpu-f23", "strikes: 5"),
      "c1.yaml:4:29: no board 'cpu-f23' under stations of bench.yaml: did you mean 'cpu-f32'?",
    ],
    [
      "a heater that the rig lacks",
      "c2.yaml",
      campaign("cpu-f32", "strikes: 5", ", temperatureC: 70"),
      "c2.yaml:4:29: a temperature is asked, but board 'cpu-f32' has no heater",
    ],
    [
      "a stop rule of another kind",
      "c3.yaml",
      campaign("cpu-f32", "fluencePerCm2: 5"),
      "c3.yaml:4:77: a block of kind injection ends by strikes or events or seconds or intervalWidth",
    ],
    [
      "a rig file that is not there",
      "c4.yaml",
      campaign("cpu-f32", "strikes: 5").replace("bench.yaml", "banch.yaml"),
      "c4.yaml:2:6: no rig file banch.yaml: its path is relative to this file",
    ],
  ])("%s", async (_, name, text, expected) => {
    file("bench.yaml", stationOnly);
    file(name, text);
    const { code, stderr } = await radrig(["check", name], { cwd: folder });
    expect(stderr).toContain(expected);
    expect(code).toBe(2);
  });

  test("a named pipe that nobody writes to is no file, and nothing to wait for", async () => {
    execFileSync("mkfifo", [join(folder, "pipe.yaml")]);
    const { code, stderr } = await radrig(["check", "pipe.yaml"], { cwd: folder });
    expect(stderr).toContain("expected a YAML file");
    expect(code).toBe(2);
  });

  test("--json gives the problems as data", async () => {
    file("bad.yaml", "rig: bench\nstation: {}\n");
    const { code, stdout } = await radrig(["check", "bad.yaml", "--json"], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual({
      file: "bad.yaml",
      kind: "rig",
      ok: false,
      problems: ["bad.yaml:2:1: unknown key 'station': did you mean 'stations'?"],
    });
    expect(code).toBe(2);
  });
});

describe("what is printed", () => {
  test.each(["rig", "campaign", "result"])("schema %s is a JSON Schema of a map", async (kind) => {
    const { stdout } = await radrig(["schema", kind]);
    expect(JSON.parse(stdout)).toMatchObject({ type: "object", additionalProperties: false });
  });

  test("a reader that goes away is no error", async () => {
    const child = spawn(process.execPath, [mainPath, "schema", "rig"], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const [code] = (await once(child, "close")) as [number | null];
    expect({ code, said }).toEqual({ code: 0, said: "" });
  });

  test("a disk that is full is told, and nothing is called done", async () => {
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, [mainPath, "schema", "rig"], {
      cwd: root,
      stdio: ["ignore", full, "pipe"],
    });
    closeSync(full);
    let said = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (said += text));
    const [code] = (await once(child, "close")) as [number | null];
    expect(said).toBe(
      "radrig: standard output cannot be written: no room left on its disk: free some, then ask again\n",
    );
    expect(code).toBe(3);
  });

  test("no colour where nobody asked for a terminal", async () => {
    const { stdout } = await radrig(["--help"], { env: { FORCE_COLOR: "1" } });
    expect(stdout).not.toContain("\u001b");
  });
});
