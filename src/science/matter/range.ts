import type { Material } from "./materials.ts";
import { chargeSquared, protonEnergyMeV } from "./ion-stopping.ts";
import { protonStopping } from "./proton-stopping.ts";

/**
 * How far an ion goes while it slows down continuously (CSDA): R(E) = ∫ A dE/S, and the way back. Both are read from one table,
 * linear in the logarithms of both, so that one is exactly the other's inverse.
 */
export interface RangeTable {
  /** g/cm². */
  rangeAt(energyMeVPerNucleon: number): number;
  /** MeV per nucleon. */
  energyAt(rangeGPerCm2: number): number;
  /** MeV·cm²/g. */
  stoppingAt(energyMeVPerNucleon: number): number;
  /** The same in logarithms, for whoever needs very many. */
  lnEnergyAt(rangeGPerCm2: number): number;
  lnStoppingAt(lnEnergyMeVPerNucleon: number): number;
}

const fromMeV = 1e-3;
const perDecade = 64;
const points = 10 * perDecade + 1;
const step = Math.LN10 / perDecade;
const lnFrom = Math.log(fromMeV);
/** At every point and halfway between. */
const energies = Float64Array.from({ length: 2 * points - 1 }, (_, i) => fromMeV * 10 ** (i / 2 / perDecade));

/** A proton's stopping at those energies, and at the energies of as fast a proton: all ions share them. */
const shared = new WeakMap<Material, readonly [proton: Float64Array, ion: Float64Array]>();

function protonsAt(material: Material, z: number): Float64Array {
  let tables = shared.get(material);
  if (tables === undefined) {
    const stopping = protonStopping(material);
    tables = [energies.map((e) => stopping(e)), energies.map((e) => stopping(protonEnergyMeV(2, e)))];
    shared.set(material, tables);
  }
  return tables[z === 1 ? 0 : 1];
}

/** Ninety ions go through the same shield for every orbit that is asked for. */
const made = new WeakMap<Material, Map<string, RangeTable>>();

/** From 1 keV to 10 TeV per nucleon; below, S falls with the speed, so R with it; above, the last line goes on. */
export function rangeTable(material: Material, z: number, massNumber: number): RangeTable {
  const tables = made.get(material) ?? new Map<string, RangeTable>();
  made.set(material, tables);
  const key = `${z}/${massNumber}`;
  const table = tables.get(key) ?? makeTable(material, z, massNumber);
  tables.set(key, table);
  return table;
}

function makeTable(material: Material, z: number, massNumber: number): RangeTable {
  const proton = protonsAt(material, z);
  const stopping = energies.map((energy, i) => proton[i]! * chargeSquared(z, energy));
  const perLog = (i: number): number => (massNumber * energies[i]!) / stopping[i]!;
  const lnStopping = Float64Array.from({ length: points }, (_, i) => Math.log(stopping[2 * i]!));
  const lnRange = new Float64Array(points);
  let range = 2 * perLog(0);
  lnRange[0] = Math.log(range);
  for (let i = 1; i < points; i++) {
    range += (step / 6) * (perLog(2 * i - 2) + 4 * perLog(2 * i - 1) + perLog(2 * i));
    lnRange[i] = Math.log(range);
  }
  const lineAt = (table: Float64Array, lnEnergy: number): number => {
    const place = (lnEnergy - lnFrom) / step;
    if (place < 0) return table[0]! + (lnEnergy - lnFrom) / 2;
    const i = Math.min(points - 2, Math.floor(place));
    return table[i]! + (place - i) * (table[i + 1]! - table[i]!);
  };
  const lnEnergyAt = (r: number): number => {
    if (r < lnRange[0]!) return lnFrom + 2 * (r - lnRange[0]!);
    let [low, high] = [0, points - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (lnRange[middle]! <= r) low = middle;
      else high = middle;
    }
    return lnFrom + step * (low + (r - lnRange[low]!) / (lnRange[low + 1]! - lnRange[low]!));
  };
  return {
    rangeAt: (energy) => Math.exp(lineAt(lnRange, Math.log(energy))),
    energyAt: (rangeGPerCm2) => Math.exp(lnEnergyAt(Math.log(rangeGPerCm2))),
    stoppingAt: (energy) => Math.exp(lineAt(lnStopping, Math.log(energy))),
    lnEnergyAt: (rangeGPerCm2) => lnEnergyAt(Math.log(rangeGPerCm2)),
    lnStoppingAt: (lnEnergy) => lineAt(lnStopping, lnEnergy),
  };
}
