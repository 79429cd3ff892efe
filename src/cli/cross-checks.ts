import { existsSync } from "node:fs";
import { RigError } from "../domain/errors.ts";
import { beyondAbsolute } from "../rig/absolute-limits.ts";
import { acceleratorProblems, unknownBeamProblems } from "./accelerator-checks.ts";
import { configurationProblems } from "./configuration-checks.ts";
import { nearest } from "./did-you-mean.ts";
import { emulationProblems } from "./emulation-checks.ts";
import { equipmentProblems } from "./equipment-checks.ts";
import type { ReadCampaign, ReadRig } from "./files.ts";
import { injectorProblems } from "./injector-checks.ts";
import { complain, located, placeOf } from "./read-yaml.ts";
import { railProblems } from "./rail-checks.ts";
import { shortPath } from "./short-path.ts";
import { thermalLimitProblems, thermalProblems } from "./thermal-checks.ts";

/** What no schema sees: names that must be found elsewhere. All throw RigError `config`, every problem located. */

type Located = ReturnType<typeof located>;

/** Names within one rig file: devices of stations, emulated devices of memory links. */
export function checkRig({ file, rig }: Pick<ReadRig, "file" | "rig">): void {
  const problems: Located[] = [];
  const devices = Object.keys(rig.devices);
  const known = (path: readonly PropertyKey[], name: string): void => {
    if (!devices.includes(name))
      problems.push(located(file, path, unknownName("device", name, devices, "devices")));
  };
  const serials = new Map<string, string>();
  const everything = [
    ...Object.entries(rig.stations).map(([name, spec]) => ({ path: ["stations", name], name, spec })),
    ...Object.entries(rig.devices).map(([name, spec]) => ({ path: ["devices", name], name, spec })),
  ];
  for (const { path, name, spec } of everything) {
    const other = spec.serial === undefined ? undefined : serials.get(spec.serial);
    if (other !== undefined)
      problems.push(
        located(
          file,
          [...path, "serial"],
          `serial '${spec.serial ?? ""}' is already that of '${other}': every device has its own`,
        ),
      );
    if (spec.serial !== undefined) serials.set(spec.serial, name);
    if ("memory" in spec.link) {
      const emulated = [...Object.keys(rig.emulation?.boards ?? {}), ...devices];
      if (rig.emulation === undefined)
        problems.push(
          located(file, [...path, "link"], "a memory link needs an 'emulation' part in this file"),
        );
      else if (!emulated.includes(spec.link.memory))
        problems.push(
          located(
            file,
            [...path, "link", "memory"],
            unknownName("emulated device", spec.link.memory, emulated, "emulation.boards"),
          ),
        );
    }
  }
  for (const [name, station] of Object.entries(rig.stations)) {
    if (station.injector !== undefined)
      known(["stations", name, "injector", "device"], station.injector.device);
    const { thermal, supply = [], beam } = station;
    if (thermal !== undefined) known(["stations", name, "thermal", "device"], thermal.device);
    for (const [place, rail] of supply.entries())
      known(["stations", name, "supply", place, "device"], rail.device);
    if (beam !== undefined) known(["stations", name, "beam", "counter"], beam.counter);
    if (beam?.shutter !== undefined)
      known(["stations", name, "beam", "shutter", "device"], beam.shutter.device);
  }
  if (Object.keys(rig.stations).length === 0)
    problems.push(located(file, ["stations"], "no station: a rig has at least one board to test"));
  problems.push(...emulationProblems({ file, rig }));
  for (const { path, text } of beyondAbsolute(rig)) problems.push(located(file, path, text));
  const links = new Set(everything.map(({ spec }) => "memory" in spec.link));
  if (links.size > 1)
    problems.push(
      located(
        file,
        ["stations"],
        "memory links run on virtual time and others on the wall's: one rig has only one of them",
      ),
    );
  problems.push(...equipmentProblems({ file, rig }));
  problems.push(...acceleratorProblems({ file, rig }));
  problems.push(...railProblems({ file, rig }));
  problems.push(...thermalLimitProblems({ file, rig }));
  if (problems.length > 0) throw complain(problems, file.name);
}

/** A campaign on this rig: every board it names is there, with the equipment its blocks need. */
export function checkCampaign(campaign: ReadCampaign, read: ReadRig): void {
  const { file: rigFile, rig } = read;
  const { file } = campaign;
  const problems: Located[] = [];
  const names = Object.keys(rig.stations);
  for (const [index, block] of campaign.campaign.blocks.entries()) {
    for (const [place, dut] of block.dut.entries()) {
      const path = ["blocks", index, "dut", place];
      const station = rig.stations[dut];
      if (station === undefined) {
        problems.push(located(file, path, unknownName("board", dut, names, `stations of ${rigFile.name}`)));
        continue;
      }
      if ((block.kind === "beam" || block.kind === "beam_on_dut_idle") && station.beam === undefined)
        problems.push(
          located(
            file,
            path,
            `board '${dut}' has no beam in ${rigFile.name}: add 'beam: <device>' to its station`,
          ),
        );
    }
    problems.push(...configurationProblems(campaign, index, rig, rigFile.name));
    problems.push(...injectorProblems(campaign, index, rig));
    problems.push(...unknownBeamProblems(campaign, index, read));
    if (!("beam" in block) && block.stop.fluencePerCm2 !== undefined)
      problems.push(
        located(
          file,
          ["blocks", index, "stop", "fluencePerCm2"],
          `a block of kind ${block.kind} has no fluence: stop it by ${block.kind === "injection" ? "strikes, events, seconds or intervalWidth" : "seconds"}`,
        ),
      );
    if (!("beam" in block) && block.stop.doseRadSi !== undefined)
      problems.push(
        located(
          file,
          ["blocks", index, "stop", "doseRadSi"],
          `a block of kind ${block.kind} leaves no dose: stop it by ${block.kind === "injection" ? "strikes, events, seconds or intervalWidth" : "seconds"}`,
        ),
      );
    if (block.kind !== "injection" && block.stop.strikes !== undefined)
      problems.push(
        located(
          file,
          ["blocks", index, "stop", "strikes"],
          "nobody counts strikes here: stop it by events, fluencePerCm2 or seconds",
        ),
      );
    if (block.kind !== "injection" && block.stop.intervalWidth !== undefined)
      problems.push(
        located(
          file,
          ["blocks", index, "stop", "intervalWidth"],
          "the interval width is that of an injection's vulnerability: stop a beam by events, fluencePerCm2 or seconds",
        ),
      );
  }
  problems.push(...thermalProblems(campaign, read));
  if (problems.length > 0) throw complain(problems, file.name);
}

/** The rig a campaign runs on: what the command line says, else what the campaign says. */
export function rigPathOf(campaign: ReadCampaign, option: string | undefined): string {
  const path = option ?? campaign.rigPath;
  if (path === null)
    throw new RigError(
      "config",
      `${campaign.file.name}: names no rig: add 'rig: FILE' to it or give --rig FILE`,
    );
  if (option === undefined && !existsSync(path))
    throw new RigError(
      "config",
      `${placeOf(campaign.file, ["rig"])}no rig file ${shortPath(path)}: its path is relative to this file`,
    );
  return path;
}

function unknownName(what: string, name: string, known: readonly string[], where: string): string {
  const guess = nearest(name, known);
  return `no ${what} '${name}' under ${where}${guess === null ? ` (there: ${known.slice(0, 20).join(", ") || "none"})` : `: did you mean '${guess}'?`}`;
}
