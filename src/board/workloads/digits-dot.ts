import { finished, paused, trapped } from "./workload.ts";
import type { Core, LoopEnd } from "./workload.ts";

/** Which control words a layer reads, and how many words its input has. */
export interface Layer {
  /** Length of the innermost loop. */
  readonly inner: number;
  readonly strideW: number;
  readonly offsetX: number;
  readonly offsetW: number;
  readonly words: number;
}

/**
 * One row of a layer, Σ x[p]·w[row·stride + p] from `core.index` on. `base` is where the input's x begins. These memories
 * are no powers of two, so the walked address wraps by a division that a sound kernel never needs.
 */
export type Dot<T> = (
  x: T,
  base: number,
  w: T,
  control: Uint32Array,
  core: Core,
  layer: Layer,
  row: number,
) => LoopEnd;

export const dotF32: Dot<Float32Array> = (x, base, w, control, core, layer, row) => {
  const { inner, strideW, offsetX, offsetW, words } = layer;
  const first = core.index;
  const last = first + core.until - core.cycle;
  let sum = core.sum;
  let p = first;
  let end: LoopEnd = finished;
  for (; p < control[inner]!; p++) {
    if (p >= last) {
      end = paused;
      break;
    }
    const walkedW = (Math.imul(row, control[strideW]!) + p) >>> 0;
    const atX = control[offsetX]! + (p < words ? p : p % words);
    const atW = control[offsetW]! + (walkedW < w.length ? walkedW : walkedW % w.length);
    if (atX >= words || atW >= w.length) {
      end = trapped;
      break;
    }
    sum = Math.fround(sum + Math.fround(x[base + atX]! * w[atW]!));
  }
  core.cycle += p - first;
  core.index = p;
  core.sum = sum;
  return end;
};

export const dotI8: Dot<Int8Array> = (x, base, w, control, core, layer, row) => {
  const { inner, strideW, offsetX, offsetW, words } = layer;
  const first = core.index;
  const last = first + core.until - core.cycle;
  let sum = core.sum;
  let p = first;
  let end: LoopEnd = finished;
  for (; p < control[inner]!; p++) {
    if (p >= last) {
      end = paused;
      break;
    }
    const walkedW = (Math.imul(row, control[strideW]!) + p) >>> 0;
    const atX = control[offsetX]! + (p < words ? p : p % words);
    const atW = control[offsetW]! + (walkedW < w.length ? walkedW : walkedW % w.length);
    if (atX >= words || atW >= w.length) {
      end = trapped;
      break;
    }
    sum = (sum + Math.imul(x[base + atX]!, w[atW]!)) | 0;
  }
  core.cycle += p - first;
  core.index = p;
  core.sum = sum;
  return end;
};
