import type { Device } from "./device.ts";
import { opcodes } from "./isa.ts";
import type { Issue } from "./operands.ts";

/** Integer arithmetic, logic and byte permutes of a warp, lane by lane. */
export function executeInteger({ u, i }: Device, issue: Issue): void {
  const { opcode, mask, dAt, aAt, aLanes, bAt, bLanes, cAt, cLanes } = issue;
  for (let lane = 0; lane < 32; lane++) {
    if (((mask >>> lane) & 1) === 0) continue;
    const a = i[aAt + (lane & aLanes)]!;
    const b = i[bAt + (lane & bLanes)]!;
    let d = 0;
    switch (opcode) {
      case opcodes.iadd:
        d = a + b;
        break;
      case opcodes.isub:
        d = a - b;
        break;
      case opcodes.imul:
        d = Math.imul(a, b);
        break;
      case opcodes.imad:
        d = Math.imul(a, b) + i[cAt + (lane & cLanes)]!;
        break;
      case opcodes["mulhi.s32"]:
        d = highHalf(a >>> 0, b >>> 0) - (a < 0 ? b : 0) - (b < 0 ? a : 0);
        break;
      case opcodes["mulhi.u32"]:
        d = highHalf(a >>> 0, b >>> 0);
        break;
      case opcodes["min.s32"]:
        d = Math.min(a, b);
        break;
      case opcodes["max.s32"]:
        d = Math.max(a, b);
        break;
      case opcodes["min.u32"]:
        d = Math.min(a >>> 0, b >>> 0);
        break;
      case opcodes["max.u32"]:
        d = Math.max(a >>> 0, b >>> 0);
        break;
      case opcodes.and:
        d = a & b;
        break;
      case opcodes.or:
        d = a | b;
        break;
      case opcodes.xor:
        d = a ^ b;
        break;
      case opcodes.shl:
        d = b >>> 0 > 31 ? 0 : a << b;
        break;
      case opcodes["shr.u32"]:
        d = b >>> 0 > 31 ? 0 : a >>> b;
        break;
      case opcodes["shr.s32"]:
        d = a >> (b >>> 0 > 31 ? 31 : b);
        break;
      case opcodes["shf.r"]: {
        const by = b & 31;
        d = by === 0 ? a : (a >>> by) | (i[cAt + (lane & cLanes)]! << (32 - by));
        break;
      }
      case opcodes.prmt:
        d = permute(a, b, i[cAt + (lane & cLanes)]!);
        break;
      case opcodes.dp4a:
        d = dotOfBytes(a, b) + i[cAt + (lane & cLanes)]!;
        break;
      default:
        break;
    }
    u[dAt + lane] = d;
  }
}

/** Upper 32 bits of the product of two unsigned words: schoolbook, in halves of 16 bits, each part below 2^53. */
function highHalf(a: number, b: number): number {
  const aHigh = a >>> 16;
  const bHigh = b >>> 16;
  const aLow = a & 0xffff;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + Math.floor((aLow * bLow) / 0x10000);
  const carry = (middle % 0x10000) + aLow * bHigh;
  return aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000);
}

/** Byte i of the result is byte number (selector >> 4i) & 7 of high:low; with bit 3 of that nibble it is the sign of that byte in all its bits. */
function permute(low: number, selector: number, high: number): number {
  let result = 0;
  for (let place = 0; place < 4; place++) {
    const nibble = (selector >>> (4 * place)) & 0xf;
    const byte = ((nibble & 4) === 0 ? low : high) >>> (8 * (nibble & 3));
    const value = (nibble & 8) === 0 ? byte & 0xff : (byte & 0x80) === 0 ? 0 : 0xff;
    result |= value << (8 * place);
  }
  return result;
}

function dotOfBytes(a: number, b: number): number {
  return (
    ((a << 24) >> 24) * ((b << 24) >> 24) +
    ((a << 16) >> 24) * ((b << 16) >> 24) +
    ((a << 8) >> 24) * ((b << 8) >> 24) +
    (a >> 24) * (b >> 24)
  );
}
