import type { Outcome } from "../domain/outcome.ts";
import type { RunStart, StrikeRec } from "../domain/records.ts";
import { piece } from "./line.ts";
import type { Line, Paint } from "./line.ts";

/** One strike as a list shows it: where it hit, what was drawn, and what came of it. */
export interface ListedStrike {
  readonly run: number;
  readonly dut: string;
  readonly workload: string;
  readonly faultModel: string | null;
  readonly strike: number;
  readonly target: string;
  readonly component: string;
  readonly iteration: number;
  readonly cycle: number;
  /** null where unknown. */
  readonly outcome: Outcome | null;
  readonly repeatOf: number | null;
  /** Each word that it hit, in words. */
  readonly places: readonly string[];
  readonly detail: string;
}

export function listedStrike(
  { run, strike, component, outcome, repeatOf, places, detail }: StrikeRec,
  { plan }: RunStart,
): ListedStrike {
  const { id, target, iteration, cycle } = strike;
  const of = { run, dut: plan.dut, workload: plan.workload, faultModel: plan.faultModel?.name ?? null };
  return { ...of, strike: id, target, component, iteration, cycle, outcome, repeatOf, places, detail };
}

/** Stands once over the strikes of a run. */
export function runHeading({ run, dut, workload, target, faultModel }: ListedStrike): Line {
  return [
    piece(`run ${run}`, "bold"),
    piece(`  ${dut}`, "cyan"),
    piece(`  ${workload}, ${target}, ${faultModel ?? ""}`),
  ];
}

const paints: Readonly<Record<Outcome, Paint>> = {
  masked: "green",
  sdcTolerable: "yellow",
  sdcCritical: "red",
  dueDetected: "magenta",
  dueCrash: "magenta",
  dueHang: "magenta",
  unattributed: "dim",
};
const outcomeWidth = Math.max(...Object.keys(paints).map((outcome) => outcome.length));

/** A line for each word that it hit, the number and what came of it before the first. */
export function strikeLines(listed: ListedStrike): Line[] {
  const { strike, outcome, places, component, faultModel, iteration, cycle, repeatOf } = listed;
  const beside = [
    `iteration ${iteration}, cycle ${cycle}`,
    ...(component === faultModel ? [] : [component]),
    ...(repeatOf === null ? [] : [`seen again: strike ${repeatOf}`]),
  ];
  const [first = "", ...others] = places;
  return [
    [
      piece(`${String(strike).padStart(7)}  `),
      piece((outcome ?? "unknown").padEnd(outcomeWidth), outcome === null ? "dim" : paints[outcome]),
      piece(`  ${first}`),
      piece(`  (${beside.join("; ")})`, "dim"),
    ],
    ...others.map((place): Line => [piece(`${" ".repeat(11 + outcomeWidth)}${place}`)]),
  ];
}
