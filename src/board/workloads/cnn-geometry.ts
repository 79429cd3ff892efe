/**
 * Where the layers of the convolutional classifier find their operands: convolution as matrix product over gathered windows, and max-pooling over gathered fours.
 *
 *   image 14 × 14 ─3 × 3→ 14 × 14 × 12 ─max of 2 × 2→ 7 × 7 × 12 ─3 × 3→ 7 × 7 × 24 ─max of 2 × 2→ 3 × 3 × 24 ─→ 10 scores
 *
 * An image of c channels lies pixel by pixel, the channels of a pixel side by side.
 */
export const side = 14;
export const firstChannels = 12;
export const secondChannels = 24;
export const secondSide = side >> 1;
export const thirdSide = secondSide >> 1;
export const features = thirdSide * thirdSide * secondChannels;

/** Row by row [pixel][tap, channel]: the 3 × 3 window around each pixel; beyond the border -1, which reads as 0. */
export function windowIndices(size: number, channels: number): Int32Array {
  const indices = new Int32Array(size * size * 9 * channels);
  let at = 0;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      for (let tap = 0; tap < 9; tap++) {
        const [row, column] = [y + Math.floor(tap / 3) - 1, x + (tap % 3) - 1];
        const inside = row >= 0 && row < size && column >= 0 && column < size;
        for (let c = 0; c < channels; c++) indices[at++] = inside ? (row * size + column) * channels + c : -1;
      }
  return indices;
}

/** Row by row [pooled pixel, channel][four]: the 2 × 2 pixels that one pooled pixel is the maximum of; an odd last row or column is left out. */
export function poolIndices(size: number, channels: number): Int32Array {
  const pooled = size >> 1;
  const indices = new Int32Array(pooled * pooled * channels * 4);
  let at = 0;
  for (let y = 0; y < pooled; y++)
    for (let x = 0; x < pooled; x++)
      for (let c = 0; c < channels; c++)
        for (let of = 0; of < 4; of++)
          indices[at++] = ((2 * y + (of >> 1)) * size + 2 * x + (of & 1)) * channels + c;
  return indices;
}
