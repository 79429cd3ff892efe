import { controlAt, scheduleAt, scheduleWords } from "./device.ts";
import type { Device } from "./device.ts";
import { opcodes, predicates, truePredicate } from "./isa.ts";
import type { Issue } from "./operands.ts";

/** Lanes for which a predicate operand ([2:0] which, [3] negated) of this entry holds. */
export function predicateLanes(device: Device, entry: number, operand: number): number {
  const which = operand & 7;
  const lanes = which === truePredicate ? -1 : device.predicates[entry * predicates + which]!;
  return (operand & 8) === 0 ? lanes : ~lanes;
}

/** Writes the executing lanes of a predicate; what is written to the true one is gone. */
function setPredicate(device: Device, { entry, d, mask }: Issue, lanes: number): void {
  if (d === truePredicate) return;
  const at = entry * predicates + d;
  device.predicates[at] = (device.predicates[at]! & ~mask) | (lanes & mask);
}

export function executeComparison(device: Device, issue: Issue): void {
  const { opcode, mask, aAt, aLanes, bAt, bLanes } = issue;
  const values =
    opcode < opcodes["setp.eq.s32"] ? device.f : opcode < opcodes["setp.lt.u32"] ? device.i : device.u;
  const how =
    opcode < opcodes["setp.eq.s32"]
      ? opcode - opcodes["setp.eq.f32"]
      : opcode < opcodes["setp.lt.u32"]
        ? opcode - opcodes["setp.eq.s32"]
        : opcode - opcodes["setp.lt.u32"] + 2;
  let lanes = 0;
  for (let lane = 0; lane < 32; lane++) {
    if (((mask >>> lane) & 1) === 0) continue;
    const a = values[aAt + (lane & aLanes)]!;
    const b = values[bAt + (lane & bLanes)]!;
    const holds =
      how === 0
        ? a === b
        : how === 1
          ? a !== b
          : how === 2
            ? a < b
            : how === 3
              ? a <= b
              : how === 4
                ? a > b
                : a >= b;
    if (holds) lanes |= 1 << lane;
  }
  setPredicate(device, issue, lanes);
}

/** Votes and predicate logic. */
export function executePredicate(device: Device, issue: Issue): void {
  const { opcode, entry, mask, a, c } = issue;
  const left = predicateLanes(device, entry, a);
  const right = predicateLanes(device, entry, c);
  const lanes =
    opcode === opcodes["vote.any"]
      ? (left & mask) !== 0
        ? -1
        : 0
      : opcode === opcodes["vote.all"]
        ? (left & mask) === mask
          ? -1
          : 0
        : opcode === opcodes.pand
          ? left & right
          : opcode === opcodes.por
            ? left | right
            : left ^ right;
  setPredicate(device, issue, lanes);
}

const taken = new Uint32Array(32);

/** Moves, selects and shuffles. */
export function executeMove(device: Device, issue: Issue): void {
  const { u } = device;
  const { opcode, entry, mask, dAt, aAt, aLanes, bAt, bLanes, a, c } = issue;
  const chosen = opcode === opcodes.sel ? predicateLanes(device, entry, c) : 0;
  const ballot = opcode === opcodes.ballot ? predicateLanes(device, entry, a) & mask : 0;
  for (let lane = 0; lane < 32; lane++) {
    if (((mask >>> lane) & 1) === 0) continue;
    switch (opcode) {
      case opcodes.mov:
        taken[lane] = u[bAt + (lane & bLanes)]!;
        break;
      case opcodes.s2r:
        taken[lane] = special(device, issue, lane);
        break;
      case opcodes.sel:
        taken[lane] = ((chosen >>> lane) & 1) !== 0 ? u[aAt + (lane & aLanes)]! : u[bAt + (lane & bLanes)]!;
        break;
      case opcodes.ballot:
        taken[lane] = ballot;
        break;
      default:
        taken[lane] = u[aAt + (sourceLane(opcode, lane, u[bAt + (lane & bLanes)]!) & aLanes)]!;
    }
  }
  // Only now: a shuffle may write the register that it reads.
  for (let lane = 0; lane < 32; lane++) if (((mask >>> lane) & 1) !== 0) u[dAt + lane] = taken[lane]!;
}

function sourceLane(opcode: number, lane: number, by: number): number {
  if (opcode === opcodes["shfl.idx"]) return by & 31;
  const from =
    opcode === opcodes["shfl.up"]
      ? lane - by
      : opcode === opcodes["shfl.down"]
        ? lane + by
        : (lane ^ by) >>> 0;
  return from >= 0 && from < 32 ? from : lane;
}

function special({ control, schedule, sizes }: Device, { sm, entry, b }: Issue, lane: number): number {
  const block = schedule[entry * scheduleWords + scheduleAt.block]!;
  const warp = schedule[entry * scheduleWords + scheduleAt.warp]!;
  const gridX = control[controlAt.gridX]!;
  switch (b) {
    case 0:
      return lane;
    case 1:
      return warp;
    case 2:
      return control[controlAt.warps]!;
    case 3:
      return warp * 32 + lane;
    case 4:
      return gridX === 0 ? block : block % gridX;
    case 5:
      return gridX === 0 ? 0 : Math.floor(block / gridX);
    case 6:
      return gridX;
    case 7:
      return control[controlAt.gridY]!;
    default:
      return sm % sizes.sms;
  }
}
