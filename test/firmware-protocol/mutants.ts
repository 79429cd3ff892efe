import type { RandomStream } from "../../src/domain/random.ts";

/**
 * What a bad link does to lines that were sent. Every mutation takes one line, or two, and gives another text;
 * it may give a line that was sent (a swap of equal letters, a splice at an end): the tests sort those out.
 */
export type Mutation = (line: string, other: string, random: RandomStream) => string;

const anyByte = (random: RandomStream) => String.fromCharCode(random.nextBelow(256));
/** Damage that keeps to the alphabet of the protocol is the hardest to see. */
const alphabet = "0123456789abcdef =-.:,$*caet";
const likelyByte = (random: RandomStream) => alphabet.charAt(random.nextBelow(alphabet.length));
const put = (line: string, at: number, text: string, instead = text.length) =>
  line.slice(0, at) + text + line.slice(at + instead);

export const mutations: Readonly<Record<string, Mutation>> = {
  flips: (line, _, random) => {
    let mutant = line;
    for (let flips = 1 + random.nextBelow(8); flips > 0; flips--) {
      const at = random.nextBelow(line.length);
      mutant = put(mutant, at, String.fromCharCode(mutant.charCodeAt(at) ^ (1 << random.nextBelow(8))));
    }
    return mutant;
  },
  burst: (line, _, random) => {
    const at = random.nextBelow(line.length);
    const length = 1 + random.nextBelow(Math.min(32, line.length - at));
    const draw = random.nextBelow(2) === 0 ? anyByte : likelyByte;
    return put(line, at, Array.from({ length }, () => draw(random)).join(""));
  },
  burstOfOne: (line, _, random) => {
    const at = random.nextBelow(line.length);
    const length = 1 + random.nextBelow(Math.min(32, line.length - at));
    return put(line, at, likelyByte(random).repeat(length));
  },
  insertion: (line, _, random) => {
    const length = 1 + random.nextBelow(4);
    const inserted = Array.from({ length }, () => likelyByte(random)).join("");
    return put(line, random.nextBelow(line.length + 1), inserted, 0);
  },
  repetition: (line, _, random) => {
    const at = random.nextBelow(line.length);
    const piece = line.slice(at, at + 1 + random.nextBelow(8));
    return put(line, at, piece, 0);
  },
  deletion: (line, _, random) => put(line, random.nextBelow(line.length), "", 1 + random.nextBelow(8)),
  swap: (line, _, random) => {
    const at = random.nextBelow(line.length - 1);
    return put(line, at, line.charAt(at + 1) + line.charAt(at));
  },
  letterCase: (line, _, random) => {
    const at = random.nextBelow(line.length);
    const end = at + 1 + random.nextBelow(line.length - at);
    const piece = line.slice(at, end);
    return put(line, at, piece === piece.toLowerCase() ? piece.toUpperCase() : piece.toLowerCase());
  },
  splice: (line, other, random) =>
    line.slice(0, random.nextBelow(line.length + 1)) + other.slice(random.nextBelow(other.length + 1)),
  merge: (line, other) => line + other,
  /** The value of another line's field in this line, its CRC left as it was. */
  fieldOfAnother: (line, other, random) => {
    const [mine, theirs] = [line.split(" "), other.split(" ")];
    mine[random.nextBelow(mine.length - 1)] = theirs[random.nextBelow(theirs.length - 1)]!;
    return mine.join(" ");
  },
  /** The CRC of another line. */
  crcOfAnother: (line, other) => line.slice(0, -8) + other.slice(-8),
};
