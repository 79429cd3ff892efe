import type { Observed, Statement } from "./observed.ts";
import { speciesOf } from "./observed.ts";
import type { PublishedFile } from "./published-schema.ts";

/**
 * A checked file of published results, as observations. A count over a rate an event gives back the fluence it was seen in; a value without a count keeps what the source
 * has, lowest and highest, and a stated width.
 */
export function observePublished(file: PublishedFile, sha256: string): Observed {
  return {
    name: file.published,
    kind: "published",
    sha256,
    emulated: false,
    devices: [{ ...file.device, serials: [] }],
    runs: [],
    statements: file.results.map((result) => statementOf(result, file)),
    structures: file.structures.map(({ name, bits, ecc }) => ({
      name,
      bits: bits ?? null,
      ecc: ecc ?? null,
    })),
    leftOut: [],
  };
}

function statementOf(result: PublishedFile["results"][number], file: PublishedFile): Statement {
  const beam = (result.beam ?? file.beam)!;
  const bits = result.bits ?? 1;
  const stated = statedCm2(result, file.radSiPerFluence ?? NaN);
  const events = result.count === "unpublished" ? null : result.count;
  return {
    quantity: quantityOf(result.of),
    protection: result.protection,
    species: speciesOf(beam.species),
    energyMeV: beam.energyMeV,
    letMeVCm2PerMg: beam.letMeVCm2PerMg,
    events,
    fluencePerCm2:
      events === null ? null : fluenceOf(result, file.radSiPerFluence ?? NaN, events, stated, bits),
    crossSectionCm2: events === null ? stated : null,
    priorLogSigma: Math.log(result.priorFactor),
    relUncertainty1Sigma: beam.fluenceRelUncertainty1Sigma,
    sessionId: file.published,
    bits,
  };
}

/** Of the device, or of a bit of an upset. */
function statedCm2(
  { radSiPerEvent, crossSectionCm2, bits = 1 }: PublishedFile["results"][number],
  radSiPerFluence: number,
): readonly [number, number] | null {
  if (crossSectionCm2 !== undefined) return pair(crossSectionCm2);
  if (radSiPerEvent === undefined) return null;
  const [fewest, most] = pair(radSiPerEvent);
  return [radSiPerFluence / most / bits, radSiPerFluence / fewest / bits];
}

function fluenceOf(
  { fluencePerCm2, doseRadSi }: PublishedFile["results"][number],
  radSiPerFluence: number,
  events: number,
  stated: readonly [number, number] | null,
  bits: number,
): number {
  if (fluencePerCm2 !== undefined) return fluencePerCm2;
  if (doseRadSi !== undefined) return doseRadSi / radSiPerFluence;
  return events / (Math.sqrt(stated![0] * stated![1]) * bits);
}

function pair(range: number | readonly [number, number]): readonly [number, number] {
  return typeof range === "number" ? [range, range] : range;
}

function quantityOf({
  upset,
  memory,
  what,
  outcome,
  workload,
  effect,
}: PublishedFile["results"][number]["of"]): Statement["quantity"] {
  if (upset !== undefined) return { kind: "upset", structure: upset };
  if (memory !== undefined) return { kind: "memory", structure: memory, what: what! };
  if (outcome !== undefined) return { kind: "outcome", workload: workload ?? null, outcome };
  return { kind: "effect", effect: effect! };
}
