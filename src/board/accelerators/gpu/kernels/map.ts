import type { Element, MapOp } from "../../../workloads/program.ts";
import {
  beginOf,
  bytesOf,
  countOf,
  gridOf,
  load,
  oneElementAThread,
  operand,
  parameter,
  store,
} from "./kernel.ts";
import type { Kernel, KernelLaunch, Placed } from "./kernel.ts";

/** An element a thread: load, compute or convert, store. */
export function mapLaunch(op: MapOp, from: Placed, into: Placed, mostWarps: number): KernelLaunch {
  return {
    kernel: mapKernel(op, from.element, into.element),
    ...gridOf(countOf(from), mostWarps),
    parameters: [...operand(from), into.address, countOf(from)],
  };
}

function mapKernel(op: MapOp, from: Element, into: Element): Kernel {
  const body = op === "copy" ? conversion(from, into) : operation(op, from);
  return {
    name: `map-${op}-${from}-${into}`,
    source: `
    ${oneElementAThread("r0", "r1", 3)}
    ${beginOf("r2", 0, "r1")}
    imad r2, r0, ${bytesOf[from]}, r2
    ${load(from)} r4, [r2]
    ${body}
    imul r3, r0, ${bytesOf[into]}
    ${store(into)} [r3 + ${parameter(2)}], r4
    exit`,
  };
}

function operation(op: Exclude<MapOp, "copy">, element: Element): string {
  const integer = element === "i32";
  switch (op) {
    case "relu":
      return integer ? "max.s32 r4, r4, 0" : "setp.gt.f32 p0, r4, 0\n sel r4, r4, 0, p0";
    case "negate":
      return integer ? "isub r4, rz, r4" : "fmul r4, r4, -1f";
    case "absolute":
      return integer ? "isub r5, rz, r4\n max.s32 r4, r4, r5" : "and r4, r4, 0x7fffffff";
    case "exp":
      return "exp r4, r4";
    case "tanh":
      return "tanh r4, r4";
    case "reciprocal":
      return "rcp r4, r4";
    case "rsqrt":
      return "rsqrt r4, r4";
  }
}

const toF32: Readonly<Partial<Record<Element, string>>> = {
  bf16: "cvt.f32.bf16 r4, r4",
  fp16: "cvt.f32.f16 r4, r4",
  fp8: "cvt.f32.e4m3 r4, r4",
  i8: "cvt.f32.s32 r4, r4",
  i32: "cvt.f32.s32 r4, r4",
};

const fromF32: Readonly<Partial<Record<Element, string>>> = {
  tf32: "cvt.tf32.f32 r4, r4",
  bf16: "cvt.bf16.f32 r4, r4",
  fp16: "cvt.f16.f32 r4, r4",
  fp8: "cvt.e4m3.f32 r4, r4",
  i8: "cvt.s8.f32 r4, r4",
  i32: "cvt.s32.f32 r4, r4",
};

/** In r4, to the nearest and rounded once. */
function conversion(from: Element, into: Element): string {
  if (from === into) return "";
  const fromInteger = from === "i8" || from === "i32";
  if (fromInteger && into === "i32") return "";
  if (fromInteger && into === "i8") return "cvt.s8.s32 r4, r4";
  const narrow = from === "i32" && into !== "f32";
  return [narrow ? toOdd : "", toF32[from] ?? "", fromF32[into] ?? ""].join("\n");
}

/**
 * From 2^24 on an i32 would be rounded twice on its way through f32. So its low 7 bits become a single one that stands for all of them (rounding to odd): what
 * is left has 24 bits, and is rounded as the whole would be by any format with fewer.
 */
const toOdd = `
    and r5, r4, 127
    setp.ne.s32 p0, r5, 0
    shr.s32 r5, r4, 7
    or r6, r5, 1
    sel r5, r6, r5, p0
    shl r5, r5, 7
    isub r6, rz, r4
    max.s32 r6, r6, r4
    setp.ge.u32 p0, r6, 0x1000000
    sel r4, r5, r4, p0`;
