import type { Machine, StruckSpace } from "../machine.ts";
import { controlAt, maskWords, scheduleWords, tagValid, warpStates } from "./device.ts";
import type { Device } from "./device.ts";
import { stateOf } from "./flow.ts";
import { constantPlaces, lineWords } from "./image.ts";
import type { GpuImage } from "./image.ts";

/** An iteration that has not ended by then is not looked at further. */
const mostCycles = 1e6;

/**
 * Where a strike on this structure is likely to be critical: in the middle of an undisturbed iteration, at what is in use there. The machine is run for it,
 * and left restored.
 */
export function selfCheckHint(
  machine: Machine,
  device: Device,
  image: GpuImage,
  ecc: boolean,
  name: string,
): StruckSpace["selfCheck"] {
  machine.begin(0);
  machine.advance(mostCycles);
  let cycle = Math.floor(machine.cycle / 2);
  machine.begin(0);
  machine.advance(cycle);
  const own = name.replace(/-check$/, "");
  if (own === "tensor-operands") {
    while (device.tensorControl[0] === 0 && cycle < mostCycles && machine.advance(cycle + 1) === null)
      cycle++;
  }
  const word = wordInUse(device, image, own);
  machine.restore("full");
  // A memory with SEC-DED is struck in two bits, which it can only detect.
  const mask = ecc && own in doubleErrors ? { mask: 3 } : {};
  if (own === "alu-output" || own === "instructions") return { word: 0, cycle: 2 };
  if (own === "hbm") return { word, cycle: 0, ...mask };
  return { word, cycle, ...mask };
}

const doubleErrors = { hbm: 0, l2: 0, l1: 0, shared: 0, registers: 0, instructions: 0 } as const;

function wordInUse(device: Device, image: GpuImage, name: string): number {
  const entries = device.sizes.sms * device.sizes.warps;
  let entry = 0;
  while (entry < entries - 1 && stateOf(device, entry) !== warpStates.ready) entry++;
  switch (name) {
    case "hbm":
      return (image.regions.find(({ role }) => role !== "scratch") ?? image.queue).from;
    case "l2":
      return firstValid(device.l2Tags.raw) * lineWords;
    case "l2-tag":
      return firstValid(device.l2Tags.raw);
    case "l1":
      return firstValid(device.l1Tags.raw) * lineWords;
    case "l1-tag":
      return firstValid(device.l1Tags.raw);
    case "registers":
      return entry * device.sizes.registers * 32;
    case "predicates":
      return entry * 7;
    case "scheduler":
      return entry * scheduleWords;
    case "scheduler-mask":
      return entry * maskWords;
    case "constants":
      return constantPlaces.parameters;
    case "control":
      return controlAt.queueHead;
    default:
      return 0;
  }
}

function firstValid(tags: Uint32Array): number {
  return Math.max(
    tags.findIndex((tag) => (tag & tagValid) !== 0),
    0,
  );
}
