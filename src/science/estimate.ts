import type { Exposure } from "../domain/exposure.ts";
import type { RunKind } from "../domain/outcome.ts";
import type { CountedRate, Estimate, OutcomeCounts } from "../domain/result.ts";
import { clopperPearson } from "./clopper-pearson.ts";
import { garwood } from "./garwood.ts";
import type { Interval } from "./interval.ts";

const confidence = 0.95;

type Single = Exclude<Estimate["outcome"], "sdc" | "due">;

/** Outcomes that each estimate counts; `sdc` and `due` are the sums a mission asks for. */
const counted: readonly { readonly outcome: Estimate["outcome"]; readonly of: readonly Single[] }[] = [
  { outcome: "sdc", of: ["sdcTolerable", "sdcCritical"] },
  { outcome: "due", of: ["dueDetected", "dueCrash", "dueHang"] },
  { outcome: "masked", of: ["masked"] },
  { outcome: "sdcTolerable", of: ["sdcTolerable"] },
  { outcome: "sdcCritical", of: ["sdcCritical"] },
  { outcome: "dueDetected", of: ["dueDetected"] },
  { outcome: "dueCrash", of: ["dueCrash"] },
  { outcome: "dueHang", of: ["dueHang"] },
];

/** Every estimate that this exposure allows, from primary events; `bits`: how many bits were exposed, null where not known. */
export function estimatesOf(exposure: Exposure, counts: OutcomeCounts, bits: number | null): Estimate[] {
  switch (exposure.kind) {
    case "injection":
      return vulnerabilities(exposure, counts);
    case "beam":
      return crossSections(exposure.fluenceLivePerCm2, counts, bits);
    case "time":
    case "unknown":
      return [];
  }
}

/** An idle board computes nothing: it can crash, hang or reset, and give no wrong answer. */
const ofIdle: ReadonlySet<Estimate["outcome"]> = new Set(["due", "dueCrash", "dueHang"]);

/** The estimates that mean something for a run of this kind. */
export function meaningful(runKind: RunKind, estimates: readonly Estimate[]): Estimate[] {
  return estimates.filter(({ outcome }) => runKind !== "beam_on_dut_idle" || ofIdle.has(outcome));
}

/** Strikes with an end of their own that is the device's. */
export function trialsOf(exposure: Exposure, counts: OutcomeCounts): number {
  return exposure.kind === "injection" ? exposure.confirmed - counts.unattributed.primary : 0;
}

/**
 * Vulnerability: which part of the strikes ended so. A strike that cannot be attributed to the device is as good as unknown:
 * it stands in no denominator, and in the bounds that take every unknown strike as masked, or as DUE.
 */
function vulnerabilities(
  exposure: Extract<Exposure, { kind: "injection" }>,
  counts: OutcomeCounts,
): Estimate[] {
  const trials = trialsOf(exposure, counts);
  const unknown = exposure.unknown + counts.unattributed.primary;
  if (trials <= 0) return [];
  return counted.map(({ outcome, of }) => {
    const n = eventsOf(counts, of);
    const asked = trials + unknown;
    const isDue = outcome.startsWith("due");
    return {
      outcome,
      kind: "vulnerability",
      ...rateOf(n, trials, clopperPearson(n, trials, confidence), 1),
      unit: "1",
      n,
      per: "device",
      bits: null,
      unknownBounds: {
        allMasked: (outcome === "masked" ? n + unknown : n) / asked,
        allDue: (isDue ? n + unknown : n) / asked,
      },
    };
  });
}

/** Cross-section, cm²: events by live fluence; the interval holds the counting alone, the fluence's own uncertainty stands in the exposure. */
function crossSections(fluencePerCm2: number, counts: OutcomeCounts, bits: number | null): Estimate[] {
  if (!(fluencePerCm2 > 0)) return [];
  const found: Estimate[] = [];
  for (const { outcome, of } of counted) {
    // In a beam a harmless particle leaves no trace.
    if (outcome === "masked") continue;
    const n = eventsOf(counts, of);
    const interval = garwood(n, confidence);
    const common = { outcome, kind: "crossSection", unit: "cm2", n, unknownBounds: null } as const;
    found.push({
      ...common,
      ...rateOf(n, fluencePerCm2, interval, fluencePerCm2),
      per: "device",
      bits: null,
    });
    if (bits !== null && bits > 0) {
      const perBit = fluencePerCm2 * bits;
      found.push({ ...common, ...rateOf(n, perBit, interval, perBit), per: "bit", bits });
    }
  }
  return found;
}

/** No event gives an upper limit, never zero (law 8): the value then is that limit. */
function rateOf(
  n: number,
  exposure: number,
  interval: Interval,
  scale: number,
): Pick<Estimate, "value" | "lower" | "upper" | "confidence" | "method" | "limitOnly"> {
  const limitOnly = n === 0;
  return {
    value: limitOnly ? interval.upper / scale : n / exposure,
    lower: interval.lower / scale,
    upper: interval.upper / scale,
    confidence: interval.confidence,
    method: interval.method,
    limitOnly,
  };
}

/** Which part of the strikes; null: no strike. */
export function shareOf(n: number, trials: number): CountedRate | null {
  if (trials <= 0) return null;
  return {
    kind: "vulnerability",
    ...rateOf(n, trials, clopperPearson(n, trials, confidence), 1),
    unit: "1",
    n,
  };
}

/** Errors counted by live fluence; null: no fluence. */
export function countedCrossSection(n: number, fluencePerCm2: number): CountedRate | null {
  if (!(fluencePerCm2 > 0)) return null;
  const rate = rateOf(n, fluencePerCm2, garwood(n, confidence), fluencePerCm2);
  return { kind: "crossSection", ...rate, unit: "cm2", n };
}

function eventsOf(counts: OutcomeCounts, of: readonly Single[]): number {
  return of.reduce((sum, outcome) => sum + (counts[outcome]?.primary ?? 0), 0);
}
