import type { CampaignPlan, LoopStructure, PlannedSession } from "./closed-loop-campaign.ts";
import { closedLoopRig, structuresOf } from "./closed-loop-rig.ts";

const bits = { weights: 2048, activations: 2048 } as const;
/** What a strike of 1, 2, 3 cells comes to; that of the rig's own board is of the same size (closed-loop-bench.ts). */
const sdcShares = { weights: [0.3, 0.45, 0.55], activations: [0.18, 0.3] } as const;

export function loopStructures(): LoopStructure[] {
  return structuresOf(closedLoopRig).map((truth) => ({
    ...truth,
    bits: bits[truth.name as keyof typeof bits],
    sdcShares: sdcShares[truth.name as keyof typeof bits],
  }));
}

/** Longer where the cross-section is small, as a test to some hundred events a point would have it. */
const protons = beams([15, 8e14], [25, 2e14], [45, 8e13], [90, 6e13], [180, 6e13]);
const ions = beams([1.8, 8e8], [2.5, 2e8], [4, 8e7], [8, 3e7], [20, 1.2e7], [60, 8e6]);

function beams(...of: readonly (readonly [number, number])[]): PlannedSession["beams"] {
  return of.map(([at, fluencePerCm2]) => ({ at, fluencePerCm2 }));
}

/** Of one cell, two, three: of each structure, in a campaign of exposure 1. */
const strikes = 800;
const logSigma = 0.05;

/**
 * `exposure` times the beam time of one session a species: so many sessions, each with a calibration of its own, and so many times the strikes. Below 1 it is one session,
 * shorter.
 */
export function loopPlan(exposure: number): CampaignPlan {
  const days = Math.max(1, exposure);
  const longer = (of: PlannedSession["beams"]): PlannedSession["beams"] =>
    of.map(({ at, fluencePerCm2 }) => ({ at, fluencePerCm2: (fluencePerCm2 * exposure) / days }));
  const sessions = Array.from({ length: days }, (_, day): PlannedSession[] => [
    { species: "proton", beams: longer(protons), id: `protons ${day + 1}`, logSigma },
    { species: "ion", beams: longer(ions), id: `ions ${day + 1}`, logSigma },
  ]);
  return { structures: loopStructures(), sessions: sessions.flat(), strikes: strikes * exposure };
}
