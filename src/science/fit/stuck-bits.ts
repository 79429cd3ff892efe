import { RigError } from "../../domain/errors.ts";
import { logGamma } from "./incomplete-gamma.ts";

/** One wrong cell, seen at a read. */
export interface SeenUpset {
  readonly address: string;
  /** How often the memory had been written before: two sightings between the same writes are one. */
  readonly writes: number;
}

export interface StuckBits {
  /** From so many sightings of one address on, each after a write of its own, it is stuck or weak. */
  readonly criterion: number;
  /** Bound on the chance that any sound cell of the memory meets the criterion by upsets alone. */
  readonly falsePositive: number;
  readonly stuck: readonly { readonly address: string; readonly sightings: number }[];
  /** Kept out of the rate: all sightings of stuck addresses, the first included. */
  readonly excluded: number;
  /** What is left: upsets, one an address and write. */
  readonly upsets: readonly SeenUpset[];
  /** Upsets left that a stuck cell seen but once could be, is not told apart: how many sightings are of addresses seen once. */
  readonly seenOnce: number;
}

/**
 * A stuck or weak cell fails again after it was written; an upset does not come back to where it was but by chance. With n upsets falling evenly on N addresses the expected
 * number of addresses hit r times or more is at most C(n, r)/N^(r−1), so that bounds the chance of any false one (Markov). The least r with a bound of `falsePositive` or below is
 * the criterion. Beam-damaged HBM cells do so (M. Sullivan et al., MICRO 2021), anneal, and show again at a longer refresh: they are no upsets.
 * `addresses`: cells watched. n counts every sighting, stuck ones included, which only makes the criterion stricter.
 */
export function stuckBits(seen: readonly SeenUpset[], addresses: number, falsePositive = 0.01): StuckBits {
  if (!Number.isSafeInteger(addresses) || addresses < 1)
    throw new RigError("config", `${addresses} addresses watched; expected 1 or more`);
  if (!(falsePositive > 0 && falsePositive < 1))
    throw new RigError("config", `a false-positive chance of ${falsePositive}, expected between 0 and 1`);
  const byAddress = new Map<string, Map<number, SeenUpset>>();
  for (const upset of seen) {
    const own = byAddress.get(upset.address) ?? new Map<number, SeenUpset>();
    byAddress.set(upset.address, own.set(upset.writes, upset));
  }
  if (byAddress.size > addresses)
    throw new RigError(
      "config",
      `${byAddress.size} addresses were upset of ${addresses} watched; state how many cells are watched`,
    );
  const sightings = [...byAddress.values()].reduce((sum, own) => sum + own.size, 0);
  const criterion = criterionFor(sightings, addresses, falsePositive);
  const stuck: { address: string; sightings: number }[] = [];
  const upsets: SeenUpset[] = [];
  let seenOnce = 0;
  for (const [address, own] of byAddress) {
    if (own.size >= criterion) stuck.push({ address, sightings: own.size });
    else upsets.push(...own.values());
    if (own.size === 1) seenOnce++;
  }
  return {
    criterion,
    falsePositive: chanceBound(sightings, addresses, criterion),
    stuck,
    excluded: stuck.reduce((sum, { sightings: count }) => sum + count, 0),
    upsets,
    seenOnce,
  };
}

function criterionFor(sightings: number, addresses: number, falsePositive: number): number {
  let criterion = 2;
  while (chanceBound(sightings, addresses, criterion) > falsePositive) criterion++;
  return criterion;
}

/** C(n, r)/N^(r−1), at most 1. */
function chanceBound(n: number, addresses: number, r: number): number {
  if (r > n) return 0;
  const log = logGamma(n + 1) - logGamma(r + 1) - logGamma(n - r + 1) - (r - 1) * Math.log(addresses);
  return Math.min(1, Math.exp(log));
}
