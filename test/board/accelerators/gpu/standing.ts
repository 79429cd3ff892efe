import type { Machine } from "../../../../src/board/accelerators/machine.ts";
import type { GpuSizes } from "../../../../src/board/accelerators/gpu/image.ts";
import type { Standing } from "../../../../src/board/accelerators/gpu/reach.ts";

/** A word as it stands: struck twice in one bit, it is as it was. */
export function wordAt(machine: Machine, target: string, word: number): number {
  const { before } = machine.strike(target, word, 1, "flip", 0)!;
  machine.strike(target, word, 1, "flip", 0);
  return before;
}

/** Looks at what the machine holds now, word by word and only when asked; `issued` is what it issues next, known where it has been run on. */
export function standingOf(
  machine: Machine,
  sizes: GpuSizes,
  issued: ReadonlyMap<number, { readonly entry: number; readonly pc: number }> = new Map(),
): Standing {
  const field = (sm: number, warp: number, which: number): number =>
    wordAt(machine, "scheduler", (sm * sizes.warps + warp) * 12 + which);
  return {
    entry: (sm, warp) =>
      (field(sm, warp, 3) & 0xff) === 0 ? null : { block: field(sm, warp, 1), warp: field(sm, warp, 2) },
    tag: (cache, line) => wordAt(machine, `${cache}-tag`, line),
    tensor: (sm) =>
      wordAt(machine, "tensor-control", sm * 4) === 0
        ? null
        : {
            entry: wordAt(machine, "tensor-control", sm * 4 + 1),
            d: wordAt(machine, "tensor-control", sm * 4 + 2),
          },
    issued: (sm) => issued.get(sm) ?? null,
  };
}

/** By SM: the entry whose turn came in this cycle, and where it was. Runs the machine one cycle on. */
export function issuedNext(
  machine: Machine,
  sizes: GpuSizes,
): ReadonlyMap<number, { readonly entry: number; readonly pc: number }> {
  const entries = Array.from({ length: sizes.sms * sizes.warps }, (_, at) => at);
  const look = (): readonly (readonly [number, number])[] =>
    entries.map((at) => [wordAt(machine, "scheduler", at * 12 + 3), wordAt(machine, "scheduler", at * 12)]);
  const before = look();
  machine.advance(machine.cycle + 1);
  const after = look();
  const found = new Map<number, { readonly entry: number; readonly pc: number }>();
  for (const at of entries) {
    const [[state, pc], [, now]] = [before[at]!, after[at]!];
    if ((state & 0xff) === 1 && now !== pc)
      found.set(Math.floor(at / sizes.warps), { entry: at % sizes.warps, pc });
  }
  return found;
}
