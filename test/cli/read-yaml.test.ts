import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { campaignSchema } from "../../src/campaign/plan-schema.ts";
import { checkYaml, readYaml } from "../../src/cli/read-yaml.ts";
import { rigFileSchema } from "../../src/cli/rig-file-schema.ts";
import { RigError } from "../../src/domain/errors.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-yaml-"));
afterAll(() => rmSync(folder, { recursive: true }));

const campaign = `campaign: trial
blocks:
  - kind: injection
    dut: cpu
    workload: gemm
    target: weights
    stop: { strikes: 10 }
`;
const rig = `rig: bench
stations:
  cpu:
    serial: A1
    link: { tcp: "tcp://10.0.0.7:4001" }
`;

/** The problems with this text, without the folder. */
function problems(text: string | Buffer, kind: "rig" | "campaign"): string[] {
  const path = join(folder, "file.yaml");
  writeFileSync(path, text);
  try {
    const file = readYaml(path);
    if (kind === "rig") checkYaml(file, rigFileSchema);
    else checkYaml(file, campaignSchema);
    return [];
  } catch (error) {
    if (!(error instanceof RigError) || error.code !== "config") throw error;
    return error.message
      .split("\n")
      .map((line) => line.slice(line.indexOf("file.yaml:") + "file.yaml:".length));
  }
}

describe("a campaign file", () => {
  test("in order has no problem", () => expect(problems(campaign, "campaign")).toEqual([]));

  test.each([
    [
      "a misspelt key",
      "    workload: gemm",
      "    worklaod: gemm",
      "5:5: unknown key 'worklaod': did you mean 'workload'?",
    ],
    [
      "a misspelt word",
      "kind: injection",
      "kind: injektion",
      "3:11: found \"injektion\", expected one of injection, beam, beam_off, beam_on_dut_idle: did you mean 'injection'?",
    ],
    [
      "no kind",
      "kind: injection\n    dut: cpu",
      "dut: cpu",
      "3:5: key 'kind' is missing: add 'kind: …' (injection, beam, beam_off, beam_on_dut_idle)",
    ],
    [
      "a unit after the number",
      "{ strikes: 10 }",
      '{ seconds: "5 min" }',
      "7:22: found \"5 min\", expected a plain number: 'seconds' has its unit in its name, write 'seconds: 300'",
    ],
    [
      "another unit in the key",
      "target: weights",
      "target: weights\n    temperatureF: 77",
      "7:5: unknown key 'temperatureF': this quantity is given as temperatureC; write 'temperatureC: 25'",
    ],
    [
      "an area in square metres",
      "{ strikes: 10 }",
      "{ fluencePerM2: 1.0e+13 }",
      "7:13: unknown key 'fluencePerM2': this quantity is given as fluencePerCm2; write 'fluencePerCm2: 1000000000'",
    ],
    [
      "minutes",
      "{ strikes: 10 }",
      "{ minutes: 2 }",
      "7:13: unknown key 'minutes': this quantity is given as seconds; write 'seconds: 120'",
    ],
    [
      "no unit at all",
      "target: weights",
      "target: weights\n    temperature: 77",
      "7:5: unknown key 'temperature': this quantity is given as temperatureC",
    ],
    [
      "a wrong type",
      "{ strikes: 10 }",
      "{ strikes: [10] }",
      "7:22: found a list of 1, expected a whole number",
    ],
    [
      "a fraction of a strike",
      "{ strikes: 10 }",
      "{ strikes: 1.5 }",
      "7:22: found 1.5, expected a whole number",
    ],
    ["a number out of bounds", "{ strikes: 10 }", "{ strikes: 0 }", "7:22: found 0: expected at least 1"],
    [
      "no stop rule",
      "{ strikes: 10 }",
      "{ }",
      "7:11: give at least one rule: strikes, events, fluencePerCm2, doseRadSi, seconds or intervalWidth",
    ],
    [
      "a dose that nobody can tell",
      "blocks:",
      "blocks:\n  - { kind: beam, dut: cpu, workload: gemm, beam: { species: proton }, stop: { doseRadSi: 10 } }",
      "3:91: stop.doseRadSi needs beam.doseRadSiPerFluence",
    ],
    [
      "a rest that is too short",
      "blocks:",
      "ladder: [{ do: power-cycle, offMs: 100 }]\nblocks:",
      "2:36: found 100: rails rest at least 4000 ms: a shorter rest is dangerous",
    ],
    [
      "a name that is none",
      "campaign: trial",
      "campaign: Trial Run",
      '1:11: found "Trial Run", expected a name of a-z, 0-9 and -, at most 32 long',
    ],
    [
      "a key twice",
      "    dut: cpu",
      "    dut: cpu\n    dut: cpu",
      "5:5: this key stands twice in one map: keep one of them",
    ],
    ["a tab", "    dut: cpu", "\tdut: cpu", "4:1: a tab where YAML wants spaces: indent with spaces"],
    [
      "a second document",
      "blocks:",
      "---\nblocks:",
      "2:1: a second document ('---'): one file holds one rig or one campaign",
    ],
    [
      "a wrong target model",
      "target: weights",
      "target: weights\n    faultModel: single-bits",
      "7:17: found \"single-bits\", expected one of single-bit, adjacent-2, adjacent-3, adjacent-4, random-2, random-3, random-4, byte-periodic, stuck-at-0, stuck-at-1, random-value, zero, ones, nan, inf: did you mean 'single-bit'?",
    ],
    [
      "a misspelt setting of a fault model",
      "target: weights",
      "target: weights\n    faultModel: { model: nan, formt: bf16 }",
      "7:31: unknown key 'formt'",
    ],
    [
      "a component without a weight",
      "target: weights",
      "target: weights\n    faultModel: { mix: [{ model: single-bit }] }",
      "7:25: key 'weight' is missing",
    ],
  ])("%s", (_, from, to, expected) => {
    expect(campaign).toContain(from);
    expect(problems(campaign.replace(from, to), "campaign").join("\n")).toContain(expected);
  });

  test("a key that stands there misspelt is not called missing as well", () =>
    expect(problems(campaign.replace("workload:", "worklaod:"), "campaign")).toHaveLength(1));

  test("a key that is missing", () =>
    expect(problems(campaign.replace("    dut: cpu\n", ""), "campaign")).toEqual([
      "3:5: key 'dut' is missing: add 'dut: …' (text or a list)",
    ]));

  test("every problem is told at once, in the order of the file", () => {
    const text = campaign
      .replace("trial", "Trial")
      .replace("gemm", "7")
      .replace("strikes: 10", "strikes: ten");
    expect(problems(text, "campaign").map((line) => line.split(":", 1)[0])).toEqual(["1", "5", "7"]);
  });
});

