/** Bits of one word flipped on purpose: all that an injector from outside can do. */
export interface Upset {
  /** Counts from 1 within its run. */
  readonly id: number;
  readonly target: string;
  /** Index of the word within the target, and the bits of it that are struck. */
  readonly word: number;
  readonly mask: number;
  /** Iteration (it chooses the input too) and the device cycle in it at which the bits are struck. */
  readonly iteration: number;
  readonly cycle: number;
}

/** One upset put in on purpose, of whatever kind a board can be asked for. */
export interface Strike extends Upset {
  readonly manner: StrikeManner;
  /** What `put` and `hold` make of the bits; 0 for a flip. */
  readonly value: number;
  /** How many words are struck in the same bits at once, and how far each lies behind the one before. */
  readonly words: number;
  readonly step: number;
}

/**
 * What becomes of the bits of the mask: `flip` inverts them (an upset), `put` writes those of `value` (a value replaced), `hold` writes them and keeps
 * them so through every later write, until all state is restored (a stuck bit).
 */
export type StrikeManner = "flip" | "put" | "hold";
/** A flip of one word: what every board can do. */
export const plainFlip = { manner: "flip", value: 0, words: 1, step: 1 } as const;
export function isPlainFlip({ manner, words }: Pick<Strike, "manner" | "words">): boolean {
  return manner === "flip" && words === 1;
}

export const strikeManners = ["flip", "put", "hold"] as const satisfies readonly StrikeManner[];

/** One dimension of a structure, outermost first: `{ name: "lane", size: 32 }`. The product of the sizes is the count of words. */
export interface Axis {
  readonly name: string;
  readonly size: number;
}

/** A set of state words that can be struck, as the board describes it. */
export interface TargetSpace {
  readonly name: string;
  readonly words: number;
  /** Bits of a word that exist, from bit 0 up. */
  readonly bits: number;
  /** How the words are laid out, outermost first; a board that does not say has one axis, `word`. */
  readonly axes: readonly Axis[];
  /** A strike known to be critical: the proof that the path reaches the state; null where nobody knows one (a space of an injector's own). */
  readonly selfCheck: SelfCheck | null;
}

export type SelfCheck = Pick<Strike, "word" | "mask" | "iteration" | "cycle">;

/** A board knows a critical strike on each of its structures. */
export interface BoardTarget extends TargetSpace {
  readonly selfCheck: SelfCheck;
}

/** The place of a word in words a person can read: `warp 3, register 12, lane 7`. */
export function placeInWords(axes: readonly Axis[], word: number): string {
  let rest = word;
  const parts: string[] = [];
  for (const { name, size } of axes.toReversed()) {
    parts.unshift(`${name} ${rest % size}`);
    rest = Math.floor(rest / size);
  }
  return parts.join(", ");
}

/** More dimensions than anything is laid out in, and the longest name one has (PROTOCOL.md, "Values"). */
const mostAxes = 6;
const axisName = /^[a-z][a-z0-9-]{0,15}$/;

/** Whether these axes lay out so many words: what a board tells is held against this, and what it may tell. */
export function axesFit(axes: readonly Axis[], words: number): boolean {
  if (axes.length < 1 || axes.length > mostAxes) return false;
  const names = new Set(axes.map(({ name }) => name));
  if (names.size < axes.length || axes.some(({ name, size }) => !axisName.test(name) || size < 1))
    return false;
  return axes.reduce((product, { size }) => product * size, 1) === words;
}

/** Of a space whose layout nobody has told. */
export function plainAxes(words: number): readonly Axis[] {
  return [{ name: "word", size: words }];
}
