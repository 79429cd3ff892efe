import type { InfoRom } from "../../info-rom.ts";
import type { MemoryLocation } from "../../error-counters.ts";
import { digestOf } from "../../digest.ts";
import { errorCounters } from "../../error-counters.ts";
import { newInfoRom } from "../../info-rom.ts";
import { nan32 } from "../../numbers/float-bits.ts";
import { pageRetirement } from "../../page-retirement.ts";
import { createScrubber } from "../../scrubber.ts";
import type { KernelEnd } from "../../workloads/workload.ts";
import { detectorBits } from "../accelerator.ts";
import type { Machine } from "../machine.ts";
import { createAluFaults } from "./alu-faults.ts";
import { createCaches } from "./caches.ts";
import { controlAt, createDevice, isTrapped } from "./device.ts";
import type { Device } from "./device.ts";
import { createFrontEnd } from "./front-end.ts";
import { lineWords } from "./image.ts";
import type { GpuImage, GpuOptions } from "./image.ts";
import { opcodes } from "./isa.ts";
import { createLatches } from "./latches.ts";
import { createDecoder, newIssue } from "./operands.ts";
import { issueOne } from "./processor.ts";
import type { Units } from "./processor.ts";
import { selfCheckHint } from "./self-check-hint.ts";
import { latchBanksOf, memoriesOf, spacesOf, striker } from "./spaces.ts";
import { createTensorCore } from "./tensor-core.ts";

/** Where NVML would count the errors of each memory. */
const locations: Readonly<Record<string, MemoryLocation>> = {
  hbm: "dram",
  l2: "l2",
  "l2-tag": "l2",
  l1: "l1",
  "l1-tag": "l1",
  shared: "l1",
  registers: "register-file",
};

export interface GpuMachineOptions extends GpuOptions {
  readonly infoRom?: InfoRom;
  /** 0 or absent: no scrubbing. */
  readonly scrubPeriodCycles?: number;
}

/**
 * The GPU-like accelerator with a program in it (docs/gpu.md).
 *
 *   begin ─→ cycle: front end → SM 0 … : tensor core, issue → … ─→ queue through → flush → output
 *                                     └ trap → handler → trap | reset
 */