describe("a rig file", () => {
  test("in order has no problem", () => expect(problems(rig, "rig")).toEqual([]));

  test.each([
    ["a misspelt kind of link", 'tcp: "tcp', 'tpc: "tcp', "5:13: unknown key 'tpc': did you mean 'tcp'?"],
    [
      "a port without a name",
      '{ tcp: "tcp://10.0.0.7:4001" }',
      "{ serial: { baud: 9600 } }",
      "5:21: name the port by usbSerial, byPath, vidPid or path",
    ],
    [
      "a misspelt key inside a link",
      '{ tcp: "tcp://10.0.0.7:4001" }',
      "{ serial: { usbserial: X } }",
      "5:23: unknown key 'usbserial': did you mean 'usbSerial'?",
    ],
    [
      "two kinds of link",
      '{ tcp: "tcp://10.0.0.7:4001" }',
      '{ tcp: "tcp://h:1", pty: x }',
      "5:11: found tcp and pty, expected exactly one of serial, pty, tcp, command, memory, replay",
    ],
    [
      "an address that is none",
      "tcp://10.0.0.7:4001",
      "10.0.0.7",
      '5:18: found "10.0.0.7", expected tcp://host:port',
    ],
    [
      "seconds where milliseconds stand",
      "serial: A1",
      "serial: A1\n    answerSeconds: 2",
      "5:5: unknown key 'answerSeconds': this quantity is given as answerMs; write 'answerMs: 2000'",
    ],
    [
      "a milliseconds text",
      "serial: A1",
      'serial: A1\n    answerMs: "2 s"',
      "5:15: found \"2 s\", expected a plain number: 'answerMs' has its unit in its name, write 'answerMs: 2000'",
    ],
    [
      "a station with a wrong name",
      "  cpu:",
      "  CPU 1:",
      "3:3: 'CPU 1' is no name: a name of a-z, 0-9 and -, at most 32 long",
    ],
    [
      "a number where text stands",
      "serial: A1",
      "serial: 17",
      "4:13: found 17, expected text: serial number the board must answer with",
    ],
  ])("%s", (_, from, to, expected) => {
    expect(rig).toContain(from);
    expect(problems(rig.replace(from, to), "rig").join("\n")).toContain(expected);
  });
});

describe("a file that is none", () => {
  test.each([
    ["no such file", join(folder, "missing.yaml"), "no such file"],
    ["a folder", folder, "expected a YAML file, found a folder"],
    ["a device that never ends", "/dev/zero", "expected a YAML file, found something else"],
  ])("%s", (_, path, expected) => expect(() => readYaml(path)).toThrow(expected));

  test.each([
    ["not UTF-8", Buffer.from([0x72, 0x69, 0x67, 0x3a, 0x20, 0xff, 0xfe]), "this is not UTF-8 text"],
    ["too big", Buffer.alloc(1_000_001, "#"), "a rig or campaign file has at most 1000000"],
    [
      "an alias bomb",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from("bcdefghi")
        .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[index]!}`).join(",")}]`)
        .join("\n")}\n`,
      "more than 100 repetitions by alias",
    ],
    ["nested beyond all need", "[".repeat(200_000), "cannot be read"],
    ["nothing", "", "expected a map"],
  ])("%s", (_, content, expected) => {
    expect(problems(content, "rig").join("\n")).toContain(expected);
  });

  test("whatever it holds, every problem stands at a line and a column", () => {
    const shape = /^(?:\d+:\d+)?: ?.+|^\d+:\d+: .+/;
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "grapheme" }), fc.json(), mutated()), (text) => {
        for (const line of problems(text, "campaign")) expect(line).toMatch(shape);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

/** The good file with one piece cut out and another put in. */
function mutated(): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    "",
    ":",
    "- ",
    "[",
    "}",
    "null",
    "&a *a",
    "  ",
    "\t",
    "'",
    "? ",
    "!!binary x",
    "<<: 1",
    "1e999",
    "__proto__: 1",
  );
  return fc
    .tuple(fc.nat(campaign.length), fc.nat(12), piece)
    .map(([at, cut, put]) => campaign.slice(0, at) + put + campaign.slice(at + cut));
}

test("the packaged files are in order", () => {
  const root = resolve(import.meta.dirname, "../..");
  expect(() => checkYaml(readYaml(join(root, "rigs/emulated.yaml")), rigFileSchema)).not.toThrow();
  expect(() =>
    checkYaml(readYaml(join(root, "rigs/campaigns/first-light.yaml")), campaignSchema),
  ).not.toThrow();
});
