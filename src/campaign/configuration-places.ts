import { wordsOfFrame } from "../domain/configuration-plan.ts";
import type { ConfigurationPlan, Range } from "../domain/configuration-plan.ts";
import type { RandomStream } from "../domain/random.ts";
import { drawComponent, drawIndex } from "../domain/draw-fault.ts";
import type { Drawn } from "../domain/draw-fault.ts";
import type { Fault, FaultModel } from "../domain/fault-model.ts";
import { plainFlip } from "../domain/strike.ts";
import type { TargetSpace } from "../domain/strike.ts";
import type { EssentialBits } from "./essential-bits.ts";

/** The bits of an injector's own space that a run strikes, numbered from 0, each as likely as any other. */
export interface Places {
  readonly count: number;
  at(index: number): { readonly word: number; readonly bit: number };
}

/** What the plan says of this device's space; a sentence where it does not fit. */
export function placesIn(
  plan: ConfigurationPlan | null,
  space: TargetSpace,
  essential: EssentialBits | null,
): Places | string {
  if (plan === null)
    return {
      count: space.words * space.bits,
      at: (index) => ({ word: Math.floor(index / space.bits), bit: index % space.bits }),
    };
  const frameWords = wordsOfFrame[plan.family];
  const frames = space.words / frameWords;
  if (!Number.isInteger(frames))
    return `the plan says family '${plan.family}' of ${frameWords} words a frame, and the ${space.words} words of '${space.name}' are no whole number of them: check family in the campaign and in the rig file`;
  const highest = Math.max(-1, ...plan.frames.map(([, last]) => last));
  if (highest >= frames)
    return `frame ${highest} is asked, and '${space.name}' has frames 0 to ${frames - 1}`;
  const allowed = {
    frames: chosen(frames, plan.frames, plan.exclude.frames),
    words: chosen(frameWords, plan.words, plan.exclude.words),
    bits: chosen(space.bits, plan.bits.map(alone), plan.exclude.bits.map(alone)),
  };
  const places =
    essential === null ? product(allowed, frameWords) : listed(essential, allowed, frameWords, frames);
  if (typeof places === "string") return places;
  return places.count > 0
    ? places
    : "no bit is left that the plan's frames, words, bits and exclusions allow";
}

/** Strike `id`: a pure function of the stream and the arguments. It stands before its iteration begins, so its cycle is 0. */
export function placeInConfiguration(
  random: RandomStream,
  id: number,
  space: TargetSpace,
  places: Places,
  faultModel: FaultModel,
  inputs: number,
): Drawn {
  const { name: component, fault } = drawComponent(random, faultModel);
  const width = Math.min(space.bits, widthOf(random, fault));
  const { word, bit } = places.at(random.nextBelow(places.count));
  const lowest = Math.min(bit, space.bits - width);
  const mask = (((1 << width) - 1) << lowest) >>> 0;
  const iteration = random.nextBelow(inputs);
  return { component, strike: { ...plainFlip, id, target: space.name, word, mask, iteration, cycle: 0 } };
}

/** Bits side by side: what a controller that flips configuration memory is asked for. RangeError for any other kind (`beyondInjector` refuses them). */
function widthOf(random: RandomStream, fault: Fault): number {
  if (fault.kind === "adjacent") return fault.bits;
  if (fault.kind === "multiplicity") return 1 + drawIndex(random, fault.weights);
  throw new RangeError(`no fault '${fault.kind}' in configuration memory`);
}

interface Allowed {
  readonly frames: readonly number[];
  readonly words: readonly number[];
  readonly bits: readonly number[];
}

function product({ frames, words, bits }: Allowed, frameWords: number): Places {
  return {
    count: frames.length * words.length * bits.length,
    at: (index) => {
      const rest = Math.floor(index / bits.length);
      const frame = frames[Math.floor(rest / words.length)]!;
      return { word: frame * frameWords + words[rest % words.length]!, bit: bits[index % bits.length]! };
    },
  };
}

function listed(
  { bits: essential, frames: inFile }: EssentialBits,
  allowed: Allowed,
  frameWords: number,
  frames: number,
): Places | string {
  if (inFile < frames)
    return `the essential-bits file holds ${inFile} frames, the device has ${frames}: it is of another part or another design`;
  const [ofFrames, ofWords, ofBits] = [allowed.frames, allowed.words, allowed.bits].map(
    (list) => new Set(list),
  ) as [Set<number>, Set<number>, Set<number>];
  const places = essential.filter((at) => {
    const word = Math.floor(at / 32);
    return (
      ofFrames.has(Math.floor(word / frameWords)) && ofWords.has(word % frameWords) && ofBits.has(at % 32)
    );
  });
  return {
    count: places.length,
    at: (index) => ({ word: Math.floor(places[index]! / 32), bit: places[index]! % 32 }),
  };
}

/** Numbers below `count` within these ranges (all, where there are none) and in none of those left out. */
function chosen(count: number, ranges: readonly Range[], exclude: readonly Range[]): readonly number[] {
  const within = (number: number, of: readonly Range[]): boolean =>
    of.some(([first, last]) => number >= first && number <= last);
  return Array.from({ length: count }, (_, number) => number).filter(
    (number) => (ranges.length === 0 || within(number, ranges)) && !within(number, exclude),
  );
}

function alone(number: number): Range {
  return [number, number];
}
