import type { EccCount } from "./accelerators/accelerator.ts";
import { detectorBits } from "./accelerators/accelerator.ts";
import type { MemoryErrors } from "./cells.ts";
import type { InfoRom } from "./info-rom.ts";

/**
 * Where NVML counts memory errors (`nvmlMemoryLocation_t`), spelled as tokens: `in` of the `ecc` event. Errors are corrected or uncorrected
 * (`nvmlMemoryErrorType_t`), counts volatile (since boot) or aggregate (since the part was made; `nvmlEccCounterType_t`).
 */
const memoryLocations = [
  "l1",
  "l2",
  "dram",
  "register-file",
  "texture-memory",
  "texture-shared",
  "cbu",
  "sram",
] as const;
export type MemoryLocation = (typeof memoryLocations)[number];

/**
 * The error counters of one accelerator, and what one iteration's evidence takes of them.
 *
 *   Cells ─errors→ counters ─volatile→ eccSince ─→ agent
 *                     ├─ aggregate → InfoROM
 *                     └─ of this iteration: corrected, detectors
 */
export interface ErrorCounters {
  /** For the memories. */
  readonly errors: MemoryErrors;
  /** A new iteration: nothing corrected, no detector fired. */
  begin(): void;
  /** What errs while this is done is counted nowhere but in its iterations: a part that tries something out is not in use. */
  rehearse<T>(deed: () => T): T;
  /** Of this iteration. The machine looks after every instruction: with `detectors` not 0 it traps. */
  readonly corrected: number;
  readonly detectors: number;
  /** By location, what was counted since the last call; empty where nothing was. */
  eccSince(): readonly EccCount[];
  /** Since boot, and since the part was made. */
  volatile(location: MemoryLocation): EccCount;
  aggregate(location: MemoryLocation): EccCount;
}

export interface ErrorCounterOptions {
  /** Which location the errors of a memory are counted at, by the name of the memory; `sram` where it is not named. */
  readonly locations: Readonly<Record<string, MemoryLocation>>;
  readonly infoRom: InfoRom;
  /** Hears every error too: page retirement. */
  readonly note?: (memory: string, word: number, error: "corrected" | "uncorrectable") => void;
}

export function errorCounters({ locations, infoRom, note }: ErrorCounterOptions): ErrorCounters {
  const counted = new Map<string, EccCount>();
  let untold = new Map<string, EccCount>();
  let corrected = 0;
  let detectors = 0;
  let rehearsing = false;
  const count = (memory: string, word: number, error: "corrected" | "uncorrectable"): void => {
    if (rehearsing) return;
    const location = locations[memory] ?? "sram";
    for (const counts of [counted, untold, infoRom.aggregate]) {
      const was = counts.get(location) ?? nothing(location);
      counts.set(
        location,
        error === "corrected"
          ? { ...was, corrected: was.corrected + 1 }
          : { ...was, uncorrected: was.uncorrected + 1 },
      );
    }
    note?.(memory, word, error);
  };
  return {
    errors: {
      corrected: (memory, word) => {
        corrected++;
        count(memory, word, "corrected");
      },
      uncorrectable: (memory, word) => {
        detectors |= detectorBits.memory;
        count(memory, word, "uncorrectable");
      },
    },
    begin: () => {
      corrected = 0;
      detectors = 0;
    },
    rehearse: (deed) => {
      rehearsing = true;
      try {
        return deed();
      } finally {
        rehearsing = false;
      }
    },
    get corrected() {
      return corrected;
    },
    get detectors() {
      return detectors;
    },
    eccSince: () => {
      const since = memoryLocations.flatMap((location) => untold.get(location) ?? []);
      untold = new Map();
      return since;
    },
    volatile: (location) => counted.get(location) ?? nothing(location),
    aggregate: (location) => infoRom.aggregate.get(location) ?? nothing(location),
  };
}

function nothing(structure: string): EccCount {
  return { structure, corrected: 0, uncorrected: 0 };
}
