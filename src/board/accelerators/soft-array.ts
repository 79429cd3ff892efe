import type { FabricFault } from "../fabric-fault.ts";
import type { Core, Kernel } from "../workloads/workload.ts";
import { softElement } from "./soft-element.ts";
import type { ElementFault, SoftElement } from "./soft-element.ts";

/**
 * The array as it is configured now: 16 processing elements side by side, which take the same activation and a weight each.
 *
 *   weights ─block memory→ w ┐
 *   activations ─────── x ───┴→ element 0 … 15: accumulator += x·w ─→ sums
 *
 * A sound element is plain arithmetic; an upset one is computed gate by gate. Upsets of the block memory invert a bit of a weight on
 * its way out, for as long as they stand: what a refresh writes anew is the board's own copy.
 */
export interface SoftArray {
  clear(): void;
  /** `word`: where the weight stands in the block memory. */
  multiplyAdd(element: number, x: number, word: number, weight: number): void;
  sum(element: number): number;
}

export const softElements = 16;
/** Bytes of block memory for weights. */
export const softMemoryWords = 8192;

export function softArray(faults: readonly FabricFault[]): SoftArray {
  const sums = new Int32Array(softElements);
  const upset = elementsOf(faults);
  const flips = flipsOf(faults);
  return {
    clear: () => {
      sums.fill(0);
      for (const element of upset) element?.clear();
    },
    multiplyAdd: (element, x, word, weight) => {
      const w = flips === null ? weight : ((weight ^ (flips.get(word) ?? 0)) << 24) >> 24;
      const circuit = upset[element];
      if (circuit === undefined) sums[element] = sums[element]! + Math.imul(x, w);
      else circuit.step(x, w);
    },
    sum: (element) => upset[element]?.read() ?? sums[element]!,
  };
}

/** Made anew only when other upsets stand. */
export function followedArray(fabric: () => readonly FabricFault[]): () => SoftArray {
  let seen = fabric();
  let array = softArray(seen);
  return () => {
    const now = fabric();
    if (now !== seen) {
      seen = now;
      array = softArray(now);
    }
    return array;
  };
}

/** What one tile of up to 16 sums adds up. The bound is read at every step, the lanes at the beginning of the tile and at its end. */
export interface Tile {
  readonly bound: () => number;
  readonly lanes: () => number;
  /** Step `p` of all lanes; false: an access beyond the end of a memory. */
  readonly step: (array: SoftArray, p: number, lanes: number) => boolean;
  readonly keep: (lane: number, sum: number) => void;
}

/** One cycle a step, all lanes at once. A fault that comes or goes is felt from the next tile on. */
export function* computeTile(array: SoftArray, core: Core, { bound, lanes, step, keep }: Tile): Kernel {
  const before = core.cycle;
  array.clear();
  for (let p = 0; p < bound();) {
    if (core.cycle >= core.until) {
      yield;
      continue;
    }
    if (!step(array, p, Math.min(softElements, lanes()))) return "trap";
    p++;
    core.cycle++;
  }
  const kept = Math.min(softElements, lanes());
  for (let lane = 0; lane < kept; lane++) keep(lane, array.sum(lane));
  if (core.cycle === before) yield* oneCycle(core);
  return "ok";
}

/** What makes no step is charged one, so that nothing turns for ever. */
export function* oneCycle(core: Core): Generator<void, void, void> {
  while (core.cycle >= core.until) yield;
  core.cycle++;
}

function elementsOf(faults: readonly FabricFault[]): (SoftElement | undefined)[] {
  const byElement = new Map<number, ElementFault[]>();
  for (const fault of faults) {
    if (fault.site === "memory") continue;
    byElement.set(fault.element, [...(byElement.get(fault.element) ?? []), fault]);
  }
  return Array.from({ length: softElements }, (_, element) => {
    const its = byElement.get(element);
    return its === undefined ? undefined : softElement(its);
  });
}

function flipsOf(faults: readonly FabricFault[]): ReadonlyMap<number, number> | null {
  const flips = new Map<number, number>();
  for (const fault of faults)
    if (fault.site === "memory") flips.set(fault.word, (flips.get(fault.word) ?? 0) ^ (1 << fault.bit));
  return flips.size === 0 ? null : flips;
}
