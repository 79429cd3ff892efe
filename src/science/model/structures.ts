import type { Structure } from "./model.ts";
import type { Observed } from "./observed.ts";

/** Every structure that a board described or a publication names, with its bits and its code. What a publication states wins over what an emulated or a smaller part has. */
export function structuresOf(all: readonly Observed[]): Structure[] {
  const byName = new Map<string, Map<string, number>>();
  for (const { runs } of all)
    for (const { bits, workload } of runs)
      for (const [name, count] of bits) {
        const workloads = byName.get(name) ?? new Map<string, number>();
        byName.set(name, workloads);
        workloads.set(workload, Math.max(workloads.get(workload) ?? 0, count));
      }
  const stated = new Map(all.flatMap(({ structures }) => structures.map((one) => [one.name, one])));
  return [...new Set([...byName.keys(), ...stated.keys()])].sort().map((name) => ({
    name,
    bits: bitsOf(stated.get(name)?.bits ?? null, byName.get(name) ?? new Map<string, number>()),
    ecc: stated.get(name)?.ecc ?? null,
  }));
}

function bitsOf(stated: number | null, byWorkload: ReadonlyMap<string, number>): Structure["bits"] {
  if (stated !== null) return [{ workload: null, bits: stated }];
  const counts = new Set(byWorkload.values());
  const [only] = counts;
  if (counts.size === 1) return [{ workload: null, bits: only! }];
  return [...byWorkload].sort().map(([workload, bits]) => ({ workload, bits }));
}
