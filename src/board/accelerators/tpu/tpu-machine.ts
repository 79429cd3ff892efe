import { detectorBits } from "../accelerator.ts";
import type { HeldBits } from "../accelerator.ts";
import type { Flip, Refreshed } from "../../memory.ts";
import { digestOf } from "../../digest.ts";
import { errorCounters } from "../../error-counters.ts";
import { newInfoRom } from "../../info-rom.ts";
import type { InfoRom } from "../../info-rom.ts";
import type { Machine } from "../machine.ts";
import { nan32 } from "../../numbers/float-bits.ts";
import { pageRetirement } from "../../page-retirement.ts";
import { createScrubber } from "../../scrubber.ts";
import {
  arrayStructures,
  bitsOf,
  clearArray,
  createArrayRegisters,
  freeStruck,
  holdInArray,
  isAnyStuck,
  wordsOf,
} from "./array-registers.ts";
import type { ArrayStructure } from "./array-registers.ts";
import { createMatmulUnit } from "./matmul-unit.ts";
import { createSequencer } from "./sequencer.ts";
import { watchUses } from "./self-check-hints.ts";
import type { FirstUses } from "./self-check-hints.ts";
import { spacesOf } from "./spaces.ts";
import type { TpuImage } from "./tpu-image.ts";
import { control, createTpuState } from "./tpu-state.ts";
import type { Bank, TpuShape } from "./tpu-state.ts";
import type { StrikeManner } from "../../../domain/strike.ts";

/** All units may work. */
const allEnabled = 7;
/** Cycles of a program that are looked at for the first uses of its structures. */
const mostWatched = 1_000_000;

export interface TpuMachineOptions {
  /** The board's own, over its boots; left out: that of a part fresh from the factory. */
  readonly infoRom?: InfoRom;
  /** 0: no scrubbing. */
  readonly scrubPeriodCycles?: number;
}

/**
 * The TPU-like accelerator with a program in it (docs/tpu.md is the norm).
 *
 *   image ─→ HBM, instructions, trap vector, enable (the lasting state) ─begin→ cleared registers ─advance→ … ─HALT→ output
 */
