import type { RandomStream } from "../../../src/domain/random.ts";
import type { Box } from "../../../src/science/upset/chord-lengths.ts";

/** Chords that isotropic lines of even density cut from a box: lines that miss it are drawn again. */
export function randomChords({ a, b, h }: Box, count: number, random: RandomStream): number[] {
  const half = [a / 2, b / 2, h / 2];
  const radius = Math.hypot(...half);
  const chords: number[] = [];
  while (chords.length < count) {
    const w = 2 * random.nextFloat() - 1;
    const turn = 2 * Math.PI * random.nextFloat();
    const flat = Math.sqrt(1 - w * w);
    const along = [flat * Math.cos(turn), flat * Math.sin(turn), w];
    // A disc across the line's direction, as wide as the sphere around the box.
    const first = [-Math.sin(turn), Math.cos(turn), 0];
    const second = [-w * Math.cos(turn), -w * Math.sin(turn), flat];
    const [r, angle] = [radius * Math.sqrt(random.nextFloat()), 2 * Math.PI * random.nextFloat()];
    let [enter, leave] = [-Infinity, Infinity];
    for (let axis = 0; axis < 3; axis++) {
      const start = r * (Math.cos(angle) * first[axis]! + Math.sin(angle) * second[axis]!);
      const [one, other] = [(-half[axis]! - start) / along[axis]!, (half[axis]! - start) / along[axis]!];
      enter = Math.max(enter, Math.min(one, other));
      leave = Math.min(leave, Math.max(one, other));
    }
    if (leave > enter) chords.push(leave - enter);
  }
  return chords;
}
