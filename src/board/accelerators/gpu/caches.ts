import type { Cells } from "../../cells.ts";
import { controlAt, isTrapped, setsOf, tagDirty, tagNext, tagValid } from "./device.ts";
import type { Device } from "./device.ts";
import { lineWords, ways } from "./image.ts";

/**
 * The way of a word between an SM and memory (docs/gpu.md, "Caches"):
 *
 *   load  ← L1 ←fill─ L2 ←fill─ HBM
 *   store → (L1, if there) → L2 ─write-back of a dirty line that is replaced→ HBM
 *
 * Each answers the index in its `raw` at which the line begins, or -1 with the device trapped.
 */
export interface Caches {
  /** For a load by this SM. */
  readonly loadFrom: (sm: number, line: number) => number;
  /** Where the line that `loadFrom` has just found lies. */
  loadedFrom: Cells;
  /** The line in this SM's L1 for a store, -1 without a trap if it is not there. */
  readonly storeThrough: (sm: number, line: number) => number;
  /** The line in L2, made dirty. */
  readonly storeInto: (line: number) => number;
  /** The line in L2. */
  readonly findInL2: (line: number) => number;
  readonly invalidateL1: () => void;
  /** Dirty lines go back to memory; then L2 is empty. */
  readonly flushL2: () => void;
}

const fits = tagValid | 0xffff;

export function createCaches(device: Device): Caches {
  const { l1, l1Tags, l2, l2Tags, hbm, control, sizes } = device;
  const l1Sets = setsOf(sizes.l1Lines);
  const l2Sets = setsOf(sizes.l2Lines);
  const isBeyond = (word: number): boolean => word >= control[controlAt.memoryWords]! || word >= hbm.words;

  /** Index of the tag that fits, or -1. */
  const hit = (tags: Cells, first: number, wanted: number): number => {
    tags.reads(first, ways);
    for (let at = first; at < first + ways; at++) if ((tags.raw[at]! & fits) === wanted) return at;
    return -1;
  };
  const victim = ({ raw }: Cells, first: number): number => {
    for (let at = first; at < first + ways; at++) if ((raw[at]! & tagNext) !== 0) return at;
    return first;
  };
  const take = (tags: Cells, first: number, at: number, tag: number): void => {
    tags.raw[at] = tag;
    tags.wrote(at);
    const after = first + ((at - first + 1) % ways);
    tags.raw[after]! |= tagNext;
    tags.wrote(after);
  };
  const writeBack = (at: number): void => {
    const set = Math.floor(at / ways);
    const tag = l2Tags.raw[at]!;
    const to = ((tag & 0xffff) * l2Sets + set) * lineWords;
    if (isBeyond(to + lineWords - 1)) device.trapped = true;
    else copyLine(l2, at * lineWords, hbm, to);
  };
  const findInL2 = (line: number): number => {
    const first = (line % l2Sets) * ways;
    const wanted = Math.floor(line / l2Sets) | tagValid;
    const found = hit(l2Tags, first, wanted);
    if (isTrapped(device)) return -1;
    if (found >= 0) return found * lineWords;
    const at = victim(l2Tags, first);
    const old = l2Tags.raw[at]!;
    if ((old & tagValid) !== 0 && (old & tagDirty) !== 0) writeBack(at);
    if (isBeyond(line * lineWords + lineWords - 1)) device.trapped = true;
    if (isTrapped(device)) return -1;
    copyLine(hbm, line * lineWords, l2, at * lineWords);
    take(l2Tags, first, at, wanted);
    return isTrapped(device) ? -1 : at * lineWords;
  };
  const caches: Caches = {
    loadedFrom: l1,
    loadFrom: (sm, line) => {
      if ((control[controlAt.cacheMode]! & 1) === 0) {
        caches.loadedFrom = l2;
        return findInL2(line);
      }
      caches.loadedFrom = l1;
      const first = (sm * l1Sets + (line % l1Sets)) * ways;
      const wanted = Math.floor(line / l1Sets) | tagValid;
      const found = hit(l1Tags, first, wanted);
      if (isTrapped(device)) return -1;
      if (found >= 0) return found * lineWords;
      const from = findInL2(line);
      if (from < 0) return -1;
      const at = victim(l1Tags, first);
      copyLine(l2, from, l1, at * lineWords);
      take(l1Tags, first, at, wanted);
      return isTrapped(device) ? -1 : at * lineWords;
    },
    storeThrough: (sm, line) => {
      const first = (sm * l1Sets + (line % l1Sets)) * ways;
      const found = hit(l1Tags, first, Math.floor(line / l1Sets) | tagValid);
      return found < 0 ? -1 : found * lineWords;
    },
    storeInto: (line) => {
      const found = findInL2(line);
      if (found < 0) return -1;
      const at = found / lineWords;
      l2Tags.raw[at]! |= tagDirty;
      l2Tags.wrote(at);
      return found;
    },
    findInL2,
    invalidateL1: () => {
      l1Tags.raw.fill(0);
      l1Tags.wrote(0, l1Tags.words);
    },
    flushL2: () => {
      l2Tags.reads(0, l2Tags.words);
      const dirty = tagValid | tagDirty;
      for (let at = 0; at < l2Tags.words && !isTrapped(device); at++)
        if ((l2Tags.raw[at]! & dirty) === dirty) writeBack(at);
      l2Tags.raw.fill(0);
      l2Tags.wrote(0, l2Tags.words);
    },
  };
  return caches;
}

function copyLine(from: Cells, source: number, into: Cells, target: number): void {
  from.reads(source, lineWords);
  const { raw } = from;
  const { raw: out } = into;
  for (let word = 0; word < lineWords; word++) out[target + word] = raw[source + word]!;
  into.wrote(target, lineWords);
}
