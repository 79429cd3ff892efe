import type { BoardEvent, MessageOf, Payload } from "../../firmware-protocol/messages.ts";
import type { ResetCause } from "../domain/capabilities.ts";
import type { Clock } from "../domain/clock.ts";
import type { Accelerator, HeldBits, LoadedWorkload, PlacedStrike } from "./accelerators/accelerator.ts";
import type { EventBuffer, Unnumbered } from "./event-buffer.ts";
import type { Golden } from "./golden.ts";
import type { Surroundings } from "./surroundings.ts";

export interface AgentOptions {
  readonly model: string;
  readonly serial: string;
  readonly firmware: string;
  readonly accelerator: Accelerator;
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  /** New at every boot, not 0. */
  readonly bootId: number;
  /** Counted over resets, this boot included. */
  readonly boots: number;
  readonly cause: ResetCause;
  /** Events kept at most; at least 64. */
  readonly eventCapacity: number;
  /**
   * Nothing but strikes can change this board's memory (it is emulated): an iteration from pristine state without a strike due
   * then has its golden output, and is charged without being computed again. Never true where particles strike unseen.
   */
  readonly onlyStrikesChangeMemory?: boolean;
  /** Told what the host acknowledged before it is forgotten: the board's own log of what must not get lost any more. */
  readonly onAcknowledged?: (bootId: number, events: readonly BoardEvent[]) => void;
}

/** Why an agent ended. After `command`, `watchdog` and `fault` the board boots again, with a new boot id and one more boot. */
export interface AgentEnd {
  readonly why: "command" | "watchdog" | "fault" | "link-closed" | "aborted";
}

/** As the host armed it: one word, or several at one distance. */
export interface ArmedStrike extends PlacedStrike {
  readonly iteration: number;
  readonly words: number;
  readonly step: number;
}

/** A workload as `load` made it ready. */
export interface Session {
  readonly loaded: LoadedWorkload;
  readonly request: MessageOf<"load">;
  golden: Golden | null;
  /** Iterations since state was last restored in any way. */
  sinceRestored: number;
  /** All state is known to be pristine without looking: only strikes change it, and none has landed since it was seen to be. */
  untouched: boolean;
  /** Bits that no write changes, as the workload was last told of them. */
  held: readonly HeldBits[];
  /** All state is as a full restore left it with these bits held: what the next iteration makes of it depends on its input and on what strikes it. */
  restored: boolean;
  /** By input: cycles of an iteration from such a state that nothing struck, that was clean and counted no error of a memory. It would be again. */
  readonly steady: Map<number, number>;
  /** Differing elements listed at most: as asked, as far as the event buffer bears it. */
  readonly elements: number;
}

/** The board between two boots. Everything that more than one part of the agent looks at; each field has one writer at a time. */
export interface Board {
  readonly options: AgentOptions;
  readonly events: EventBuffer;
  readonly send: (payload: Payload) => void;
  /** Numbers, keeps and sends events that belong together. */
  readonly report: (...group: readonly Unnumbered[]) => void;
  /** Aborts when the agent ends. */
  readonly life: AbortSignal;
  readonly end: (why: AgentEnd["why"]) => void;
  /** Work that goes on beside the commands; where it fails, the agent does. */
  readonly begin: (work: Promise<void>) => void;
  /** Resolves when all that was sent is with the link. */
  readonly flushed: () => Promise<void>;
  readonly setHeartbeat: (ms: number) => void;
  session: Session | null;
  state: "idle" | "loaded" | "ready" | "running" | "faulted";
  armed: ArmedStrike[];
  /** The run in work is to end after its iteration. */
  stopping: boolean;
  /** Of this run, or of the last one, as far as its device time has passed. */
  counts: RunCounts;
  /** Dropped events that an `overflow` has told of. */
  overflowsTold: number;
  heartbeatMs: number;
  leaseMs: number;
  /** When the host was last heard, ns. */
  heardNs: number;
}

export interface RunCounts {
  /** In work, or the last one. */
  readonly iteration: number;
  readonly iterations: number;
  readonly clean: number;
  readonly cycles: number;
}

export const noCounts: RunCounts = { iteration: 0, iterations: 0, clean: 0, cycles: 0 };

/** Words struck by these: each has its own `struck`. */
export function wordsArmed(armed: readonly ArmedStrike[]): number {
  return armed.reduce((sum, { words }) => sum + words, 0);
}

/** Most words that a board's armed strikes hit, all together: the event buffer must bear all their evidence at once. */
export function mostArmed(capacity: number): number {
  return Math.min(64, Math.floor(capacity / 2));
}

/**
 * Most differing elements it lists, five a line. With the strikes above, the evidence of one iteration takes at most
 * `capacity / 2 + capacity / 4 + 2` events, one `done`, and those of the error counters: any buffer of 44 or more bears it.
 */
export function mostElements(capacity: number): number {
  return Math.min(500, 5 * Math.floor(capacity / 4));
}

/** Most places at which an accelerator counts errors: events that its counters may need at once. */
export const mostCounted = 8;

export function milliC(board: Board): number {
  return Math.round(board.options.surroundings.dieC() * 1000);
}

/** Looked at anew after every wait. */
export function isOver(board: Board): boolean {
  return board.life.aborted;
}

export const noBits: readonly HeldBits[] = [];

/** Tells the workload of bits that are held, where these have changed. */
export function holdBits({ options }: Board, session: Session): void {
  const held = options.surroundings.held();
  if (held === session.held) return;
  session.held = held;
  session.loaded.hold?.(held);
  session.untouched = false;
  session.restored = false;
  session.steady.clear();
}

/** Whether state can be taken for pristine until a strike lands; never where particles strike unseen. */
export function seenPristine(board: Board, loaded: LoadedWorkload): boolean {
  const { onlyStrikesChangeMemory, surroundings } = board.options;
  return onlyStrikesChangeMemory === true && surroundings.held().length === 0 && loaded.isPristine();
}
