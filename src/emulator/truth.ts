import { closeSync, openSync, writeSync } from "node:fs";
import type { LoadEvent } from "./world-schema.ts";

/**
 * What the emulated world did to the boards: the answer sheet, beside the record and never read by its analysis.
 *
 *   world ─strike→ line ─(64 KB at a time)→ truth.jsonl
 */
export interface TruthLine {
  readonly board: string;
  readonly boots: number;
  /**
   * `particle`: the beam's, or nature's; `injector`: armed through the bench box, or a bit inverted by a SEM controller. What takes flipped bits of the
   * configuration memory back is told in the same way: `scrub` (repaired by the controller), `reconfigured` (loaded anew).
   * A board's own `strike` verb is no act of the world.
   */
  readonly by: "particle" | "injector" | "scrub" | "reconfigured";
  /** The bench box's strike id; 0 where nobody gave one. */
  readonly id: number;
  readonly structure: string;
  /** In structure `configuration`: frame × words of a frame + word; `boots`, `iteration` and `cycle` are 0 there. */
  readonly word: number;
  /** Bits inverted. */
  readonly mask: number;
  readonly tNs: number;
  readonly iteration: number;
  readonly cycle: number;
  /** Gross fluence of the beam when this line was written, 1/cm². */
  readonly fluencePerCm2: number;
}

/** What happened to a rail, on the world's own account. */
export interface RailTruth {
  readonly board: string;
  readonly rail: string;
  /** An event as the rig file names it; `missed`: one that found no power; or what followed of itself. `exposed`: from now on it works under the open beam (told of boards with events). `over-limit`: above what the board stands, from `sinceNs` to `tNs`. */
  readonly did:
    | LoadEvent["do"]
    | "missed"
    | "step-ended"
    | "trip"
    | "cleared"
    | "over-limit"
    | "dead"
    | "alive"
    | "exposed"
    | "sheltered";
  readonly milliA: number;
  readonly sinceNs: number;
  readonly tNs: number;
}

export type Truth = (line: TruthLine) => void;

export interface TruthFile {
  readonly write: (line: TruthLine | RailTruth) => void;
  close(): void;
}

const chunkCharacters = 65_536;

/** Begins a new file; an old one of that name is replaced. */
export function truthFile(path: string): TruthFile {
  const file = openSync(path, "w");
  let text = "";
  const flush = (): void => {
    if (text !== "") writeSync(file, text);
    text = "";
  };
  return {
    write: (line) => {
      text += `${JSON.stringify(line)}\n`;
      if (text.length >= chunkCharacters) flush();
    },
    close: () => {
      flush();
      closeSync(file);
    },
  };
}
