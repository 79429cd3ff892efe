import type { HeldBits } from "./accelerators/accelerator.ts";
import type { FabricFault } from "./fabric-fault.ts";

/**
 * What a board can know of the world it stands in. A real board answers from its own sensors; the emulated world
 * answers for all its boards (law 5). Every answer is immediate: a kernel cannot wait for one.
 */
export interface Surroundings {
  /** Die temperature, °C. */
  dieC(): number;
  /** Throttle bits as NVML names them: 0x20 software thermal slowdown, 0x40 hardware thermal slowdown. */
  throttle(): number;
  clockKHz(): number;
  powerMilliW(): number;
  /** The structures now in use, so that the world knows what particles can hit. */
  occupy(structures: readonly OccupiedStructure[]): void;
  /** All state has just been written anew, outside an iteration: what fell into it before has no effect any more. */
  rewritten(): void;
  /** Whether the accelerator is computing: it heats the die. */
  busy(computing: boolean): void;
  /**
   * Strikes from outside (beam, injector) that fall due in this iteration, each with the cycle at which it hits.
   * Asked once at the start of every iteration; `iterationCycles` is how long a golden one lasts. What fell due since
   * the iteration before hits at cycle 0: stored state is struck while the board idles, too.
   */
  strikesDue(iteration: number, iterationCycles: number): readonly DueStrike[];
  /**
   * Upsets standing in the configuration of the FPGA that holds the accelerator; none where there is no FPGA, or where it feels them
   * itself. The same list while they do not change.
   */
  fabric(): readonly FabricFault[];
  /**
   * Bits of the structures in use that no write changes: worn out by dose, or held by an upset that only power clears. Of a board that feels them
   * itself: none. The same list while they do not change.
   */
  held(): readonly HeldBits[];
}

export interface OccupiedStructure {
  readonly name: string;
  readonly words: number;
  readonly bits: number;
}

export interface DueStrike {
  readonly target: string;
  readonly word: number;
  readonly mask: number;
  readonly cycle: number;
  /** The injector's strike id; 0 for a particle. */
  readonly id: number;
}
