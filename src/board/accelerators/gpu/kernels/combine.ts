import type { CombineOp, Element } from "../../../workloads/program.ts";
import { beginOf, countOf, gridOf, oneElementAThread, operand, parameter } from "./kernel.ts";
import type { Kernel, KernelLaunch, Placed } from "./kernel.ts";

/** An element a thread. Of a row, a column or an element that stands for all of `b`, each thread reads the one it needs. */
export function combineLaunch(
  op: CombineOp,
  a: Placed,
  b: Placed,
  into: Placed,
  mostWarps: number,
): KernelLaunch {
  const { columns } = a;
  const [magic, shift] = columns === 1 ? [0, 0] : divisor(columns);
  return {
    kernel: combineKernel(op, a.element, spread(a, b)),
    ...gridOf(countOf(a), mostWarps),
    parameters: [...operand(a), ...operand(b), into.address, countOf(a), columns, magic, shift],
  };
}

type Spread = "same" | "element" | "row" | "column";

function spread(a: Placed, b: Placed): Spread {
  if (a.rows === b.rows && a.columns === b.columns) return "same";
  if (b.rows === 1 && b.columns === 1) return "element";
  return b.rows === 1 ? "row" : "column";
}

/** [magic, shift]: ⌊i / d⌋ = mulhi(i, magic) >> shift for 0 ≤ i < 2^31, d at least 2 (Granlund and Montgomery 1994). */
export function divisor(d: number): readonly [number, number] {
  const shift = Math.ceil(Math.log2(d)) - 1;
  return [Math.ceil((2 ** 32 * 2 ** shift) / d), shift];
}

/** r7: which element of b, from r0. */
const places: Readonly<Record<Spread, string>> = {
  same: "mov r7, r0",
  element: "mov r7, rz",
  row: `mulhi.u32 r7, r0, ${parameter(7)}
    shr.u32 r7, r7, ${parameter(8)}
    imul r7, r7, ${parameter(6)}
    isub r7, r0, r7`,
  column: `mulhi.u32 r7, r0, ${parameter(7)}
    shr.u32 r7, r7, ${parameter(8)}`,
};

function combineKernel(op: CombineOp, element: Element, of: Spread): Kernel {
  return {
    name: `combine-${op}-${element}-${of}`,
    source: `
    ${oneElementAThread("r0", "r1", 5)}
    ${beginOf("r2", 0, "r1")}
    imad r2, r0, 4, r2
    ldg r4, [r2]
    ${beginOf("r3", 2, "r1")}
    ${places[of]}
    imad r3, r7, 4, r3
    ldg r5, [r3]
    ${operation(op, element === "i32")}
    shl r3, r0, 2
    stg [r3 + ${parameter(4)}], r4
    exit`,
  };
}

/** r4 of r4 and r5. */
function operation(op: CombineOp, integer: boolean): string {
  const one = integer ? "1" : "1f";
  switch (op) {
    case "add":
      return integer ? "iadd r4, r4, r5" : "fadd r4, r4, r5";
    case "subtract":
      return integer ? "isub r4, r4, r5" : "fsub r4, r4, r5";
    case "multiply":
      return integer ? "imul r4, r4, r5" : "fmul r4, r4, r5";
    case "min":
      return integer ? "min.s32 r4, r4, r5" : largest("lt");
    case "max":
      return integer ? "max.s32 r4, r4, r5" : largest("gt");
    case "greater":
      return `setp.gt.${integer ? "s32" : "f32"} p0, r4, r5
    mov r6, ${one}
    sel r4, r6, 0, p0`;
    case "not-within":
      // Of integers: only a bound of 0 or more has anything within it, and that one can be negated.
      return integer
        ? `isub r6, rz, r5
    setp.le.s32 p0, r4, r5
    setp.ge.s32 p1, r4, r6
    setp.ge.s32 p2, r5, 0
    pand p0, p0, p1
    pand p0, p0, p2
    mov r6, 1
    sel r4, rz, r6, p0`
        : `fmul r6, r5, -1f
    setp.le.f32 p0, r4, r5
    setp.ge.f32 p1, r4, r6
    pand p0, p0, p1
    mov r6, 1f
    sel r4, rz, r6, p0`;
  }
}

/** a where it is above (below) b or b is NaN, else b: of two zeros the second, which fmin and fmax would not give. */
export function largest(comparison: "lt" | "gt", a = "r4", b = "r5"): string {
  return `setp.${comparison}.f32 p0, ${a}, ${b}
    setp.ne.f32 p1, ${b}, ${b}
    por p0, p0, p1
    sel ${a}, ${a}, ${b}, p0`;
}
