import type { Program, Tensor } from "../../workloads/program.ts";
import { encodeElements } from "./encode-elements.ts";
import { lineWords } from "./image.ts";
import type { Region } from "./image.ts";
import { bytesOf } from "./kernels/kernel.ts";
import type { Placed } from "./kernels/kernel.ts";

/** Where everything of a program lies in HBM, each tensor from the beginning of a line: weights, then inputs, then scratch, which kernels may add to. */
export interface Layout {
  readonly placed: (name: string) => Placed;
  /** More scratch; its byte address. */
  readonly scratch: (words: number) => number;
  /** Words so far. */
  words(): number;
  regions(): readonly Region[];
  /** Values of weights and inputs. */
  fill(memory: Uint32Array): void;
}

export function layOut({ tensors, inputs }: Program): Layout {
  let next = 0;
  const take = (words: number): number => {
    const from = next;
    next += Math.ceil(words / lineWords) * lineWords;
    return from;
  };
  const places = new Map<string, Placed>();
  const ends = new Map<Tensor["role"], number>();
  for (const role of ["weights", "inputs", "scratch"] as const) {
    for (const tensor of tensors) {
      if (tensor.role !== role) continue;
      const { rows, columns, element } = tensor;
      const lines = Math.ceil((rows * columns * bytesOf[element]) / 4 / lineWords);
      const stride = role === "inputs" ? lines * lineWords : 0;
      const address = 4 * take(role === "inputs" ? stride * inputs : lines * lineWords);
      places.set(tensor.name, { address, inputStride: 4 * stride, rows, columns, element });
    }
    ends.set(role, next);
  }
  return {
    placed: (name) => places.get(name)!,
    scratch: (words) => 4 * take(words),
    words: () => next,
    regions: () => {
      let from = 0;
      return (["weights", "inputs", "scratch"] as const).flatMap((role) => {
        const to = role === "scratch" ? next : ends.get(role)!;
        const region = { role, from, words: to - from };
        from = to;
        return region.words > 0 ? [region] : [];
      });
    },
    fill: (memory) => {
      for (const { name, role, element, rows, columns, values } of tensors) {
        if (role === "scratch") continue;
        const { address, inputStride } = places.get(name)!;
        const count = rows * columns;
        const sets = role === "inputs" ? inputs : 1;
        for (let set = 0; set < sets; set++) {
          const one = Array.from({ length: count }, (_, i) => values[set * count + i]!);
          memory.set(encodeElements(element, one), (address + set * inputStride) / 4);
        }
      }
    },
  };
}
