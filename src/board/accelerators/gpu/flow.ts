import {
  controlAt,
  maskAt,
  maskWords,
  scheduleAt,
  scheduleWords,
  stackEntries,
  warpStates,
} from "./device.ts";
import type { Device } from "./device.ts";
import { opcodes } from "./isa.ts";

/**
 * Where a warp goes on: branches, its reconvergence stack, the barrier of its block, its end (docs/gpu.md, "Divergence"). All of it is struck state and
 * read when it is used.
 */
export function executeFlow(
  device: Device,
  entry: number,
  opcode: number,
  mask: number,
  target: number,
): void {
  switch (opcode) {
    case opcodes.bra:
      branch(device, entry, mask, target);
      return;
    case opcodes.ssy:
      push(device, entry, target, device.masks[entry * maskWords]!);
      break;
    case opcodes.sync:
      if (!pop(device, entry)) device.trapped = true;
      return;
    case opcodes.bar:
      if (mask !== 0) arrive(device, entry);
      break;
    case opcodes.exit:
      retire(device, entry, mask);
      return;
    case opcodes.trap:
      if (mask !== 0) device.trapped = true;
      break;
    case opcodes.rtt:
      device.trapped = true;
      break;
    default:
      break;
  }
  goOn(device, entry);
}

export function goOn({ schedule }: Device, entry: number): void {
  schedule[entry * scheduleWords] = (schedule[entry * scheduleWords]! + 1) & 0xffff;
}

export function stateOf({ schedule }: Device, entry: number): number {
  return schedule[entry * scheduleWords + scheduleAt.state]! & 0xff;
}

export function setState({ schedule }: Device, entry: number, state: number): void {
  const at = entry * scheduleWords + scheduleAt.state;
  schedule[at] = (schedule[at]! & 0xff00) | state;
}

function branch(device: Device, entry: number, mask: number, target: number): void {
  const { schedule, masks } = device;
  const at = entry * scheduleWords;
  const others = masks[entry * maskWords]! & ~mask;
  if (mask === 0) {
    goOn(device, entry);
    return;
  }
  if (others !== 0) {
    push(device, entry, schedule[at]! + 1, others);
    masks[entry * maskWords] = mask;
  }
  schedule[at] = target & 0xffff;
}

function push(device: Device, entry: number, place: number, lanes: number): void {
  const { schedule, masks } = device;
  const at = entry * scheduleWords;
  const used = schedule[at + scheduleAt.state]! >>> 8;
  if (used >= stackEntries) {
    device.trapped = true;
    return;
  }
  schedule[at + scheduleAt.stack + used] = place & 0xffff;
  masks[entry * maskWords + maskAt.stack + used] = lanes;
  schedule[at + scheduleAt.state] = (schedule[at + scheduleAt.state]! & 0xff) | ((used + 1) << 8);
}

/** False: nothing was left on the stack. More entries than there are trap. */
function pop(device: Device, entry: number): boolean {
  const { schedule, masks } = device;
  const at = entry * scheduleWords;
  for (;;) {
    const used = schedule[at + scheduleAt.state]! >>> 8;
    if (used > stackEntries) {
      device.trapped = true;
      return true;
    }
    if (used === 0) return false;
    schedule[at + scheduleAt.state] = (schedule[at + scheduleAt.state]! & 0xff) | ((used - 1) << 8);
    const alive = masks[entry * maskWords + maskAt.alive]!;
    const lanes = masks[entry * maskWords + maskAt.stack + used - 1]! & alive;
    if (lanes === 0) continue;
    masks[entry * maskWords] = lanes;
    schedule[at] = schedule[at + scheduleAt.stack + used - 1]!;
    return true;
  }
}

function retire(device: Device, entry: number, mask: number): void {
  const { masks } = device;
  const at = entry * maskWords;
  masks[at] = masks[at]! & ~mask;
  masks[at + maskAt.alive] = masks[at + maskAt.alive]! & ~mask;
  if (masks[at] !== 0) {
    goOn(device, entry);
    return;
  }
  if (!pop(device, entry)) leave(device, entry);
}

/** The slot of this entry's block, as its barrier is counted; -1 with the device trapped where the launch registers say nothing sensible. */
function slotOf(device: Device, entry: number): number {
  const { control, sizes } = device;
  const warps = control[controlAt.warps]!;
  if (warps === 0 || warps > sizes.warps) {
    device.trapped = true;
    return -1;
  }
  const sm = Math.floor(entry / sizes.warps);
  return sm * sizes.warps + Math.floor((entry % sizes.warps) / warps);
}

function arrive(device: Device, entry: number): void {
  const slot = slotOf(device, entry);
  if (slot < 0) return;
  const { barriers } = device;
  setState(device, entry, warpStates.atBarrier);
  barriers[slot] = (barriers[slot]! & 0xff00) | ((barriers[slot]! + 1) & 0xff);
  releaseIfAll(device, slot);
}

function leave(device: Device, entry: number): void {
  const slot = slotOf(device, entry);
  if (slot < 0) return;
  const { barriers, control } = device;
  setState(device, entry, warpStates.exited);
  barriers[slot] = (barriers[slot]! & 0xff) | ((((barriers[slot]! >>> 8) - 1) & 0xff) << 8);
  if (barriers[slot] >>> 8 !== 0) {
    releaseIfAll(device, slot);
    return;
  }
  eachOfSlot(device, slot, (other) => setState(device, other, warpStates.free));
  barriers[slot] = 0;
  control[controlAt.blocksDone] = control[controlAt.blocksDone]! + 1;
}

function releaseIfAll(device: Device, slot: number): void {
  const { barriers } = device;
  if ((barriers[slot]! & 0xff) !== barriers[slot]! >>> 8) return;
  barriers[slot] = barriers[slot]! & 0xff00;
  eachOfSlot(device, slot, (other) => {
    if (stateOf(device, other) === warpStates.atBarrier) setState(device, other, warpStates.ready);
  });
}

function eachOfSlot({ control, sizes }: Device, slot: number, use: (entry: number) => void): void {
  const warps = control[controlAt.warps]!;
  const sm = Math.floor(slot / sizes.warps);
  const first = (slot % sizes.warps) * warps;
  for (let warp = first; warp < first + warps && warp < sizes.warps; warp++) use(sm * sizes.warps + warp);
}
