import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { essentialFilesAgain } from "../../src/cli/essential-files.ts";
import { checkCampaign } from "../../src/cli/cross-checks.ts";
import { readCampaign, readRig } from "../../src/cli/files.ts";

const folder = mkdtempSync(join(tmpdir(), "essential-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A 7-series file of three frames after the dummy one; frame 1, word 4, bit 30 is essential. */
const lines = new Array<string>(101 * 4).fill("0".repeat(32));
lines[101 * 2 + 4] = `01${"0".repeat(30)}`;
mkdirSync(join(folder, "bits"));
writeFileSync(join(folder, "bits/design.ebd"), lines.join("\n"));
writeFileSync(join(folder, "bits/short.ebd"), lines.slice(3).join("\n"));

let files = 0;
function campaign(configuration: string): string {
  const path = join(folder, `c${++files}.yaml`);
  writeFileSync(
    path,
    `campaign: c
blocks:
  - kind: injection
    dut: fpga
    workload: gemm
    target: configuration
    configuration: ${configuration}
    stop: { strikes: 10 }
`,
  );
  return path;
}

describe("a campaign with an essential-bits file", () => {
  const path = campaign("{ family: x7, essentialBits: bits/design.ebd }");

  test("finds it beside itself; its plan holds path and checksum, not the list", () => {
    const { plan, essentialFiles } = readCampaign(path);
    const named = plan.blocks[0]?.configuration?.essentialBits;
    expect(named).toMatchObject({ file: "bits/design.ebd", padWords: 0 });
    expect(named?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(plan).length).toBeLessThan(1_500);
    expect(essentialFiles.get(named!.sha256)).toEqual({
      frames: 3,
      bits: Uint32Array.of((101 * 1 + 4) * 32 + 30),
    });
  });

  test("is found again by who goes on with its record, and refused once it is another file", () => {
    const { plan, essentialFiles } = readCampaign(path);
    expect(essentialFilesAgain(plan, path)).toEqual(essentialFiles);
    const other = mkdtempSync(join(tmpdir(), "essential-"));
    mkdirSync(join(other, "bits"));
    writeFileSync(join(other, "bits/design.ebd"), `${lines.join("\n")}\n`);
    expect(() => essentialFilesAgain(plan, join(other, "c.yaml"))).toThrow(
      /another than the record was made with/,
    );
    expect(() => essentialFilesAgain(plan, null)).toThrow(/no such file/);
    rmSync(other, { recursive: true });
  });

  test.each([
    ["{ family: x7, essentialBits: bits/none.ebd }", /7:49: bits\/none\.ebd: no such file/],
    ["{ family: x7, essentialBits: bits }", /expected an essential-bits file, found something else/],
    ["{ family: x7, essentialBits: bits/short.ebd }", /7:49: bits\/short\.ebd: 401 data lines are not/],
    ["{ family: us, essentialBits: bits/design.ebd }", /is it of another family than 'us'\?/],
    ["{ family: usp, essentialBits: bits/design.ebd }", /7:50: .*give padWords too/],
    ["{ family: x7, words: [[0, 101]] }", /words 0 to 100, found 101/],
    ["{ family: x7, frames: [[5, 4]] }", /the first not above the last/],
    ["{ family: x7, exclude: { bits: [32] } }", /7:52: found 32: expected at most 31/],
  ])("%s is refused where it stands", (configuration, says) => {
    expect(() => readCampaign(campaign(configuration))).toThrow(says);
  });
});

describe("a block that strikes a configuration memory, on a rig", () => {
  const rig = join(folder, "rig.yaml");
  const rigText = (injector: string): string => `rig: r
stations:
  fpga: { serial: D-1, link: { memory: fpga }, ${injector} }
devices:
  sem: { protocol: sem, family: usp, link: { memory: sem } }
  box: { protocol: radrig, serial: B-1, link: { memory: box } }
emulation:
  boards: { fpga: { accelerator: soft, format: i8, configuration: { family: usp } } }
`;
  test.each([
    [
      "of another family than its controller",
      "injector: { device: sem, targets: [configuration] }",
      /7:30: 'x7' is asked, and the FPGA of 'fpga' is of family 'usp' in .*rig\.yaml \(device 'sem'\)/,
    ],
    ["without an injector", "supply: box", /7:\d+: board 'fpga' has no injector .* name a SEM controller/],
    [
      "whose injector is a bench box",
      "injector: { device: box, targets: [configuration] }",
      /7:\d+: board 'fpga' has no injector/,
    ],
  ])("%s is refused where it stands", (_, injector, says) => {
    writeFileSync(rig, rigText(injector));
    const path = campaign("{ family: x7, frames: [[0, 5]] }");
    expect(() => checkCampaign(readCampaign(path), readRig(rig))).toThrow(says);
  });

  test("of the same family is taken", () => {
    writeFileSync(rig, rigText("injector: { device: sem, targets: [configuration] }"));
    const path = campaign("{ family: usp, frames: [[0, 5]] }");
    expect(() => checkCampaign(readCampaign(path), readRig(rig))).not.toThrow();
  });
});
