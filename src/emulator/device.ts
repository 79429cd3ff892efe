import { isNucleon } from "./beam.ts";
import type { Beam } from "./beam.ts";
import { crossSectionAt } from "./device-curve.ts";
import type { IonCurve, ProtonCurve } from "./device-curve.ts";
import { wholeDevice } from "./device-schema.ts";
import type { DoseSpec, SefiSpec, SelSpec, StructureSpec, WholeDeviceSpec } from "./device-schema.ts";
import { presets } from "./devices/all.ts";
import type { EmulatedBoardSpec } from "./world-schema.ts";

/**
 * A device under one beam: curves have become cross-sections. Plain data, so that it goes to a board's process as it is.
 *
 *   preset ─┐
 *   keys ───┼─ at the beam's energy or LET ─→ device ─┬ structures, flips of control blocks → particles (`surroundings.ts`)
 *   beam ───┘                                          └ what lasts, latch-ups, dose → `device-life.ts`
 */
export interface Device {
  readonly structures: Readonly<Record<string, DeviceStructure>>;
  readonly sefi: readonly DeviceSefi[];
  readonly sel: readonly DeviceSel[];
  readonly dose: DoseSpec | null;
  /** Of one particle a cm², rad(Si). */
  readonly doseRadSiPerFluence: number;
}

/** What a cross-section follows beside the beam. */
export interface Follows {
  readonly temperatureCoefficientPerC: number;
  readonly voltageCoefficient: number;
  /** null: the board's first rail. */
  readonly rail: string | null;
}

export interface DeviceStructure extends Follows {
  readonly crossSectionPerBitCm2: number;
  readonly multiplicity: readonly number[];
  readonly interleave: number;
}

export interface DeviceSefi extends Follows {
  readonly block: string;
  readonly words: readonly [number, number] | null;
  readonly bits: readonly [number, number] | null;
  readonly lasts: SefiSpec["lasts"];
  /** null: drawn for each. */
  readonly reads: 0 | 1 | null;
  readonly crossSectionCm2: number;
}

export interface DeviceSel extends Follows {
  readonly do: SelSpec["do"];
  readonly milliA: number;
  readonly board: SelSpec["board"];
  readonly crossSectionCm2: number;
}

export function deviceOf(board: EmulatedBoardSpec, beam: Beam): Device {
  const { structures, sefi, sel, dose } = specOf(board);
  const { temperatureCoefficientPerC: ofBoard, crossSectionPerBitCm2: stated } = board;
  const follows = (one: FollowsSpec): Follows => ({
    temperatureCoefficientPerC: one.temperatureCoefficientPerC ?? ofBoard,
    voltageCoefficient: one.voltageCoefficient,
    rail: one.rail ?? null,
  });
  const plain = {
    temperatureCoefficientPerC: ofBoard,
    voltageCoefficient: 0,
    rail: null,
    multiplicity: [1],
    interleave: 1,
  };
  return {
    structures: {
      ...Object.fromEntries(
        Object.entries(stated).map(([name, crossSectionPerBitCm2]) => [
          name,
          { ...plain, crossSectionPerBitCm2 },
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(structures).map(([name, one]) => [
          name,
          {
            ...follows(one),
            multiplicity: one.multiplicity,
            interleave: one.interleave,
            crossSectionPerBitCm2: stated[name] ?? crossSectionUnder(one, beam),
          },
        ]),
      ),
    },
    sefi: (sefi ?? []).map((one) => ({
      ...follows(one),
      block: one.block,
      words: one.words ?? null,
      bits: one.bits ?? null,
      lasts: one.lasts,
      reads: one.reads ?? null,
      crossSectionCm2: crossSectionUnder(one, beam),
    })),
    sel: (sel ?? []).map((one) => ({
      ...follows(one),
      do: one.do,
      milliA: one.milliA,
      board: one.board,
      crossSectionCm2: crossSectionUnder(one, beam),
    })),
    dose: dose ?? null,
    doseRadSiPerFluence: beam.doseRadSiPerFluence,
  };
}

/** Whether anything of it asks for the voltage of a rail. */
export function followsVoltage({ structures, sefi, sel }: Device): boolean {
  return [...Object.values(structures), ...sefi, ...sel].some(
    ({ voltageCoefficient }) => voltageCoefficient !== 0,
  );
}

/** The preset, and over it what the board says itself: structures name by name, the rest as a whole. */
function specOf(board: EmulatedBoardSpec): WholeDeviceSpec {
  const { device, structures, sefi, sel, dose } = board;
  if (device === undefined) return { structures, sefi, sel, dose };
  const preset = wholeDevice(presets[device]);
  return {
    structures: { ...preset.structures, ...structures },
    sefi: sefi ?? preset.sefi,
    sel: sel ?? preset.sel,
    dose: dose ?? preset.dose,
  };
}

type FollowsSpec = Pick<StructureSpec, "temperatureCoefficientPerC" | "voltageCoefficient" | "rail">;
interface Curves {
  readonly proton?: ProtonCurve | undefined;
  readonly ion?: IonCurve | undefined;
}

/** cm²; 0 where nothing is known of this kind of beam. */
function crossSectionUnder({ proton, ion }: Curves, { species, energyMeV, letMeVCm2PerMg }: Beam): number {
  if (energyMeV !== null && isNucleon(species) && proton !== undefined)
    return crossSectionAt(proton, energyMeV);
  return letMeVCm2PerMg !== null && ion !== undefined ? crossSectionAt(ion, letMeVCm2PerMg) : 0;
}

/** Which keys of the board need a curve that nobody gave for this beam: what they tell of would silently never happen. */
export function curvesMissing(board: EmulatedBoardSpec, beam: Beam): (string | number)[][] {
  const { structures, sefi = [], sel = [] } = specOf(board);
  const stated = new Set(Object.keys(board.crossSectionPerBitCm2));
  const lacks = (curves: Curves): boolean =>
    beam.energyMeV !== null
      ? curves.proton === undefined
      : beam.letMeVCm2PerMg === null || curves.ion === undefined;
  const ofPreset = [["device"]];
  return [
    ...Object.entries(structures).flatMap(([name, curves]) => {
      if (stated.has(name) || !lacks(curves)) return [];
      return board.structures[name] === undefined ? ofPreset : [["structures", name]];
    }),
    ...sefi.flatMap((one, i) => (!lacks(one) ? [] : board.sefi === undefined ? ofPreset : [["sefi", i]])),
    ...sel.flatMap((one, i) => (!lacks(one) ? [] : board.sel === undefined ? ofPreset : [["sel", i]])),
  ];
}
