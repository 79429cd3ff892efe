import type { InstrumentIdentity } from "../../src/domain/equipment.ts";
import type { Upset } from "../../src/domain/strike.ts";
import type { Served } from "../../src/emulator/instruments/emulated.ts";

/**
 * What the conformance suite has to know of one protocol. A new protocol is one file in `fixtures/` and one line in `fixtures/all.ts`.
 */
export interface Fixture {
  readonly protocol: string;
  /** Of a variant: what is other about it, for people. */
  readonly title?: string;
  /** Keys of the driver's own schema in a rig file; the emulated instrument is given the same. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Keys of the emulated instrument's schema. */
  readonly quirks?: Readonly<Record<string, unknown>>;
  readonly serial?: string;
  readonly answerMs?: number;
  readonly baud?: number | null;
  /** What hangs on it; without it board `a` on channel 1, in the role of its kind. */
  readonly serves?: readonly Served[];
  /** Keys of board `a` in the emulated world. */
  readonly board?: Readonly<Record<string, unknown>>;
  /** What it must say of itself, where its protocol has a word for it. */
  readonly identity: Partial<InstrumentIdentity>;
  /** Of an injector: a strike that it can make. */
  readonly strike?: Upset;
  /**
   * Whether what was delivered after this command holds a well-formed reply to it, told from the maker's documents and not from
   * the driver: the driver may call a command done only where this is so. True for a command that needs no reply.
   */
  readonly isWellFormedReply: (command: Uint8Array, delivered: Uint8Array) => boolean;
  /** Alike for a command and its repetition, where they differ in bytes (sequence numbers); the bytes themselves unless given. */
  readonly sameCommand?: (command: Uint8Array) => string;
  /** A verb that has no answer is over by then, in the instrument's own time. */
  readonly longestVerbMs?: number;
  /** It speaks without being asked (a log): a dropped reply is nothing that it could notice, and garbage may be data. */
  readonly unasked?: true;
  /** Why a doubled reply may keep a verb from succeeding; without it doubled replies do no harm. */
  readonly doublingHarms?: string;
  /** The suite over PTYs runs so many times faster than the wall. */
  readonly ptyTimeScale?: number;
}
