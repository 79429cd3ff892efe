import { aluminium } from "../matter/materials.ts";
import { arealDepth } from "../matter/slowing-down.ts";
import { integralsAbove, logGrid } from "../spectra/log-line.ts";
import type { EnergySpectrum, IonSpectrum, LetSpectrum } from "../spectra/spectra.ts";
import { secondsPerDay, secondsPerYear } from "../../domain/clock.ts";
import { lnSigmas } from "./how-sure.ts";
import type { IntegralSpectrum } from "../trapped/integral-spectrum.ts";
import type { Environment, GroundEnvironment, OrbitEnvironment, Shielded } from "./environment.ts";

/**
 * What `radrig environment --json` prints: every spectrum of an environment, omnidirectional, its unit in its name, numbers of six digits. Spectra are those behind the shield;
 * `outside` holds the same before it. `lnSigma1`: one standard deviation of the natural logarithm, by part.
 */
export function environmentJson(environment: Environment): unknown {
  const { place, sun, condition } = environment.question;
  const asked = {
    schemaVersion: 1,
    place: place.name,
    ...(place.kind === "orbit" ? { orbit: place.orbit } : { site: place.site }),
    solar: { ...sun.activity, w: six(sun.activity.w), trappedMaps: sun.maps, groundNeutrons: sun.ground },
    condition,
    lnSigma1: mapped(lnSigmas(environment.question)),
  };
  return environment.kind === "orbit"
    ? { ...asked, ...ofOrbit(environment) }
    : { ...asked, ...ofGround(environment) };
}

const mapped = (numbers: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, six(number)]));

function ofOrbit(environment: OrbitEnvironment) {
  const { question, solar, doseRadPerSecond: dose } = environment;
  const shield = { geometry: question.shieldShape, thicknessMm: question.shieldMmAl };
  const yearly = {
    trappedProtons: dose.trappedProtons * secondsPerYear,
    galacticProtons: dose.galacticProtons * secondsPerYear,
  };
  return {
    shield: { ...shield, material: aluminium.name, arealDepthGPerCm2: six(arealDepth(shield)) },
    trappedProtons: shielded(environment.trappedProtons, environment.trappedProtonsAbove),
    trappedElectrons: {
      ...spectrumJson(environment.trappedElectrons, environment.trappedElectronsAbove),
      behindShield: question.shieldMmAl === 0,
    },
    galacticProtons: shielded(environment.galacticProtons),
    galacticIons: ionsJson(environment.galacticIons),
    solarProtons: solar === null ? null : shielded(solar.protons),
    solarIons:
      solar === null
        ? null
        : { uncertaintyFactor: solar.ionsUncertaintyFactor, flag: solar.flag, ions: ionsJson(solar.ions) },
    transmission: logGrid(0.01, 100, 20).map((rigidityGV) => ({
      rigidityGV: six(rigidityGV),
      share: six(environment.transmission(rigidityGV)),
    })),
    let: letJson(environment.let),
    doseRadPerYear: {
      material: "silicon",
      trappedProtons: six(yearly.trappedProtons),
      galacticProtons: six(yearly.galacticProtons),
      total: six(yearly.trappedProtons + yearly.galacticProtons),
      without: "electrons, ions heavier than protons, solar events",
    },
    solarEventDoseRadPerDay: solar === null ? null : six(dose.solarProtons * secondsPerDay),
  };
}

function ofGround({ neutrons, thermal, relativeFlux }: GroundEnvironment) {
  return {
    neutrons: spectrumJson(neutrons),
    thermalNeutrons: {
      fluxPerCm2PerSecond: six(thermal.perCm2Second),
      uncertaintyFactor: thermal.uncertaintyFactor,
    },
    relativeFlux: six(relativeFlux),
  };
}

/** Energies of integral fluxes where no map has its own: ten a decade. */
const integralGrid = (energyMeV: readonly number[]): number[] =>
  logGrid(energyMeV[0]!, energyMeV.at(-1)!, 10).slice(0, -1);

function shielded({ outside, behind }: Shielded<EnergySpectrum>, above?: IntegralSpectrum) {
  const bare = spectrumJson(outside, above);
  if (behind === outside) return { ...bare, outside: bare };
  return { ...spectrumJson(behind, undefined, above?.energyMeV), outside: bare };
}

function spectrumJson(
  { energyMeV, perCm2SecondMeV }: EnergySpectrum,
  above?: IntegralSpectrum,
  energies: readonly number[] = above?.energyMeV ?? integralGrid(energyMeV),
) {
  const flux = above?.perCm2Second ?? integralsAbove(energyMeV, perCm2SecondMeV, energies);
  return {
    integral: energies.map((e, i) => ({ energyMeV: six(e), fluxPerCm2PerSecond: six(flux[i]!) })),
    differential: energyMeV.map((e, i) => ({
      energyMeV: six(e),
      fluxPerCm2PerSecondPerMeV: six(perCm2SecondMeV[i]!),
    })),
  };
}

function ionsJson({ outside, behind }: Shielded<readonly IonSpectrum[]>) {
  const columns = ({ energyMeVPerNucleon, perCm2SecondMeVPerNucleon }: IonSpectrum) => ({
    energyMeVPerNucleon: energyMeVPerNucleon.map(six),
    fluxPerCm2PerSecondPerMeVPerNucleon: perCm2SecondMeVPerNucleon.map(six),
  });
  return behind.map((ion, i) => ({
    z: ion.z,
    massNumber: ion.massNumber,
    ...columns(ion),
    outside: columns(outside[i]!),
  }));
}

/** By LET in silicon: flux above the lower edge of each bin. */
function letJson({ edgesMeVCm2PerG, perCm2Second }: LetSpectrum) {
  const above = new Array<number>(perCm2Second.length);
  let sum = 0;
  for (let i = perCm2Second.length - 1; i >= 0; i--) above[i] = sum += perCm2Second[i]!;
  return {
    material: "silicon",
    integral: above.map((flux, i) => ({
      letMeVCm2PerMg: six(edgesMeVCm2PerG[i]! / 1_000),
      fluxPerCm2PerSecond: six(flux),
    })),
  };
}

const six = (value: number): number => Number(value.toPrecision(6));
