import type { Answer, Command, Head, Refusal } from "../../firmware-protocol/messages.ts";
import type { Upset } from "../domain/strike.ts";
import type { World } from "./world.ts";

/**
 * What a bench box has its hands on: the world, and the way to each board's injector.
 * The commands that need it, and their answers.
 */
export interface Equipment {
  readonly world: World;
  readonly ambientC: number;
  /** Of the beam counter when the box booted: it began anew then. */
  readonly counterBeganAtPerCm2: number;
  /** Armed (null), or why not. Over PTYs the board's process answers. */
  arm(board: string, strike: Upset): Promise<Refusal | null>;
}

type BenchCommand = Extract<Command, { readonly name: "inject" | "heat" | "rail" | "shutter" | "sense" }>;

const coldestC = -60;
const hottestC = 150;

export async function carryOut(
  command: BenchCommand & Head,
  equipment: Equipment,
): Promise<Answer | Refusal> {
  const { world } = equipment;
  const re = command.seq;
  if (command.name === "shutter") {
    world.shutter(command.open);
    return { kind: "a", name: "shutter-ok", re, open: command.open };
  }
  const { board } = command;
  if (!world.boards.includes(board)) return "unknown-board";
  switch (command.name) {
    case "inject": {
      const { id, target, word, mask, iteration, cycle } = command;
      const refusal = await equipment.arm(board, { id, target, word, mask, iteration, cycle });
      return refusal ?? { kind: "a", name: "inject-ok", re, id };
    }
    case "heat": {
      const setC = command.setMilliC / 1_000;
      if (command.on && (setC < coldestC || setC > hottestC)) return "out-of-range";
      world.heat(board, command.on, setC);
      return { kind: "a", name: "heat-ok", re };
    }
    case "rail": {
      world.rail(board, command.on);
      const { on, milliV, milliA } = world.sense(board);
      return { kind: "a", name: "rail-ok", re, on, milliV, milliA };
    }
    case "sense": {
      const sensed = world.sense(board);
      return {
        kind: "a",
        name: "sense-ok",
        re,
        objectMilliC: Math.round(sensed.blockC * 1_000),
        sinkMilliC: Math.round(sensed.sinkC * 1_000),
        on: sensed.on,
        milliV: sensed.milliV,
        milliA: sensed.milliA,
        shutterOpen: sensed.shutterOpen,
        fluencePerCm2: Math.floor(sensed.fluencePerCm2 - equipment.counterBeganAtPerCm2),
        fluxPerCm2PerSecond: Math.floor(sensed.fluxPerCm2PerSecond),
      };
    }
  }
}
