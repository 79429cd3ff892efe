import { largest } from "./combine.ts";
import { beginOf, operand, parameter } from "./kernel.ts";
import type { Kernel, KernelLaunch, Placed } from "./kernel.ts";

/**
 * A warp a row. Lane l takes columns l, l + 32, … by rising index; then lanes are joined in five shuffles, each with the one 16, 8, 4, 2, 1 away.
 * A float sum has this order: ((lane 0 + lane 16) + (lane 8 + lane 24)) + …, each lane's own from 0.
 */
export function reduceRowsLaunch(
  op: "sum" | "max" | "arg-max",
  from: Placed,
  into: Placed,
  mostWarps: number,
): KernelLaunch {
  const warps = Math.min(mostWarps, from.rows);
  const integer = from.element === "i32";
  return {
    kernel: op === "arg-max" ? argMaxKernel(integer) : foldKernel(op, integer),
    gridX: Math.ceil(from.rows / warps),
    gridY: 1,
    warps,
    sharedWords: 0,
    parameters: [...operand(from), into.address, from.rows, from.columns],
  };
}

/** r4: first element of this warp's row; r5: column of this lane; r6: column of lane 0; r3: where `from` begins. */
const begin = `
    s2r r0, ctaid.x
    s2r r1, warps
    s2r r2, warp
    imad r0, r0, r1, r2
    setp.ge.u32 p0, r0, ${parameter(3)}
    @p0 exit
    ${beginOf("r3", 0, "r1")}
    imul r4, r0, ${parameter(4)}
    s2r r5, lane
    mov r6, rz`;

/** r8 of this column, where there is one. */
const read = `
    setp.lt.u32 p2, r5, ${parameter(4)}
    iadd r9, r4, r5
    imad r9, r9, 4, r3
    @p2 ldg r8, [r9]`;

const next = `
    iadd r5, r5, 32
    iadd r6, r6, 32
    setp.lt.u32 p3, r6, ${parameter(4)}
    @p3 bra columns`;

const end = (register: string): string => `
    s2r r1, lane
    setp.eq.s32 p0, r1, 0
    shl r0, r0, 2
    @p0 stg [r0 + ${parameter(2)}], ${register}
    exit`;

const distances = [16, 8, 4, 2, 1] as const;

function foldKernel(op: "sum" | "max", integer: boolean): Kernel {
  // What changes nothing: a NaN gives way to every number.
  const neutral = op === "sum" ? "rz" : integer ? "0x80000000" : "0x7fc00000";
  const join =
    op === "sum"
      ? `${integer ? "iadd" : "fadd"} r7, r7, r8`
      : integer
        ? "max.s32 r7, r7, r8"
        : largest("gt", "r7", "r8");
  return {
    name: `reduce-rows-${op}-${integer ? "i32" : "f32"}`,
    source: `
    ${begin}
    mov r7, ${neutral}
columns:
    mov r8, ${neutral}
    ${read}
    ${join}
    ${next}
    ${distances.map((distance) => `shfl.bfly r8, r7, ${distance}\n ${join}`).join("\n")}
    ${end("r7")}`,
  };
}

/** r7: the largest so far, r10: its column, beyond all others where there is none. Of equals the one of the lower column stays. */
function argMaxKernel(integer: boolean): Kernel {
  const [type, least] = integer ? ["s32", "0x80000000"] : ["f32", "-Infinityf"];
  return {
    name: `reduce-rows-arg-max-${integer ? "i32" : "f32"}`,
    source: `
    ${begin}
    mov r7, ${least}
    mov r10, 0x7fffffff
columns:
    mov r8, ${least}
    ${read}
    setp.gt.${type} p0, r8, r7
    sel r7, r8, r7, p0
    sel r10, r5, r10, p0
    ${next}
    ${distances
      .map(
        (distance) => `
    shfl.bfly r8, r7, ${distance}
    shfl.bfly r9, r10, ${distance}
    setp.gt.${type} p0, r8, r7
    setp.eq.${type} p1, r8, r7
    setp.lt.s32 p2, r9, r10
    pand p1, p1, p2
    por p0, p0, p1
    sel r7, r8, r7, p0
    sel r10, r9, r10, p0`,
      )
      .join("\n")}
    setp.eq.s32 p0, r10, 0x7fffffff
    sel r10, rz, r10, p0
    ${end("r10")}`,
  };
}