export function createTpuMachine(
  shape: TpuShape,
  image: TpuImage,
  { infoRom = newInfoRom(), scrubPeriodCycles = 0 }: TpuMachineOptions = {},
): Machine {
  const pages = pageRetirement({ memory: "hbm", infoRom });
  pages.takeEffect();
  const counters = errorCounters({
    // All others are on the chip.
    locations: { hbm: "dram" },
    infoRom,
    note: (memory, word, error) => {
      if (memory === "hbm") pages.note(word, error);
    },
  });
  const sizes = { hbmWords: image.hbm.length, instructionWords: image.instructions.length };
  const state = createTpuState(shape, sizes, counters.errors);
  const { hbm, instructions, banks } = state;
  const registers = createArrayRegisters(shape.rows, shape.columns, image.operandBits);
  const matmul = createMatmulUnit(state, registers);
  const cleared = [state.buffer, state.accumulators, state.fifo, state.lanes, state.scalars];
  const zeros = new Map(cleared.map((bank) => [bank, new Uint32Array(bank.words)]));
  const lasting = new Uint32Array([image.handler, allEnabled]);
  /** What `hold` named; strikes that hold are known to the cells. */
  let given: readonly HeldBits[] = [];
  let heldByStrike = false;
  let selfFlags: readonly [number, number] = [0, 0];

  const host = (from: number, words: number): void => {
    for (let word = from; word < from + words; word++) hbm.cells.reads(word);
    state.trapped = false;
  };
  const readBack = (): void => {
    if (hbm.struck) host(image.output.from, image.output.words);
    if (image.flags === null) return;
    const { at } = image.flags;
    if (hbm.struck) host(at, 2);
    selfFlags = [hbm.u32[at]!, hbm.u32[at + 1]!];
  };
  const sequencer = createSequencer(state, registers, matmul, readBack);
  const protectedOnes = [...banks.values()].flatMap(({ cells }) => (cells.checkBits > 0 ? [cells] : []));
  const scrubber = createScrubber(protectedOnes, scrubPeriodCycles);

  const write = (bank: Bank, from: number, words: Uint32Array): void => {
    bank.u32.set(words, from);
    if (bank.struck) bank.cells.wrote(from, words.length);
  };
  const isHeld = (bank: Bank): boolean =>
    heldByStrike || given.some(({ target }) => target.startsWith(bank.cells.name));
  const clear = (): void => {
    for (const bank of cleared) {
      write(bank, 0, zeros.get(bank)!);
      bank.struck = isHeld(bank);
    }
    const registersOf = new Uint32Array([0, 0, 0, ...state.control.u32.subarray(3, 4), 0, 0]);
    write(state.control, 0, registersOf);
    write(state.control, control.rows, new Uint32Array([shape.rows, shape.columns]));
    for (const { role, from, words } of image.regions)
      if (role === "scratch") write(hbm, from, image.hbm.subarray(from, from + words));
    clearArray(registers);
  };
  const lastingWords = (): Uint32Array =>
    Uint32Array.of(state.control.u32[control.trapVector]!, state.control.u32[control.enable]!);
  const writeLasting = (): void => {
    write(state.control, control.trapVector, lasting.subarray(0, 1));
    write(state.control, control.enable, lasting.subarray(1, 2));
  };
  /** The regions of HBM that last, as they are or as they were. */
  const restoreRole = (role: Refreshed): void => {
    for (const region of image.regions)
      if (region.role === role)
        write(hbm, region.from, image.hbm.subarray(region.from, region.from + region.words));
  };
  const restoreAll = (): void => {
    heldByStrike = false;
    freeStruck(registers);
    for (const bank of banks.values()) {
      bank.cells.restore(
        bank === hbm
          ? image.hbm
          : bank === instructions
            ? image.instructions
            : (zeros.get(bank) ?? bank.u32.slice()),
      );
      bank.struck = isHeld(bank);
    }
    writeLasting();
    clear();
  };
  const clearScratch = (): void => {
    for (const { role, from, words } of image.regions)
      if (role === "scratch") write(hbm, from, image.hbm.subarray(from, from + words));
  };
  const samePlace = (a: Uint32Array, b: Uint32Array): boolean => a.every((word, i) => word === b[i]);
  const isPristine = (): boolean => {
    if (heldByStrike || given.length > 0) return false;
    clearScratch();
    return (
      samePlace(lastingWords(), lasting) &&
      hbm.cells.isPristine(image.hbm) &&
      instructions.cells.isPristine(image.instructions)
    );
  };
  const digest = (): string => {
    clearScratch();
    const parts = [lastingWords(), instructions.cells.stored(), hbm.cells.stored()];
    const all = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return digestOf(all);
  };

  const isArray = (target: string): target is ArrayStructure =>
    (arrayStructures as readonly string[]).includes(target);
  const strike = (
    target: string,
    word: number,
    mask: number,
    manner: StrikeManner,
    value: number,
  ): Flip | null => {
    if (manner === "hold") heldByStrike = true;
    if (isArray(target)) {
      const { length } = wordsOf(registers, target);
      const there = Number.isInteger(word) && word >= 0 && word < length;
      if (!there || mask <= 0 || mask >= 2 ** bitsOf(registers, target)) return null;
      return matmul.strike(target, word, { mask, manner, value }, sequencer.matmulCycle);
    }
    const bank = banks.get(target.replace(/-check$/, ""));
    if (bank === undefined) return null;
    const flip = target.endsWith("-check")
      ? bank.cells.strikeCheck(word, mask, manner, value)
      : bank.cells.strike(word, mask, manner, value);
    if (flip !== null) bank.struck = true;
    return flip;
  };

  const begin = (input: number): void => {
    clear();
    state.scalars.u32[31] = input;
    if (state.scalars.struck) state.scalars.cells.wrote(31);
    counters.begin();
    scrubber.begin(sequencer.cycle);
    selfFlags = [0, 0];
    sequencer.begin();
  };

  restoreAll();
  const pristineDigest = digest();
  let firstUses: FirstUses | null = null;
  /** An undisturbed iteration, to see when what is in use. */
  const lookForUses = (): FirstUses => {
    const watched = watchUses();
    begin(0);
    sequencer.watch = (cycle, decoded) => watched.see(cycle, decoded, state.scalars.u32);
    sequencer.advance(mostWatched);
    sequencer.watch = null;
    restoreAll();
    return watched.uses;
  };
  return {
    spaces: spacesOf(state, registers, () => (firstUses ??= lookForUses())),
    inputs: image.inputs,
    outputs: image.output.words,
    format: image.format,
    ...(image.outputAxes === undefined ? {} : { outputAxes: image.outputAxes }),
    ranks: image.ranks,
    begin,
    get cycle() {
      return sequencer.cycle;
    },
    advance: (untilCycle) => {
      for (;;) {
        const until = Math.min(untilCycle, scrubber.due);
        const ended = sequencer.advance(until);
        if (ended !== null) return ended;
        scrubber.reach(sequencer.cycle);
        if (sequencer.cycle >= untilCycle) return null;
      }
    },
    strike,
    hold: (all) => {
      const bits = pages.inUse(all);
      // Before any register is touched: what stands in them is not yet what this cycle finds, and a weight counts from this cycle on.
      const inArray = [...given, ...bits].some(({ target }) => isArray(target));
      if (inArray && sequencer.matmulCycle !== null) matmul.beforeHold(sequencer.matmulCycle);
      given = bits;
      for (const bank of banks.values()) {
        bank.cells.hold(bits);
        bank.struck ||= isHeld(bank);
      }
      holdInArray(registers, bits);
    },
    output: () => {
      const { from, words } = image.output;
      const output = hbm.u32.slice(from, from + words);
      if (image.format === "f32") spellNaN(output);
      return output;
    },
    get detectors() {
      const own = image.flags === null || selfFlags[0] === 0 ? 0 : detectorBits[image.flags.detector];
      return counters.detectors | own;
    },
    get corrected() {
      return counters.corrected + selfFlags[1];
    },
    eccSince: () => counters.eccSince(),
    restore: (what) => {
      if (what === "full") restoreAll();
      else restoreRole(what);
    },
    pass: (cycles) => scrubber.pass(cycles),
    scrubs: scrubPeriodCycles > 0,
    rehearse: (deed) => {
      const left = scrubber.due - sequencer.cycle;
      const done = counters.rehearse(deed);
      scrubber.resume(left + sequencer.cycle);
      return done;
    },
    isPristine: () => isPristine() && !isAnyStuck(registers, arrayStructures),
    stateDigest: () => (isPristine() ? pristineDigest : digest()),
  };
}

/** Which of its many spellings a NaN gets must not matter in evidence. */
function spellNaN(words: Uint32Array): void {
  for (let i = 0; i < words.length; i++) if ((words[i]! & 0x7fffffff) > 0x7f800000) words[i] = nan32;
}
