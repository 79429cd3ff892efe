import type { ModelEffect, ModelOutcome, Point, Protection, Quantity } from "./model.ts";
import { sumOf } from "./observed.ts";
import type { Observed, ObservedRun, Statement } from "./observed.ts";
import { pointsOf } from "./points.ts";
import type { PointOfRuns, RunCount } from "./points.ts";
import type { UpsetGroup } from "./upsets.ts";

/** One quantity with every point at which it was counted or stated, before any curve is drawn through it. */
export interface Gathered {
  readonly quantity: Quantity;
  readonly per: "bit" | "device";
  readonly points: readonly Measured[];
  readonly drawShare: UpsetGroup["drawShare"] | null;
  readonly findings: readonly string[];
}

export interface Measured extends Point {
  readonly species: "proton" | "neutron" | "ion";
  readonly byRun: readonly RunCount[];
  /** Of a value without a count. */
  readonly priorLogSigma: number;
}

/** Outcomes that have a response of their own; the others are counted in vulnerabilities and compositions. */
const ofDevice: readonly ModelOutcome[] = ["sdc", "sdcCritical", "due"];
const effectsOfDevice: readonly ModelEffect[] = [
  "sefi",
  "sefi_self",
  "sefi_reset",
  "sefi_reload",
  "sefi_power",
  "sel",
  "sel_micro",
];

export function gather(all: readonly Observed[], upsets: readonly UpsetGroup[]): Gathered[] {
  return [
    ...upsets.map((group): Gathered => ({
      quantity: { kind: "upset", structures: group.structures },
      per: "bit",
      points: withSpecies(all, group.points),
      drawShare: group.drawShare,
      findings: group.findings,
    })),
    ...outcomes(all),
    ...memories(all),
    ...effects(all),
    ...statements(all),
  ].filter(({ points }) => points.length > 0);
}

function outcomes(all: readonly Observed[]): Gathered[] {
  return conditionsOf(all).flatMap(({ workload, protection }) =>
    ofDevice.map((outcome) =>
      device({ kind: "outcome", workload, outcome, protection }, all, (run) =>
        isAtWork(run) && run.workload === workload && run.protection === protection
          ? sumOf(run.outcomes, outcome)
          : null,
      ),
    ),
  );
}

/** Counters count errors and not events: what scatters more widely than single events is said by its goodness. */
function memories(all: readonly Observed[]): Gathered[] {
  return conditionsOf(all).flatMap(({ workload, protection }) => {
    const here = (run: ObservedRun): boolean =>
      isAtWork(run) && run.workload === workload && run.protection === protection;
    const places = new Set(
      all.flatMap(({ runs }) =>
        runs.filter(here).flatMap(({ memories: counted }) => counted.map(({ place }) => place)),
      ),
    );
    return [...places]
      .sort()
      .flatMap((place) =>
        (["corrected", "uncorrected"] as const).map((what) =>
          device({ kind: "memory", structure: place, what, workload, protection }, all, (run) =>
            here(run) ? (run.memories.find((memory) => memory.place === place)?.[what] ?? 0) : null,
          ),
        ),
      );
  });
}

/** Interrupts of a device at work; a latch-up comes to an idle one as well. */
function effects(all: readonly Observed[]): Gathered[] {
  return effectsOfDevice.flatMap((effect) => {
    const gathered = device({ kind: "effect", effect }, all, (run) =>
      isAtWork(run) || (run.kind === "beam_on_dut_idle" && effect.startsWith("sel"))
        ? (run.effects.get(effect) ?? 0)
        : null,
    );
    // Rungs that cured nothing are told by the sum of all.
    const counted = gathered.points.some(({ events }) => events !== 0);
    return counted || effect === "sefi" || effect === "sel" ? [gathered] : [];
  });
}

function device(
  quantity: Quantity,
  all: readonly Observed[],
  events: (run: ObservedRun) => number | null,
): Gathered {
  return {
    quantity,
    per: "device",
    points: withSpecies(all, pointsOf(all, { events, bits: () => 1 })),
    drawShare: null,
    findings: [],
  };
}

function isAtWork({ kind }: ObservedRun): boolean {
  return kind === "beam" || kind === "beam_off";
}

function conditionsOf(
  all: readonly Observed[],
): readonly { readonly workload: string; readonly protection: Protection & ("on" | "off") }[] {
  const found = new Map<string, { workload: string; protection: "on" | "off" }>();
  for (const { runs } of all)
    for (const { kind, workload, protection } of runs)
      if (kind === "beam") found.set(`${workload}|${protection}`, { workload, protection });
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, condition]) => condition);
}

function withSpecies(all: readonly Observed[], points: readonly PointOfRuns[]): Measured[] {
  return points.map((point) => ({
    ...point,
    species: all[point.source]!.runs.find(({ number }) => number === point.runs[0])!.beam!.species,
    priorLogSigma: 0,
  }));
}

function statements(all: readonly Observed[]): Gathered[] {
  const found = new Map<string, { quantity: Quantity; points: Measured[] }>();
  for (const [source, observed] of all.entries())
    for (const statement of observed.statements) {
      const quantity = quantityOf(statement);
      const key = JSON.stringify(quantity);
      const group = found.get(key) ?? { quantity, points: [] };
      found.set(key, group);
      group.points.push(measuredOf(statement, source));
    }
  return [...found.values()].map(({ quantity, points }) => ({
    quantity,
    per: quantity.kind === "upset" ? "bit" : "device",
    points,
    drawShare: null,
    findings: [],
  }));
}

function quantityOf({ quantity, protection }: Statement): Quantity {
  switch (quantity.kind) {
    case "upset":
      return { kind: "upset", structures: [quantity.structure] };
    case "memory":
      return { ...quantity, workload: null, protection };
    case "outcome":
      return { ...quantity, protection };
    case "effect":
      return quantity;
  }
}

function measuredOf(statement: Statement, source: number): Measured {
  const { species, energyMeV, letMeVCm2PerMg, events, fluencePerCm2, crossSectionCm2, sessionId } = statement;
  return {
    source,
    species,
    sessionId,
    energyMeV,
    letMeVCm2PerMg,
    tiltDeg: 0,
    events,
    fluencePerCm2,
    fluenceRelUncertainty1Sigma: statement.relUncertainty1Sigma,
    backgroundEvents: 0,
    bits: statement.bits,
    statedCm2: events === null ? crossSectionCm2 : null,
    dieC: null,
    runs: [],
    byRun: [],
    priorLogSigma: statement.priorLogSigma,
  };
}

/** Merges what several kinds of source say of one quantity: points of journals and of publications side by side. */
export function mergeLike(all: readonly Gathered[]): Gathered[] {
  const merged = new Map<string, Gathered>();
  for (const gathered of all) {
    const key = JSON.stringify(gathered.quantity);
    const before = merged.get(key);
    merged.set(
      key,
      before === undefined
        ? gathered
        : {
            ...before,
            points: [...before.points, ...gathered.points],
            drawShare: before.drawShare ?? gathered.drawShare,
            findings: [...before.findings, ...gathered.findings],
          },
    );
  }
  return [...merged.values()];
}
