import type { Environment, OrbitEnvironment } from "../environment/environment.ts";
import {
  activityLnSigma,
  cutOffLnSigma,
  galacticLnSigma,
  neutronsLnSigma,
  shieldLnSigma,
  trappedLnSigma,
} from "../environment/how-sure.ts";
import { letSpectrum } from "../matter/let-spectrum.ts";
import type { EnergySpectrum, IonSpectrum, LetSpectrum } from "../spectra/spectra.ts";
import type { Input } from "./inputs.ts";
import { lnSigmaOfFactor } from "./inputs.ts";

/**
 *   Environment, behind its shield ─┐
 *                                   ├→ Part: one stream of particles, with what makes it uncertain ─→ rates
 *   spectra that somebody supplied ─┘
 */
export const particleSources = [
  "trappedProtons",
  "galacticProtons",
  "solarProtons",
  "givenProtons",
  "galacticIons",
  "solarIons",
  "givenIons",
  "neutrons",
] as const;
export type ParticleSource = (typeof particleSources)[number];

/** Particles that strike by nuclear reactions (by energy), or that ionise by themselves (by LET). */
export type Part = {
  readonly source: ParticleSource;
  /** Lognormal, one standard deviation; parts that name the same input err alike. */
  readonly lnSigma: Partial<Readonly<Record<Input, number>>>;
} & (
  | { readonly strike: "nucleons"; readonly species: "proton" | "neutron"; readonly spectrum: EnergySpectrum }
  | { readonly strike: "ions"; readonly spectrum: LetSpectrum }
);

export interface Surroundings {
  /** In words, for a heading. */
  readonly name: string;
  readonly parts: readonly Part[];
  /** rad(Si) a second behind the shield, of protons alone; null at the ground, and where spectra were supplied without protons. */
  readonly doseRadPerSecond: number | null;
  readonly doseLnSigma: number;
  /** A day of a solar event: its rates are of that day, and none is one of a year. */
  readonly isEvent: boolean;
  readonly findings: readonly string[];
}

export interface SurroundingsOptions {
  /** Protons upset by their own ionisation too: for cells of 65 nm and below. Default false, as in CREME96. */
  readonly protonsIonise?: boolean;
}

/** What meets a device, of an environment that was computed. */
export function surroundingsOf(
  environment: Environment,
  name: string,
  { protonsIonise = false }: SurroundingsOptions = {},
): Surroundings {
  if (environment.kind === "orbit") return inOrbit(environment, name, protonsIonise);
  return {
    name,
    parts: [
      {
        source: "neutrons",
        strike: "nucleons",
        species: "neutron",
        spectrum: environment.neutrons,
        lnSigma: { neutrons: neutronsLnSigma },
      },
    ],
    doseRadPerSecond: null,
    doseLnSigma: 0,
    isEvent: false,
    findings: [
      "at the ground fast neutrons alone are counted, outdoors; thermal neutrons, muons and the packaging's alpha particles are in no number",
    ],
  };
}

function inOrbit(environment: OrbitEnvironment, name: string, protonsIonise: boolean): Surroundings {
  const { question, solar } = environment;
  const shield = shieldLnSigma(question.shieldMmAl);
  const galactic = Math.hypot(galacticLnSigma, activityLnSigma(question.sun.activity));
  const cutOff =
    question.place.kind === "orbit" && question.place.orbit.kind === "circular" ? cutOffLnSigma : 0;
  const protons = [
    ["trappedProtons", environment.trappedProtons.behind, { trapped: trappedLnSigma, shield }],
    ["galacticProtons", environment.galacticProtons.behind, { galactic, cutOff, shield }],
    ...(solar === null ? [] : [["solarProtons", solar.protons.behind, { cutOff, shield }] as const]),
  ] as const;
  const ions = [
    ["galacticIons", environment.galacticIons.behind, { galactic, cutOff, shield }],
    ...(solar === null
      ? []
      : [
          [
            "solarIons",
            solar.ions.behind,
            { solarIons: lnSigmaOfFactor(solar.ionsUncertaintyFactor), cutOff, shield },
          ] as const,
        ]),
  ] as const;
  const dose = environment.doseRadPerSecond;
  const total = dose.trappedProtons + dose.galacticProtons + dose.solarProtons;
  return {
    name,
    parts: [
      ...protons
        .filter(([, { perCm2SecondMeV }]) => perCm2SecondMeV.some((flux) => flux > 0))
        .map(([source, spectrum, lnSigma]): Part => ({
          source,
          strike: "nucleons",
          species: "proton",
          spectrum,
          lnSigma,
        })),
      ...ions.map(([source, behind, lnSigma]): Part => ({
        source,
        strike: "ions",
        spectrum: letSpectrum(behind),
        lnSigma,
      })),
      ...(protonsIonise
        ? protons.map(([source, spectrum, lnSigma]) => ionising(source, spectrum, lnSigma))
        : []),
    ],
    doseRadPerSecond: total,
    doseLnSigma:
      total > 0
        ? Math.hypot((trappedLnSigma * dose.trappedProtons + galactic * dose.galacticProtons) / total, shield)
        : 0,
    isEvent: solar !== null,
    findings: [
      ...(solar === null ? [] : [solar.flag]),
      ...(protonsIonise
        ? ["protons ionise by themselves: their LET counts where ions were measured, by the same curve"]
        : []),
    ],
  };
}

function ionising(source: ParticleSource, spectrum: EnergySpectrum, lnSigma: Part["lnSigma"]): Part {
  const ion: IonSpectrum = {
    z: 1,
    massNumber: 1,
    energyMeVPerNucleon: spectrum.energyMeV,
    perCm2SecondMeVPerNucleon: spectrum.perCm2SecondMeV,
  };
  return { source, strike: "ions", spectrum: letSpectrum([ion], { protonsIonise: true }), lnSigma };
}

/** Spectra as somebody supplied them, behind whatever shield they are of: taken as exact, since nobody says how well they are known. */
export function suppliedSurroundings(
  name: string,
  spectra: { readonly protons: EnergySpectrum | null; readonly let: LetSpectrum | null },
  doseRadPerSecond: number | null,
): Surroundings {
  const exact = {};
  return {
    name,
    parts: [
      ...(spectra.protons === null
        ? []
        : [
            {
              source: "givenProtons",
              strike: "nucleons",
              species: "proton",
              spectrum: spectra.protons,
              lnSigma: exact,
            } as const,
          ]),
      ...(spectra.let === null
        ? []
        : [{ source: "givenIons", strike: "ions", spectrum: spectra.let, lnSigma: exact } as const]),
    ],
    doseRadPerSecond,
    doseLnSigma: 0,
    isEvent: false,
    findings: ["the spectra supplied are taken as exact: how well they are known is in no interval"],
  };
}
