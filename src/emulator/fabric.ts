import { softMemoryWords, softElements } from "../board/accelerators/soft-array.ts";
import {
  netlist,
  netOfA,
  netOfAccumulator,
  netOfB,
  netOfFirstLut,
} from "../board/accelerators/soft-netlist.ts";
import type { FabricFault } from "../board/fabric-fault.ts";
import { randomStream } from "../domain/random.ts";
import type { ConfigurationBit } from "./configuration-memory.ts";
import { layoutOf, logicFrames, lutsOfBlock, tableBits, usableBits } from "./fabric-layout.ts";
import type { FabricLayout } from "./fabric-layout.ts";
import type { ConfigurationSpec } from "./world-schema.ts";

/**
 * What each bit of an FPGA's configuration memory is to the soft accelerator in it:
 *
 *   (frame, word, bit) ─layout→ block, its strip ─┬ table frames ──→ bit of a look-up table
 *                                                 ├ routing frames → a switch of a pin's route, a bridge of a net, or nothing
 *                                                 └ block memory ──→ bit of a weight
 *
 * A pure function of family, frames and design: the same in every boot, process and run.
 */
export interface Fabric {
  readonly frames: number;
  readonly wordsOfFrame: number;
  /** null: this bit configures nothing that is used. */
  faultAt(frame: number, word: number, bit: number): FabricFault | null;
}

export function fabricOf({ family, frames, design }: Omit<ConfigurationSpec, "maskedFrames">): Fabric {
  const layout = layoutOf(family);
  const { words, middleFirst, middleWords, stripBits, routingFrames, tableFrames, blocks } = layout;
  const columnFrames = routingFrames + tableFrames;
  const memoryFrom = logicFrames(layout);
  const switches = new Map<number, ReadonlyMap<number, FabricFault>>();
  const switchesOf = (block: number): ReadonlyMap<number, FabricFault> => {
    const known = switches.get(block) ?? routed(block, layout, design);
    switches.set(block, known);
    return known;
  };
  return {
    frames,
    wordsOfFrame: words,
    faultAt: (frame, word, bit) => {
      if (frame < 0 || frame >= frames || word < 0 || word >= words || bit < 0 || bit > 31) return null;
      if (word >= middleFirst && word < middleFirst + middleWords) return null;
      const place = (word < middleFirst ? word : word - middleWords) * 32 + bit;
      if (frame >= memoryFrom) return memoryBit((frame - memoryFrom) * usableBits(layout) + place);
      const block = Math.floor(frame / columnFrames) * blocks + Math.floor(place / stripBits);
      const minor = frame % columnFrames;
      const strip = place % stripBits;
      if (minor < routingFrames) return switchesOf(block).get(minor * stripBits + strip) ?? null;
      return tableBit(block, (minor - routingFrames) * stripBits + strip);
    },
  };
}

/** What these flipped bits amount to. */
export function faultsOf(fabric: Fabric, flipped: readonly ConfigurationBit[]): readonly FabricFault[] {
  return flipped.flatMap(({ frame, word, bit }) => fabric.faultAt(frame, word, bit) ?? []);
}

function memoryBit(at: number): FabricFault | null {
  return at < softMemoryWords * 8 ? { site: "memory", word: at >> 3, bit: at & 7 } : null;
}

/** The look-up table in this place of this block: of which element, and which there; null: not used. */
function lutAt(block: number, place: number): { readonly element: number; readonly lut: number } | null {
  const luts = netlist.luts.length;
  const placed = block * lutsOfBlock + place;
  return placed < luts * softElements ? { element: Math.floor(placed / luts), lut: placed % luts } : null;
}

function tableBit(block: number, at: number): FabricFault | null {
  const lut = at < lutsOfBlock * tableBits ? lutAt(block, Math.floor(at / tableBits)) : null;
  return lut === null ? null : { site: "lut", ...lut, init: at % tableBits };
}

/** The switches that a block's used pins and nets have, each at a place of its own in the block's part of the routing frames. */
function routed(block: number, layout: FabricLayout, design: number): ReadonlyMap<number, FabricFault> {
  const random = randomStream(design, "routes", block);
  const places = layout.routingFrames * layout.stripBits;
  const taken = new Map<number, FabricFault>();
  const put = (fault: FabricFault): void => {
    let at = random.nextBelow(places);
    while (taken.has(at)) at = random.nextBelow(places);
    taken.set(at, fault);
  };
  for (let place = 0; place < lutsOfBlock; place++) {
    const at = lutAt(block, place);
    if (at === null) continue;
    const { element, lut } = at;
    for (let pin = 0; pin < netlist.luts[lut]!.pins.length; pin++) {
      // A route passes two to four switches, and each of them can break it.
      const passed = 2 + random.nextBelow(3);
      for (let n = 0; n < passed; n++)
        put({ site: "pin", element, lut, pin, level: random.nextBelow(2) === 0 ? 0 : 1 });
    }
    for (const net of netsAt(lut)) {
      put({ site: "net", element, net, level: 0 });
      put({ site: "net", element, net, level: 1 });
    }
  }
  return taken;
}

/** The nets that begin in the place of this table: its output, and the registers packed with it. */
function netsAt(lut: number): readonly number[] {
  const output = netOfFirstLut + lut;
  const register = netlist.next.indexOf(output);
  const operands = lut < 8 ? [netOfA + lut, netOfB + lut] : [];
  return [output, ...(register < 0 ? [] : [netOfAccumulator + register]), ...operands];
}
