import { RigError } from "../../domain/errors.ts";
import { galacticIons, galacticProtons } from "../galactic/galactic-ions.ts";
import { groundNeutrons, relativeNeutronFlux, thermalNeutronFlux } from "../ground/neutrons.ts";
import { doseRateRadSi } from "../matter/dose.ts";
import { letSpectrum } from "../matter/let-spectrum.ts";
import { ionsBehind, protonsBehind } from "../matter/slowing-down.ts";
import type { Shield } from "../matter/slowing-down.ts";
import type { Orbit } from "../orbit/orbit.ts";
import { transmissionTo } from "../orbit/transmission.ts";
import type { Transmission } from "../orbit/transmission.ts";
import { ionsAtOrbit, protonsAtOrbit } from "../solar-events/at-orbit.ts";
import { worstDayIons, worstDayProtons } from "../solar-events/worst-day.ts";
import type { EnergySpectrum } from "../spectra/spectra.ts";
import type { IntegralSpectrum } from "../trapped/integral-spectrum.ts";
import type { TrappedSpectra } from "../trapped/trapped-spectra.ts";
import type {
  Environment,
  EnvironmentQuestion,
  EnvironmentSources,
  OrbitEnvironment,
  SolarPart,
} from "./environment.ts";

/*
 * W ─DLR→ galactic ─┐                        ┌→ protons ─→ dose
 * 1989 ─→ solar ────┴× T(R) ─┐               │
 *                            ├→ outside ─shield→ behind ─→ ions ─→ LET
 * AP-8 ─→ trapped ───────────┘
 */

/**
 * Everything that meets a device at a place: see `Environment` for shapes and units. At the ground the shield has no part. A RigError "config" where the shield is none, and for a worst day at the ground;
 * what the sources cannot answer they refuse.
 */
export function environmentOf(question: EnvironmentQuestion, sources: EnvironmentSources): Environment {
  const { place } = question;
  if (place.kind === "orbit") return inOrbit(question, place.orbit, sources);
  if (question.condition === "worst-day")
    throw new RigError(
      "config",
      `${place.name}: found a worst day's solar particles; expected a quiet Sun, for at the ground they are not computed`,
    );
  return {
    kind: "ground",
    question,
    neutrons: groundNeutrons(place.site, question.sun.ground),
    thermal: thermalNeutronFlux(place.site, question.sun.ground),
    relativeFlux: relativeNeutronFlux(place.site, question.sun.ground),
  };
}

function inOrbit(question: EnvironmentQuestion, orbit: Orbit, sources: EnvironmentSources): OrbitEnvironment {
  const shield: Shield = { geometry: question.shieldShape, thicknessMm: question.shieldMmAl };
  const behind = (outside: EnergySpectrum) => ({ outside, behind: protonsBehind(shield, outside) });
  const { w } = question.sun.activity;
  const transmission = transmissionTo(orbit, sources.shells(orbit));
  const trapped = trappedOf(question, orbit, sources);
  const trappedProtons = behind(trapped.protons);
  const protons = behind(galacticProtons(w, transmission));
  const outsideIons = galacticIons(w, transmission);
  const ions = { outside: outsideIons, behind: ionsBehind(shield, outsideIons) };
  const solar = question.condition === "quiet" ? null : worstDayAt(shield, transmission);
  return {
    kind: "orbit",
    question,
    transmission,
    trappedProtons,
    trappedElectrons: trapped.electrons,
    trappedProtonsAbove: trapped.protonsAbove,
    trappedElectronsAbove: trapped.electronsAbove,
    galacticProtons: protons,
    galacticIons: ions,
    solar,
    let: letSpectrum([...ions.behind, ...(solar?.ions.behind ?? [])]),
    doseRadPerSecond: {
      trappedProtons: doseRateRadSi(trappedProtons.behind),
      galacticProtons: doseRateRadSi(protons.behind),
      solarProtons: solar === null ? 0 : doseRateRadSi(solar.protons.behind),
    },
  };
}

function worstDayAt(shield: Shield, transmission: Transmission): SolarPart {
  const protons = protonsAtOrbit(worstDayProtons(), transmission);
  const scaled = worstDayIons();
  const ions = ionsAtOrbit(scaled.ions, transmission);
  return {
    protons: { outside: protons, behind: protonsBehind(shield, protons) },
    ions: { outside: ions, behind: ionsBehind(shield, ions) },
    ionsUncertaintyFactor: scaled.uncertaintyFactor,
    flag: scaled.flag,
  };
}

/** Of a mean Sun, half of each map: they share their grids. */
function trappedOf({ sun }: EnvironmentQuestion, orbit: Orbit, sources: EnvironmentSources): TrappedSpectra {
  if (sun.maps !== "mean") return sources.trapped(orbit, sun.maps);
  const [min, max] = [sources.trapped(orbit, "min"), sources.trapped(orbit, "max")];
  const half = (one: readonly number[], other: readonly number[]): number[] =>
    one.map((flux, i) => (flux + other[i]!) / 2);
  const spectrum = (one: EnergySpectrum, other: EnergySpectrum): EnergySpectrum => ({
    energyMeV: one.energyMeV,
    perCm2SecondMeV: half(one.perCm2SecondMeV, other.perCm2SecondMeV),
  });
  const above = (one: IntegralSpectrum, other: IntegralSpectrum): IntegralSpectrum => ({
    energyMeV: one.energyMeV,
    perCm2Second: half(one.perCm2Second, other.perCm2Second),
  });
  return {
    protons: spectrum(min.protons, max.protons),
    electrons: spectrum(min.electrons, max.electrons),
    protonsAbove: above(min.protonsAbove, max.protonsAbove),
    electronsAbove: above(min.electronsAbove, max.electronsAbove),
  };
}
