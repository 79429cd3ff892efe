/**
 * Atomic weights of the elements, Z = 1..92, to a tenth (IUPAC 2021, abridged; of an element without a stable isotope its longest-lived one):
 * what turns an energy per nucleon into a rigidity or a range, where a spectrum is of an element and not of one nuclide.
 */
const weights: readonly number[] = [
  1.0, 4.0, 6.9, 9.0, 10.8, 12.0, 14.0, 16.0, 19.0, 20.2, 23.0, 24.3, 27.0, 28.1, 31.0, 32.1, 35.4, 39.9,
  39.1, 40.1, 45.0, 47.9, 50.9, 52.0, 54.9, 55.8, 58.9, 58.7, 63.5, 65.4, 69.7, 72.6, 74.9, 79.0, 79.9, 83.8,
  85.5, 87.6, 88.9, 91.2, 92.9, 96.0, 97.0, 101.1, 102.9, 106.4, 107.9, 112.4, 114.8, 118.7, 121.8, 127.6,
  126.9, 131.3, 132.9, 137.3, 138.9, 140.1, 140.9, 144.2, 145.0, 150.4, 152.0, 157.2, 158.9, 162.5, 164.9,
  167.3, 168.9, 173.0, 175.0, 178.5, 180.9, 183.8, 186.2, 190.2, 192.2, 195.1, 197.0, 200.6, 204.4, 207.2,
  209.0, 209.0, 210.0, 222.0, 223.0, 226.0, 227.0, 232.0, 231.0, 238.0,
];

/** The heaviest element there is a spectrum of. */
export const heaviestZ: number = weights.length;

/** Atomic weight of the element of charge `z`; a RangeError where there is none. */
export function atomicWeight(z: number): number {
  const weight = weights[z - 1];
  if (weight === undefined)
    throw new RangeError(`no element has the charge ${z}; expected 1 to ${heaviestZ}`);
  return weight;
}
