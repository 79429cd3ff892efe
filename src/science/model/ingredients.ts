import type { Ingredient } from "./compose.ts";
import type { Model, Protection, Structure, Vulnerability } from "./model.ts";

/** What λ of a workload is made of, and what of it was never measured. */
export interface Ingredients {
  readonly found: readonly Ingredient[];
  readonly missing: readonly { readonly structure: string; readonly why: string }[];
  readonly findings: readonly string[];
}

type Parts = Pick<Model, "structures" | "responses" | "vulnerabilities" | "multiplicities">;

/** Check bits are structures of their own wherever a code is at work (docs/ecc.md). */
const checkBits = /-check$/;

/**
 * Of one workload, with codes at work or without. With codes: strikes made with them where there are any, taken as they came; else strikes without, and what the code (as a source
 * stated it) leaves of such events. Without: strikes without alone.
 */
export function ingredientsOf(
  model: Parts,
  workload: string,
  protection: Exclude<Protection, "unknown">,
): Ingredients {
  const found: Ingredient[] = [];
  const missing: { structure: string; why: string }[] = [];
  const findings: string[] = [];
  for (const structure of model.structures) {
    if (protection === "off" && checkBits.test(structure.name)) continue;
    const chosen = chooseStrikes(model.vulnerabilities, structure, workload, protection);
    const bits = bitsUnder(structure, workload) ?? chosen.strikes[0]?.bits;
    if (bits === undefined) continue;
    if (chosen.strikes.length === 0) {
      missing.push({ structure: structure.name, why: chosen.why });
      continue;
    }
    if (!hasResponse(model, structure.name)) {
      missing.push({
        structure: structure.name,
        why: "no cross-section a bit: no beam run tells its events apart",
      });
      continue;
    }
    const multiplicity = model.multiplicities.find((one) => one.structure === structure.name)?.events ?? [];
    const most = chosen.strikes.at(-1)!.multiplicity;
    if (multiplicity.length > most)
      findings.push(
        `${structure.name}: events of up to ${multiplicity.length} cells were seen and strikes of ${most} at most made under ${workload}: larger ones are taken as those`,
      );
    found.push({
      structure: structure.name,
      bits,
      multiplicity,
      strikes: chosen.strikes.map(({ multiplicity: cells, counts }) => ({ cells, counts })),
      ecc: chosen.through,
      interleave: structure.ecc?.interleave ?? 1,
    });
  }
  return { found, missing, findings };
}

function chooseStrikes(
  all: readonly Vulnerability[],
  { name, ecc }: Structure,
  workload: string,
  protection: Exclude<Protection, "unknown">,
): { readonly strikes: readonly Vulnerability[]; readonly through: Structure["ecc"]; readonly why: string } {
  const under = (which: Vulnerability["protection"]): Vulnerability[] => {
    const mine = all
      .filter((one) => one.structure === name && one.workload === workload && one.protection === which)
      .sort((a, b) => a.multiplicity - b.multiplicity);
    // Without strikes of one cell, the commonest event, nothing can be said.
    return mine[0]?.multiplicity === 1 ? mine : [];
  };
  const same = under(protection);
  if (same.length > 0) return { strikes: same, through: null, why: "" };
  if (protection === "off")
    return { strikes: [], through: null, why: `never struck under ${workload} without codes` };
  const bare = under("off");
  if (bare.length === 0) return { strikes: [], through: null, why: `never struck under ${workload}` };
  if (ecc === null)
    return {
      strikes: [],
      through: null,
      why: `struck under ${workload} without codes alone, and no source states its code: state it, or strike with codes at work`,
    };
  return { strikes: bare, through: ecc, why: "" };
}

function bitsUnder({ bits }: Structure, workload: string): number | undefined {
  return (bits.find((one) => one.workload === null) ?? bits.find((one) => one.workload === workload))?.bits;
}

function hasResponse({ responses }: Parts, structure: string): boolean {
  return responses.some(
    ({ quantity, fits }) =>
      quantity.kind === "upset" && quantity.structures.includes(structure) && fits.length > 0,
  );
}
