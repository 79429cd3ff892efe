import type { Accelerator } from "../../src/board/accelerators/accelerator.ts";
import { loadOnMachine } from "../../src/board/accelerators/machine.ts";
import type { Machine } from "../../src/board/accelerators/machine.ts";
import type { Cells, Protection } from "../../src/board/cells.ts";
import { createCells } from "../../src/board/create-cells.ts";
import { digestOf } from "../../src/board/digest.ts";
import { errorCounters } from "../../src/board/error-counters.ts";
import { newInfoRom } from "../../src/board/info-rom.ts";
import type { InfoRom } from "../../src/board/info-rom.ts";
import { pageRetirement } from "../../src/board/page-retirement.ts";
import { createScrubber } from "../../src/board/scrubber.ts";

/**
 * The smallest machine with protected memories: it adds up a device memory, each word times a factor from an on-chip one, a word a cycle.
 *
 *   hbm (SEC-DED) ─┐
 *   sram (parity) ─┴→ out[cycle mod 4] += hbm[cycle] × sram[cycle mod 8]     (out: unprotected)
 */
export function eccAccelerator(
  options: { readonly infoRom?: InfoRom; readonly scrubCycles?: number; readonly ecc?: boolean } = {},
): Accelerator {
  return {
    name: "adder",
    workloads: ["add-i32"],
    load: (workload, seed) => (workload === "add-i32" ? loadOnMachine(adder(seed, options)) : null),
  };
}

const words = 64;

function adder(seed: number, options: Parameters<typeof eccAccelerator>[0] & {}): Machine {
  const infoRom = options.infoRom ?? newInfoRom();
  const pages = pageRetirement({ memory: "hbm", pageWords: 16, infoRom });
  const counters = errorCounters({
    locations: { hbm: "dram", sram: "sram" },
    infoRom,
    note: (memory, word, error) => {
      if (memory === "hbm") pages.note(word, error);
    },
  });
  const guarded = (protection: Protection): Protection => (options.ecc === false ? "none" : protection);
  const memory = (name: string, size: number, protection: Protection): Cells =>
    createCells({ name, words: size, bits: 32, protection, errors: counters.errors });
  const hbm = memory("hbm", words, guarded("sec-ded"));
  const sram = memory("sram", 8, guarded("parity"));
  const out = memory("out", 4, "none");
  const all = [hbm, sram, out];
  const pristine = all.map((cells) =>
    Uint32Array.from({ length: cells.words }, (_, i) => (cells === out ? 0 : seed + 17 * i + cells.words)),
  );
  const restore = (): void => all.forEach((cells, i) => cells.restore(pristine[i]!));
  const isPristine = (): boolean => all.every((cells, i) => cells.isPristine(pristine[i]!));
  restore();
  pages.takeEffect();
  const scrubber = createScrubber([hbm], options.scrubCycles ?? 0);
  let cycle = 0;
  const space = (cells: Cells): Machine["spaces"][number] => ({
    name: cells.name,
    words: cells.words,
    bits: cells.bits,
    axes: [{ name: "word", size: cells.words }],
    selfCheck: { mask: cells.protection === "none" ? 0x40000000 : cells.protection === "parity" ? 1 : 3 },
  });
  const checks = all.filter(({ checkBits }) => checkBits > 0);
  return {
    spaces: [
      ...all.map(space),
      ...checks.map((cells) => ({
        ...space(cells),
        name: `${cells.name}-check`,
        bits: cells.checkBits,
      })),
    ],
    scrubs: (options.scrubCycles ?? 0) > 0,
    inputs: 1,
    outputs: 4,
    format: "i32",
    ranks: false,
    begin: () => {
      counters.begin();
      scrubber.begin(cycle);
      cycle = 0;
      out.raw.fill(0);
      out.wrote(0, 4);
    },
    get cycle() {
      return cycle;
    },
    advance: (untilCycle) => {
      while (cycle < words) {
        scrubber.reach(cycle);
        if (cycle >= untilCycle) return null;
        hbm.reads(cycle);
        sram.reads(cycle % 8);
        if (counters.detectors !== 0) return "trap";
        const sum = out.raw[cycle % 4]! + Math.imul(hbm.raw[cycle]!, sram.raw[cycle % 8]!);
        out.raw[cycle % 4] = sum;
        out.wrote(cycle % 4);
        cycle++;
      }
      return "ok";
    },
    strike: (target, word, mask, manner, value) => {
      const ofCheck = target.endsWith("-check");
      const cells = all.find(({ name }) => name === target.replace(/-check$/, ""));
      if (cells === undefined) return null;
      return ofCheck ? cells.strikeCheck(word, mask, manner, value) : cells.strike(word, mask, manner, value);
    },
    hold: (bits) => {
      for (const cells of all) cells.hold(pages.inUse(bits));
    },
    output: () => out.raw.slice(),
    get detectors() {
      return counters.detectors;
    },
    get corrected() {
      return counters.corrected;
    },
    eccSince: () => counters.eccSince(),
    restore: (what) => {
      if (what === "full") restore();
    },
    pass: (cycles) => scrubber.pass(cycles),
    rehearse: (deed) => {
      const left = scrubber.due - cycle;
      const done = counters.rehearse(deed);
      scrubber.resume(left + cycle);
      return done;
    },
    isPristine,
    stateDigest: () =>
      isPristine()
        ? "0000000000000000"
        : digestOf(Uint32Array.from(all.flatMap((cells) => [...cells.stored()]))),
  };
}
