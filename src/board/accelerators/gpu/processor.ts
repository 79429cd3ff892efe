import type { Caches } from "./caches.ts";
import type { AluFaults } from "./alu-faults.ts";
import { controlAt, maskWords, scheduleWords, warpStates } from "./device.ts";
import type { Device } from "./device.ts";
import { executeConversion, executeFloat } from "./float-unit.ts";
import { executeFlow, goOn, stateOf } from "./flow.ts";
import { executeInteger } from "./integer-unit.ts";
import { instructions, opcodes } from "./isa.ts";
import { executeMemory } from "./memory-instructions.ts";
import type { Decoder, Issue } from "./operands.ts";
import type { TensorCore } from "./tensor-core.ts";
import { executeComparison, executeMove, executePredicate, predicateLanes } from "./warp-unit.ts";

/** The units that an SM issues to. */
export interface Units {
  readonly device: Device;
  readonly decoder: Decoder;
  readonly caches: Caches;
  readonly tensor: TensorCore;
  readonly faults: AluFaults;
  readonly issue: Issue;
}

/**
 * One cycle of one SM after its tensor core's part: the first ready warp from the one whose turn it is issues an instruction.
 * Answers whether one was issued.
 */
export function issueOne(units: Units, sm: number): boolean {
  const { device, decoder, tensor } = units;
  const { sizes, control, schedule } = device;
  const { warps } = sizes;
  const first = control[controlAt.turn + sm]! % warps;
  for (let offset = 0; offset < warps; offset++) {
    const warp = first + offset < warps ? first + offset : first + offset - warps;
    const entry = sm * warps + warp;
    if (stateOf(device, entry) !== warpStates.ready) continue;
    const opcode = decoder.fetch(schedule[entry * scheduleWords]!);
    if (opcode === 0 || device.trapped) {
      device.trapped = true;
      return true;
    }
    if (opcode >= opcodes["mma.bf16"] && tensor.isBusy(sm)) continue;
    control[controlAt.turn + sm] = warp + 1 < warps ? warp + 1 : 0;
    execute(units, sm, entry, opcode);
    return true;
  }
  return false;
}

function execute(units: Units, sm: number, entry: number, opcode: number): void {
  const { device, decoder, tensor, caches, issue } = units;
  const { masks } = device;
  issue.sm = sm;
  issue.entry = entry;
  issue.opcode = opcode;
  issue.mask = masks[entry * maskWords]! & predicateLanes(device, entry, decoder.guard());
  decoder.operandsInto(issue);
  if (opcode < opcodes.mov) {
    executeFlow(device, entry, opcode, issue.mask, issue.b);
    return;
  }
  if (opcode >= opcodes["mma.bf16"]) {
    tensor.issue(issue);
    goOn(device, entry);
    return;
  }
  readOperands(device, issue);
  if (!device.trapped) {
    if (opcode >= opcodes.ldg) {
      executeMemory(device, caches, issue);
      if ((opcode & 4) === 0) wroteResult(device, issue);
    } else compute(units, issue);
  }
  goOn(device, entry);
}

function compute({ device, faults }: Units, issue: Issue): void {
  const { opcode } = issue;
  if (opcode >= opcodes["setp.eq.f32"] && opcode < opcodes["cvt.bf16.f32"]) {
    executeComparison(device, issue);
    return;
  }
  if (opcode >= opcodes["vote.any"] && opcode <= opcodes.pxor) {
    executePredicate(device, issue);
    return;
  }
  if (opcode < opcodes.iadd) executeMove(device, issue);
  else if (opcode < opcodes.fadd) executeInteger(device, issue);
  else if (opcode < opcodes["cvt.bf16.f32"]) executeFloat(device, issue);
  else executeConversion(device, issue);
  if (faults.armed) faults.corrupt(issue);
  wroteResult(device, issue);
}

/** Which register operands an instruction reads, by opcode: 1 a, 2 b, 4 c, 8 d. */
const operandUse = new Uint8Array(256);
for (const { opcode, operands } of instructions) {
  const uses = (letters: RegExp, bit: number): number => (letters.test(operands) ? bit : 0);
  operandUse[opcode] = uses(/[AM]/, 1) | uses(/[BM]/, 2) | uses(/C/, 4) | uses(/V/, 8);
}

/** Operands are read for all lanes, as a register file reads whole rows. */
function readOperands(
  { registers }: Device,
  { opcode, aAt, aLanes, bAt, bLanes, cAt, cLanes, dAt }: Issue,
): void {
  const uses = operandUse[opcode]!;
  if ((uses & 1) !== 0 && aLanes !== 0) registers.reads(aAt, 32);
  if ((uses & 2) !== 0 && bLanes !== 0) registers.reads(bAt, 32);
  if ((uses & 4) !== 0 && cLanes !== 0) registers.reads(cAt, 32);
  if ((uses & 8) !== 0) registers.reads(dAt, 32);
}

function wroteResult({ registers, registersStruck }: Device, { mask, dAt }: Issue): void {
  if (!registersStruck) return;
  if (mask === -1) registers.wrote(dAt, 32);
  else for (let lane = 0; lane < 32; lane++) if (((mask >>> lane) & 1) !== 0) registers.wrote(dAt + lane);
}
