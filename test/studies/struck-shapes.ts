import { randomStream } from "../../src/domain/random.ts";
import type { RandomStream } from "../../src/domain/random.ts";
import { createGpuMachine } from "../../src/board/accelerators/gpu/gpu-machine.ts";
import { defaultGpuSizes } from "../../src/board/accelerators/gpu/image.ts";
import { lower } from "../../src/board/accelerators/gpu/lower.ts";
import { defaultGpuTiling } from "../../src/board/accelerators/gpu/tiling.ts";
import type { GpuTiling } from "../../src/board/accelerators/gpu/tiling.ts";
import { programs } from "../../src/board/workloads/programs.ts";
import { upsetCells } from "../../src/emulator/cells-upset.ts";
import { crossSectionAt } from "../../src/emulator/device-curve.ts";
import { wholeDevice } from "../../src/emulator/device-schema.ts";
import { gpuHbmLike } from "../../src/emulator/devices/gpu-hbm-like.ts";
import { mismatchShape } from "../../src/science/mismatch-shape.ts";
import type { MismatchShape } from "../../src/science/mismatch-shape.ts";

/**
 * Particles on the GPU-like accelerator while it multiplies 64 × 64 by 64 × 64. Which structure one meets is drawn by its bits × its σ a bit in the preset `gpu-hbm-like`, and how
 * many cells it upsets by the preset too: no other weight.
 *
 *   particle ─→ structure, cells, cycle ─→ executed ─→ masked │ shape of what is wrong │ detected, crash or hang
 */
export interface StruckShapes {
  readonly particles: number;
  readonly masked: number;
  readonly shapes: Readonly<Record<MismatchShape, number>>;
  /** Ends that are no output: traps, resets, hangs. */
  readonly lost: number;
  /** Wrong outputs by the structure that was struck. */
  readonly byStructure: ReadonlyMap<string, Readonly<Record<MismatchShape, number>>>;
  /** Wrong outputs by how many elements are wrong: `extents`. */
  readonly byExtent: readonly number[];
}

export interface ShapesAsked {
  readonly workload: string;
  readonly ecc: boolean;
  readonly tiling?: Partial<GpuTiling>;
  readonly particles: number;
  readonly seed: number;
  /** Only particles that meet one of these, each as often as the others would let it be. */
  readonly only?: readonly string[];
}

/** Most wrong elements of each class of extents. */
export const extents = [1, 4, 16, 32, 64, Infinity] as const;

/** The beam of the preset's own figures. */
const energyMeV = 67;
const columns = 64;

const none = (): Record<MismatchShape, number> => ({ single: 0, line: 0, block: 0, random: 0 });

export function struckShapes({ workload, ecc, tiling, particles, seed, only }: ShapesAsked): StruckShapes {
  const program = programs.find(({ name }) => name === workload)!.build(1);
  const { image } = lower(program, defaultGpuSizes, { ...defaultGpuTiling, ...tiling });
  const machine = createGpuMachine(image, { sizes: defaultGpuSizes, ecc });
  machine.begin(0);
  machine.advance(1e7);
  const golden = machine.output().slice();
  const cycles = machine.cycle;
  const random = randomStream(seed, "gpu-shapes", workload);
  const cells = randomStream(seed, "gpu-shapes-cells", workload);
  const { structures } = wholeDevice(gpuHbmLike);
  const exposed = machine.spaces.flatMap(({ name, words, bits }) => {
    const one = structures[name];
    return one?.proton === undefined || only?.includes(name) === false
      ? []
      : [{ ...one, name, words, bits, cm2: words * bits * crossSectionAt(one.proton, energyMeV) }];
  });
  const shapes = none();
  const byStructure = new Map<string, Record<MismatchShape, number>>();
  const byExtent = extents.map(() => 0);
  let [masked, lost] = [0, 0];
  for (let left = particles; left > 0; left--) {
    const met = drawn(exposed, random);
    machine.begin(0);
    machine.advance(random.nextBelow(cycles));
    for (const { word, mask } of upsetCells(met, random, cells))
      machine.strike(met.name, word, mask, "flip", 0);
    // Three times as long as it takes: no GEMM that is still at work then would ever end well.
    const end = machine.advance(3 * cycles);
    if (end !== "ok") lost++;
    else {
      const wrong: number[] = [];
      const output = machine.output();
      for (let at = 0; at < golden.length; at++) if (output[at] !== golden[at]) wrong.push(at);
      const shape = mismatchShape(wrong, columns);
      if (shape === null) masked++;
      else {
        shapes[shape]++;
        byExtent[extents.findIndex((most) => wrong.length <= most)]!++;
        const own = byStructure.get(met.name) ?? none();
        own[shape]++;
        byStructure.set(met.name, own);
      }
    }
    machine.restore("full");
  }
  return { particles, masked, shapes, lost, byStructure, byExtent };
}

/** One of them, each as often as its cross-section says. */
function drawn<T extends { readonly cm2: number }>(from: readonly T[], random: RandomStream): T {
  let left = random.nextFloat() * from.reduce((sum, { cm2 }) => sum + cm2, 0);
  return from.find(({ cm2 }) => (left -= cm2) < 0) ?? from.at(-1)!;
}