export function createGpuMachine(image: GpuImage, options: GpuMachineOptions): Machine {
  const { infoRom = newInfoRom(), scrubPeriodCycles = 0 } = options;
  const retirement = pageRetirement({ memory: "hbm", infoRom });
  retirement.takeEffect();
  const counters = errorCounters({
    locations,
    infoRom,
    note: (memory, word, error) => {
      if (memory === "hbm") retirement.note(word, error);
    },
  });
  const { memory, instructions, output: outputAt } = image;
  if (memory.length % lineWords !== 0)
    throw new RangeError(`a memory is whole lines of ${lineWords} words, found ${memory.length} words`);
  const device = createDevice(options, memory.length, instructions.length, counters.errors);
  const { hbm, control, registers } = device;
  const { lasting, passing } = memoriesOf(device);
  const pristine = new Map(lasting.map((cells) => [cells, cells === hbm ? memory : instructions]));
  const zeros = new Map(passing.map((cells) => [cells, new Uint32Array(cells.words)]));
  const banks = latchBanksOf(device);
  const latches = createLatches(banks);
  const scrubber = createScrubber([...lasting, ...passing], scrubPeriodCycles);
  const caches = createCaches(device);
  const front = createFrontEnd(device, caches);
  const decoder = createDecoder(device);
  const tensor = createTensorCore(device);
  const faults = createAluFaults(device);
  const units: Units = { device, decoder, caches, tensor, faults, issue: newIssue() };
  const spaces = spacesOf(device);
  const strike = striker(device, spaces, (target, word, mask, manner, value) =>
    target === "alu-output"
      ? faults.strike(word, mask, manner, value)
      : latches.strike(target, word, mask, manner, value),
  );
  const configuration = configurationOf(image, options);
  let cycle = 0;
  let ended: KernelEnd | null = null;
  let output: Uint32Array | null = null;
  let flagged = { detectors: 0, corrected: 0 };

  /** What one iteration leaves is nothing to the next: registers, caches, launch state and scratch. */
  const clear = (): void => {
    for (const cells of passing) {
      cells.raw.fill(0);
      cells.wrote(0, cells.words);
    }
    for (const { raw } of banks) if (raw !== control) raw.fill(0);
    control.fill(0, 0, controlAt.trapVector);
    control.fill(0, controlAt.turn);
    for (const { role, from, words } of image.regions) {
      if (role !== "scratch") continue;
      hbm.raw.fill(0, from, from + words);
      hbm.wrote(from, words);
    }
    latches.settle();
    device.registersStruck = !registers.isPristine(zeros.get(registers)!);
  };

  /** What should take a trap is read now: a handler that is not there resets. */
  const takeTrap = (): KernelEnd => {
    device.trapped = false;
    const opcode = decoder.fetch(control[controlAt.trapVector]!);
    const taken = !isTrapped(device) && opcode === opcodes.rtt;
    device.trapped = false;
    return taken ? "trap" : "reset";
  };

  const readBack = (): KernelEnd => {
    caches.flushL2();
    if (!isTrapped(device)) hbm.reads(outputAt.from, outputAt.words);
    if (!isTrapped(device) && image.flags !== null) {
      hbm.reads(image.flags.from, 2);
      const [missed, corrected] = [hbm.raw[image.flags.from]!, hbm.raw[image.flags.from + 1]!];
      flagged = { detectors: missed === 0 ? 0 : detectorBits[image.flags.detector], corrected };
    }
    return isTrapped(device) ? takeTrap() : "ok";
  };

  const end = (how: KernelEnd): KernelEnd => {
    ended = how;
    output = outputOf(device, image);
    clear();
    return how;
  };

  /** One cycle; null: goes on. */
  const step = (): KernelEnd | "stuck" | null => {
    const { sms } = device.sizes;
    const held = latches.held;
    if (held) latches.settle();
    const fed = front.step();
    if (fed === "through") {
      cycle++;
      return readBack();
    }
    let worked = fed === "worked";
    for (let sm = 0; sm < sms && !isTrapped(device); sm++) {
      if (held) latches.settle();
      if (tensor.isBusy(sm)) {
        tensor.step(sm);
        worked = true;
        if (held) latches.settle();
        if (isTrapped(device)) break;
      }
      if (issueOne(units, sm)) worked = true;
    }
    faults.endCycle();
    cycle++;
    if (isTrapped(device)) return takeTrap();
    return worked ? null : "stuck";
  };

  const machine: Machine = {
    spaces: spaces.map((space) => ({
      ...space,
      get selfCheck() {
        return selfCheckHint(machine, device, image, options.ecc, space);
      },
    })),
    inputs: image.inputs,
    outputs: outputAt.words,
    format: outputAt.format,
    ...(outputAt.axes === undefined ? {} : { outputAxes: outputAt.axes }),
    ranks: image.ranks,
    begin: (input) => {
      counters.begin();
      flagged = { detectors: 0, corrected: 0 };
      scrubber.begin(cycle);
      clear();
      faults.endCycle();
      control[controlAt.queueHead] = image.queue.from;
      control[controlAt.queueEnd] = image.queue.from + image.queue.launches * lineWords;
      control[controlAt.input] = input;
      latches.settle();
      cycle = 0;
      ended = null;
      output = null;
    },
    get cycle() {
      return cycle;
    },
    advance: (untilCycle) => {
      while (ended === null) {
        if (cycle >= scrubber.due) scrubber.reach(cycle);
        if (cycle >= untilCycle) return null;
        const how = step();
        if (how === "stuck") cycle = Math.max(cycle, Math.min(untilCycle, scrubber.due));
        else if (how !== null) return end(how);
      }
      return ended;
    },
    strike: (target, word, mask, manner, value) => {
      if (target.startsWith("registers")) device.registersStruck = true;
      return strike(target, word, mask, manner, value);
    },
    hold: (bits) => {
      const inUse = retirement.inUse(bits);
      for (const cells of [...lasting, ...passing]) cells.hold(inUse);
      latches.hold(inUse);
      faults.hold(inUse);
      if (inUse.some(({ target }) => target.startsWith("registers"))) device.registersStruck = true;
    },
    output: () => output ?? outputOf(device, image),
    get detectors() {
      return counters.detectors | flagged.detectors;
    },
    get corrected() {
      return counters.corrected + flagged.corrected;
    },
    eccSince: () => counters.eccSince(),
    restore: (what) => {
      if (what === "full") {
        for (const [cells, words] of [...pristine, ...zeros]) cells.restore(words);
        latches.release();
        faults.release();
        control.set(configuration, controlAt.trapVector);
        clear();
        return;
      }
      for (const { role, from, words } of image.regions) {
        if (role !== what) continue;
        hbm.raw.set(memory.subarray(from, from + words), from);
        hbm.wrote(from, words);
      }
    },
    pass: (cycles) => scrubber.pass(cycles),
    scrubs: scrubPeriodCycles > 0,
    rehearse: (deed) => {
      const left = scrubber.due - cycle;
      const done = counters.rehearse(deed);
      scrubber.resume(left + cycle);
      return done;
    },
    isPristine: () =>
      !latches.held &&
      !faults.held() &&
      [...pristine, ...zeros].every(([cells, words]) => cells.isPristine(words)) &&
      configuration.every((word, at) => control[controlAt.trapVector + at] === word) &&
      banks.every(({ raw }) => raw === control || raw.every((word) => word === 0)),
    stateDigest: () => {
      const lastingWords = [hbm.stored(), device.instructions.stored(), configurationNow(device)];
      const all = new Uint32Array(lastingWords.reduce((sum, words) => sum + words.length, 0));
      let at = 0;
      for (const words of lastingWords) {
        all.set(words, at);
        at += words.length;
      }
      return digestOf(all);
    },
  };
  machine.restore("full");
  return machine;
}

/** Control registers from the trap vector on, as the host sets them when a program is loaded. */
function configurationOf({ trapVector, memory }: GpuImage, { sizes }: GpuOptions): Uint32Array {
  return Uint32Array.of(trapVector, 2 ** sizes.sms - 1, memory.length, 1);
}

function configurationNow({ control }: Device): Uint32Array {
  return control.subarray(controlAt.trapVector, controlAt.turn);
}

function outputOf({ hbm }: Device, { output: { from, words, format } }: GpuImage): Uint32Array {
  const found = hbm.raw.slice(from, from + words);
  if (format === "f32") {
    for (let i = 0; i < words; i++) if ((found[i]! & 0x7fffffff) > 0x7f800000) found[i] = nan32;
  }
  return found;
}
