/**
 * Chance as an argument (law 4). A stream is a pure function of its seed and labels, so strike k of run r can be
 * drawn again at any time, in any process, without drawing those before it (law 3).
 */
export interface RandomStream {
  /** Uniform over 0 .. 2^32 - 1. */
  nextU32(): number;
  /** Uniform over [0, 1), with 53 bits. */
  nextFloat(): number;
  /** Uniform over 0 .. bound - 1, without modulo bias; `bound` from 1 to 2^53, else RangeError. */
  nextBelow(bound: number): number;
}

/** sfc32 (C. Doty-Humphrey, PractRand), seeded by hashing the labels; passes PractRand beyond what a campaign draws. */
export function randomStream(seed: number, ...labels: readonly (string | number)[]): RandomStream {
  let [a, b, c] = [
    hashOf(seed, labels, 0x9e3779b9),
    hashOf(seed, labels, 0x243f6a88),
    hashOf(seed, labels, 0xb7e15162),
  ];
  let counter = 1;
  const nextU32 = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) nextU32();
  const next53 = (): number => (nextU32() >>> 5) * 67108864 + (nextU32() >>> 6);
  return {
    nextU32,
    nextFloat: () => next53() / 2 ** 53,
    nextBelow: (bound) => {
      if (!Number.isSafeInteger(bound) || bound < 1) throw new RangeError(`no number below ${bound}`);
      // One draw where one is enough; a golden run of many device cycles has more of them than 32 bits count.
      const [draws, next] = bound <= 2 ** 32 ? [2 ** 32, nextU32] : [2 ** 53, next53];
      const limit = draws - (draws % bound);
      for (;;) {
        const draw = next();
        if (draw < limit) return draw % bound;
      }
    },
  };
}

/** FNV-1a over the labels with a murmur3 finaliser: short inputs, well spread. */
function hashOf(seed: number, labels: readonly (string | number)[], basis: number): number {
  let hash = (basis ^ 0x811c9dc5) >>> 0;
  for (const character of `${seed}|${labels.join("|")}`) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193) >>> 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
