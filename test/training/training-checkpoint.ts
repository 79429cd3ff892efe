import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

/**
 * What a training script leaves beside the weights, so that a test can make the first steps again and compare: the same seed gives the same weights.
 */
export interface Checkpoint {
  /** How many steps, and the hash of the weights (doubles) after them. */
  readonly steps: number;
  readonly early: string;
  /** The hash of the weights as they were committed. */
  readonly final: string;
  /** Right answers on the validation set, by format. */
  readonly validation: Readonly<Record<string, number>>;
}

export const checkpointSteps = 40;

/** SHA-256 of the bytes; hex. */
export function hashOfNumbers(numbers: Float64Array | Float32Array | Uint16Array): string {
  return createHash("sha256")
    .update(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength))
    .digest("hex");
}

export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  writeFileSync(path, `${JSON.stringify(checkpoint, null, 2)}\n`);
}

export function readCheckpoint(path: string): Checkpoint {
  return JSON.parse(readFileSync(path, "utf8")) as Checkpoint;
}
