import { randomStream } from "../../../domain/random.ts";
import type { Machine, StruckSpace } from "../machine.ts";
import { controlAt, maskWords, scheduleWords, tagValid, warpStates } from "./device.ts";
import type { Device } from "./device.ts";
import { stateOf } from "./flow.ts";
import { constantPlaces, lineWords } from "./image.ts";
import type { GpuImage } from "./image.ts";

/** An iteration that has not ended by then is not looked at further. */
const mostCycles = 1e6;
/** Executions to look for one where the first place is none. */
const mostTries = 96;

type Hint = StruckSpace["selfCheck"];

/**
 * A strike on this structure that is critical: in the middle of an undisturbed iteration, at what is in use there; if that changes nothing, at places and cycles drawn
 * from a stream of its own. The machine is run for it, and left restored.
 */
export function selfCheckHint(
  machine: Machine,
  device: Device,
  image: GpuImage,
  ecc: boolean,
  { name, words, bits }: Pick<StruckSpace, "name" | "words" | "bits">,
): Hint {
  machine.restore("full");
  machine.begin(0);
  machine.advance(mostCycles);
  const cycles = machine.cycle;
  const golden = machine.output().slice();
  const own = name.replace(/-check$/, "");
  // A memory with SEC-DED is struck in two bits, which it can only detect.
  const usual = ecc && own in doubleErrors ? 3 : bits === 32 ? 0x40000000 : 2 ** Math.max(0, bits - 2);
  const isCritical = ({ word = 0, cycle = 0, mask = usual }: Hint): boolean => {
    machine.begin(0);
    machine.advance(cycle);
    machine.strike(name, word, mask, "flip", 0);
    const end = machine.advance(4 * cycles);
    const differs = end === "ok" && machine.output().some((value, at) => value !== golden[at]);
    machine.restore("full");
    // A hang is critical, too, but ends the board: another is looked for.
    return end === "trap" || differs;
  };
  const random = randomStream(1, "self-check", name);
  const drawn = (): Hint => {
    const cycle = random.nextBelow(cycles);
    const mask = bits < 32 && usual !== 3 ? 2 ** random.nextBelow(bits) : usual;
    if (own !== "l1") return { word: random.nextBelow(words), cycle, mask };
    // Few of its lines are in use at once.
    machine.begin(0);
    machine.advance(cycle);
    const lines = [...device.l1Tags.raw.keys()].filter((at) => (device.l1Tags.raw[at]! & tagValid) !== 0);
    const line = lines.length === 0 ? 0 : lines[random.nextBelow(lines.length)]!;
    return { word: line * lineWords + random.nextBelow(lineWords), cycle, mask };
  };
  let hint: Hint = { ...firstHint(machine, device, image, own, Math.floor(cycles / 2)), mask: usual };
  for (let tried = 0; tried <= mostTries; tried++) {
    if (isCritical(hint)) return { ...hint, tries: 2 };
    hint = drawn();
  }
  return { ...hint, tries: 0 };
}

function firstHint(machine: Machine, device: Device, image: GpuImage, own: string, middle: number): Hint {
  let cycle = middle;
  machine.begin(0);
  machine.advance(cycle);
  if (own === "tensor-operands") {
    while (device.tensorControl[0] === 0 && machine.advance(cycle + 1) === null && cycle < mostCycles)
      cycle++;
  }
  const word = wordInUse(device, image, own);
  machine.restore("full");
  if (own === "alu-output" || own === "instructions") return { word: 0, cycle: 2 };
  return { word, cycle: own === "hbm" ? 0 : cycle };
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
