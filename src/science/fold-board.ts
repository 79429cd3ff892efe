import type { LinkTotals } from "../domain/capabilities.ts";
import type { Rec } from "../domain/records.ts";
import type { BoardTally } from "./state.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Board = Writable<BoardTally>;

const noLink: LinkTotals = { frames: 0, garbled: 0, lost: 0, bytesDropped: 0 };

/** Keeps what each board last said; returns what its link has gained since it was last counted, null where the record does not say. */
export function foldBoard(
  all: ReadonlyMap<string, BoardTally>,
  record: Rec,
  name: string | null,
): LinkTotals | null {
  const boards = all as Map<string, Board>;
  switch (record.type) {
    case "resumed":
      // A new process opened the bench: its counts begin again, and what was running is not.
      for (const board of boards.values()) {
        board.link = noLink;
        board.run = null;
        board.gaveUp = false;
      }
      return null;
    case "run_start": {
      const board = boardNamed(boards, record.plan.dut);
      board.run = record.run;
      board.iteration = 0;
      board.heardNs = record.tNs;
      return null;
    }
    case "telemetry": {
      const board = boardNamed(boards, record.dut);
      board.heardNs = record.tNs;
      board.dieC = record.dieC;
      board.doing = record.state;
      board.throttle = record.throttle;
      board.rail = record.rail;
      board.iteration = record.iteration;
      return gained(board, record.link);
    }
    case "strike":
    case "beam_event": {
      if (name === null) return null;
      const board = boardNamed(boards, name);
      board.heardNs = record.tNs;
      board.dieC = record.dieC ?? board.dieC;
      if (record.bootId !== null && record.event !== null) noteEvent(board, record.bootId, record.event);
      return null;
    }
    case "ecc":
    case "corrected":
      if (name !== null) noteEvent(boardNamed(boards, name), record.bootId, record.event);
      return null;
    case "rung":
      if (record.rung === "give-up") boardNamed(boards, record.dut).gaveUp = true;
      return null;
    case "run_end": {
      if (name === null) return null;
      const board = boardNamed(boards, name);
      board.run = null;
      return gained(board, record.link);
    }
    case "campaign_start":
    case "check":
    case "beam":
    case "thermal":
    case "rail_event":
    case "bench_fault":
    case "guard":
    case "dead":
    case "effect":
    case "link":
    case "boot":
    case "iterations":
    case "state":
    case "command":
    case "note":
    case "campaign_end":
      return null;
  }
}

function boardNamed(boards: Map<string, Board>, name: string): Board {
  const known = boards.get(name);
  if (known !== undefined) return known;
  const board: Board = {
    name,
    run: null,
    heardNs: 0,
    dieC: null,
    doing: "",
    throttle: 0,
    rail: null,
    iteration: 0,
    lastEvent: null,
    link: noLink,
    gaveUp: false,
  };
  boards.set(name, board);
  return board;
}

/** Event numbers count within one boot; of an older boot nothing is sent again. */
function noteEvent(board: Board, bootId: number, event: number): void {
  if (board.lastEvent?.bootId === bootId && board.lastEvent.event >= event) return;
  board.lastEvent = { bootId, event };
}

/** Counts that went down are those of a link opened anew. */
function gained(board: Board, now: LinkTotals): LinkTotals {
  const before = now.frames < board.link.frames ? noLink : board.link;
  board.link = now;
  return {
    frames: now.frames - before.frames,
    garbled: Math.max(0, now.garbled - before.garbled),
    lost: Math.max(0, now.lost - before.lost),
    bytesDropped: Math.max(0, now.bytesDropped - before.bytesDropped),
  };
}
