import {
  accumulatorBits,
  netlist,
  netOfA,
  netOfAccumulator,
  netOfB,
  netOfFirstLut,
} from "../../src/board/accelerators/soft-netlist.ts";
import type { FabricFault } from "../../src/board/fabric-fault.ts";
import { randomStream } from "../../src/domain/random.ts";

/**
 * gemm-i8 on an upset array, computed another way than the board does: nets by name in a map, truth tables as 64-bit numbers, one
 * multiply-accumulate after the other; the elements without the upset by plain numbers.
 */
export function gemmUnder(fault: FabricFault | null, seed: number, input: number): Int32Array {
  const random = randomStream(seed, "gemm", "i8");
  const draw = (): number => random.nextBelow(256) - 128;
  const b = Array.from({ length: 256 }, draw);
  const a = Array.from({ length: 8 * 256 }, draw).slice(256 * input);
  if (fault?.site === "memory" && fault.word < 256)
    b[fault.word] = signed8(b[fault.word]! ^ (1 << fault.bit));
  const c = new Int32Array(256);
  for (let i = 0; i < 16; i++)
    for (let j = 0; j < 16; j++) {
      const terms = Array.from({ length: 16 }, (_, p) => [a[16 * i + p]!, b[16 * p + j]!] as const);
      const upset = fault !== null && fault.site !== "memory" && fault.element === j;
      c[16 * i + j] = upset ? circuit(terms, fault) : terms.reduce((sum, [x, w]) => sum + x * w, 0);
    }
  return c;
}

type Gates = Exclude<FabricFault, { readonly site: "memory" }>;

function circuit(terms: readonly (readonly [number, number])[], fault: Gates): number {
  let register = 0n;
  const level = new Map<number, bigint>();
  const see = (net: number): bigint => {
    if (fault.site === "net" && fault.net === net) return BigInt(fault.level);
    if (net < 2) return BigInt(net);
    return level.get(net)!;
  };
  const registerNets = (): void => {
    for (let k = 0; k < accumulatorBits; k++) level.set(netOfAccumulator + k, (register >> BigInt(k)) & 1n);
  };
  for (const [x, w] of terms) {
    registerNets();
    for (let k = 0; k < 8; k++) {
      level.set(netOfA + k, (BigInt.asUintN(8, BigInt(x)) >> BigInt(k)) & 1n);
      level.set(netOfB + k, (BigInt.asUintN(8, BigInt(w)) >> BigInt(k)) & 1n);
    }
    netlist.luts.forEach(({ initLow, initHigh, pins }, lut) => {
      let init = BigInt(initLow) | (BigInt(initHigh) << 32n);
      if (fault.site === "lut" && fault.lut === lut) init ^= 1n << BigInt(fault.init);
      let address = 0n;
      for (let pin = 0; pin < 6; pin++) {
        const broken = fault.site === "pin" && fault.lut === lut && fault.pin === pin;
        // A pin that is not used is tied to the supply.
        const net = pins[pin];
        const bit = broken ? BigInt(fault.level) : net === undefined ? 1n : see(net);
        address |= bit << BigInt(pin);
      }
      level.set(netOfFirstLut + lut, (init >> address) & 1n);
    });
    register = netlist.next.reduce((sum, net, k) => sum | (see(net) << BigInt(k)), 0n);
  }
  registerNets();
  let sum = 0n;
  for (let k = 0; k < accumulatorBits; k++) sum |= see(netOfAccumulator + k) << BigInt(k);
  return Number(BigInt.asIntN(32, sum));
}

function signed8(byte: number): number {
  return (byte << 24) >> 24;
}
