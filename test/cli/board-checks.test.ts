import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { boardLibrary } from "../../src/cli/emulated-boards.ts";
import { emulationSchema } from "../../src/emulator/emulation-schema.ts";
import { complaint, injection } from "./complaint.ts";

/** The block with one key said otherwise, or another one said. */
const but = (key: string, value: string): string => {
  const said = new RegExp(`${key}: [^,]+,`);
  return said.test(injection)
    ? injection.replace(said, `${key}: ${value},`)
    : injection.replace("stop:", `${key}: ${value}, stop:`);
};
const proton = "beam: { species: proton, energyMeV: 67 }";
const box = ", supply: box, injector: { device: box, targets: ";
const flat = "proton: { flatCm2: 1.0e-12 }";

test("what is in order is told nothing of", async () => {
  const names = "hbm, hbm-check, unified-buffer, weight, partial-sum, scalars, control";
  for (const ecc of ["on", "off"])
    expect(
      await complaint(
        `accelerator: tpu, ecc: ${ecc}, structures: { ${names
          .split(", ")
          .map((name) => `${name}: { ${flat} }`)
          .join(
            ", ",
          )} }, sefi: [{ block: control, words: [2, 8], ${flat} }], dose: { wear: [{ structure: hbm, perRadSi: 1 }] }`,
        but("faultModel", "[single-bit, nan, stuck-at-1]").replace("gemm-i8", "gemm"),
        { beam: proton },
      ),
    ).toBe("in order");
});

describe("a name that the accelerator has not", () => {
  const tpu =
    /rig\.yaml:9:\d+: a tpu has no structure 'hmb': did you mean 'hbm'\? \(there are hbm, .*control.*\)$/;
  test.each([
    ["structures", `accelerator: tpu, structures: { hmb: { ${flat} } }`, tpu],
    ["crossSectionPerBitCm2", "accelerator: tpu, crossSectionPerBitCm2: { hmb: 1.0e-12 }", tpu],
    ["dose.wear", "accelerator: tpu, dose: { wear: [{ structure: hmb, perRadSi: 1 }] }", tpu],
    [
      "sefi",
      `accelerator: gpu, sefi: [{ block: schedular, ${flat} }]`,
      /9:\d+: a gpu has no structure 'schedular': did you mean 'scheduler'\? \(there are hbm,.* alu-output\)$/,
    ],
    [
      "a structure of another accelerator",
      "accelerator: cpu, format: i8, crossSectionPerBitCm2: { hbm: 1.0e-12 }",
      /9:\d+: a cpu has no structure 'hbm': there are weights, activations, control$/,
    ],
    [
      "words of a block",
      `accelerator: tpu, sefi: [{ block: control, words: [50, 60], ${flat} }]`,
      /9:\d+: nothing of 'control' is meant: a tpu has 9 words of 32 bits there at most/,
    ],
    [
      "words the wrong way round",
      `accelerator: tpu, sefi: [{ block: control, words: [3, 1], ${flat} }]`,
      /9:\d+: first and last: the first is above the last$/,
    ],
    [
      "a value that nothing holds",
      `accelerator: tpu, sefi: [{ block: control, reads: 1, ${flat} }]`,
      /9:\d+: a flip holds nothing: leave 'reads' out, or say lasts: until-power$/,
    ],
    [
      "rail of a latch-up",
      `accelerator: tpu, rails: { core: { milliV: 850 } }, sel: [{ rail: cor, milliA: 9, ${flat} }]`,
      /9:\d+: board 'dut' has no rail 'cor': did you mean 'core'\? \(there is core\)$/,
    ],
    [
      "rail of an event, where the station names them",
      "accelerator: tpu, events: [{ do: latch-up, rail: core, atSeconds: 1, milliA: 9 }]",
      /9:\d+: board 'dut' has no rail 'core': there is main$/,
    ],
    [
      "watts counted twice",
      "accelerator: tpu, rails: { core: { milliV: 850 }, io: { milliV: 1800 } }",
      /9:\d+: the rails of 'dut' carry 200 % of its watts, expected 100 at most/,
    ],
  ])("%s", async (_what, board, said) => {
    const lines = (await complaint(board, injection, { beam: proton })).split("\n");
    expect(lines).toEqual([expect.stringMatching(said)]);
  });
});

