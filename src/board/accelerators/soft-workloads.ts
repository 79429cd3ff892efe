import {
  classCount,
  firstLayer,
  hiddenCount,
  prepareDigitsI8,
  rectifyI8,
  secondLayer,
} from "../workloads/digits.ts";
import type { Layer } from "../workloads/digits-dot.ts";
import { classes, hidden, readDigitsModel } from "../workloads/digits-model.ts";
import { gemmControl, gemmElements, prepareGemmI8 } from "../workloads/gemm.ts";
import type { Core, Kernel, Prepared, Workload } from "../workloads/workload.ts";
import { wireName } from "../workloads/workload.ts";
import { computeTile, oneCycle, softElements } from "./soft-array.ts";
import type { SoftArray } from "./soft-array.ts";

/**
 * The int8 workloads on the array: the operands, control words and traps of docs/workloads.md, sixteen sums at a time. What an
 * iteration answers is what the CPU answers; how many cycles it takes is not.
 */
export function softWorkloads(arrayNow: () => SoftArray): readonly Workload[] {
  return [
    { name: wireName("gemm", "i8"), prepare: (seed) => gemm(seed, arrayNow) },
    { name: wireName("digits", "i8"), prepare: () => digits(arrayNow) },
  ];
}

const wrap = gemmElements - 1;

/** One row of C after the other; the columns lie on the elements. */
function gemm(seed: number, arrayNow: () => SoftArray): Prepared {
  const { M, N, K, strideA, strideB, strideC, offsetA, offsetB } = gemmControl;
  return prepareGemmI8(seed, ({ a, b, control, output }) => {
    const tileAt = (core: Core, base: number, i: number, first: number): Kernel =>
      computeTile(arrayNow(), core, {
        bound: () => control[K]!,
        lanes: () => control[N]! - first,
        step: (array, p, lanes) => {
          const atA = control[offsetA]! + ((Math.imul(i, control[strideA]!) + p) & wrap);
          if (atA >= gemmElements) return false;
          const x = a[base + atA]!;
          const rowB = Math.imul(p, control[strideB]!) + first;
          for (let lane = 0; lane < lanes; lane++) {
            const atB = control[offsetB]! + ((rowB + lane) & wrap);
            if (atB >= gemmElements) return false;
            array.multiplyAdd(lane, x, atB, b[atB]!);
          }
          return true;
        },
        keep: (lane, sum) => {
          output[(Math.imul(i, control[strideC]!) + first + lane) & wrap] = sum;
        },
      });
    return function* (input, core) {
      for (let i = 0; i < control[M]!; i++) {
        const row = core.cycle;
        for (let first = 0; first < control[N]!; first += softElements)
          if ((yield* tileAt(core, input * gemmElements, i, first)) === "trap") return "trap";
        if (core.cycle === row) yield* oneCycle(core);
      }
      return "ok";
    };
  });
}

/** The rows of a layer lie on the elements; activation and requantisation are no part of the array. */
function digits(arrayNow: () => SoftArray): Prepared {
  const prepared = prepareDigitsI8(readDigitsModel().images, ({ w1, w2, x, h, control, output }) => {
    interface Weights {
      readonly words: Int8Array;
      /** Where they begin in the block memory. */
      readonly from: number;
    }
    const layer = function* (
      core: Core,
      rows: number,
      its: Layer,
      from: { readonly words: Int8Array; readonly base: number },
      weights: Weights,
      keep: (row: number, sum: number) => void,
    ): Kernel {
      const { inner, strideW, offsetX, offsetW, words } = its;
      const { length } = weights.words;
      for (let first = 0; first < control[rows]!; first += softElements) {
        const end = yield* computeTile(arrayNow(), core, {
          bound: () => control[inner]!,
          lanes: () => control[rows]! - first,
          step: (array, p, lanes) => {
            const atX = control[offsetX]! + (p % words);
            if (atX >= words) return false;
            const value = from.words[from.base + atX]!;
            for (let lane = 0; lane < lanes; lane++) {
              const walked = (Math.imul(first + lane, control[strideW]!) + p) >>> 0;
              const atW = control[offsetW]! + (walked % length);
              if (atW >= length) return false;
              array.multiplyAdd(lane, value, weights.from + atW, weights.words[atW]!);
            }
            return true;
          },
          keep: (lane, sum) => keep(first + lane, sum),
        });
        if (end === "trap") return end;
      }
      return "ok";
    };
    const pixels = firstLayer.words;
    const first: Weights = { words: w1, from: 0 };
    const second: Weights = { words: w2, from: w1.length };
    return function* (input, core) {
      const image = { words: x, base: input * pixels };
      const end = yield* layer(core, hiddenCount, firstLayer, image, first, (row, sum) => {
        h[row % hidden] = rectifyI8(sum, control);
      });
      if (end === "trap") return end;
      return yield* layer(core, classCount, secondLayer, { words: h, base: 0 }, second, (row, sum) => {
        output[row % classes] = sum;
      });
    };
  });
  // The hidden layer is complete two tiles after the start, and is what the second layer reads.
  const activations = { ...prepared.selfChecks["activations"], cycle: 2 * firstLayer.words };
  return { ...prepared, selfChecks: { ...prepared.selfChecks, activations } };
}
