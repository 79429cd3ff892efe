import { closeSync, openSync, writeSync } from "node:fs";
import type { BadCell } from "./weak-cells.ts";
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
   * configuration memory back is told in the same way: `scrub` (repaired by the controller), `reconfigured` (loaded anew). `sefi`: a particle that struck
   * a control block by the device's own cross-section.
   * A board's own `strike` verb is no act of the world.
   */
  readonly by: "particle" | "sefi" | "injector" | "scrub" | "reconfigured";
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
  /** Words that one particle upset, where they are several: each of them has a line, and so many lines are one event. */
  readonly wordsOfEvent?: number;
}

/** What happened to a device that outlives a boot, on the world's own account. */
export interface DeviceTruth {
  readonly board: string;
  /**
   * `held`: a SEFI that lasts until power is cycled, then `released`. `stuck`: a cell that dose made bad. `dose-onset`: from here on cells wear out, and a
   * rate that is to be of the sound device uses the exposure before.
   */
  readonly did: "held" | "released" | "stuck" | "dose-onset";
  readonly cell: BadCell | null;
  readonly doseRadSi: number;
  readonly fluencePerCm2: number;
  readonly tNs: number;
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
  readonly write: (line: TruthLine | RailTruth | DeviceTruth) => void;
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