describe("a bench that does not fit its emulation", () => {
  const psu = "\n  psu: { protocol: scpi, dialect: rigol-dp800, link: { memory: psu } }";
  test.each([
    [
      "a supply that feeds a rail nobody has",
      "accelerator: tpu, rails: { core: { milliV: 850 } }",
      { station: ", supply: { device: psu, rail: cores }", devices: psu },
      /rig\.yaml:3:\d+: emulated board 'dut' has no rail 'cores' to be fed by 'psu': did you mean 'core'\?/,
    ],
    [
      "an injector's target that nobody has",
      "accelerator: tpu",
      { station: `${box}[hmb] }` },
      /rig\.yaml:3:\d+: a tpu has no structure 'hmb' for an injector to strike: did you mean 'hbm'\?/,
    ],
    [
      "quirks of no device",
      "accelerator: tpu",
      { beam: "instruments: { psuu: { is: scpi } }", station: ", supply: psu", devices: psu },
      /rig\.yaml:8:\d+: no device 'psuu' under devices: did you mean 'psu'\? \(there are box, psu\)$/,
    ],
    [
      "quirks of another protocol",
      "accelerator: tpu",
      { beam: "instruments: { psu: { is: korad } }", station: ", supply: psu", devices: psu },
      /rig\.yaml:8:\d+: found 'korad', and device 'psu' speaks scpi: make them alike$/,
    ],
    [
      "a board without a station",
      "accelerator: tpu }\n    other: { accelerator: tpu",
      {},
      /rig\.yaml:10:5: no station has a board 'other': there is dut$/,
    ],
    [
      "two fluxes",
      "accelerator: tpu",
      { beam: `${proton}\n  beamFluxPerCm2PerSecond: 1.0e+6` },
      /rig\.yaml:8:3: beam has its own fluxPerCm2PerSecond: leave this one out$/,
    ],
    [
      "a misspelt particle",
      "accelerator: tpu",
      { beam: "beam: { species: Proton, energyMeV: 67 }" },
      /rig\.yaml:7:\d+: 'Proton' is no proton and no neutron, so it is taken for an ion.*write proton or neutron$/,
    ],
  ])("%s", async (_what, board, around, said) => {
    const lines = (await complaint(board, injection, around)).split("\n");
    expect(lines).toEqual([expect.stringMatching(said)]);
  });
});

