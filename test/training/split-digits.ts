import { createHash } from "node:crypto";
import { heldOut, mnistDigits, mnistOriginals } from "./mnist-digits.ts";
import type { Digits, Original } from "./mnist-digits.ts";

/**
 * The 10,000 digits in three parts, in the order of the fixed shuffle:
 *
 *   7,000 training ─→ weights, scales · 1,000 validation ─→ every choice, the workload's images · 2,000 held back ─→ the accuracy that is told, nothing else
 *
 * The held-back ones are those the first, fully connected classifier was measured on; no weight was ever made from them.
 */
export interface DigitSplit {
  /** As the package has them: distorted anew each time they are seen. */
  readonly training: readonly Original[];
  readonly validation: Digits;
}

export const validationCount = 1_000;

/** All that a training script may see. */
export function trainingSplit(): DigitSplit {
  const { training } = mnistDigits();
  const first = training.labels.length - validationCount;
  return {
    training: mnistOriginals().slice(0, first),
    validation: { labels: training.labels.slice(first), images: training.images.slice(first * 196) },
  };
}

/** For the tests that measure accuracy alone. */
export function heldBackDigits(): Digits {
  const { heldOut: digits } = mnistDigits();
  if (digits.labels.length !== heldOut) throw new Error(`${digits.labels.length} held-back digits`);
  return digits;
}

/** SHA-256 of all images (196 bytes each, 0 to 127), then all labels (a byte each); hex. */
export function hashOfDigits({ images, labels }: Digits): string {
  return createHash("sha256").update(images).update(labels).digest("hex");
}
