import { toBf16, fromBf16 } from "../../numbers/bf16.ts";
import { exp32 } from "../../numbers/exp32.ts";
import { nan32 } from "../../numbers/float-bits.ts";
import { fma32 } from "../../numbers/fma32.ts";
import { fromE4m3, toE4m3 } from "../../numbers/fp8.ts";
import { fromFp16, toFp16 } from "../../numbers/fp16.ts";
import { reciprocal32 } from "../../numbers/reciprocal32.ts";
import { rsqrt32 } from "../../numbers/rsqrt32.ts";
import { tanh32 } from "../../numbers/tanh32.ts";
import { toTf32 } from "../../numbers/tf32.ts";
import { toI32, toI8 } from "../../numbers/to-integer.ts";
import type { Device } from "./device.ts";
import { opcodes } from "./isa.ts";
import type { Issue } from "./operands.ts";

/**
 * Float arithmetic and special functions of a warp, lane by lane. Sums, products, quotients and roots of binary32 are computed in binary64 and rounded to
 * binary32, which is rounding once (Figueroa, "When is double rounding innocuous?", SIGNUM Newsletter 30, 1995: 53 ≥ 2·24 + 2).
 */
export function executeFloat({ u, f }: Device, issue: Issue): void {
  const { opcode, mask, dAt, aAt, aLanes, bAt, bLanes, cAt, cLanes } = issue;
  for (let lane = 0; lane < 32; lane++) {
    if (((mask >>> lane) & 1) === 0) continue;
    const a = f[aAt + (lane & aLanes)]!;
    const b = f[bAt + (lane & bLanes)]!;
    let d = 0;
    switch (opcode) {
      case opcodes.fadd:
        d = a + b;
        break;
      case opcodes.fsub:
        d = a - b;
        break;
      case opcodes.fmul:
        d = a * b;
        break;
      case opcodes.ffma:
        d = fma32(a, b, f[cAt + (lane & cLanes)]!);
        break;
      case opcodes.fmin:
        d = a < b || b !== b ? a : b;
        break;
      case opcodes.fmax:
        d = a > b || b !== b ? a : b;
        break;
      case opcodes.rcp:
        d = reciprocal32(a);
        break;
      case opcodes.rsqrt:
        d = rsqrt32(a);
        break;
      case opcodes.sqrt:
        d = Math.sqrt(a);
        break;
      case opcodes.exp:
        d = exp32(a);
        break;
      case opcodes.tanh:
        d = tanh32(a);
        break;
      default:
        break;
    }
    // Which bits an engine gives a NaN is its own affair; here they are one word.
    if (d === d) f[dAt + lane] = d;
    else u[dAt + lane] = nan32;
  }
}

export function executeConversion({ u, i, f }: Device, issue: Issue): void {
  const { opcode, mask, dAt, aAt, aLanes } = issue;
  for (let lane = 0; lane < 32; lane++) {
    if (((mask >>> lane) & 1) === 0) continue;
    const at = aAt + (lane & aLanes);
    switch (opcode) {
      case opcodes["cvt.bf16.f32"]:
        u[dAt + lane] = toBf16(f[at]!);
        break;
      case opcodes["cvt.f16.f32"]:
        u[dAt + lane] = toFp16(f[at]!);
        break;
      case opcodes["cvt.tf32.f32"]:
        u[dAt + lane] = toTf32(f[at]!);
        break;
      case opcodes["cvt.e4m3.f32"]:
        u[dAt + lane] = toE4m3(f[at]!);
        break;
      case opcodes["cvt.s32.f32"]:
        u[dAt + lane] = toI32(f[at]!);
        break;
      case opcodes["cvt.s8.f32"]:
        u[dAt + lane] = toI8(f[at]!);
        break;
      case opcodes["cvt.f32.bf16"]:
        setFloat(u, f, dAt + lane, fromBf16(u[at]!));
        break;
      case opcodes["cvt.f32.f16"]:
        setFloat(u, f, dAt + lane, fromFp16(u[at]!));
        break;
      case opcodes["cvt.f32.e4m3"]:
        setFloat(u, f, dAt + lane, fromE4m3(u[at]!));
        break;
      case opcodes["cvt.f32.s32"]:
        f[dAt + lane] = i[at]!;
        break;
      case opcodes["cvt.f32.u32"]:
        f[dAt + lane] = u[at]!;
        break;
      case opcodes["cvt.s32.s8"]:
        u[dAt + lane] = (u[at]! << 24) >> 24;
        break;
      case opcodes["cvt.s8.s32"]:
        u[dAt + lane] = Math.min(Math.max(i[at]!, -128), 127);
        break;
      default:
        break;
    }
  }
}

function setFloat(u: Uint32Array, f: Float32Array, at: number, value: number): void {
  if (value === value) f[at] = value;
  else u[at] = nan32;
}
