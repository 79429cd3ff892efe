import type { Axis, StrikeManner } from "../../../domain/strike.ts";
import type { Cells } from "../../cells.ts";
import type { Flip } from "../../memory.ts";
import { plainAxes } from "../../../domain/strike.ts";
import { aluOutput } from "./alu-faults.ts";
import { maskWords, scheduleWords, setsOf, tensorRegisters } from "./device.ts";
import type { Device } from "./device.ts";
import { lineWords, ways } from "./image.ts";
import { constantWords, predicates } from "./isa.ts";
import type { LatchBank } from "./latches.ts";

/** Memories that ECC may protect, and what they hold between iterations: `lasting` ones keep it. */
export function memoriesOf(device: Device): {
  readonly lasting: readonly Cells[];
  readonly passing: readonly Cells[];
} {
  const { hbm, instructions, l2, l2Tags, l1, l1Tags, shared, registers } = device;
  return { lasting: [hbm, instructions], passing: [l2, l2Tags, l1, l1Tags, shared, registers] };
}

/** Everything else that a strike reaches. */
export function latchBanksOf(device: Device): readonly LatchBank[] {
  return [
    { name: "predicates", raw: device.predicates, bits: 32 },
    { name: "scheduler", raw: device.schedule, bits: 16 },
    { name: "scheduler-mask", raw: device.masks, bits: 32 },
    { name: "barrier", raw: device.barriers, bits: 16 },
    { name: "constants", raw: device.constants, bits: 32 },
    { name: "tensor-operands", raw: device.tensorOperands, bits: 32 },
    { name: "tensor-control", raw: device.tensorControl, bits: 8 },
    { name: "control", raw: device.control, bits: 32 },
  ];
}

export interface Space {
  readonly name: string;
  readonly words: number;
  readonly bits: number;
  readonly axes: readonly Axis[];
}

/** As docs/gpu.md lists them. */
export function spacesOf(device: Device): readonly Space[] {
  const axes = axesOf(device);
  const { lasting, passing } = memoriesOf(device);
  const spaces: Space[] = [];
  const add = (name: string, like: string, bits: number): void => {
    const its = axes[like]!;
    spaces.push({ name, words: its.reduce((product, { size }) => product * size, 1), bits, axes: its });
  };
  for (const { name, bits, checkBits } of [...lasting, ...passing]) {
    add(name, name, bits);
    if (checkBits > 0) add(`${name}-check`, name, checkBits);
  }
  for (const { name, bits } of latchBanksOf(device)) add(name, name, bits);
  add(aluOutput, aluOutput, 32);
  return spaces;
}

function axesOf({ sizes, hbm, instructions, control }: Device): Readonly<Record<string, readonly Axis[]>> {
  const axis = (name: string, size: number): Axis => ({ name, size });
  const sm = axis("sm", sizes.sms);
  const warp = axis("warp", sizes.warps);
  const lane = axis("lane", 32);
  const word = axis("word", lineWords);
  const l1 = [sm, axis("set", setsOf(sizes.l1Lines)), axis("way", ways)];
  const l2 = [axis("set", setsOf(sizes.l2Lines)), axis("way", ways)];
  return {
    hbm: [axis("line", hbm.words / lineWords), word],
    instructions: [axis("instruction", instructions.words / 2), axis("half", 2)],
    l2: [...l2, word],
    "l2-tag": l2,
    l1: [...l1, word],
    "l1-tag": l1,
    shared: [sm, axis("word", sizes.sharedWords)],
    registers: [sm, warp, axis("register", sizes.registers), lane],
    predicates: [sm, warp, axis("predicate", predicates)],
    scheduler: [sm, warp, axis("field", scheduleWords)],
    "scheduler-mask": [sm, warp, axis("mask", maskWords)],
    barrier: [sm, axis("slot", sizes.warps)],
    constants: [sm, axis("word", constantWords)],
    "tensor-operands": [sm, axis("register", tensorRegisters), lane],
    "tensor-control": [sm, axis("field", 4)],
    control: plainAxes(control.length).map(({ size }) => axis("register", size)),
    [aluOutput]: [sm, lane],
  };
}

/** Strikes by the name of the target; null where no such word or bit is. */
export function striker(
  device: Device,
  spaces: readonly Space[],
  others: (target: string, word: number, mask: number, manner: StrikeManner, value: number) => Flip | null,
): (target: string, word: number, mask: number, manner: StrikeManner, value: number) => Flip | null {
  const { lasting, passing } = memoriesOf(device);
  const byName = new Map(spaces.map((space) => [space.name, space]));
  const memories = new Map([...lasting, ...passing].map((memory) => [memory.name, memory]));
  return (target, word, mask, manner, value) => {
    const space = byName.get(target);
    // A memory may be longer than its space: the register file has words that are no registers.
    if (space === undefined || word >= space.words) return null;
    const memory = memories.get(target);
    if (memory !== undefined) return memory.strike(word, mask, manner, value);
    const checked = target.endsWith("-check") ? memories.get(target.slice(0, -"-check".length)) : undefined;
    if (checked !== undefined) return checked.strikeCheck(word, mask, manner, value);
    return others(target, word, mask, manner, value);
  };
}
