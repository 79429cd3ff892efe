/**
 * 64-bit digest of 32-bit words, as 16 hex digits: two lanes that have nothing in common.
 *
 * The first lane is linear over GF(2): the full-period xorshift (13, 17, 5; Marsaglia 2003), then the word is XORed in.
 * A change of one bit therefore always shows, and one of two bits shows unless the steps between them carry one bit onto
 * the other; `test/board/digest.test.ts` proves that this happens nowhere within 65,536 words.
 * The second multiplies (FNV-1a by words, murmur3 finaliser) and mixes what a linear lane cannot.
 */
export function digestOf(words: Uint32Array): string {
  let linear = 0x9e3779b9 | 0;
  let mixed = 0x811c9dc5 | 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]! | 0;
    linear = step(linear) ^ word;
    mixed = Math.imul(mixed ^ word, 0x01000193);
    mixed ^= mixed >>> 15;
  }
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return hex(linear) + hex(mixed ^ (mixed >>> 16));
}

/** One step of the linear lane: invertible, and of period 2^32 - 1 but for 0. */
export function step(lane: number): number {
  let x = lane;
  x ^= x << 13;
  x ^= x >>> 17;
  return x ^ (x << 5);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
