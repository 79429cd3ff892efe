import { wordsPerFrame } from "../../instruments/address/sem-address.ts";
import type {
  FrameAddress,
  LinearAddress,
  PhysicalAddress,
  SemAddress,
  SemFamily,
} from "../../instruments/address/sem-address.ts";

/**
 * Where a linear frame lies in rows, columns and minors. Each real part has a plan of its own; this one is regular, and made so that
 * the address that PG187 translates (LFA 51A0 is row 2, column 0, minor 0 on UltraScale+) comes out as printed there.
 */
interface Plan {
  readonly columns: number;
  readonly minors: number;
}

const plans: Readonly<Record<SemFamily, Plan>> = {
  x7: { columns: 75, minors: 36 },
  us: { columns: 110, minors: 36 },
  usp: { columns: 653, minors: 16 },
};

export interface Geometry {
  /** Frames of one super logic region. */
  readonly framesPerSlr: number;
  linear(frame: number): LinearAddress;
  physical(frame: number): PhysicalAddress;
  /** The frame counted through all regions; null where this part has none there. */
  frameOf(address: SemAddress): number | null;
}

export function geometryOf(family: SemFamily, frames: number, slrs: number): Geometry {
  const { columns, minors } = plans[family];
  const perRow = columns * minors;
  const framesPerSlr = Math.floor(frames / slrs);
  const within = (slr: number, local: number): number | null =>
    slr < slrs && local < framesPerSlr ? slr * framesPerSlr + local : null;
  const place = (frame: number): { readonly slr: number; readonly local: number } => ({
    slr: Math.floor(frame / framesPerSlr),
    local: frame % framesPerSlr,
  });
  return {
    framesPerSlr,
    linear: (frame) => {
      const { slr, local } = place(frame);
      return { kind: "linear", family, slr, frame: local, word: 0, bit: 0 };
    },
    physical: (frame) => {
      const { slr, local } = place(frame);
      const row = Math.floor(local / perRow);
      return {
        kind: "physical",
        family,
        slr,
        blockType: 0,
        half: family === "x7" ? row % 2 : 0,
        row: family === "x7" ? Math.floor(row / 2) : row,
        column: Math.floor((local % perRow) / minors),
        minor: local % minors,
        word: 0,
        bit: 0,
      };
    },
    frameOf: (address) => {
      if (address.kind === "linear") return within(address.slr, address.frame);
      const { slr, blockType, column, minor } = address;
      if (blockType !== 0 || column >= columns || minor >= minors) return null;
      const row = family === "x7" ? 2 * address.row + address.half : address.row;
      return within(slr, row * perRow + column * minors + minor);
    },
  };
}

/** The same place in the other kind of address. */
export function translated(address: SemAddress, geometry: Geometry): SemAddress | null {
  const frame = geometry.frameOf(address);
  if (frame === null || address.word >= wordsPerFrame[address.family]) return null;
  const { word, bit } = address;
  const other = address.kind === "linear" ? geometry.physical(frame) : geometry.linear(frame);
  return { ...other, word, bit };
}

export function withoutBit(address: LinearAddress | PhysicalAddress): FrameAddress {
  const { word: _word, bit: _bit, ...frame } = address;
  return frame;
}
