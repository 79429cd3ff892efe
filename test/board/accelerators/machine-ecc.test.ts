import { describe, expect, test } from "vitest";
import { createGpuMachine } from "../../../src/board/accelerators/gpu/gpu-machine.ts";
import { defaultGpuSizes } from "../../../src/board/accelerators/gpu/image.ts";
import { lower } from "../../../src/board/accelerators/gpu/lower.ts";
import { defaultGpuTiling } from "../../../src/board/accelerators/gpu/tiling.ts";
import { loadOnMachine } from "../../../src/board/accelerators/machine.ts";
import type { LoadedWorkload, PlacedStrike } from "../../../src/board/accelerators/accelerator.ts";
import { lowerProgram } from "../../../src/board/accelerators/tpu/lower-program.ts";
import { createTpuMachine } from "../../../src/board/accelerators/tpu/tpu-machine.ts";
import { newInfoRom } from "../../../src/board/info-rom.ts";
import type { InfoRom } from "../../../src/board/info-rom.ts";
import { reductionI32 } from "../../../src/board/workloads/collectives.ts";
import { randomStream } from "../../../src/domain/random.ts";

interface Options {
  readonly ecc: boolean;
  readonly infoRom?: InfoRom;
  readonly scrubPeriodCycles?: number;
}

const program = reductionI32.build(7);

function tpu({ ecc, ...options }: Options): LoadedWorkload {
  const shape = { rows: 8, columns: 8, ecc };
  return loadOnMachine(createTpuMachine(shape, lowerProgram(program, shape), options));
}

function gpu({ ecc, ...options }: Options): LoadedWorkload {
  const { image } = lower(program, defaultGpuSizes, defaultGpuTiling);
  return loadOnMachine(createGpuMachine(image, { sizes: defaultGpuSizes, ecc, ...options }));
}

/** What docs/tpu.md and docs/gpu.md say is protected. */
const boards = [
  {
    name: "TPU-like",
    make: tpu,
    secDed: ["hbm", "unified-buffer", "accumulators"],
    parity: ["weight-fifo", "instructions"],
  },
  {
    name: "GPU-like",
    make: gpu,
    secDed: ["hbm", "l2", "l1", "shared", "registers", "instructions"],
    parity: ["l2-tag", "l1-tag"],
  },
];

interface Ran {
  readonly end: string;
  readonly detectors: number;
  readonly corrected: number;
  readonly golden: boolean;
}

/** One iteration with these strikes, all state restored after it. */
function runWith(loaded: LoadedWorkload, golden: Uint32Array, strikes: readonly PlacedStrike[]): Ran {
  const execution = loaded.start(0, strikes);
  const end = execution.advance(Infinity) ?? "runs";
  const { detectors, corrected, output } = execution;
  const same = output.every((word, i) => word === golden[i]);
  loaded.restore("full");
  return { end, detectors, corrected, golden: same };
}

/** Strikes at one cycle on different bits of one word, data and check bits alike. */
function draw(
  loaded: LoadedWorkload,
  name: string,
  bits: number,
  cycles: number,
  seed: number,
): PlacedStrike[] {
  const random = randomStream(seed, name, bits);
  const data = loaded.targets.find((target) => target.name === name)!;
  const check = loaded.targets.find((target) => target.name === `${name}-check`)!;
  const word = random.nextBelow(data.words);
  const cycle = random.nextBelow(cycles);
  const chosen = new Set<number>();
  while (chosen.size < bits) chosen.add(random.nextBelow(data.bits + check.bits));
  return [...chosen].map((bit) => {
    const ofCheck = bit >= data.bits;
    const mask = 2 ** (ofCheck ? bit - data.bits : bit);
    return { id: 1, target: ofCheck ? check.name : name, word, mask, cycle };
  });
}

const strikesEach = 12;

