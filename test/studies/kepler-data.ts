import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/cli/package-root.ts";

/**
 * A Kepler GPU under a neutron beam and under injection: published rates, shares and profiles, read where they lie beside the project. Nothing of them is part of it.
 *
 *   fit_benchmarks_kepler.csv  failure rates in the beam, ECC on and off, arbitrary unit
 *   avf_kepler_sassifi.csv     share of injections in an instruction's result that ended so, by kind of instruction
 *   profile_arch_Kepler.csv    what each program does to the machine; sums over its kernels
 *   rf_shared_kepler.csv       registers a thread, bytes of shared memory a block
 */
export const keplerFolder = join(packageRoot, "../shared/data/gpu-beam-vs-injection");
export const isKeplerHere = (): boolean => existsSync(keplerFolder);

export const ends = ["SDC", "DUE"] as const;
export type End = (typeof ends)[number];

export interface BeamRate {
  readonly program: string;
  readonly ecc: "on" | "off";
  readonly rate: Readonly<Record<End, number>>;
}

export interface Kepler {
  readonly beam: readonly BeamRate[];
  /** Program → kind of instruction → share that ended so. */
  readonly injected: Readonly<Record<End, ReadonlyMap<string, ReadonlyMap<string, number>>>>;
  /** Program → metric, a mean over its kernels where the profile sums. */
  readonly profile: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly memories: ReadonlyMap<string, { readonly registers: number; readonly sharedBytes: number }>;
}

export function readKepler(): Kepler {
  const beam = rowsOf("fit_benchmarks_kepler.csv").map(([, ecc, program, sdc, due]): BeamRate => ({
    program: program!,
    ecc: ecc === "ECC ON" ? "on" : "off",
    rate: { SDC: Number(sdc), DUE: Number(due) },
  }));
  const [, ...programs] = headOf("avf_kepler_sassifi.csv").slice(1);
  const injected = {
    SDC: new Map(programs.map((name) => [name, new Map<string, number>()])),
    DUE: new Map(programs.map((name) => [name, new Map<string, number>()])),
  };
  for (const [end, kind, ...shares] of rowsOf("avf_kepler_sassifi.csv"))
    shares.forEach((share, i) => injected[end as End].get(programs[i]!)!.set(kind!, Number(share)));
  const [, ...profiled] = headOf("profile_arch_Kepler.csv");
  const profile = new Map(profiled.map((name) => [name, new Map<string, number>()]));
  for (const [metric, ...values] of rowsOf("profile_arch_Kepler.csv"))
    values.forEach((value, i) => profile.get(profiled[i]!)!.set(metric!, Number(value)));
  const memories = new Map(
    rowsOf("rf_shared_kepler.csv").map(([program, registers, sharedBytes]) => [
      program!,
      { registers: Number(registers), sharedBytes: Number(sharedBytes) },
    ]),
  );
  return { beam, injected, profile, memories };
}

const linesOf = (file: string): string[] =>
  readFileSync(join(keplerFolder, file), "utf8").trim().split(/\r?\n/);
const headOf = (file: string): string[] => linesOf(file)[0]!.split(",");
const rowsOf = (file: string): string[][] =>
  linesOf(file)
    .slice(1)
    .map((line) => line.split(","));
