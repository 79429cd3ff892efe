import { wordsPerFrame } from "../instruments/address/sem-address.ts";
import type { ConfigurationSpec } from "./world-schema.ts";

/**
 * The configuration memory of one FPGA, as the bits in which it differs from what was loaded: the emulator's own account of them.
 *
 *   SEM controller ─flip, repair─┐
 *   particle ──────flip──────────┼→ flipped bits ─onChange→ fabric (what they do to the accelerator), SEM controller (what it scans)
 *   power, reload ─reconfigure───┘        └─ each change ─→ truth
 *
 * A frame is counted by its linear frame address (LFA); it has 101 words on a 7-series part, 123 on UltraScale, 93 on UltraScale+.
 */
export interface ConfigurationMemory {
  readonly shape: ConfigurationShape;
  /** Inverts one bit. False, and nothing is changed, where there is no such bit or its frame is masked. */
  flip(at: ConfigurationBit, by: "injector" | "particle"): boolean;
  /** What a frame read shows now, 32 bits a word. */
  word(frame: number, word: number): number;
  /** As it was loaded. */
  golden(frame: number, word: number): number;
  /** In order of frame, word and bit. */
  flipped(): readonly ConfigurationBit[];
  flippedIn(frame: number): readonly ConfigurationBit[];
  /** The bits of this frame are as they were loaded again. */
  repair(frame: number, by: "scrub"): void;
  /** The whole device is loaded anew. */
  reconfigure(): void;
  /** Whether what is made of this fabric depends on the bit: every bit, unless somebody knows better. */
  isEssential(at: ConfigurationBit): boolean;
  defineEssential(isEssential: (at: ConfigurationBit) => boolean): void;
  /** Hears, after every change, of all bits that are flipped now. Returns how to unsubscribe. */
  onChange(listener: (flipped: readonly ConfigurationBit[]) => void): () => void;
}

export interface ConfigurationBit {
  readonly frame: number;
  readonly word: number;
  readonly bit: number;
}

export interface ConfigurationShape {
  readonly family: ConfigurationSpec["family"];
  /** Frames that can be addressed, from LFA 0 up. */
  readonly frames: number;
  readonly wordsPerFrame: number;
}

/** Bits that changed all at once: inverted where it is told of them, whatever they were before. */
export interface ConfigurationChange {
  readonly by: "injector" | "particle" | "scrub" | "reconfigured";
  /** Index of the word in the whole memory: frame × words of a frame + word. */
  readonly word: number;
  readonly mask: number;
}

export function configurationMemory(
  spec: Omit<ConfigurationSpec, "design">,
  changed: (change: ConfigurationChange) => void,
): ConfigurationMemory {
  const shape: ConfigurationShape = {
    family: spec.family,
    frames: spec.frames,
    wordsPerFrame: wordsPerFrame[spec.family],
  };
  let essential: (at: ConfigurationBit) => boolean = () => true;
  const masked = new Set(spec.maskedFrames);
  /** By frame: what each word differs in. Words that differ in nothing are left out, frames too. */
  const differing = new Map<number, Map<number, number>>();
  const listeners = new Set<(flipped: readonly ConfigurationBit[]) => void>();

  const flippedIn = (frame: number): ConfigurationBit[] =>
    [...(differing.get(frame) ?? [])]
      .sort(([a], [b]) => a - b)
      .flatMap(([word, mask]) => bitsOf(mask).map((bit) => ({ frame, word, bit })));
  const flipped = (): ConfigurationBit[] => [...differing.keys()].sort((a, b) => a - b).flatMap(flippedIn);
  const tell = (): void => {
    if (listeners.size === 0) return;
    const now = flipped();
    for (const listener of listeners) listener(now);
  };
  const restore = (frame: number, by: "scrub" | "reconfigured"): void => {
    const words = differing.get(frame);
    if (words === undefined) return;
    differing.delete(frame);
    for (const [word, mask] of words) changed({ by, word: frame * shape.wordsPerFrame + word, mask });
  };

  return {
    shape,
    flip: ({ frame, word, bit }, by) => {
      if (!isWithin(frame, shape.frames) || !isWithin(word, shape.wordsPerFrame) || !isWithin(bit, 32))
        return false;
      if (masked.has(frame)) return false;
      const words = differing.get(frame) ?? new Map<number, number>();
      const mask = ((words.get(word) ?? 0) ^ (1 << bit)) >>> 0;
      if (mask === 0) words.delete(word);
      else words.set(word, mask);
      if (words.size === 0) differing.delete(frame);
      else differing.set(frame, words);
      changed({ by, word: frame * shape.wordsPerFrame + word, mask: (1 << bit) >>> 0 });
      tell();
      return true;
    },
    word: (frame, word) => (goldenWord(frame, word) ^ (differing.get(frame)?.get(word) ?? 0)) >>> 0,
    golden: goldenWord,
    flipped,
    flippedIn,
    repair: (frame, by) => {
      if (!differing.has(frame)) return;
      restore(frame, by);
      tell();
    },
    reconfigure: () => {
      if (differing.size === 0) return;
      for (const frame of [...differing.keys()]) restore(frame, "reconfigured");
      tell();
    },
    isEssential: (at) => essential(at),
    defineEssential: (isEssential) => void (essential = isEssential),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Mostly zeros, as bitstreams are: one word of eight has bits, which follow from its place. */
function goldenWord(frame: number, word: number): number {
  let hash = Math.imul(frame + 1, 0x9e3779b1) ^ Math.imul(word + 1, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae3d);
  hash = Math.imul(hash ^ (hash >>> 13), 0x27d4eb2f);
  hash = (hash ^ (hash >>> 16)) >>> 0;
  return hash % 8 === 1 ? hash : 0;
}

function bitsOf(mask: number): number[] {
  return Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => ((mask >>> bit) & 1) === 1);
}

function isWithin(index: number, count: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < count;
}
