import type { HeldBits } from "../board/accelerators/accelerator.ts";
import type { OccupiedStructure } from "../board/surroundings.ts";
import { partOf } from "./exposed.ts";
import type { BadCell } from "./weak-cells.ts";

const perPlace = 2 ** 32;
const none: readonly HeldBits[] = [];

/** What these cells are in the structures of a loaded workload while the die is this warm; of a structure that is not in use: nothing. */
export function heldIn(
  cells: readonly BadCell[],
  occupied: readonly OccupiedStructure[],
  dieC: number,
): readonly HeldBits[] {
  if (cells.length === 0) return none;
  return cells.flatMap((cell): HeldBits[] => {
    if (cell.aboveC !== null && dieC < cell.aboveC) return [];
    const structure = occupied.find(({ name }) => name === cell.structure);
    const part = structure === undefined ? null : partOf(structure, cell);
    if (part === null) return [];
    const word = part.firstWord + Math.floor((cell.place / perPlace) * part.words);
    const bit = part.firstBit + Math.floor((cell.bitPlace / perPlace) * part.bits);
    const mask = (1 << bit) >>> 0;
    return [{ target: cell.structure, word, mask, value: cell.reads === 1 ? mask : 0 }];
  });
}

export function sameBits(a: readonly HeldBits[], b: readonly HeldBits[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ target, word, mask, value }, i) => {
      const other = b[i]!;
      return target === other.target && word === other.word && mask === other.mask && value === other.value;
    })
  );
}
