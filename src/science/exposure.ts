import type { Exposure } from "../domain/exposure.ts";
import { doseOf } from "./dose.ts";
import { liveAccount } from "./live-time.ts";
import { confirmedStrikes } from "./so-far.ts";
import type { RunTally } from "./state.ts";

/**
 * The denominator of one run. A repeat shows what an earlier strike left behind and says nothing of its own,
 * so `asked` = `confirmed` + `unknown` + repeats.
 */
export function exposureOf(run: RunTally, sessionId: string, emulated: boolean): Exposure {
  switch (run.start.runKind) {
    case "injection":
      return {
        kind: "injection",
        asked: run.struck.size,
        confirmed: confirmedStrikes(run),
        unknown: run.unknownStrikes,
      };
    case "beam":
    case "beam_on_dut_idle":
      return beamExposure(run, sessionId, emulated);
    case "beam_off":
      return { kind: "time", liveSeconds: liveAccount(run.timeline, run.lastNs).liveSeconds };
    case "imported":
      return { kind: "unknown", reason: "imported logs state no exposure" };
  }
}

function beamExposure(run: RunTally, sessionId: string, emulated: boolean): Exposure {
  const { beam } = run.start.plan;
  if (beam === null) return { kind: "unknown", reason: "the plan describes no beam" };
  if (run.timeline.knots.length < 2)
    return { kind: "unknown", reason: "the beam counter was not read twice within the run" };
  const account = liveAccount(run.timeline, run.lastNs);
  return {
    kind: "beam",
    species: beam.species,
    energyMeV: beam.energyMeV,
    letMeVCm2PerMg: beam.letMeVCm2PerMg,
    tiltDeg: beam.tiltDeg,
    fluenceLivePerCm2: account.fluenceLivePerCm2,
    fluenceGrossPerCm2: account.fluenceGrossPerCm2,
    // A counter that states how well it knows its fluence is believed; the plan speaks where it is silent.
    fluenceRelUncertainty1Sigma: run.counterRelUncertainty1Sigma ?? beam.fluenceRelUncertainty1Sigma,
    fluenceSource: beam.fluenceSource,
    computeSeconds: run.iterations.computeSeconds,
    liveSeconds: account.liveSeconds,
    deadSeconds: account.deadSeconds,
    doseRadSi: doseOf(run),
    sessionId,
    emulated,
  };
}

/** Exposures of like runs together; what differs in kind has no sum. Relative uncertainties are common to a session and do not average out. */
export function sumExposures(exposures: readonly Exposure[]): Exposure {
  const [first, ...rest] = exposures;
  if (first === undefined) return { kind: "unknown", reason: "no run" };
  return rest.reduce(addExposures, first);
}

function addExposures(a: Exposure, b: Exposure): Exposure {
  if (a.kind === "injection" && b.kind === "injection")
    return {
      kind: "injection",
      asked: a.asked + b.asked,
      confirmed: a.confirmed + b.confirmed,
      unknown: a.unknown + b.unknown,
    };
  if (a.kind === "time" && b.kind === "time")
    return { kind: "time", liveSeconds: a.liveSeconds + b.liveSeconds };
  if (a.kind === "beam" && b.kind === "beam")
    return {
      ...a,
      fluenceLivePerCm2: a.fluenceLivePerCm2 + b.fluenceLivePerCm2,
      fluenceGrossPerCm2: a.fluenceGrossPerCm2 + b.fluenceGrossPerCm2,
      fluenceRelUncertainty1Sigma: Math.max(a.fluenceRelUncertainty1Sigma, b.fluenceRelUncertainty1Sigma),
      computeSeconds: a.computeSeconds + b.computeSeconds,
      liveSeconds: a.liveSeconds + b.liveSeconds,
      deadSeconds: a.deadSeconds + b.deadSeconds,
      doseRadSi: a.doseRadSi === null || b.doseRadSi === null ? null : a.doseRadSi + b.doseRadSi,
    };
  if (a.kind === "unknown") return a;
  return b.kind === "unknown" ? b : { kind: "unknown", reason: "runs of different kinds" };
}
