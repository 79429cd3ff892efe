import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../domain/clock.ts";
import { RigError } from "../domain/errors.ts";
import type { Plan } from "../domain/plan.ts";
import { recordVersion } from "../domain/record-version.ts";
import type { CampaignStart } from "../domain/records.ts";
import { emptyState } from "../science/fold.ts";
import type { CampaignState } from "../science/state.ts";
import { inMemory } from "./assemble.ts";
import { realClock, virtualClock } from "./clocks.ts";
import { checkEmulatedBoards } from "./board-checks.ts";
import { checkCampaign, checkRig, rigPathOf } from "./cross-checks.ts";
import { essentialFilesAgain } from "./essential-files.ts";
import type { EssentialFiles } from "./essential-files.ts";
import type { ReadCampaign, ReadRig } from "./files.ts";
import { firstLight, readCampaign, readRig, sha256Of } from "./files.ts";
import type { Origin } from "./origin.ts";
import { readOrigin } from "./origin.ts";
import { toolName } from "./package-root.ts";
import { readRecord } from "./read-record.ts";
import { newRecordFolder } from "./record-number.ts";
import { shiftedClock, shiftNs } from "./shifted-clock.ts";

/** What `radrig run` was asked for. */
export interface RunRequest {
  readonly campaign?: string;
  readonly rig?: string;
  readonly seed?: number;
  readonly out?: string;
  readonly resume?: string;
}

/** A campaign about to begin or to go on. Nothing was written yet but, for a new one, an empty folder. */
export interface Begun {
  readonly folder: string;
  /** It holds no journal yet. */
  readonly folderIsNew: boolean;
  /** It was made for this, so it goes again if nothing comes of it: nothing of anybody else's is in it. */
  readonly folderIsOurs: boolean;
  readonly plan: Plan;
  /** Its file, to locate in it what is wrong; null where the journal has the plan and no file is at hand. */
  readonly campaign: ReadCampaign | null;
  readonly essentialFiles: EssentialFiles;
  readonly rig: ReadRig;
  readonly origin: Origin;
  readonly clock: Clock;
  /** Fold of what the journal holds; empty for a new one. */
  readonly state: CampaignState;
  /** null: the journal has its start. */
  readonly start: Omit<CampaignStart, "tNs"> | null;
}

/** Throws RigError `config` for what is wrong with the files, `journal_mismatch` where a record is of another campaign or rig. */
export async function begin(request: RunRequest): Promise<Begun> {
  return request.resume === undefined ? beginNew(request) : goOn(request, request.resume);
}

async function beginNew(request: RunRequest): Promise<Begun> {
  const campaignPath = request.campaign ?? firstLight;
  const campaign = readCampaign(campaignPath, request.seed);
  const rig = readRig(rigPathOf(campaign, request.rig));
  checkRig(rig);
  checkCampaign(campaign, rig);
  await checkEmulatedBoards(rig, campaign);
  const { folder, made } = newRecordFolder(request.out, campaign.plan.campaign);
  const origin: Origin = { campaign: campaign.file.path, rig: rig.file.path, seed: campaign.plan.seed };
  return { ...fresh(folder, campaign, rig, origin), folderIsOurs: made };
}

function fresh(folder: string, campaign: ReadCampaign, rig: ReadRig, origin: Origin): Begun {
  const { plan, planSha256, essentialFiles } = campaign;
  const clock = clockFor(rig);
  const start: Begun["start"] = {
    type: "campaign_start",
    schemaVersion: recordVersion,
    tool: toolName,
    epochUtc: clock.epochUtc,
    campaign: plan.campaign,
    seed: plan.seed,
    emulated: rig.rig.emulation !== undefined,
    rig: rig.rig.rig,
    rigSha256: rig.sha256,
    planSha256,
    plan,
    sessionId: sessionIdOf(planSha256, rig.sha256, clock.epochUtc),
  };
  return {
    folder,
    folderIsNew: true,
    folderIsOurs: false,
    plan,
    campaign,
    essentialFiles,
    rig,
    origin,
    clock,
    state: emptyState(),
    start,
  };
}

async function goOn(request: RunRequest, folder: string): Promise<Begun> {
  const state = await readRecord(folder);
  const origin = readOrigin(folder);
  const rigPath = request.rig ?? origin?.rig;
  if (rigPath === undefined)
    throw new RigError(
      "config",
      `${join(folder, "origin.json")} is missing, so the rig file is not known: give it by --rig FILE`,
    );
  const rig = readRig(rigPath);
  checkRig(rig);
  if (state.start === null) return goOnFromNothing(request, folder, rig, origin);
  const { start } = state;
  if (rig.sha256 !== start.rigSha256)
    throw new RigError(
      "journal_mismatch",
      `${folder} was made on rig '${start.rig}' (SHA-256 ${start.rigSha256.slice(0, 12)}), ${rig.file.name} is another (${rig.sha256.slice(0, 12)}): give the same rig file by --rig, or begin a new record`,
    );
  refuseOtherPlan(request, folder, start);
  const clock = clockFor(rig);
  const shifted = shiftedClock(clock, shiftNs(clock, start.epochUtc, state.lastNs), start.epochUtc);
  return {
    folder,
    folderIsNew: false,
    folderIsOurs: false,
    plan: start.plan,
    campaign: null,
    essentialFiles: essentialFilesAgain(start.plan, request.campaign ?? origin?.campaign ?? null),
    rig,
    origin: origin ?? { campaign: null, rig: rig.file.path, seed: start.seed },
    clock: shifted,
    state,
    start: null,
  };
}

/** The first process died before its first record was whole: nothing had been exposed, so the campaign begins. */
async function goOnFromNothing(
  request: RunRequest,
  folder: string,
  rig: ReadRig,
  origin: Origin | null,
): Promise<Begun> {
  const path = request.campaign ?? origin?.campaign ?? undefined;
  if (path === undefined)
    throw new RigError(
      "journal_unreadable",
      `${folder}: the journal is empty, and which campaign was meant is not known: name its file`,
    );
  const campaign = readCampaign(path, request.seed ?? origin?.seed);
  checkCampaign(campaign, rig);
  await checkEmulatedBoards(rig, campaign);
  return {
    ...fresh(folder, campaign, rig, {
      campaign: campaign.file.path,
      rig: rig.file.path,
      seed: campaign.plan.seed,
    }),
    folderIsNew: false,
  };
}

function refuseOtherPlan(request: RunRequest, folder: string, start: CampaignStart): void {
  if (request.seed !== undefined && request.seed !== start.seed)
    throw new RigError(
      "journal_mismatch",
      `${folder} has seed ${start.seed}, not ${request.seed}: leave --seed out, or begin a new record`,
    );
  const asked = request.campaign === undefined ? null : readCampaign(request.campaign, start.seed);
  if (sha256Of(start.plan) !== start.planSha256 || (asked !== null && asked.planSha256 !== start.planSha256))
    throw new RigError(
      "journal_mismatch",
      `${folder} holds campaign '${start.campaign}' with another plan than ${asked?.file.name ?? "its checksum says"}: leave the file out, or begin a new record`,
    );
}

function clockFor({ rig }: ReadRig): Clock {
  return inMemory(rig) ? virtualClock() : realClock();
}

/** The same for the same plan, rig and epoch: on virtual time always, on a real bench never twice. */
function sessionIdOf(planSha256: string, rigSha256: string, epochUtc: string): string {
  return createHash("sha256").update(`${planSha256} ${rigSha256} ${epochUtc}`).digest("hex").slice(0, 16);
}
