import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { padWordsOf } from "../campaign/configuration-schema.ts";
import { readEssentialBits } from "../campaign/essential-bits.ts";
import type { EssentialBits } from "../campaign/essential-bits.ts";
import type { CampaignFile } from "../campaign/plan-schema.ts";
import type { FpgaFamily } from "../domain/configuration-plan.ts";
import { RigError } from "../domain/errors.ts";
import type { Plan } from "../domain/plan.ts";
import { complain, located } from "./read-yaml.ts";
import type { YamlFile } from "./read-yaml.ts";

/**
 * Essential-bits files that a campaign names, by their SHA-256, which is what its plan holds of them:
 *
 *   campaign file ─path→ .ebd ─→ checksum → plan → journal          resumed: journal ─path, checksum→ the same .ebd, or a refusal
 */
export type EssentialFiles = ReadonlyMap<string, EssentialBits>;

/** RigError `config`, located in the campaign file, for what cannot be read; else the files, and the checksum of each path. */
export function essentialFilesOf(
  file: YamlFile,
  campaign: CampaignFile,
): { readonly files: EssentialFiles; readonly checksums: ReadonlyMap<string, string> } {
  const files = new Map<string, EssentialBits>();
  const checksums = new Map<string, string>();
  const problems: ReturnType<typeof located>[] = [];
  for (const [index, block] of campaign.blocks.entries()) {
    if (block.kind !== "injection" || block.configuration?.essentialBits === undefined) continue;
    const { essentialBits: path, family } = block.configuration;
    const read = readFile(resolve(dirname(file.path), path), family, padWordsOf(block.configuration));
    if (typeof read === "string") {
      problems.push(located(file, ["blocks", index, "configuration", "essentialBits"], `${path}: ${read}`));
      continue;
    }
    files.set(read.sha256, read.bits);
    checksums.set(path, read.sha256);
  }
  if (problems.length > 0) throw complain(problems, file.name);
  return { files, checksums };
}

/** The files of a journal's plan, found again beside its campaign file. RigError `journal_mismatch` where one is missing or another now. */
export function essentialFilesAgain(plan: Plan, campaignPath: string | null): EssentialFiles {
  const files = new Map<string, EssentialBits>();
  for (const { configuration } of plan.blocks) {
    if (configuration === null || configuration.essentialBits === null) continue;
    const { file, sha256, padWords } = configuration.essentialBits;
    const path = campaignPath === null ? resolve(file) : resolve(dirname(campaignPath), file);
    const read = readFile(path, configuration.family, padWords);
    if (typeof read === "string")
      throw new RigError("journal_mismatch", `essential-bits file ${path}: ${read}`);
    if (read.sha256 !== sha256)
      throw new RigError(
        "journal_mismatch",
        `essential-bits file ${path} is another than the record was made with (SHA-256 ${read.sha256.slice(0, 12)}, not ${sha256.slice(0, 12)}): put the old one back, or begin a new record`,
      );
    files.set(sha256, read.bits);
  }
  return files;
}

function readFile(
  path: string,
  family: FpgaFamily,
  padWords: number,
): { readonly sha256: string; readonly bits: EssentialBits } | string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return "no such file: the path is relative to the campaign file";
  if (!found.isFile()) return "expected an essential-bits file, found something else";
  const bytes = readFileSync(path);
  const bits = readEssentialBits(bytes, family, padWords);
  return typeof bits === "string" ? bits : { sha256: createHash("sha256").update(bytes).digest("hex"), bits };
}
