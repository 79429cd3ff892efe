import type { StrikeManner } from "../../../domain/strike.ts";
import type { Flip } from "../../memory.ts";
import type { HeldBits } from "../accelerator.ts";
import type { Device } from "./device.ts";
import type { Issue } from "./operands.ts";

/**
 * Corruption of arithmetic units, a labelled fault model and no memory (docs/gpu.md): a strike on (sm, lane) changes what the instruction of that cycle
 * writes in that lane; what is held changes every result.
 *
 *   result of a lane ─XOR flips─ put values ─→ register d
 */
export interface AluFaults {
  /** Whether `corrupt` has anything to do. */
  readonly armed: boolean;
  readonly corrupt: (issue: Issue) => void;
  readonly strike: (word: number, mask: number, manner: StrikeManner, value: number) => Flip | null;
  readonly hold: (bits: readonly HeldBits[]) => void;
  /** The cycle is over. */
  readonly endCycle: () => void;
  /** Forgets what strikes held. */
  readonly release: () => void;
  /** Whether results are held. */
  readonly held: () => boolean;
}

export const aluOutput = "alu-output";

interface Fault {
  readonly word: number;
  readonly mask: number;
  readonly value: number;
  readonly flip: boolean;
}

export function createAluFaults(device: Device): AluFaults {
  const words = device.sizes.sms * 32;
  let now: Fault[] = [];
  let struck: Fault[] = [];
  let given: Fault[] = [];
  let armed = false;
  const arm = (): void => {
    armed = now.length > 0 || struck.length > 0 || given.length > 0;
  };
  return {
    get armed() {
      return armed;
    },
    corrupt: ({ sm, mask, dAt }) => {
      for (const fault of [...now, ...struck, ...given]) {
        const lane = fault.word - sm * 32;
        if (lane < 0 || lane > 31 || ((mask >>> lane) & 1) === 0) continue;
        const result = device.u[dAt + lane]!;
        device.u[dAt + lane] = fault.flip
          ? result ^ fault.mask
          : (result & ~fault.mask) | (fault.value & fault.mask);
      }
    },
    strike: (word, mask, manner, value) => {
      if (!Number.isInteger(word) || word < 0 || word >= words || mask <= 0 || mask >= 2 ** 32) return null;
      (manner === "hold" ? struck : now).push({ word, mask, value, flip: manner === "flip" });
      arm();
      return { before: 0, after: mask };
    },
    hold: (bits) => {
      given = bits.flatMap(({ target, word, mask, value }) =>
        target === aluOutput && word < words ? [{ word, mask, value, flip: false }] : [],
      );
      arm();
    },
    endCycle: () => {
      if (now.length === 0) return;
      now = [];
      arm();
    },
    release: () => {
      now = [];
      struck = [];
      arm();
    },
    held: () => struck.length > 0 || given.length > 0,
  };
}