describe.each(boards)("the $name accelerator with ECC", ({ make, secDed, parity }) => {
  const loaded = make({ ecc: true });
  const first = loaded.start(0, []);
  expect(first.advance(Infinity)).toBe("ok");
  const golden = first.output.slice();
  const { cycles } = first;
  loaded.restore("full");

  test("corrects every single error of a SEC-DED memory: the output is golden, and no detector fires", () => {
    let corrected = 0;
    for (const name of secDed)
      for (let seed = 0; seed < strikesEach; seed++) {
        const ran = runWith(loaded, golden, draw(loaded, name, 1, cycles, seed));
        expect(ran).toMatchObject({ end: "ok", detectors: 0, golden: true });
        corrected += ran.corrected;
      }
    expect(corrected).toBeGreaterThan(0);
    const told = loaded.eccSince!();
    expect(told.reduce((sum, count) => sum + count.corrected, 0)).toBe(corrected);
    expect(told.some(({ structure }) => structure === "dram")).toBe(true);
  });

  test("detects every double error that is read, and every single one of a parity memory: nothing is silent", () => {
    let trapped = 0;
    const errors = [...secDed.map((name) => [name, 2] as const), ...parity.map((name) => [name, 1] as const)];
    for (const [name, bits] of errors)
      for (let seed = 0; seed < strikesEach; seed++) {
        const {
          end,
          detectors,
          golden: same,
        } = runWith(loaded, golden, draw(loaded, name, bits, cycles, seed));
        if (detectors === 0) expect([name, seed, end, same]).toEqual([name, seed, "ok", true]);
        else expect(detectors).toBe(1);
        if (end === "trap") trapped++;
      }
    expect(trapped).toBeGreaterThan(0);
    const told = loaded.eccSince!();
    expect(told.reduce((sum, count) => sum + count.uncorrected, 0)).toBeGreaterThanOrEqual(trapped);
  });

  test("without ECC the same single errors of device memory are silent", () => {
    const bare = make({ ecc: false });
    const again = bare.start(0, []);
    again.advance(Infinity);
    bare.restore("full");
    let wrong = 0;
    for (let seed = 0; seed < 3 * strikesEach; seed++) {
      const { id, word, cycle } = draw(loaded, "hbm", 1, 1, seed)[0]!;
      const ran = runWith(bare, golden, [{ id, target: "hbm", word, mask: 1 << (seed % 20), cycle }]);
      expect(ran.detectors).toBe(0);
      if (!ran.golden) wrong++;
    }
    expect(wrong).toBeGreaterThan(0);
  });

  test("a stuck bit of device memory retires its page, and is no error after the next boot", () => {
    const infoRom = newInfoRom();
    // A word that is read more than once, or in two iterations: the first strike that is corrected shows one.
    const word = Array.from(
      { length: strikesEach },
      (_, seed) => draw(loaded, "hbm", 1, 1, seed)[0]!.word,
    ).find(
      (candidate) =>
        runWith(loaded, golden, [{ id: 1, target: "hbm", word: candidate, mask: 1, cycle: 0 }]).corrected > 0,
    )!;
    const corrected = (): number => {
      const board = make({ ecc: true, infoRom });
      let sum = 0;
      for (const value of [0, 1])
        for (let iteration = 0; iteration < 2; iteration++) {
          board.hold!([{ target: "hbm", word, mask: 1, value }]);
          const ran = runWith(board, golden, []);
          expect(ran).toMatchObject({ end: "ok", detectors: 0, golden: true });
          sum += ran.corrected;
        }
      return sum;
    };
    expect(corrected()).toBeGreaterThanOrEqual(2);
    expect(infoRom.retired).toMatchObject([{ memory: "hbm", cause: "multiple-single-bit" }]);
    expect(corrected()).toBe(0);
  });

  test("a search for self-checks is no use of the part: nothing is counted, no page retired", () => {
    const infoRom = newInfoRom();
    const board = make({ ecc: true, infoRom });
    const { selfCheck } = board.targets.find(({ name }) => name === "hbm")!;
    expect(infoRom).toEqual(newInfoRom());
    expect(board.eccSince!()).toEqual([]);
    // The very strike does count where it is made.
    const { word, mask, cycle } = selfCheck;
    const ran = runWith(board, golden, [{ id: 1, target: "hbm", word, mask, cycle }]);
    expect(ran).toMatchObject({ end: "trap", detectors: 1 });
    expect(infoRom.retired).toMatchObject([{ memory: "hbm", cause: "double-bit" }]);
    expect(board.eccSince!()).toEqual([{ structure: "dram", corrected: 0, uncorrected: 1 }]);
  });

  test("with a scrubber two upsets of one word are corrected one after the other; without one they are uncorrectable", () => {
    const twice = (board: LoadedWorkload, word: number): Ran =>
      runWith(board, golden, [
        { id: 1, target: "hbm", word, mask: 1, cycle: 0 },
        { id: 2, target: "hbm", word, mask: 2, cycle: 4 },
      ]);
    const candidates = Array.from(
      { length: strikesEach },
      (_, seed) => draw(loaded, "hbm", 1, 1, seed)[0]!.word,
    );
    const word = candidates.find((candidate) => twice(loaded, candidate).detectors !== 0)!;
    const ran = twice(make({ ecc: true, scrubPeriodCycles: 2 }), word);
    expect(ran).toEqual({ end: "ok", detectors: 0, corrected: 2, golden: true });
  });
});
