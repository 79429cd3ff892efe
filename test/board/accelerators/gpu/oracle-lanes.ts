import { fromBf16, toBf16 } from "../../../../src/board/numbers/bf16.ts";
import { fromE4m3, toE4m3 } from "../../../../src/board/numbers/fp8.ts";
import { fromFp16, toFp16 } from "../../../../src/board/numbers/fp16.ts";
import { toTf32 } from "../../../../src/board/numbers/tf32.ts";
import { binary32, exactOf, plus, rounded, times } from "../../numbers/exact.ts";
import { Unknown } from "./oracle-state.ts";

/** What one lane computes, by mnemonic, in integers of any size and plain numbers. Words are unsigned. */
const view = new DataView(new ArrayBuffer(4));
export const floatOf = (word: number): number => {
  view.setUint32(0, word);
  return view.getFloat32(0);
};
export const wordOf = (value: number): number => {
  if (value !== value) return 0x7fc00000;
  view.setFloat32(0, value);
  return view.getUint32(0);
};
const signed = (word: number, bits = 32): bigint => BigInt.asIntN(bits, BigInt(word));
const wrapped = (value: bigint): number => Number(BigInt.asUintN(32, value));

export function computed(mnemonic: string, a: number, b: number, c: number): number {
  switch (mnemonic) {
    case "mov":
      return b;
    case "iadd":
      return (a + b) % 2 ** 32;
    case "isub":
      return (a - b + 2 ** 32) % 2 ** 32;
    case "and":
      return (a & b) >>> 0;
    case "or":
      return (a | b) >>> 0;
    case "xor":
      return (a ^ b) >>> 0;
    case "shl":
      return b > 31 ? 0 : (a * 2 ** b) % 2 ** 32;
    case "shr.u32":
      return b > 31 ? 0 : Math.floor(a / 2 ** b);
    case "min.u32":
      return a < b ? a : b;
    case "max.u32":
      return a > b ? a : b;
    default:
      return mnemonic.startsWith("f") || mnemonic.includes("cvt") || ["rcp", "sqrt"].includes(mnemonic)
        ? computedFloat(mnemonic, a, floatOf(a), floatOf(b), floatOf(c))
        : computedInteger(mnemonic, a, b, c);
  }
}

function computedInteger(mnemonic: string, a: number, b: number, c: number): number {
  const [i, j, k] = [signed(a), signed(b), signed(c)];
  const by = BigInt(b);
  switch (mnemonic) {
    case "imul":
      return wrapped(i * j);
    case "imad":
      return wrapped(i * j + k);
    case "mulhi.s32":
      return wrapped((i * j) >> 32n);
    case "mulhi.u32":
      return wrapped((BigInt(a) * by) >> 32n);
    case "min.s32":
      return i < j ? a : b;
    case "max.s32":
      return i > j ? a : b;
    case "shr.s32":
      return wrapped(i >> (b > 31 ? 31n : by));
    case "shf.r":
      return wrapped(((BigInt(c) << 32n) | BigInt(a)) >> (by % 32n));
    case "prmt": {
      const bytes = (BigInt(c) << 32n) | BigInt(a);
      let result = 0n;
      for (let place = 0n; place < 4n; place++) {
        const nibble = (by >> (4n * place)) & 15n;
        const byte = (bytes >> (8n * (nibble & 7n))) & 255n;
        result |= (nibble < 8n ? byte : byte < 128n ? 0n : 255n) << (8n * place);
      }
      return Number(result);
    }
    case "dp4a":
      return wrapped(
        [0n, 8n, 16n, 24n].reduce(
          (sum, at) => sum + BigInt.asIntN(8, BigInt(a) >> at) * BigInt.asIntN(8, by >> at),
          k,
        ),
      );
    default:
      throw new Unknown(mnemonic);
  }
}

function computedFloat(mnemonic: string, a: number, x: number, y: number, z: number): number {
  switch (mnemonic) {
    case "fadd":
      return wordOf(Math.fround(x + y));
    case "fsub":
      return wordOf(Math.fround(x - y));
    case "fmul":
      return wordOf(Math.fround(x * y));
    case "ffma": {
      if (![x, y, z].every(Number.isFinite)) return wordOf(x * y + z);
      const exact = plus(times(exactOf(x), exactOf(y)), exactOf(z));
      return exact.over === 0n ? wordOf(x * y + z) : wordOf(rounded(exact, binary32));
    }
    case "fmin":
      return wordOf(x < y || y !== y ? x : y);
    case "fmax":
      return wordOf(x > y || y !== y ? x : y);
    case "rcp":
      return wordOf(Math.fround(1 / x));
    case "sqrt":
      return wordOf(Math.fround(Math.sqrt(x)));
    case "cvt.bf16.f32":
      return toBf16(x);
    case "cvt.f16.f32":
      return toFp16(x);
    case "cvt.tf32.f32":
      return toTf32(x);
    case "cvt.e4m3.f32":
      return toE4m3(x);
    case "cvt.f32.bf16":
      return wordOf(fromBf16(a));
    case "cvt.f32.f16":
      return wordOf(fromFp16(a));
    case "cvt.f32.e4m3":
      return wordOf(fromE4m3(a));
    case "cvt.f32.s32":
      return wordOf(Math.fround(a >= 2 ** 31 ? a - 2 ** 32 : a));
    case "cvt.f32.u32":
      return wordOf(Math.fround(a));
    case "cvt.s32.s8":
      return wrapped(signed(a, 8));
    case "cvt.s8.s32": {
      const i = signed(a);
      return wrapped(i < -128n ? -128n : i > 127n ? 127n : i);
    }
    default:
      throw new Unknown(mnemonic);
  }
}

export function compared(mnemonic: string, a: number, b: number): boolean {
  const [, how, type] = mnemonic.split(".");
  const of = (word: number): number =>
    type === "f32" ? floatOf(word) : type === "s32" && word >= 2 ** 31 ? word - 2 ** 32 : word;
  const [x, y] = [of(a), of(b)];
  if (how === "eq") return x === y;
  if (how === "ne") return x !== y;
  if (how === "lt") return x < y;
  if (how === "le") return x <= y;
  return how === "gt" ? x > y : x >= y;
}