describe("a block that its board could not obey", () => {
  const tpu = "accelerator: tpu";
  test.each([
    [
      "a misspelt workload",
      tpu,
      but("workload", "gem-i8"),
      /campaign\.yaml:4:44: board 'dut', a tpu, offers no workload 'gem-i8': did you mean 'gemm-i8'\? \(there are gemm-f32,/,
    ],
    [
      "a workload of another format",
      "accelerator: cpu, format: f32",
      but("workload", "gemm-i8"),
      /4:44: board 'dut', a cpu, offers no workload 'gemm-i8'/,
    ],
    [
      "a misspelt target",
      tpu,
      but("target", "hmb"),
      /4:61: board 'dut', workload 'gemm-i8': no target 'hmb': did you mean 'hbm'\?/,
    ],
    [
      "a target of another accelerator",
      tpu,
      but("target", "[hbm, registers]"),
      /4:67: board 'dut', workload 'gemm-i8': no target 'registers': there are hbm,/,
    ],
    [
      "check bits without a code",
      "accelerator: tpu, ecc: off",
      but("target", "hbm-check"),
      /4:61: board 'dut', workload 'gemm-i8': no target 'hbm-check'/,
    ],
    [
      "the configuration memory of no FPGA",
      tpu,
      but("target", "configuration"),
      /4:61: board 'dut', workload 'gemm-i8': no target 'configuration'/,
    ],
    [
      "an axis that its target has not",
      tpu,
      but("faultModel", "[single-bit, { model: warp-periodic }]"),
      /4:\d+: .*'lane-periodic' does not fit target 'hbm': it has no axis 'lane', only word/,
    ],
    [
      "a float where integers lie",
      tpu,
      but("faultModel", "nan"),
      /4:\d+: .*'nan' does not fit target 'hbm'.*give format f32, bf16 or fp16$/,
    ],
    [
      "arithmetic in a memory",
      "accelerator: gpu",
      but("faultModel", "{ model: arithmetic, operation: ffma }"),
      /4:\d+: .*does not fit target 'hbm'.*give anyTarget: true$/,
    ],
    [
      "bits held on a cpu",
      "accelerator: cpu, format: i8",
      but("faultModel", "stuck-at-1").replace("hbm", "weights"),
      /4:\d+: .*cannot do what fault model 'stuck-at-1' asks to the bits of 'weights'/,
    ],
  ])("%s", async (_what, board, block, said) => {
    expect((await complaint(board, block)).split("\n")).toEqual([expect.stringMatching(said)]);
  });

  test("a fault model that its injector cannot make, on emulated benches and on others", async () => {
    const said =
      /campaign\.yaml:4:\d+: injector 'box' flips bits of one word, and fault model 'nan f32' is more/;
    const block = but("faultModel", "{ model: nan, format: f32 }");
    expect(await complaint(tpu, block, { station: `${box}[hbm] }` })).toMatch(said);
    expect(await complaint(tpu, block, { station: `${box}[control] }` })).toBe("in order");
    const sem = {
      station: ", supply: box, injector: { device: sem, targets: [configuration] }",
      devices: "\n  sem: { protocol: sem, family: x7, link: { memory: sem } }",
    };
    const soft = "accelerator: soft, format: i8";
    const struck = but("target", "configuration");
    expect(await complaint(soft, struck, sem)).toBe("in order");
    expect(await complaint(soft, struck.replace("stop:", "faultModel: random-2, stop:"), sem)).toMatch(
      /4:\d+: injector 'sem' flips bits side by side in 'configuration', and fault model 'random-2' is more/,
    );
  });
});

describe("a block that contradicts itself, or its kind", () => {
  const beam = "{ kind: beam, dut: dut, workload: gemm-i8, beam: { species: proton }, stop: { events: 1 } }";
  test.each([
    [
      "how often nothing is restored",
      but("refreshEvery", "5").replace("stop:", "refresh: none, stop:"),
      /by refresh: none it never does/,
    ],
    [
      "how often, and at an error",
      beam.replace("stop:", "refreshAfter: error, refreshEvery: 5, stop:"),
      /by refreshAfter: error it never does/,
    ],
    [
      "more iterations than a board counts",
      but("refreshEvery", "1.0e+12"),
      /found 1000000000000: expected at most 4294967295$/,
    ],
    [
      "a beam in an injection",
      but("beam", "{ species: proton }"),
      /key 'beam' belongs to kind: beam or kind: beam_on_dut_idle: leave it out here$/,
    ],
    [
      "refreshAfter in an injection",
      but("refreshAfter", "error"),
      /key 'refreshAfter' belongs to kind: beam: leave it out here$/,
    ],
    [
      "a board of an inherited name",
      but("dut", "constructor"),
      /no board 'constructor' under stations of rig\.yaml \(there: dut\)$/,
    ],
    [
      "a profile of an inherited name",
      but("thermal", "constructor"),
      /no profile 'constructor' under profiles \(there: none\)$/,
    ],
    [
      "a misspelt board",
      but("dut", "dutt"),
      /no board 'dutt' under stations of rig\.yaml: did you mean 'dut'\?$/,
    ],
  ])("%s", async (_what, block, said) => {
    expect((await complaint("accelerator: tpu", block)).split("\n")).toEqual([
      expect.stringMatching(new RegExp(`campaign\\.yaml:4:\\d+: .*${said.source}`)),
    ]);
  });
});

test("structures have the the same names under every workload, and stand on the page of their accelerator", async () => {
  const known = await boardLibrary();
  const { boards } = emulationSchema.parse({
    boards: Object.fromEntries(
      ["cpu", "soft", "tpu", "gpu"].map((accelerator) => [
        accelerator,
        { accelerator, ...(accelerator === "cpu" || accelerator === "soft" ? { format: "i8" } : {}) },
      ]),
    ),
  });
  for (const spec of Object.values(boards)) {
    const board = known(spec);
    const names = board.workloads.map((name) => board.load(name).targets.map((target) => target.name));
    expect(new Set(names.map(String)).size).toBe(1);
    // Each of them stands in the accelerator's own page.
    const page = readFileSync(
      `docs/${spec.accelerator === "cpu" || spec.accelerator === "soft" ? "workloads" : spec.accelerator}.md`,
      "utf8",
    );
    for (const name of names[0]!) expect(page).toContain(name.replace(/-check$/, ""));
  }
});
