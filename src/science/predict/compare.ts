import { RigError } from "../../domain/errors.ts";
import { drawAll } from "./draws.ts";
import { secondsPerDay } from "../../domain/clock.ts";
import { figureOf, sortDraws } from "./figures.ts";
import { nameOf } from "./lines.ts";
import type { Asked } from "./lines.ts";
import { askQuantities, deviceName } from "./predict.ts";
import type { Figure, LineKind, PredictionConditions } from "./prediction.ts";
import { prepareParts } from "./prepared.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Model } from "../model/model.ts";

/**
 *   A ─┐                              ┌→ both rates, each with its interval
 *      ├─ the same quantity, the same ┤
 *   B ─┘  draws of what both share    └→ B by A, draw by draw, with its interval: what both share cancels
 *
 * One device in two orbits has one cross-section, and one error of the belts' model; two devices in one orbit have one flux, and posteriors of their own.
 */
export interface Side {
  readonly name: string;
  readonly model: Model;
  /** Tells models apart: the SHA-256 of the file. */
  readonly modelSha256: string;
  readonly surroundings: Surroundings;
  readonly conditions: Pick<PredictionConditions, "temperatureC" | "thicknessUm" | "inferencesPerSecond">;
}

export interface Comparison {
  readonly schemaVersion: 1;
  readonly tool: string;
  readonly seed: number;
  readonly draws: number;
  readonly a: { readonly name: string; readonly device: string; readonly surroundings: string };
  readonly b: { readonly name: string; readonly device: string; readonly surroundings: string };
  readonly lines: readonly ComparedLine[];
  /** What one side alone can say. */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
}

export interface ComparedLine {
  readonly kind: LineKind;
  readonly name: string;
  readonly workload: string | null;
  readonly a: Figure;
  readonly b: Figure;
  /** B by A; null where either side is a limit, or no rate at all. */
  readonly ratio: Figure | null;
  /** `higher`, `lower`: of B, and the interval of the ratio leaves out 1. `undecided`: it does not, or a side is a limit. */
  readonly verdict: "higher" | "lower" | "undecided";
}

/** Every quantity that both sides have. A RigError "config" where there is none. */
export function compare(
  a: Side,
  b: Side,
  { tool, seed, draws: count }: { readonly tool: string; readonly seed: number; readonly draws: number },
): Comparison {
  const ofA = evaluateSide(a, seed, count, "");
  const isOneDevice = a.modelSha256 === b.modelSha256;
  const ofB = evaluateSide(b, seed, count, isOneDevice ? "" : "b");
  const lines = [...ofA].flatMap(([key, one]): ComparedLine[] => {
    const other = ofB.get(key);
    if (other === undefined) return [];
    return [lineOf(one, other)];
  });
  if (lines.length === 0)
    throw new RigError(
      "config",
      `${a.name} and ${b.name} have no quantity in common: ${a.name} has ${namesOf(ofA)}; ${b.name} has ${namesOf(ofB)}`,
    );
  const only = (these: Evaluations, those: Evaluations): string[] =>
    [...these].filter(([key]) => !those.has(key)).map(([, { asked }]) => wordsOf(asked));
  return {
    schemaVersion: 1,
    tool,
    seed,
    draws: count,
    a: { name: a.name, device: deviceName(a.model), surroundings: a.surroundings.name },
    b: { name: b.name, device: deviceName(b.model), surroundings: b.surroundings.name },
    lines,
    onlyA: only(ofA, ofB),
    onlyB: only(ofB, ofA),
  };
}

interface OneSide {
  readonly asked: Asked;
  /** Events a second of the device, or of a bit. */
  readonly perSecond: Float64Array;
  readonly isLimit: boolean;
  readonly per: "bit" | "device";
}

type Evaluations = ReadonlyMap<string, OneSide>;

function evaluateSide(side: Side, seed: number, count: number, device: string): Evaluations {
  const draws = drawAll(seed, count, device);
  const conditions = { ...side.conditions, seed, draws: count };
  const found = new Map<string, OneSide>();
  for (const asked of askQuantities(side.model, prepareParts(side.surroundings), conditions)) {
    const { total, bySource } = asked.evaluate(draws);
    if (bySource.length === 0) continue;
    const isPerBit = asked.per === "bit" && asked.bits === null;
    const times = asked.per === "bit" && asked.bits !== null ? asked.bits : 1;
    found.set(`${asked.kind}|${isPerBit}|${wordsOf(asked)}`, {
      asked,
      perSecond: total.map((value) => value * times),
      isLimit: bySource.every(({ fits }) => fits.every(({ basis }) => basis === "limit")),
      per: isPerBit ? "bit" : "device",
    });
  }
  return found;
}

/** Protection is not among them: with codes and without is what is compared. */
function wordsOf({ quantity, workload }: Asked): string {
  return `${nameOf(quantity)}${workload === null ? "" : `, ${workload}`}`;
}

const namesOf = (side: Evaluations): string =>
  side.size === 0
    ? "none"
    : [...side.values()]
        .slice(0, 5)
        .map(({ asked }) => wordsOf(asked))
        .join("; ");

function lineOf(a: OneSide, b: OneSide): ComparedLine {
  const unit = `1/(${a.per}·day)`;
  const figure = (side: OneSide): Figure =>
    figureOf(sortDraws(side.perSecond, side.isLimit), secondsPerDay, unit);
  const known = !a.isLimit && !b.isLimit && a.perSecond.every((value) => value > 0);
  const ratio = known
    ? figureOf(
        sortDraws(
          b.perSecond.map((value, i) => value / a.perSecond[i]!),
          false,
        ),
        1,
        "1",
      )
    : null;
  return {
    kind: a.asked.kind,
    name: nameOf(a.asked.quantity),
    workload: a.asked.workload,
    a: figure(a),
    b: figure(b),
    ratio,
    verdict:
      ratio === null ? "undecided" : ratio.lower > 1 ? "higher" : ratio.upper! < 1 ? "lower" : "undecided",
  };
}
