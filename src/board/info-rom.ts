import type { EccCount } from "./accelerators/accelerator.ts";

/**
 * What a board remembers over its boots, and without power: as NVIDIA's InfoROM does. One belongs to a part; an accelerator that is made anew at every
 * boot is handed it.
 *
 *   error counters ─aggregate→ [ InfoROM ] ←retired pages─ page retirement
 */
export interface InfoRom {
  /** By location: counted since the part was made. */
  readonly aggregate: Map<string, EccCount>;
  /** Words at which one single error has been corrected, by memory. */
  readonly correctedOnce: Map<string, Set<number>>;
  /** Pages retired, in the order they were, by memory. */
  readonly retired: RetiredPage[];
  /** A page was to be retired and none was left to take its place. */
  retirementFailed: boolean;
}

/** As `nvmlPageRetirementCause_t` has them. */
export type PageCause = "multiple-single-bit" | "double-bit";

export interface RetiredPage {
  readonly memory: string;
  readonly page: number;
  readonly cause: PageCause;
  /** It is still in use until the board comes up again, or the workload is loaded. */
  pending: boolean;
}

/** Of a part fresh from the factory. */
export function newInfoRom(): InfoRom {
  return { aggregate: new Map(), correctedOnce: new Map(), retired: [], retirementFailed: false };
}
