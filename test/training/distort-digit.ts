import type { RandomStream } from "../../src/domain/random.ts";

const size = 28;
const middle = (size - 1) / 2;

/**
 * A digit slightly moved, turned, sheared and scaled: what another hand might have written. 784 pixels in and out, bilinear, black beyond the border.
 * An affine map with small random entries instead of an angle: only + − × ÷, the same on every machine.
 */
export function distortDigit(image: ArrayLike<number>, random: RandomStream, into: Float64Array): void {
  const small = (most: number): number => (2 * random.nextFloat() - 1) * most;
  const turn = small(0.2);
  const [xx, xy] = [1 + small(0.1), turn + small(0.08)];
  const [yx, yy] = [-turn + small(0.08), 1 + small(0.1)];
  const [dx, dy] = [small(1.8), small(1.8)];
  const pixel = (row: number, column: number): number =>
    row < 0 || row >= size || column < 0 || column >= size ? 0 : image[row * size + column]!;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const x = xx * (column - middle) + xy * (row - middle) + middle + dx;
      const y = yx * (column - middle) + yy * (row - middle) + middle + dy;
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [right, down] = [x - left, y - top];
      into[row * size + column] =
        (1 - down) * ((1 - right) * pixel(top, left) + right * pixel(top, left + 1)) +
        down * ((1 - right) * pixel(top + 1, left) + right * pixel(top + 1, left + 1));
    }
}
