import { createHash } from "node:crypto";
import { dirname, resolve } from "node:path";
import type { CampaignFile } from "../campaign/plan-schema.ts";
import { campaignSchema, toPlan } from "../campaign/plan-schema.ts";
import { RigError } from "../domain/errors.ts";
import type { Plan } from "../domain/plan.ts";
import type { LinkSpec } from "../rig/rig-schema.ts";
import { essentialFilesOf } from "./essential-files.ts";
import type { EssentialFiles } from "./essential-files.ts";
import { packageRoot } from "./package-root.ts";
import { isMap } from "./problem-words.ts";
import type { YamlFile } from "./read-yaml.ts";
import { checkYaml, readYaml } from "./read-yaml.ts";
import type { RigFile } from "./rig-file-schema.ts";
import { rigFileSchema } from "./rig-file-schema.ts";

/** A rig file, checked, its paths made absolute; `sha256` is of the bytes as they stand in the file. */
export interface ReadRig {
  readonly file: YamlFile;
  readonly rig: RigFile;
  readonly sha256: string;
}

/** A campaign file, checked; its plan with every default written out. */
export interface ReadCampaign {
  readonly file: YamlFile;
  readonly campaign: CampaignFile;
  readonly plan: Plan;
  /** SHA-256 of the plan, not of the file: a comment changed is no other campaign. */
  readonly planSha256: string;
  /** Essential-bits files that it names. */
  readonly essentialFiles: EssentialFiles;
  /** The rig file it names, absolute; null where it names none. */
  readonly rigPath: string | null;
}

export const firstLight = resolve(packageRoot, "rigs/campaigns/first-light.yaml");

export function readRig(path: string): ReadRig {
  const file = readYaml(resolve(path));
  expectKind(file, "rig", "campaign");
  const rig = checkYaml(file, rigFileSchema);
  return { file, rig: withAbsolutePaths(rig, dirname(file.path)), sha256: file.sha256 };
}

export function readCampaign(path: string, seed?: number): ReadCampaign {
  const file = readYaml(resolve(path));
  expectKind(file, "campaign", "rig");
  const campaign = checkYaml(file, campaignSchema);
  const { files: essentialFiles, checksums } = essentialFilesOf(file, campaign);
  const plan = toPlan(campaign, seed, checksums);
  return {
    file,
    campaign,
    plan,
    planSha256: sha256Of(plan),
    essentialFiles,
    rigPath: campaign.rig === undefined ? null : resolve(dirname(file.path), campaign.rig),
  };
}

/** One file taken for the other is one mistake, and not one for each of its keys. */
function expectKind(
  { name, value }: YamlFile,
  expected: "rig" | "campaign",
  other: "rig" | "campaign",
): void {
  const first = isMap(value) ? Object.keys(value)[0] : undefined;
  if (first === other)
    throw new RigError("config", `${name}:1:1: found a ${other} file, expected a ${expected} file`);
}

/** The plan is made by one function in one key order, so its JSON is its canonical form. */
export function sha256Of(plan: Plan): string {
  return createHash("sha256").update(JSON.stringify(plan)).digest("hex");
}

/** Paths in a rig file are relative to it, wherever radrig is started. */
function withAbsolutePaths(rig: RigFile, folder: string): RigFile {
  const link = (spec: LinkSpec): LinkSpec => {
    if ("pty" in spec) return { pty: resolve(folder, spec.pty) };
    if ("file" in spec) return { file: resolve(folder, spec.file) };
    if ("replay" in spec) return { replay: resolve(folder, spec.replay) };
    if ("serial" in spec && spec.serial.path !== undefined)
      return { serial: { ...spec.serial, path: resolve(folder, spec.serial.path) } };
    return spec;
  };
  const linked = <T extends { readonly link: LinkSpec }>(
    devices: Readonly<Record<string, T>>,
  ): Record<string, T> =>
    byName(Object.entries(devices).map(([name, spec]) => [name, { ...spec, link: link(spec.link) }]));
  return {
    ...rig,
    stations: linked(rig.stations),
    devices: linked(rig.devices),
    ...(rig.emulation === undefined
      ? {}
      : {
          emulation: {
            ...rig.emulation,
            folder: resolve(folder, rig.emulation.folder),
            boards: byName(Object.entries(rig.emulation.boards)),
          },
        }),
  };
}

/** Looked up by names that people write: none is there by inheritance, as `constructor` would be. */
function byName<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, Object.fromEntries(entries));
}
