import { emptyState, fold } from "../../src/science/fold.ts";
import { normalDraw } from "../../src/science/fit/random-draws.ts";
import { randomStream } from "../../src/domain/random.ts";
import { calibrate } from "../../src/science/model/calibrate.ts";
import { observe } from "../../src/science/model/observe.ts";
import type { Observed } from "../../src/science/model/observed.ts";
import { predict } from "../../src/science/predict/predict.ts";
import { suppliedSurroundings } from "../../src/science/predict/surroundings.ts";
import type { Surroundings } from "../../src/science/predict/surroundings.ts";
import { soFar } from "../../src/science/so-far.ts";
import type { CampaignDone } from "../../src/science/so-far.ts";
import { bendelRate, fluxAboveEnergy } from "../../src/science/upset/nucleon-rate.ts";
import { campaignOn } from "../campaign/emulated.ts";
import { loopOrbit } from "./closed-loop-orbit.ts";

/**
 * The whole bench, seed by seed: board, world, beam, link, engine, journal's records, analysis, and then `calibrate` and `predict` as their commands call them.
 *
 *   rig file, σ(E)·e^t ─world, seed n→ beam at three energies ─┐
 *   rig file ─strikes of their own, seed n→ injection ─────────┴→ records → observe → calibrate → predict → 95 % interval of SDC in orbit
 *
 * t is the error of the fluence's calibration, drawn for each seed: the beam's counter tells a fluence e^-t of the true one, which is the same as cross-sections e^t of it.
 */
const sigmaCm2 = 1e-12;
const aMeV = 12;
const relFluence = 0.05;
const energies = [
  [30, 1.5e11],
  [67, 6e10],
  [180, 4e10],
] as const;
/** Of each structure, and each seed: others than any other seed's. */
const strikes = 120;
const workload = "gemm";
const targets = ["weights", "activations"] as const;

function rigOf(energyMeV: number, scale: number): string {
  const curve = `{ proton: { bendel: { aMeV: ${aMeV}, saturatedCm2: ${sigmaCm2 * scale} } } }`;
  return `
rig: closed-loop
stations:
  dut: { serial: D-1, link: { memory: dut }, supply: box, beam: box }
devices:
  box: { protocol: radrig, serial: B-1, link: { memory: box } }
emulation:
  beam: { species: proton, energyMeV: ${energyMeV}, fluxPerCm2PerSecond: 2.0e+10 }
  boards:
    dut:
      accelerator: cpu
      format: i8
      structures: { weights: ${curve}, activations: ${curve} }
`;
}

/** As if all strikes up to this one had been made already: those after it are this campaign's. Strike k is a pure function of the seed, the run and k. */
function after(done: number): CampaignDone {
  const none = soFar(emptyState());
  return {
    ...none,
    run: (number) => ({
      ...none.run(number),
      isDone: (id) => id <= done,
      counts: { strikes: done, confirmed: done, sdc: 0, events: 0 },
    }),
  };
}

/** Strikes `from`+1 … `from`+`count` of both structures. The campaign's seed chooses weights and inputs, the same for all. */
async function inject(from: number, count: number) {
  return campaignOn(
    rigOf(67, 1),
    [
      `{ kind: injection, dut: dut, workload: ${workload}, target: [${targets.join(", ")}], stop: { strikes: ${from + count} } }`,
    ],
    { seed: 0, soFar: after(from) },
  );
}

/** The trapped protons of the orbit, taken as exact. */
export function benchOrbit(): Surroundings {
  const { part } = loopOrbit().find((one) => one.part.source === "trappedProtons")!;
  if (part.strike !== "nucleons") throw new Error("trapped protons strike by energy");
  return suppliedSurroundings("trapped protons of 650x98", { protons: part.spectrum, let: null }, null);
}

export interface BenchTruth {
  /** Of the device, 1/s. */
  readonly rate: number;
  /** Of the reference study alone. */
  readonly relError: number;
}

/** σ × bits × share: of so many strikes a structure that no seed makes. */
export async function benchTruth(surroundings: Surroundings, referenceStrikes: number): Promise<BenchTruth> {
  const { result } = await inject(1_000_000, referenceStrikes);
  let [bits, variance] = [0, 0];
  for (const run of result.runs) {
    const sdc = run.outcomes.sdcCritical.primary + run.outcomes.sdcTolerable.primary;
    const trials =
      sdc +
      run.outcomes.masked!.primary +
      run.outcomes.dueDetected.primary +
      run.outcomes.dueCrash.primary +
      run.outcomes.dueHang.primary;
    const share = sdc / trials;
    bits += bitsOfOperand * share;
    variance += (bitsOfOperand ** 2 * share * (1 - share)) / trials;
  }
  const perBit = surroundings.parts.reduce(
    (sum, part) =>
      part.strike === "nucleons"
        ? sum + bendelRate(fluxAboveEnergy(part.spectrum), { saturatedCm2: sigmaCm2, aMeV })
        : sum,
    0,
  );
  return { rate: perBit * bits, relError: Math.sqrt(variance) / bits };
}

/** One 8-bit word an element, 16 × 16 of them, in either operand. */
const bitsOfOperand = 256 * 8;

export interface BenchSeed {
  /** The rate as composed from structures, and as the beam's own count of SDC gives it: lower, upper, 1/s. */
  readonly composed: readonly [number, number];
  readonly beam: readonly [number, number];
  readonly events: number;
}

export async function benchSeed(surroundings: Surroundings, seed: number): Promise<BenchSeed> {
  const scale = Math.exp(relFluence * normalDraw(randomStream(seed, "closed-loop", "fluence")));
  const observed: Observed[] = [];
  let events = 0;
  for (const [energyMeV, fluencePerCm2] of energies) {
    const { records, result } = await campaignOn(
      rigOf(energyMeV, scale),
      [
        `{ kind: beam, dut: dut, workload: ${workload}, beam: { species: proton, energyMeV: ${energyMeV}, fluenceRelUncertainty1Sigma: ${relFluence} }, stop: { fluencePerCm2: ${fluencePerCm2}, seconds: 600 } }`,
      ],
      { seed: 0, worldSeed: 3 * seed + energies.findIndex(([energy]) => energy === energyMeV) },
    );
    observed.push(observedOf(records));
    for (const { outcomes } of result.runs)
      events += outcomes.sdcCritical.primary + outcomes.sdcTolerable.primary;
  }
  observed.push(observedOf((await inject((seed - 1) * strikes, strikes)).records));
  const model = calibrate(observed, { tool: "study", seed });
  const { lines } = predict({
    tool: "study",
    model,
    modelSha256: "",
    surroundings,
    conditions: { seed, draws: 2000, temperatureC: null, thicknessUm: null, inferencesPerSecond: null },
  });
  const of = (kind: "composed" | "beam"): readonly [number, number] => {
    const line = lines.find(
      ({ kind: is, quantity }) => is === kind && quantity.kind === "outcome" && quantity.outcome === "sdc",
    );
    const perDay = line!.rates!.perDay;
    return [perDay.lower / 86_400, perDay.upper! / 86_400];
  };
  return { composed: of("composed"), beam: of("beam"), events };
}

function observedOf(records: Awaited<ReturnType<typeof campaignOn>>["records"]): Observed {
  const state = emptyState();
  for (const record of records) fold(state, record);
  return observe(state, "");
}
