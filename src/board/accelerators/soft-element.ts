import type { FabricFault } from "../fabric-fault.ts";
import {
  accumulatorBits,
  netlist,
  netOfA,
  netOfAccumulator,
  netOfB,
  netOfFirstLut,
  operandBits,
  supply,
  usedPins,
} from "./soft-netlist.ts";

/**
 * A processing element computed gate by gate, with upsets in its configuration: register → nets → tables in order → register.
 * Of all elements only the upset ones are computed so; for the others the plain arithmetic holds that the netlist is proved equal to.
 */
export interface SoftElement {
  clear(): void;
  /** One clock: accumulator ← accumulator + a·b, as this circuit does it. */
  step(a: number, b: number): void;
  /** The accumulator as what follows sees it. */
  read(): number;
}

export type ElementFault = Exclude<FabricFault, { readonly site: "memory" }>;

const free = -1;
const tableSize = 64;
/** Unused pins are tied to the supply. */
const tied = 0b110000;

export function softElement(faults: readonly ElementFault[]): SoftElement {
  const { nets, next } = netlist;
  const circuit = configured(faults);
  const { pins, tables, stuck } = circuit;
  const luts = netlist.luts.length;
  const level = new Uint8Array(nets);
  level[supply] = 1;
  let register = 0;
  const drive = (first: number, bits: number, value: number): void => {
    for (let k = 0; k < bits; k++) {
      const held = stuck[first + k]!;
      level[first + k] = held === free ? (value >>> k) & 1 : held;
    }
  };
  return {
    clear: () => {
      register = 0;
    },
    step: (a, b) => {
      drive(netOfA, operandBits, a);
      drive(netOfB, operandBits, b);
      drive(netOfAccumulator, accumulatorBits, register);
      for (let lut = 0; lut < luts; lut++) {
        const first = lut * usedPins;
        const address =
          tied |
          level[pins[first]!]! |
          (level[pins[first + 1]!]! << 1) |
          (level[pins[first + 2]!]! << 2) |
          (level[pins[first + 3]!]! << 3);
        level[netOfFirstLut + lut] = tables[lut * tableSize + address]!;
      }
      register = 0;
      for (let k = 0; k < accumulatorBits; k++) register |= level[next[k]!]! << k;
    },
    read: () => {
      drive(netOfAccumulator, accumulatorBits, register);
      let sum = 0;
      for (let k = 0; k < accumulatorBits; k++) sum |= level[netOfAccumulator + k]! << k;
      return sum;
    },
  };
}

interface Circuit {
  /** The net that each used pin sees, table by table. */
  readonly pins: Uint16Array;
  /** Truth tables, 64 entries each. */
  readonly tables: Uint8Array;
  /** Level that a register's net is held at; −1: none. A table whose output is held has it in its truth table. */
  readonly stuck: Int8Array;
}

function configured(faults: readonly ElementFault[]): Circuit {
  const { luts, nets } = netlist;
  const pins = new Uint16Array(luts.length * usedPins).fill(supply);
  const tables = new Uint8Array(luts.length * tableSize);
  const stuck = new Int8Array(nets).fill(free);
  luts.forEach(({ pins: nets, initLow, initHigh }, lut) => {
    pins.set(nets, lut * usedPins);
    for (let n = 0; n < tableSize; n++)
      tables[lut * tableSize + n] = ((n < 32 ? initLow : initHigh) >>> (n & 31)) & 1;
  });
  for (const fault of faults) {
    if (fault.site === "lut") {
      const bit = fault.lut * tableSize + fault.init;
      tables[bit] = tables[bit]! ^ 1;
      // Nets 0 and 1 are the two levels.
    } else if (fault.site === "pin") pins[fault.lut * usedPins + fault.pin] = fault.level;
    else stuck[fault.net] = fault.level;
  }
  for (let lut = 0; lut < luts.length; lut++) {
    const held = stuck[netOfFirstLut + lut]!;
    if (held !== free) tables.fill(held, lut * tableSize, (lut + 1) * tableSize);
  }
  return { pins, tables, stuck };
}
