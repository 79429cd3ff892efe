import type { Beam, BenchFault, Injector, Supply, Thermal } from "./equipment.ts";

/**
 * The part of a bench that another process owns: the safety devices, held by a guard that outlives the run. What stands here
 * are its capabilities as the run sees them; a device in `devices` is opened by nobody else.
 */
export interface GuardedBench {
  readonly devices: ReadonlySet<string>;
  readonly stations: ReadonlyMap<string, GuardedStation>;
  /** Does any bench box that the guard holds answer? */
  boxesAlive(): Promise<boolean>;
  /** What befalls its instruments, and the guard itself; for one reader. */
  readonly faults: AsyncIterable<BenchFault>;
}

/** What of a station's equipment the guard holds; null: the run opens that itself, or there is none. */
export interface GuardedStation {
  readonly injector: Injector | null;
  readonly thermal: Thermal | null;
  /** All of the station's rails, in the order they go on. */
  readonly rails: readonly Supply[];
  readonly beam: Beam | null;
}
