import { randomStream } from "../../domain/random.ts";
import { createMemory, structureOf } from "../memory.ts";
import type { Memory } from "../memory.ts";
import { finished, paused, trapped, wireName } from "./workload.ts";
import type { Core, Format, Kernel, LoopEnd, Prepared, Workload } from "./workload.ts";

/**
 * Inclusive prefix sum of x[i]·s[i] over 1024 elements in 16 blocks, as a parallel scan does it.
 *
 *   pass 1   each block from 0     ─→ its reduction, out[block]
 *   pass 2   each block from carry ─→ its prefix sums, out[16 + i];   carry += out[block]
 *
 * float32: every product and every sum rounded to float32. int8: int8 operands, int32 sums that wrap. All values are
 * positive, so sums rise and the first wrong elements, blocks before prefixes, are those that are relatively furthest off.
 * docs/workloads.md is the norm.
 */
const elements = 1024;
const wrap = elements - 1;
const blocks = 16;
const inputs = 8;

/** Control words, in their order in the structure. */
const count = 0;
const blockSize = 1;
const strideX = 2;
const strideS = 3;
const offsetX = 4;
const offsetS = 5;
const controlWords = [elements, elements / blocks, 1, 1, 0, 0];

export const scanF32: Workload = {
  name: wireName("scan", "f32"),
  prepare: (seed) => {
    const memory = createMemory((1 + inputs) * elements * 4 + 24);
    const s = memory.f32("weights", elements);
    const x = memory.f32("inputs", inputs * elements);
    const random = randomStream(seed, "scan", "f32");
    for (let i = 0; i < s.length; i++) s[i] = Math.fround(0.5 + random.nextFloat());
    for (let i = 0; i < x.length; i++) x[i] = Math.fround(random.nextFloat());
    return prepared("f32", memory, x, s, new Float32Array(blocks + elements), blockF32);
  },
};

export const scanI8: Workload = {
  name: wireName("scan", "i8"),
  prepare: (seed) => {
    const memory = createMemory((1 + inputs) * elements + 24);
    const s = memory.i8("weights", elements);
    const x = memory.i8("inputs", inputs * elements);
    const random = randomStream(seed, "scan", "i8");
    for (let i = 0; i < s.length; i++) s[i] = 1 + random.nextBelow(63);
    for (let i = 0; i < x.length; i++) x[i] = random.nextBelow(64);
    return prepared("i8", memory, x, s, new Int32Array(blocks + elements), blockI8);
  },
};

type Block<T, O> = (
  x: T,
  base: number,
  s: T,
  out: O,
  control: Uint32Array,
  core: Core,
  at: number,
) => LoopEnd;

function prepared<T extends Float32Array | Int8Array, O extends Float32Array | Int32Array>(
  format: Format,
  memory: Memory,
  x: T,
  s: T,
  output: O,
  block: Block<T, O>,
): Prepared {
  const control = memory.u32("control", controlWords.length);
  control.set(controlWords);
  memory.seal();
  return {
    inputs,
    format: format === "f32" ? "f32" : "i32",
    output,
    ranks: false,
    memory,
    structures: [
      structureOf("weights", { words: s }),
      structureOf("activations", { words: x, perInput: elements }),
      structureOf("control", { words: control }),
    ],
    selfChecks: { control: { word: offsetX } },
    kernel: (input, core) =>
      scan(control, core, output, (at) => block(x, input * elements, s, output, control, core, at)),
  };
}

function* scan(
  control: Uint32Array,
  core: Core,
  out: Float32Array | Int32Array,
  block: (at: number) => LoopEnd,
): Kernel {
  for (let pass = 1; pass <= 2; pass++) {
    let carry = 0;
    for (let at = 0, b = 0; at < control[count]!; at += control[blockSize]!, b = (b + 1) % blocks) {
      const before = core.cycle;
      core.index = 0;
      core.sum = carry;
      for (let end = block(at); end !== finished; end = block(at)) {
        if (end === trapped) return "trap";
        yield;
      }
      if (pass === 1) out[b] = core.sum;
      else if (out instanceof Float32Array) carry = Math.fround(carry + out[b]!);
      else carry = (carry + out[b]!) | 0;
      if (core.cycle === before) {
        if (core.cycle >= core.until) yield;
        core.cycle++;
      }
    }
  }
  return "ok";
}

/** The prefix sums of the block that begins at element `at`, from `core.index` on. `base` is where the input's x begins. */
function blockF32(
  x: Float32Array,
  base: number,
  s: Float32Array,
  out: Float32Array,
  control: Uint32Array,
  core: Core,
  at: number,
): LoopEnd {
  const first = core.index;
  const last = first + core.until - core.cycle;
  let sum = core.sum;
  let j = first;
  let end: LoopEnd = finished;
  for (; j < control[blockSize]! && at + j < control[count]!; j++) {
    if (j >= last) {
      end = paused;
      break;
    }
    const atX = control[offsetX]! + (Math.imul(at + j, control[strideX]!) & wrap);
    const atS = control[offsetS]! + (Math.imul(at + j, control[strideS]!) & wrap);
    if (atX >= elements || atS >= elements) {
      end = trapped;
      break;
    }
    sum = Math.fround(sum + Math.fround(x[base + atX]! * s[atS]!));
    out[blocks + ((at + j) & wrap)] = sum;
  }
  core.cycle += j - first;
  core.index = j;
  core.sum = sum;
  return end;
}

function blockI8(
  x: Int8Array,
  base: number,
  s: Int8Array,
  out: Int32Array,
  control: Uint32Array,
  core: Core,
  at: number,
): LoopEnd {
  const first = core.index;
  const last = first + core.until - core.cycle;
  let sum = core.sum;
  let j = first;
  let end: LoopEnd = finished;
  for (; j < control[blockSize]! && at + j < control[count]!; j++) {
    if (j >= last) {
      end = paused;
      break;
    }
    const atX = control[offsetX]! + (Math.imul(at + j, control[strideX]!) & wrap);
    const atS = control[offsetS]! + (Math.imul(at + j, control[strideS]!) & wrap);
    if (atX >= elements || atS >= elements) {
      end = trapped;
      break;
    }
    sum = (sum + Math.imul(x[base + atX]!, s[atS]!)) | 0;
    out[blocks + ((at + j) & wrap)] = sum;
  }
  core.cycle += j - first;
  core.index = j;
  core.sum = sum;
  return end;
}
