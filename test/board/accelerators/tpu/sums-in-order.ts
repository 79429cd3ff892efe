import type { Program, Step } from "../../../../src/board/workloads/program.ts";
import { evaluateProgram } from "../../workloads/evaluate-program.ts";

/**
 * What the TPU-like accelerator gives for a program, last bits too: the plain evaluation, with float sums in the order of docs/tpu.md ("Programs on it"): of a
 * product tile by tile of K, of a reduction pieces of 8,192 onto the first and then half onto half, of a scan distance by distance.
 */
export function evaluateInOrder(program: Program, input: number, arrayRows: number): Float64Array {
  const { steps } = program;
  const redo = (at: number, tensors: ReadonlyMap<string, Float64Array>): void => {
    const step = steps[at]!;
    const sums = sumsOf(program, step, tensors, arrayRows);
    if (sums !== null) tensors.get((step as { into: string }).into)!.set(sums);
  };
  const { tensors } = evaluateProgram(program, input, (at, _step, now) => {
    if (at > 0) redo(at - 1, now);
  });
  redo(steps.length - 1, tensors);
  return tensors.get(program.output)!;
}

const f = Math.fround;

function sumsOf(
  { tensors: shapes }: Program,
  step: Step,
  now: ReadonlyMap<string, Float64Array>,
  arrayRows: number,
): Float64Array | null {
  const shape = (name: string) => shapes.find((tensor) => tensor.name === name)!;
  if (step.do === "matmul" && shape(step.into).element === "f32") {
    const [a, b] = [now.get(step.a)!, now.get(step.b)!];
    const { rows, columns: depth, element } = shape(step.a);
    const { columns } = shape(step.into);
    const places = { f32: 1, tf32: 1, bf16: 2, fp16: 2, fp8: 4, i8: 4, i32: 1 }[element];
    const tile = Math.floor(arrayRows / places) * places;
    const sums = new Float64Array(rows * columns);
    for (let m = 0; m < rows; m++)
      for (let n = 0; n < columns; n++) {
        let total = 0;
        for (let from = 0; from < depth; from += tile) {
          let part = 0;
          for (let k = from; k < Math.min(depth, from + tile); k++) {
            const other = step.transposeB === true ? b[n * depth + k]! : b[k * columns + n]!;
            part = f(part + f(a[m * depth + k]! * other));
          }
          total = from === 0 ? part : f(total + part);
        }
        sums[m * columns + n] = total;
      }
    return sums;
  }
  if (step.do === "reduce" && shape(step.from).element === "f32") {
    const all = now.get(step.from)!;
    const x = all.slice(0, 8192);
    for (let i = 8192; i < all.length; i++) x[i % 8192] = f(x[i % 8192]! + all[i]!);
    for (let left = x.length; left > 1; left = Math.ceil(left / 2)) {
      const half = Math.ceil(left / 2);
      for (let i = 0; i + half < left; i++) x[i] = f(x[i]! + x[i + half]!);
    }
    return x.slice(0, 1);
  }
  if (step.do === "scan" && shape(step.from).element === "f32") {
    const all = now.get(step.from)!.slice();
    for (let start = 0; start < all.length; start += 8192) {
      let x = all.slice(start, start + 8192);
      for (let distance = 1; distance < x.length; distance *= 2)
        x = x.map((value, i) => (i < distance ? value : f(value + x[i - distance]!)));
      all.set(start === 0 ? x : x.map((value) => f(value + all[start - 1]!)), start);
    }
    return all;
  }
  return null;
}
