import type { Caches } from "./caches.ts";
import { controlAt, maskAt, maskWords, phases, scheduleAt, scheduleWords, warpStates } from "./device.ts";
import type { Device } from "./device.ts";
import { stateOf } from "./flow.ts";
import { constantPlaces, launchHeader, lineWords } from "./image.ts";
import { constantWords } from "./isa.ts";

/**
 * From the queue in memory to warps that run:
 *
 *   phase 0: descriptor ─L2→ constants, launch registers ─→ phase 1: a block a cycle → entries of an SM … all blocks done → phase 0
 */
export interface FrontEnd {
  /** Its part of one cycle; `idle`: it can do nothing before a warp has done something. */
  readonly step: () => "through" | "worked" | "idle";
}

export function createFrontEnd(device: Device, caches: Caches): FrontEnd {
  const { control, sizes, constants, l2 } = device;
  const { sms, warps: entries } = sizes;

  const launch = (): "through" | "worked" => {
    const head = control[controlAt.queueHead]!;
    if (head === control[controlAt.queueEnd]!) return "through";
    const words = Math.min(control[controlAt.memoryWords]!, device.hbm.words);
    const base = head % lineWords !== 0 || head >= words ? -1 : caches.findInL2(head / lineWords);
    if (base < 0) {
      device.trapped = true;
      return "worked";
    }
    l2.reads(base, lineWords);
    const word = (place: number): number => l2.raw[base + place]!;
    if (device.trapped || word(constantPlaces.header) !== launchHeader) {
      device.trapped = true;
      return "worked";
    }
    for (let sm = 0; sm < sms; sm++) {
      for (let place = 0; place < constantWords; place++) constants[sm * constantWords + place] = word(place);
      constants[sm * constantWords + constantPlaces.input] = control[controlAt.input]!;
    }
    control[controlAt.gridX] = word(constantPlaces.gridX);
    control[controlAt.gridY] = word(constantPlaces.gridY);
    control[controlAt.warps] = word(constantPlaces.warps);
    control[controlAt.entry] = word(constantPlaces.entry);
    control[controlAt.sharedWords] = word(constantPlaces.sharedWords);
    control[controlAt.nextBlock] = 0;
    control[controlAt.blocksDone] = 0;
    control[controlAt.queueHead] = head + lineWords;
    control[controlAt.phase] = phases.run;
    caches.invalidateL1();
    return "worked";
  };

  const blocks = (): number => control[controlAt.gridX]! * control[controlAt.gridY]!;

  /** First entry of a free slot, and which slot it is; -1: none, or trapped. */
  const freeSlot = (sm: number): number => {
    const warps = control[controlAt.warps]!;
    const shared = control[controlAt.sharedWords]!;
    if (warps === 0 || warps > entries || shared > sizes.sharedWords) {
      device.trapped = true;
      return -1;
    }
    const bySpace = shared === 0 ? entries : Math.floor(sizes.sharedWords / shared);
    const slots = Math.min(Math.floor(entries / warps), bySpace);
    for (let slot = 0; slot < slots; slot++) {
      let warp = slot * warps;
      while (warp < (slot + 1) * warps && stateOf(device, sm * entries + warp) === warpStates.free) warp++;
      if (warp === (slot + 1) * warps) return slot;
    }
    return -1;
  };

  const place = (sm: number, slot: number): void => {
    const warps = control[controlAt.warps]!;
    const block = control[controlAt.nextBlock]!;
    for (let warp = 0; warp < warps; warp++) {
      const entry = sm * entries + slot * warps + warp;
      const at = entry * scheduleWords;
      const mask = entry * maskWords;
      device.schedule.fill(0, at, at + scheduleWords);
      device.schedule[at + scheduleAt.pc] = control[controlAt.entry]! & 0xffff;
      device.schedule[at + scheduleAt.block] = block & 0xffff;
      device.schedule[at + scheduleAt.warp] = warp;
      device.schedule[at + scheduleAt.state] = warpStates.ready;
      device.masks.fill(0, mask, mask + maskWords);
      device.masks[mask + maskAt.active] = 0xffffffff;
      device.masks[mask + maskAt.alive] = 0xffffffff;
    }
    device.barriers[sm * entries + slot] = (warps & 0xff) << 8;
    control[controlAt.nextBlock] = block + 1;
  };

  const dispatch = (): boolean => {
    if (control[controlAt.nextBlock]! >= blocks()) return false;
    const first = control[controlAt.nextBlock]! % sms;
    for (let offset = 0; offset < sms && !device.trapped; offset++) {
      const sm = (first + offset) % sms;
      if (((control[controlAt.smEnable]! >>> sm) & 1) === 0) continue;
      const slot = freeSlot(sm);
      if (slot < 0) continue;
      place(sm, slot);
      return true;
    }
    return false;
  };

  return {
    step: () => {
      const phase = control[controlAt.phase];
      if (phase === phases.launch) return launch();
      if (phase !== phases.run) return "idle";
      if (control[controlAt.blocksDone]! < blocks()) return dispatch() ? "worked" : "idle";
      control[controlAt.phase] = phases.launch;
      return "worked";
    },
  };
}
