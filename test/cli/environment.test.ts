import { Command } from "commander";
import { describe, expect, test } from "vitest";
import type { Output } from "../../src/cli/output.ts";
import { addEnvironment, millimetres } from "../../src/cli/verbs/environment.ts";
import { RigError } from "../../src/domain/errors.ts";
import { plainCanvas } from "../../src/report/line.ts";
import { orbitDataIsHere, orbitFolder } from "../science/maps-folder.ts";

/** What the verb prints. */
async function printed(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const output: Output = {
    data: (text) => void lines.push(text),
    say: () => undefined,
    canvas: () => plainCanvas,
    screen: process.stderr,
    environment: {},
    flush: () => Promise.resolve(),
    lost: () => null,
  };
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addEnvironment(program, output);
  program.commands[0]!.exitOverride().configureOutput({ writeErr: () => undefined });
  await program.parseAsync(["environment", ...args], { from: "user" });
  return lines.join("\n");
}

interface Printed {
  readonly trappedProtons: {
    readonly integral: readonly { readonly energyMeV: number; readonly fluxPerCm2PerSecond: number }[];
  };
}

describe("radrig environment", () => {
  test("at the ground needs no maps", async () => {
    expect(await printed("--orbit", "ground:denver", "--solar", "mean")).toMatch(
      /to New York, mean Sun +3\.7/,
    );
    expect(JSON.parse(await printed("--orbit", "ground:milam", "--json"))).toMatchObject({
      place: "ground:milam",
    });
  });

  test.each([
    [["--orbit", "-5x20"], /inside the Earth/],
    [["--orbit", "is"], /did you mean 'iss'/],
    [["--orbit", "ground:denver", "--condition", "worst-day"], /at the ground they are not computed/],
    [["--orbit", "iss", "--solar", "2031"], /solar activity: found 2031/],
    [["--orbit", "iss", "--maps", "no-such-folder"], /--maps no-such-folder: .*expected a folder/],
  ])("%j is refused in a line", async (args, message) => {
    await expect(printed(...args)).rejects.toThrow(RigError);
    await expect(printed(...args)).rejects.toThrow(message);
  });

  test.each([
    [["--orbit", "iss", "--shield", "thick"]],
    [["--orbit", "iss", "--shield", "-1"]],
    [["--shield", "1"]],
  ])("%j is no use of it", async (args) => {
    await expect(printed(...args)).rejects.toMatchObject({ exitCode: 1 });
  });

  /** SPENVIS, 825 km and 98.8°, AP-8 MIN: integral fluxes, cm⁻² s⁻¹ (orbital-model.md §10 #6). */
  const spenvis: readonly (readonly [energyMeV: number, flux: number])[] = [
    [10, 190.2],
    [30, 140.9],
    [50, 116.6],
    [100, 71.28],
    [200, 25.87],
  ];
  const ask = ["--orbit", "825x98.8", "--solar", "min", "--shield", "0mm", "--json"] as const;
  const heldAgainstSpenvis = (json: string): void => {
    const { trappedProtons } = JSON.parse(json) as Printed;
    for (const [e, flux] of spenvis) {
      const ours = trappedProtons.integral.find(({ energyMeV }) => energyMeV === e)!.fluxPerCm2PerSecond;
      expect(Math.abs(ours / flux - 1)).toBeLessThan(0.1);
    }
  };

  test("825 km, 98.8°, AP-8 MIN out of the tables: SPENVIS's integral fluxes to 10 %", async () => {
    heldAgainstSpenvis(await printed(...ask));
  });

  test("an orbit that the tables do not hold says that it needs the maps", async () => {
    await expect(printed("--orbit", "200x51.6")).rejects.toThrow(/give the maps \(--maps DIR\)/);
  });

  if (!orbitDataIsHere)
    test("NOT HELD AGAINST THE MAPS: ../shared/data/orbit is not here", () => {
      expect(orbitDataIsHere).toBe(false);
    });
  else
    test("with the maps likewise", async () => {
      heldAgainstSpenvis(await printed(...ask, "--maps", orbitFolder));
    });
});

test("a thickness is in mm, its unit written or not", () => {
  expect([millimetres("2.54mm"), millimetres("10"), millimetres("0 mm")]).toEqual([2.54, 10, 0]);
});
