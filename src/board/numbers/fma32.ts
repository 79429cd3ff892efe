const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);
const low = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
const high = 1 - low;

/**
 * a·b + c of three float32, rounded once to float32 (IEEE 754-2019, 5.4.1 fusedMultiplyAdd).
 *
 * Why it is right. (1) A product of two float32 has at most 48 significant bits and an exponent between -298 and 256: it is exact in a double.
 * (2) s = fl(p + c), and TwoSum gives its error e exactly (Knuth, TAOCP 2, 4.2.2 theorem B; no double here is near overflow or underflow). So p + c = s + e.
 * (3) Where e ≠ 0, p + c lies strictly between s and its neighbour on e's side; of these two the one with an odd last bit is p + c rounded to odd.
 * (4) Rounding to odd with 53 bits and then to nearest with at most 24 ≤ 53 - 2, subnormals too, is rounding once (Boldo & Melquiond, "Emulation of
 * FMA and correctly rounded sums: proved algorithms using rounding to odd", IEEE Trans. Computers 57, 2008, theorem 1).
 */
export function fma32(a: number, b: number, c: number): number {
  const p = a * b;
  const s = p + c;
  const part = s - p;
  const e = p - (s - part) + (c - part);
  // NaN: p, c or both are not finite, and s is what the standard gives.
  if (e === 0 || e !== e) return Math.fround(s);
  double[0] = s;
  if ((halves[low]! & 1) === 0) {
    if (e > 0 === s > 0) halves[low]! |= 1;
    else {
      // One place nearer to 0: down from an even last bit, with a borrow if the low half is empty.
      if (halves[low] === 0) halves[high]!--;
      halves[low]!--;
    }
  }
  return Math.fround(double[0]);
}
