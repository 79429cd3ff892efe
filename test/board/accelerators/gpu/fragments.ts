/**
 * The fragments of matrix instructions as the PTX ISA prints them ("Matrix fragments for mma.m16n8k16 with floating point type", "… m16n8k32" for 8 bits,
 * "… m16n8k8" for tf32), element by element: a_i, b_i and c_i of a thread are where? Nothing is shared with the tensor core.
 */
export interface Fragments {
  readonly k: number;
  /** Elements of A and B a thread; the first lie in the low bits of its first register. */
  readonly aElements: number;
  readonly bElements: number;
  readonly bits: number;
  readonly a: (lane: number, i: number) => readonly [row: number, k: number];
  readonly b: (lane: number, i: number) => readonly [k: number, column: number];
}

const groupOf = (lane: number): number => lane >> 2;
const threadOf = (lane: number): number => lane % 4;

export const sixteenBits: Fragments = {
  k: 16,
  aElements: 8,
  bElements: 4,
  bits: 16,
  a: (lane, i) => [
    (i >= 0 && i < 2) || (i >= 4 && i < 6) ? groupOf(lane) : groupOf(lane) + 8,
    i < 4 ? threadOf(lane) * 2 + (i & 1) : threadOf(lane) * 2 + (i & 1) + 8,
  ],
  b: (lane, i) => [i < 2 ? threadOf(lane) * 2 + (i & 1) : threadOf(lane) * 2 + (i & 1) + 8, groupOf(lane)],
};

export const eightBits: Fragments = {
  k: 32,
  aElements: 16,
  bElements: 8,
  bits: 8,
  a: (lane, i) => [
    (i >= 0 && i < 4) || (i >= 8 && i < 12) ? groupOf(lane) : groupOf(lane) + 8,
    i < 8 ? threadOf(lane) * 4 + (i & 3) : threadOf(lane) * 4 + (i & 3) + 16,
  ],
  b: (lane, i) => [i < 4 ? threadOf(lane) * 4 + (i & 3) : threadOf(lane) * 4 + (i & 3) + 16, groupOf(lane)],
};

export const tf32: Fragments = {
  k: 8,
  aElements: 4,
  bElements: 2,
  bits: 32,
  a: (lane, i) => [
    i === 0 || i === 2 ? groupOf(lane) : groupOf(lane) + 8,
    i === 0 || i === 1 ? threadOf(lane) : threadOf(lane) + 4,
  ],
  b: (lane, i) => [i === 0 ? threadOf(lane) : threadOf(lane) + 4, groupOf(lane)],
};

/** c_i and d_i, of every shape. */
export const accumulator = (lane: number, i: number): readonly [row: number, column: number] => [
  i < 2 ? groupOf(lane) : groupOf(lane) + 8,
  threadOf(lane) * 2 + (i & 1),
];

/** Registers of all lanes, register after register, of elements given by their place. */
export function packed(
  elements: number,
  bits: number,
  place: (lane: number, i: number) => readonly [number, number],
  code: (first: number, second: number) => number,
): Uint32Array {
  const perRegister = 32 / bits;
  const words = new Uint32Array((elements / perRegister) * 32);
  for (let lane = 0; lane < 32; lane++)
    for (let i = 0; i < elements; i++) {
      const at = Math.floor(i / perRegister) * 32 + lane;
      const value = BigInt.asUintN(bits, BigInt(code(...place(lane, i)))) << BigInt(bits * (i % perRegister));
      words[at] = words[at]! | Number(BigInt.asIntN(32, value));
    }
  return words;
}
