import type { Program, Step } from "../../workloads/program.ts";
import { assemble } from "./assemble.ts";
import { launchDescriptor, lineWords } from "./image.ts";
import type { GpuImage, GpuSizes } from "./image.ts";
import { combineLaunch } from "./kernels/combine.ts";
import { gatherLaunch } from "./kernels/gather.ts";
import type { KernelLaunch } from "./kernels/kernel.ts";
import { mapLaunch } from "./kernels/map.ts";
import { flushLaunch, marchLaunch } from "./kernels/march.ts";
import { matmulLaunch } from "./kernels/matmul.ts";
import type { MatmulLaunch } from "./kernels/matmul-launch.ts";
import { placeLaunch } from "./kernels/place.ts";
import { reduceRowsLaunch } from "./kernels/reduce-rows.ts";
import { reduceLaunches } from "./kernels/reduce.ts";
import { requantizeLaunch } from "./kernels/requantize.ts";
import { scanLaunches } from "./kernels/scan.ts";
import { sortLaunches } from "./kernels/sort.ts";
import { layOut } from "./lay-out.ts";
import type { Layout } from "./lay-out.ts";
import { wrongTiling } from "./tiling.ts";
import type { GpuTiling } from "./tiling.ts";

/**
 * A program as launches of kernels, one after the other, and the memory they work in:
 *
 *   steps ─→ launches ─→ code of the kernels they name │ memory: [ weights | inputs | scratch, output | launch queue ]
 */
export interface Lowered {
  readonly image: GpuImage;
  readonly layout: Layout;
  readonly launches: readonly (KernelLaunch | MatmulLaunch)[];
  /** Where each kernel's code begins, by its name, in instructions. */
  readonly entries: ReadonlyMap<string, number>;
}

/** Warps of a block of the kernels that are not tiled: four, on a device that has so many. */
const mostWarps = 4;

/** The program must have been checked (`checkProgram`). Throws a RangeError where the tiling does not fit the device. */
export function lower(program: Program, sizes: GpuSizes, tiling: GpuTiling): Lowered {
  const wrong = wrongTiling(tiling, sizes);
  if (wrong !== null) throw new RangeError(`tiling: ${wrong}`);
  const layout = layOut(program);
  const flush = flusher(layout, sizes.l2Lines);
  const launches = program.steps.flatMap((step) => launchesOf(step, layout, flush, sizes, tiling));
  const { instructions, entries } = codeOf(launches);
  const regions = layout.regions();
  const queueFrom = layout.words();
  const memory = new Uint32Array(queueFrom + launches.length * lineWords);
  layout.fill(memory);
  launches.forEach((launch, at) =>
    memory.set(
      launchDescriptor({ ...launch, entry: entries.get(launch.kernel.name)! }),
      queueFrom + at * lineWords,
    ),
  );
  const output = layout.placed(program.output);
  return {
    image: {
      instructions,
      trapVector: 0,
      memory,
      regions,
      queue: { from: queueFrom, launches: launches.length },
      output: {
        from: output.address / 4,
        words: output.rows * output.columns,
        format: program.format,
        axes: [
          { name: "row", size: output.rows },
          { name: "column", size: output.columns },
        ],
      },
      flags:
        program.flags === null
          ? null
          : { from: layout.placed(program.flags.tensor).address / 4, detector: program.flags.detector },
      inputs: program.inputs,
      ranks: program.task === "classes",
    },
    layout,
    launches,
    entries,
  };
}

/** The handler of traps, then each kernel once. */
function codeOf(launches: readonly KernelLaunch[]): {
  readonly instructions: Uint32Array;
  readonly entries: ReadonlyMap<string, number>;
} {
  const entries = new Map<string, number>();
  const parts = [assemble("rtt").words];
  let next = 1;
  for (const { kernel } of launches) {
    if (entries.has(kernel.name)) continue;
    const { words } = assemble(kernel.source, next);
    entries.set(kernel.name, next);
    parts.push(words);
    next += words.length / 2;
  }
  const instructions = new Uint32Array(next * 2);
  let at = 0;
  for (const part of parts) {
    instructions.set(part, at);
    at += part.length;
  }
  return { instructions, entries };
}

/** Two places as large as L2 that take turns, taken when a program first needs them. */
function flusher(layout: Layout, l2Lines: number): () => KernelLaunch {
  let places: readonly number[] | null = null;
  let turn = 0;
  return () => {
    places ??= [layout.scratch(l2Lines * lineWords), layout.scratch(l2Lines * lineWords)];
    return flushLaunch(places[turn++ % 2]!, l2Lines, mostWarps);
  };
}

function launchesOf(
  step: Step,
  layout: Layout,
  flush: () => KernelLaunch,
  sizes: GpuSizes,
  tiling: GpuTiling,
): readonly (KernelLaunch | MatmulLaunch)[] {
  const warps = Math.min(mostWarps, sizes.warps);
  const { placed, scratch } = layout;
  switch (step.do) {
    case "matmul":
      return [
        matmulLaunch(placed(step.a), placed(step.b), placed(step.into), step.transposeB === true, tiling),
      ];
    case "gather":
      return [gatherLaunch(placed(step.from), placed(step.index), placed(step.into), warps)];
    case "map":
      return [mapLaunch(step.op, placed(step.from), placed(step.into), warps)];
    case "combine":
      return [combineLaunch(step.op, placed(step.a), placed(step.b), placed(step.into), warps)];
    case "reduce-rows":
      return [reduceRowsLaunch(step.op, placed(step.from), placed(step.into), warps)];
    case "requantize":
      return [requantizeLaunch(placed(step.from), placed(step.into), step, warps)];
    case "place":
      return [placeLaunch(placed(step.from), placed(step.into), step.row, warps)];
    case "reduce":
      return reduceLaunches(placed(step.from), placed(step.into), warps, scratch);
    case "scan":
      return scanLaunches(placed(step.from), placed(step.into), warps, scratch);
    case "sort":
      return sortLaunches(placed(step.from), placed(step.into), warps, sizes.sharedWords);
    case "march":
      // What this element wrote is in HBM, and in no cache, when the next one reads it.
      return [marchLaunch(placed(step.memory), placed(step.log), step, warps), flush()];
  }
}
