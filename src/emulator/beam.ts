import { z } from "zod";

/**
 * The beam as it really is, in the world. What a campaign's plan says of its beam is the operator's word, and may be wrong.
 *
 *   rig file ─emulation.beam→ species, energy or LET, flux ─┬→ cross-sections of every device (`device.ts`)
 *                                                            └→ dose
 */
export const beamSchema = z
  .strictObject({
    species: z
      .string()
      .min(1)
      .describe("`proton` and `neutron` strike by energy, anything else is an ion and strikes by LET"),
    energyMeV: z.number().positive().max(1e6).optional().describe("of a proton or neutron"),
    letMeVCm2PerMg: z.number().positive().max(200).optional().describe("of an ion, in silicon at the die"),
    fluxPerCm2PerSecond: z.number().min(0).max(1e13).default(1e6),
    doseRadSiPerFluence: z
      .number()
      .min(0)
      .optional()
      .describe(
        "rad(Si)·cm²; without it, what a proton of this energy or an ion of this LET gives; neutrons: 0",
      ),
  })
  .refine((beam) => (beam.energyMeV === undefined) !== (beam.letMeVCm2PerMg === undefined), {
    message: "say how hard it strikes: either energyMeV or letMeVCm2PerMg",
  })
  .superRefine(({ species, energyMeV, letMeVCm2PerMg }, context) => {
    if ((energyMeV === undefined) === (letMeVCm2PerMg === undefined)) return;
    if (isNucleon(species) === (energyMeV !== undefined)) return;
    const message = isNucleon(species)
      ? `a ${species} strikes by its energy: give energyMeV`
      : `'${species}' is no proton and no neutron, so it is taken for an ion, which strikes by LET: give letMeVCm2PerMg, or write proton or neutron`;
    context.addIssue({ code: "custom", path: ["species"], message });
  });

export interface Beam {
  readonly species: string;
  /** What a proton's or a neutron's cross-section follows; null for ions, and where the rig file tells of no beam but its flux. */
  readonly energyMeV: number | null;
  readonly letMeVCm2PerMg: number | null;
  readonly fluxPerCm2PerSecond: number;
  /** rad(Si)·cm². */
  readonly doseRadSiPerFluence: number;
}

export const unknownBeam: Beam = {
  species: "unknown",
  energyMeV: null,
  letMeVCm2PerMg: null,
  fluxPerCm2PerSecond: 0,
  doseRadSiPerFluence: 0,
};

/** `beamFluxPerCm2PerSecond` alone is a beam of particles that nothing is known of, and that give no dose. */
export function beamOf(spec: {
  readonly beam?: z.infer<typeof beamSchema> | undefined;
  readonly beamFluxPerCm2PerSecond: number;
}): Beam {
  if (spec.beam === undefined) return { ...unknownBeam, fluxPerCm2PerSecond: spec.beamFluxPerCm2PerSecond };
  const {
    species,
    energyMeV = null,
    letMeVCm2PerMg = null,
    fluxPerCm2PerSecond,
    doseRadSiPerFluence,
  } = spec.beam;
  return {
    species,
    energyMeV,
    letMeVCm2PerMg,
    fluxPerCm2PerSecond,
    doseRadSiPerFluence: doseRadSiPerFluence ?? doseOfOne({ species, energyMeV, letMeVCm2PerMg }),
  };
}

export function isNucleon(species: string): boolean {
  return species === "proton" || species === "neutron";
}

/** 1 MeV/g is 1.602·10⁻⁸ rad (CODATA: 1.602177·10⁻¹³ J a MeV, 0.01 J/kg a rad). */
const radPerMeVPerGram = 1.602177e-8;

/** rad(Si) that one particle a cm² gives. A neutron gives next to none by itself. */
function doseOfOne({
  species,
  energyMeV,
  letMeVCm2PerMg,
}: Pick<Beam, "species" | "energyMeV" | "letMeVCm2PerMg">): number {
  if (letMeVCm2PerMg !== null) return radPerMeVPerGram * 1e3 * letMeVCm2PerMg;
  return species === "proton" && energyMeV !== null ? radPerMeVPerGram * stoppingPower(energyMeV) : 0;
}

/** Bethe's formula has no shell corrections: below this it is taken as it is here, which is too much and never too little by far. */
const leastMeV = 2;

/**
 * Electronic stopping power of silicon for protons, MeV·cm²/g: Bethe's formula (Particle Data Group, "Passage of particles through
 * matter") with a mean excitation energy of 173 eV. Within 2 % of NIST PSTAR at 10 MeV, 1 % from 50 MeV up; density effect left out (below 1 % to 1 GeV).
 */
export function stoppingPower(energyMeV: number): number {
  const protonMeV = 938.272;
  const electronMeV = 0.510999;
  const gamma = 1 + Math.max(leastMeV, energyMeV) / protonMeV;
  const betaSquared = 1 - 1 / gamma ** 2;
  const ratio = electronMeV / protonMeV;
  const mostMeV = (2 * electronMeV * betaSquared * gamma ** 2) / (1 + 2 * gamma * ratio + ratio ** 2);
  const excitationMeV = 173e-6;
  const logarithm = Math.log((2 * electronMeV * betaSquared * gamma ** 2 * mostMeV) / excitationMeV ** 2) / 2;
  return ((0.307075 * (14 / 28.0855)) / betaSquared) * (logarithm - betaSquared);
}
