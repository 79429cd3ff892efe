import type { Cells } from "../../cells.ts";
import type { Caches } from "./caches.ts";
import { controlAt } from "./device.ts";
import type { Device } from "./device.ts";
import { opcodes } from "./isa.ts";
import { sharedBase } from "./operands.ts";
import type { Issue } from "./operands.ts";

/** Loads and stores, lane by lane in order; the device is trapped at the first that cannot be done. */
export function executeMemory(device: Device, caches: Caches, issue: Issue): void {
  const { opcode } = issue;
  const shared = opcode >= opcodes.lds;
  const kind = shared ? opcode - opcodes.lds : opcode - opcodes.ldg;
  if (kind >= 4) {
    const bytes = 4 >> (kind - 4);
    if (shared) storeShared(device, issue, bytes);
    else storeGlobal(device, caches, issue, bytes);
    return;
  }
  const bytes = kind === 0 ? 4 : kind === 1 ? 2 : 1;
  if (shared) loadShared(device, issue, bytes, kind === 3);
  else loadGlobal(device, caches, issue, bytes, kind === 3);
}

function loadGlobal(device: Device, caches: Caches, issue: Issue, bytes: number, signed: boolean): void {
  const { u, i, hbm, control } = device;
  const { mask, sm, aAt, aLanes, bAt, bLanes, dAt } = issue;
  const limit = Math.min(control[controlAt.memoryWords]!, hbm.words);
  let line = -1;
  let base = 0;
  for (let lane = 0; lane < 32; lane++) {
    if (((mask >>> lane) & 1) === 0) continue;
    const address = (i[aAt + (lane & aLanes)]! + i[bAt + (lane & bLanes)]!) >>> 0;
    const word = address >>> 2;
    if ((address & (bytes - 1)) !== 0 || word >= limit) {
      device.trapped = true;
      return;
    }
    if (word >>> 5 !== line) {
      line = word >>> 5;
      base = caches.loadFrom(sm, line);
      if (base < 0) return;
    }
    const at = base + (word & 31);
    const from = caches.loadedFrom;
    from.reads(at);
    u[dAt + lane] = bytes === 4 ? from.raw[at]! : narrow(from.raw[at]!, address, bytes, signed);
  }
}

function storeGlobal(device: Device, caches: Caches, issue: Issue, bytes: number): void {
  const { u, i, hbm, l1, l2, control } = device;
  const { mask, sm, aAt, aLanes, bAt, bLanes, dAt } = issue;
  const limit = Math.min(control[controlAt.memoryWords]!, hbm.words);
  const from = storedFrom(device, issue);
  let line = -1;
  let inL1 = -1;
  let inL2 = 0;
  for (let lane = 0; lane < 32; lane++) {
    if (((mask >>> lane) & 1) === 0) continue;
    const address = (i[aAt + (lane & aLanes)]! + i[bAt + (lane & bLanes)]!) >>> 0;
    const word = address >>> 2;
    if ((address & (bytes - 1)) !== 0 || word >= limit) {
      device.trapped = true;
      return;
    }
    if (word >>> 5 !== line) {
      line = word >>> 5;
      inL1 = caches.storeThrough(sm, line);
      inL2 = caches.storeInto(line);
      if (inL2 < 0) return;
    }
    const value = u[from === dAt ? dAt + lane : from]!;
    if (inL1 >= 0) store(l1, inL1 + (word & 31), address, bytes, value);
    store(l2, inL2 + (word & 31), address, bytes, value);
  }
}

function loadShared(device: Device, issue: Issue, bytes: number, signed: boolean): void {
  const { u, i, shared, control, sizes } = device;
  const { mask, sm, entry, aAt, aLanes, bAt, bLanes, dAt } = issue;
  const base = sharedBase(device, entry);
  const size = control[controlAt.sharedWords]!;
  for (let lane = 0; lane < 32; lane++) {
    if (((mask >>> lane) & 1) === 0) continue;
    const address = (i[aAt + (lane & aLanes)]! + i[bAt + (lane & bLanes)]!) >>> 0;
    const word = address >>> 2;
    if ((address & (bytes - 1)) !== 0 || word >= size || base < 0 || base + word >= sizes.sharedWords) {
      device.trapped = true;
      return;
    }
    const at = sm * sizes.sharedWords + base + word;
    shared.reads(at);
    u[dAt + lane] = bytes === 4 ? shared.raw[at]! : narrow(shared.raw[at]!, address, bytes, signed);
  }
}

function storeShared(device: Device, issue: Issue, bytes: number): void {
  const { u, i, shared, control, sizes } = device;
  const { mask, sm, entry, aAt, aLanes, bAt, bLanes, dAt } = issue;
  const base = sharedBase(device, entry);
  const size = control[controlAt.sharedWords]!;
  const from = storedFrom(device, issue);
  for (let lane = 0; lane < 32; lane++) {
    if (((mask >>> lane) & 1) === 0) continue;
    const address = (i[aAt + (lane & aLanes)]! + i[bAt + (lane & bLanes)]!) >>> 0;
    const word = address >>> 2;
    if ((address & (bytes - 1)) !== 0 || word >= size || base < 0 || base + word >= sizes.sharedWords) {
      device.trapped = true;
      return;
    }
    const at = sm * sizes.sharedWords + base + word;
    store(shared, at, address, bytes, u[from === dAt ? dAt + lane : from]!);
  }
}

/** Where the stored register lies; that of `rz` is one zero for all lanes. */
function storedFrom({ sink, zero }: Device, { dAt }: Issue): number {
  return dAt === sink ? zero : dAt;
}

/** The little-endian part of a word that the address names. */
function narrow(word: number, address: number, bytes: number, signed: boolean): number {
  const part = word >>> ((address & 3) * 8);
  return bytes === 2 ? part & 0xffff : signed ? (part << 24) >> 24 : part & 0xff;
}

function store(cells: Cells, at: number, address: number, bytes: number, value: number): void {
  if (bytes === 4) cells.raw[at] = value;
  else {
    cells.reads(at);
    const shift = (address & 3) * 8;
    const part = (bytes === 2 ? 0xffff : 0xff) << shift;
    cells.raw[at] = (cells.raw[at]! & ~part) | ((value << shift) & part);
  }
  cells.wrote(at);
}
