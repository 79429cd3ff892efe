import { randomStream } from "../../../../src/domain/random.ts";
import type { RandomStream } from "../../../../src/domain/random.ts";
import { createGpuMachine } from "../../../../src/board/accelerators/gpu/gpu-machine.ts";
import { defaultGpuSizes, lineWords } from "../../../../src/board/accelerators/gpu/image.ts";
import type { GpuSizes } from "../../../../src/board/accelerators/gpu/image.ts";
import type { MatmulLaunch } from "../../../../src/board/accelerators/gpu/kernels/matmul-launch.ts";
import { lower } from "../../../../src/board/accelerators/gpu/lower.ts";
import { reachOf } from "../../../../src/board/accelerators/gpu/reach.ts";
import type { Reach, StruckGemm } from "../../../../src/board/accelerators/gpu/reach.ts";
import { defaultGpuTiling } from "../../../../src/board/accelerators/gpu/tiling.ts";
import type { GpuTiling } from "../../../../src/board/accelerators/gpu/tiling.ts";
import type { Machine } from "../../../../src/board/accelerators/machine.ts";
import { buildProgram } from "../../../../src/board/workloads/program-builder.ts";
import type { Element } from "../../../../src/board/workloads/program.ts";
import type { KernelEnd } from "../../../../src/board/workloads/workload.ts";
import { roundings } from "../../workloads/evaluate-program.ts";
import { issuedNext, standingOf, wordAt } from "./standing.ts";

/** A GEMM that is struck again and again, and what came of it beside what could. */
export interface GemmBench {
  readonly machine: Machine;
  readonly gemm: StruckGemm;
  readonly cycles: number;
  readonly columns: number;
  strike(target: string, word: number, mask: number, cycle: number): Struck;
  /** Cycles of an undisturbed iteration in which the tensor core of SM 0 computes. */
  tensorBusy(): readonly number[];
}

export interface Struck {
  readonly end: KernelEnd | null;
  readonly cycles: number;
  /** Outputs by index; empty where the iteration did not end well. */
  readonly wrong: readonly number[];
  readonly reach: Reach;
  readonly detectors: number;
  readonly corrected: number;
}

export interface GemmBenchOptions {
  readonly element: Element;
  /** Rows, depth, columns. */
  readonly shape: readonly [number, number, number];
  readonly transposeB?: boolean;
  readonly tiling?: Partial<GpuTiling>;
  readonly ecc?: boolean;
}

/** No operand is 0, so that whatever is used counts. */
function drawn(random: RandomStream, count: number, element: Element): Float64Array {
  return Float64Array.from({ length: count }, () => {
    const sign = random.nextBelow(2) === 0 ? -1 : 1;
    const x = 1 + random.nextBelow(100);
    return element === "i8" ? sign * x : roundings[element]((sign * (x + 20)) / 64);
  });
}

export function gemmBench({
  element,
  shape,
  transposeB = false,
  tiling,
  ecc = false,
}: GemmBenchOptions): GemmBench {
  const sizes: GpuSizes = { ...defaultGpuSizes, l1Lines: 16, l2Lines: 64 };
  const [rows, depth, columns] = shape;
  const random = randomStream(7, "struck-gemm", element);
  const builder = buildProgram("gemm", "numbers", 2);
  const a = builder.inputs("a", rows, depth, element, drawn(random, 2 * rows * depth, element));
  const [m, n] = transposeB ? [columns, depth] : [depth, columns];
  const b = builder.weights("b", m, n, element, drawn(random, m * n, element));
  const program = builder.finish(builder.matmul("c", a, b, transposeB));
  const { image, layout, launches } = lower(program, sizes, { ...defaultGpuTiling, ...tiling });
  const machine = createGpuMachine(image, { sizes, ecc });
  const gemm: StruckGemm = {
    launch: launches[0] as MatmulLaunch,
    sizes,
    a: layout.placed("a"),
    b: layout.placed("b"),
    c: layout.placed("c"),
    transposeB,
    instructions: image.instructions,
    queue: { from: image.queue.from, words: image.queue.launches * lineWords },
  };
  machine.begin(0);
  machine.advance(1e7);
  const golden = machine.output().slice();
  const cycles = machine.cycle;
  return {
    machine,
    gemm,
    cycles,
    columns,
    tensorBusy: () => {
      machine.begin(0);
      const busy: number[] = [];
      for (let cycle = 0; machine.advance(cycle) === null; cycle++)
        if (wordAt(machine, "tensor-control", 0) !== 0) busy.push(cycle);
      return busy;
    },
    strike: (target, word, mask, cycle) => {
      let issued: ReturnType<typeof issuedNext> | undefined;
      if (target === "alu-output") {
        machine.begin(0);
        machine.advance(cycle);
        issued = issuedNext(machine, sizes);
      }
      machine.begin(0);
      machine.advance(cycle);
      const reach = reachOf(gemm, standingOf(machine, sizes, issued), target, word, mask);
      machine.strike(target, word, mask, "flip", 0);
      const end = machine.advance(10 * cycles);
      const wrong: number[] = [];
      if (end === "ok") machine.output().forEach((got, at) => got !== golden[at] && wrong.push(at));
      const struck = {
        end,
        cycles: machine.cycle,
        wrong,
        reach,
        detectors: machine.detectors,
        corrected: machine.corrected,
      };
      machine.restore("full");
      return struck;
    },
  };
}
