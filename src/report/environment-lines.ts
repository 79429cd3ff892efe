import { secondsPerDay, secondsPerYear } from "../domain/clock.ts";
import type { Environment, GroundEnvironment, OrbitEnvironment } from "../science/environment/environment.ts";
import { lnSigmas } from "../science/environment/how-sure.ts";
import { integralAbove } from "../science/spectra/log-line.ts";
import type { EnergySpectrum, LetSpectrum } from "../science/spectra/spectra.ts";
import { integralFluxAt } from "../science/trapped/integral-spectrum.ts";
import { piece } from "./line.ts";
import type { Line } from "./line.ts";
import { scientific } from "./numbers.ts";

/** An environment on one screen: what meets the device, outside and behind its shield. */
export function environmentLines(environment: Environment): Line[] {
  return [
    heading(environment),
    [],
    ...(environment.kind === "orbit" ? ofOrbit(environment) : ofGround(environment)),
    ...howSure(environment),
  ];
}

function heading({ question: { place, sun, condition, shieldMmAl, shieldShape } }: Environment): Line {
  const shield = place.kind === "ground" ? "" : ` · behind ${shieldMmAl} mm of aluminium (${shieldShape})`;
  const w =
    place.kind === "ground" ? `${sun.ground} Sun` : `W = ${sun.activity.w.toFixed(0)} (${sun.activity.from})`;
  return [
    piece(place.name, "bold"),
    piece(` · ${w}${shield}`),
    ...(condition === "quiet" ? [] : [piece(" · worst day", "yellow")]),
  ];
}

const sureOf: Readonly<Record<string, string>> = {
  trappedProtons: "trapped protons, AP-8",
  galacticParticles: "galactic particles",
  cutOffAndOrbit: "cut-off and orbit",
  slowingDownAndLet: "slowing down and LET",
  neutrons: "neutrons above 1 MeV",
};

function howSure({ question }: Environment): Line[] {
  return [
    [],
    row("known to, one standard deviation", "", ""),
    ...Object.entries(lnSigmas(question)).map(([part, sigma]) =>
      row(sureOf[part] ?? part, "× or ÷", Math.exp(sigma).toFixed(2)),
    ),
    ...(question.condition === "quiet"
      ? []
      : [[piece("  a worst day is a scenario: it has no standard deviation", "yellow")]]),
  ];
}

function ofOrbit(environment: OrbitEnvironment): Line[] {
  const { trappedProtons, galacticProtons, solar, doseRadPerSecond: dose, transmission } = environment;
  return [
    row("cm⁻² s⁻¹", "outside", "behind"),
    ...[10, 30, 50, 100, 200].map((e) => {
      const outside = integralFluxAt(environment.trappedProtonsAbove, e);
      const behind =
        trappedProtons.behind === trappedProtons.outside ? outside : aboveOf(trappedProtons.behind, e);
      return row(`trapped protons > ${e} MeV`, scientific(outside), scientific(behind));
    }),
    ...protonRows("galactic protons", [100, 1_000, 10_000], galacticProtons.outside, galacticProtons.behind),
    ...(solar === null
      ? []
      : protonRows("solar protons", [10, 30, 100], solar.protons.outside, solar.protons.behind)),
    ...[0.5, 1, 2].map((e) =>
      row(
        `trapped electrons > ${e} MeV`,
        scientific(integralFluxAt(environment.trappedElectronsAbove, e)),
        "",
      ),
    ),
    [],
    row("ions by LET in silicon, cm⁻² day⁻¹", "", "behind"),
    ...[1, 10, 20, 30, 43, 60].map((let_) =>
      row(`> ${let_} MeV·cm²/mg`, "", scientific(letAbove(environment.let, let_ * 1_000) * secondsPerDay)),
    ),
    ...(solar === null ? [] : [[piece(`  ${solar.flag}`, "yellow")]]),
    [],
    [piece("  share of galactic and solar particles that reaches the orbit, by rigidity")],
    ...[0.5, 1, 2, 5, 10].map((gv) => row(`${gv} GV`, transmission(gv).toFixed(4), "")),
    [],
    row("rad(Si), protons alone", "", "behind"),
    row("trapped, a year", "", (dose.trappedProtons * secondsPerYear).toPrecision(3)),
    row("galactic, a year", "", (dose.galacticProtons * secondsPerYear).toPrecision(3)),
    ...(solar === null ? [] : [row("worst day", "", (dose.solarProtons * secondsPerDay).toPrecision(3))]),
  ];
}

function ofGround({ neutrons, thermal, relativeFlux, question: { place } }: GroundEnvironment): Line[] {
  const perHour = (flux: number): string => (flux * 3_600).toPrecision(3);
  return [
    [piece(place.kind === "ground" ? place.site.name : "")],
    row("neutrons, cm⁻² h⁻¹", "", ""),
    ...[1, 10, 100].map((e) => row(`> ${e} MeV`, perHour(aboveOf(neutrons, e)), "")),
    row("thermal", perHour(thermal.perCm2Second), `× or ÷ ${thermal.uncertaintyFactor}`),
    row("to New York, mean Sun", relativeFlux.toPrecision(3), ""),
  ];
}

const protonRows = (
  name: string,
  energies: readonly number[],
  outside: EnergySpectrum,
  behind: EnergySpectrum,
): Line[] =>
  energies.map((e) =>
    row(`${name} > ${e} MeV`, scientific(aboveOf(outside, e)), scientific(aboveOf(behind, e))),
  );

const aboveOf = ({ energyMeV, perCm2SecondMeV }: EnergySpectrum, e: number): number =>
  integralAbove(energyMeV, perCm2SecondMeV, e);

/** Of a bin that `from` lies in, the part above it. */
function letAbove({ edgesMeVCm2PerG: edges, perCm2Second }: LetSpectrum, from: number): number {
  return perCm2Second.reduce((sum, flux, i) => {
    const [low, high] = [edges[i]!, edges[i + 1]!];
    return sum + flux * Math.min(1, Math.max(0, (high - from) / (high - low)));
  }, 0);
}

const row = (name: string, outside: string, behind: string): Line => [
  piece(`  ${name.padEnd(36)}`),
  piece(outside.padStart(10)),
  piece(behind.padStart(12)),
];
