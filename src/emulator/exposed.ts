import type { OccupiedStructure } from "../board/surroundings.ts";
import type { RandomStream } from "../domain/random.ts";
import type { Device } from "./device.ts";
import type { Exposed } from "./particles.ts";

/**
 * What particles can strike while these structures are in use: each bit of them by its structure's cross-section, and the device's control
 * blocks by SEFI cross-sections of the whole device. A SEFI that lasts is the world's (`device-life.ts`).
 */
export function exposedIn(
  device: Device,
  occupied: readonly OccupiedStructure[],
  stream: (...labels: readonly (string | number)[]) => RandomStream,
): readonly Exposed[] {
  const bits = occupied.flatMap((structure): Exposed[] => {
    const model = device.structures[structure.name];
    return model === undefined
      ? []
      : [
          {
            ...structure,
            ...model,
            arrivals: stream(structure.name, "arrivals"),
            places: stream(structure.name, "places"),
            shapes: stream(structure.name, "shapes"),
          },
        ];
  });
  const blocks = device.sefi.flatMap((sefi, index): Exposed[] => {
    const { block, crossSectionCm2, lasts, ...follows } = sefi;
    const structure = occupied.find(({ name }) => name === block);
    if (structure === undefined || lasts !== "flip") return [];
    const part = partOf(structure, sefi);
    if (part === null) return [];
    return [
      {
        name: block,
        temperatureCoefficientPerC: follows.temperatureCoefficientPerC,
        voltageCoefficient: follows.voltageCoefficient,
        rail: follows.rail,
        ...part,
        crossSectionPerBitCm2: crossSectionCm2 / (part.words * part.bits),
        arrivals: stream(block, "sefi", index),
        places: stream(block, "sefi-places", index),
        by: "sefi",
      },
    ];
  });
  return [...bits, ...blocks];
}

export interface Part {
  readonly firstWord: number;
  readonly firstBit: number;
  readonly words: number;
  readonly bits: number;
}

/** The words and bits of a structure that are meant; null: it has none of them. */
export function partOf(
  structure: OccupiedStructure,
  meant: {
    readonly words: readonly [number, number] | null;
    readonly bits: readonly [number, number] | null;
  },
): Part | null {
  const [firstWord, lastWord] = meant.words ?? [0, structure.words - 1];
  const [firstBit, lastBit] = meant.bits ?? [0, structure.bits - 1];
  const words = Math.min(lastWord, structure.words - 1) - firstWord + 1;
  const bits = Math.min(lastBit, structure.bits - 1) - firstBit + 1;
  return words < 1 || bits < 1 ? null : { firstWord, firstBit, words, bits };
}
