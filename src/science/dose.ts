import type { BeamReading } from "../domain/equipment.ts";
import type { CampaignState, RunTally } from "./state.ts";

/** Readings of a beam counter that follow one another; only what dose is made of. */
export type DoseReading = Pick<BeamReading, "fluencePerCm2" | "fluxPerCm2PerSecond" | "gapSeconds">;

/**
 * Fluence that a part took from one reading to the next, for its dose: taken whether anybody counted or not. A counter that began
 * anew shows what it counted since; over a gap that was not counted the higher flux of its two ends is taken to have lasted,
 * because a part that is thought too fresh is lost, and one thought too old is not.
 */
export function fluenceTaken(before: DoseReading, now: DoseReading): number {
  const gained =
    now.fluencePerCm2 >= before.fluencePerCm2 ? now.fluencePerCm2 - before.fluencePerCm2 : now.fluencePerCm2;
  const unseen = now.gapSeconds * Math.max(before.fluxPerCm2PerSecond, now.fluxPerCm2PerSecond);
  // A log bridges its gaps with counts that stand in the gain; a picoammeter does not.
  return gained < unseen / 2 ? gained + unseen : gained;
}

/** Dose of one run, rad(Si); null where nobody stated a dose per fluence. */
export function doseOf(run: RunTally): number | null {
  const perFluence = run.start.plan.beam?.doseRadSiPerFluence ?? null;
  return perFluence === null ? null : perFluence * run.fluenceTakenPerCm2;
}

/** Runs whose part had taken more than the dose from which, as their plan states, it wears out: their rates are of a part that was not sound any more. */
export function runsPastOnset(state: CampaignState): ReadonlySet<number> {
  const past = new Set<number>();
  const taken = new Map<string, number>();
  for (const run of [...state.runs.values()].sort((a, b) => a.number - b.number)) {
    const dose = doseOf(run);
    if (dose === null) continue;
    const { serial } = run.start.dut;
    const radSi = (taken.get(serial) ?? run.start.priorDoseRadSi) + dose;
    taken.set(serial, radSi);
    if (radSi > (run.start.plan.beam?.doseOnsetRadSi ?? Infinity)) past.add(run.number);
  }
  return past;
}

/** What one part has taken, by its serial number (TIM-8). */
export interface DoseLedger {
  readonly serial: string;
  readonly dut: string;
  readonly priorRadSi: number;
  /** In this campaign's runs, whatever became of them. */
  readonly campaignRadSi: number;
}

/** Parts that were in a beam whose dose per fluence somebody stated, in the order of their first run. */
export function dosesOf(state: CampaignState): DoseLedger[] {
  const ledger = new Map<string, DoseLedger>();
  for (const run of [...state.runs.values()].sort((a, b) => a.number - b.number)) {
    const dose = doseOf(run);
    if (dose === null) continue;
    const { serial, name } = run.start.dut;
    const campaignRadSi = (ledger.get(serial)?.campaignRadSi ?? 0) + dose;
    ledger.set(serial, { serial, dut: name, priorRadSi: run.start.priorDoseRadSi, campaignRadSi });
  }
  return [...ledger.values()];
}
