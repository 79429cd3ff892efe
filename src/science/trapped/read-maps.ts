import { RigError } from "../../domain/errors.ts";
import { coefficientsAt } from "../geomagnetism/field-coefficients.ts";
import type { FieldCoefficients } from "../geomagnetism/field-coefficients.ts";
import { epochsOf, readGsfcField } from "../geomagnetism/read-gsfc-field.ts";
import { readShc } from "../geomagnetism/read-shc.ts";
import type { SolarCondition } from "../orbit/orbit.ts";
import { readMap } from "./read-map.ts";
import type { TrappedMap } from "./read-map.ts";

/** AP-8 and AE-8 for one state of the Sun, with the field of the epoch they were made in: another field moves the South Atlantic Anomaly to where there are no data. */
export interface TrappedMapsOf {
  readonly protons: TrappedMap;
  readonly electrons: TrappedMap;
  readonly field: FieldCoefficients;
}

export type TrappedMaps = Readonly<Record<SolarCondition, TrappedMapsOf>>;

const epochOf: Readonly<Record<SolarCondition, 1964 | 1970>> = { min: 1964, max: 1970 };
const suns = ["min", "max"] as const;

/**
 * The maps out of the texts of a folder, by name (a path's last part counts, in any case): `ap8min.asc`, `ap8max.asc`, `ae8min.asc`, `ae8max.asc` and
 * coefficients of the main field about 1964 and 1970, as `IGRF13.shc` or as `dgrf1960.dat`, `dgrf1965.dat`, `dgrf1970.dat`. Other files are left alone.
 * A folder that lacks one, or holds a damaged one, is refused with RigError `config`.
 */
export function readMaps(files: ReadonlyMap<string, string>): TrappedMaps {
  const named = new Map([...files].map(([name, text]) => [lastPart(name).toLowerCase(), { name, text }]));
  const wanted = suns.flatMap((sun) => [`ap8${sun}.asc`, `ae8${sun}.asc`]);
  const missing = wanted.filter((name) => !named.has(name));
  if (missing.length > 0)
    throw new RigError(
      "config",
      `the folder of maps lacks ${missing.join(", ")}; AP-8 and AE-8 are ${wanted.join(", ")}, as NASA's radbelt holds them`,
    );
  const epochs = readFieldEpochs(files);
  if (epochs.length === 0)
    throw new RigError(
      "config",
      "the folder of maps holds no coefficients of the Earth's field: put IGRF13.shc there, or dgrf1960.dat, dgrf1965.dat and dgrf1970.dat",
    );
  const mapsOf = (sun: SolarCondition): TrappedMapsOf => ({
    protons: mapIn(named.get(`ap8${sun}.asc`)!, sun, "protons"),
    electrons: mapIn(named.get(`ae8${sun}.asc`)!, sun, "electrons"),
    field: coefficientsAt(epochs, epochOf[sun]),
  });
  return { min: mapsOf("min"), max: mapsOf("max") };
}

/** Every epoch of the main field in these files: of the `.shc` files, where there is one, else of the GSFC's `.dat` files. */
export function readFieldEpochs(files: ReadonlyMap<string, string>): FieldCoefficients[] {
  const ofKind = (pattern: RegExp): [string, string][] =>
    [...files].filter(([name]) => pattern.test(lastPart(name)));
  const shc = ofKind(/\.shc$/i)[0];
  if (shc !== undefined) return readShc(shc[1], shc[0]);
  return epochsOf(ofKind(/^[di]grf\d+s?\.dat$/i).map(([name, text]) => readGsfcField(text, name)));
}

function mapIn(
  { name, text }: { readonly name: string; readonly text: string },
  sun: SolarCondition,
  particles: "protons" | "electrons",
): TrappedMap {
  const map = readMap(text, name);
  // AP-8 goes up to 400 MeV, AE-8 to 7.
  const found = map.sheets.at(-1)!.energyMeV > 20 ? "protons" : "electrons";
  if (map.epoch !== epochOf[sun] || found !== particles)
    throw new RigError(
      "config",
      `${name} holds ${found} of ${map.epoch}, where ${particles} of ${epochOf[sun]} were expected; the file has another's name`,
    );
  return map;
}

function lastPart(name: string): string {
  return name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
}
