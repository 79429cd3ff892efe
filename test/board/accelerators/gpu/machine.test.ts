import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createGpuMachine } from "../../../../src/board/accelerators/gpu/gpu-machine.ts";
import { defaultGpuSizes } from "../../../../src/board/accelerators/gpu/image.ts";
import { randomStream } from "../../../../src/domain/random.ts";
import { dataAt, imageOf, machineOf, runOn, wordAt } from "./small-gpu.ts";
import type { At, Small } from "./small-gpu.ts";

const data = Array.from({ length: 64 }, (_, at) => 3 * at + 1);
const small: Small = {
  data,
  warps: 2,
  gridX: 2,
  out: 128,
  sharedWords: 64,
  text: `
    s2r r0, tid
    s2r r1, ctaid.x
    shl r2, r0, 2
    ldg r3, [r2 + c[8]]
    sts [r2], r3
    bar
    xor r4, r2, 128
    lds r5, [r4]
    imad r5, r5, 7, r1
    imad r6, r1, 256, r2
    stg [r6 + c[9]], r5
    exit`,
};
const whole = Array.from({ length: 128 }, (_, at) => 7 * data[(at % 64) ^ 32]! + Math.floor(at / 64));
const at = (cycle: number, target: string, word: number, mask: number): At => ({ cycle, target, word, mask });

describe("ECC", () => {
  const on = machineOf({ ...small, ecc: true });
  const off = machineOf(small);
  const register = wordAt(on, "registers", 0, 0, 3, 9);
  // Cycle 5 of warp 0 of SM 0: its instruction 2 has been issued, its load comes.
  const places: readonly (readonly [string, number, number])[] = [
    ["hbm", dataAt + 9, 0],
    ["hbm", dataAt + 40, 1],
    ["registers", wordAt(on, "registers", 0, 0, 0, 9), 2],
    ["shared", wordAt(on, "shared", 0, 50), 14],
    ["instructions", 2, 0],
  ];

  test("undisturbed it counts nothing and computes the same", () => {
    for (const machine of [on, off])
      expect(runOn(machine)).toMatchObject({ end: "ok", output: whole, corrected: 0, detectors: 0 });
  });

  test.each(places)(
    "one wrong bit of %s %i is corrected, two are detected and trap",
    (target, word, cycle) => {
      const single = runOn(on, [at(cycle, target, word, 0x10)]);
      expect(single).toMatchObject({ end: "ok", output: whole, detectors: 0 });
      expect(single.corrected).toBeGreaterThan(0);
      expect(runOn(on, [at(cycle, target, word, 0x11)])).toMatchObject({ end: "trap", detectors: 1 });
      expect(runOn(on, [at(cycle, `${target}-check`, word, 1)])).toMatchObject({ end: "ok", output: whole });
      const silent = runOn(off, [at(cycle, target, word, 0x10)]);
      expect(silent).toMatchObject({ corrected: 0, detectors: 0 });
      expect(silent.end !== "ok" || silent.output.some((value, place) => value !== whole[place])).toBe(true);
    },
  );

  test("a corrected word stands corrected; counters tell where", () => {
    on.eccSince();
    runOn(on, [at(0, "hbm", dataAt + 9, 0x10)]);
    expect(on.isPristine()).toBe(true);
    expect(on.eccSince()).toEqual([{ structure: "dram", corrected: 1, uncorrected: 0 }]);
    expect(on.eccSince()).toEqual([]);
    const { detectors } = runOn(on, [at(0, "l2-tag", wordAt(on, "l2-tag", 0, 0), 1)]);
    expect(detectors).toBe(1);
    expect(on.eccSince()).toEqual([{ structure: "l2", corrected: 0, uncorrected: 1 }]);
  });

  test("a register that is written before it is read is neither", () => {
    expect(runOn(on, [at(1, "registers", register, 0x11)])).toMatchObject({ end: "ok", corrected: 0 });
  });

  test("lanes that do not execute keep their wrong bits, and are found later", () => {
    const machine = machineOf({
      ecc: true,
      text: `s2r r0, lane\n setp.lt.s32 p0, r0, 8\n mov r4, 5\n nop\n @p0 mov r4, 6\n shl r1, r0, 2\n stg [r1 + c[9]], r4\n exit`,
    });
    const struck = (lane: number): At => at(4, "registers", wordAt(machine, "registers", 0, 0, 4, lane), 3);
    expect(runOn(machine, [struck(3)])).toMatchObject({ end: "ok", detectors: 0 });
    expect(runOn(machine, [struck(20)])).toMatchObject({ end: "trap", detectors: 1 });
  });

  test("a wrong bit of the output, read back by the host, counts too", () => {
    const late = runOn(off).cycles - 1;
    const inL2 = [...Array.from({ length: 256 * 32 }).keys()].find(
      (word) => runOn(off, [at(late, "l2", word, 1)]).output[0] !== whole[0] && word % 32 === 0,
    );
    expect(runOn(on, [at(late, "l2", inL2!, 1)])).toMatchObject({ end: "ok", output: whole, corrected: 1 });
    expect(runOn(on, [at(late, "l2", inL2!, 3)])).toMatchObject({ end: "trap", detectors: 1 });
  });

  test("a scrubber corrects the first upset before the second meets it", () => {
    const strikes = [at(2, "hbm", dataAt + 63, 1), at(30, "hbm", dataAt + 63, 2)];
    const late: Small = { ...small, ecc: true, text: `${"nop\n".repeat(40)} ${small.text}` };
    expect(runOn(machineOf(late), strikes).end).toBe("trap");
    expect(runOn(machineOf({ ...late, scrubPeriodCycles: 20 }), strikes)).toMatchObject({
      end: "ok",
      output: whole,
    });
  });
});

describe("control state, executed", () => {
  const machine = machineOf(small);
  const struck = (register: number, mask: number, cycle = 0): ReturnType<typeof runOn> =>
    runOn(machine, [at(cycle, "control", register, mask)], 2000);

  test("what hangs", () => {
    // A phase that is none; no SM enabled.
    expect(struck(0, 2, 3)).toMatchObject({ end: null, cycles: 2000 });
    expect(struck(12, 3, 0)).toMatchObject({ end: null, cycles: 2000 });
  });

  test("what crashes", () => {
    expect(struck(1, 0x40000000).end).toBe("trap");
    expect(struck(1, 1).end).toBe("trap");
    expect(struck(2, 64).end).toBe("trap");
    expect(struck(6, 0x40, 2).end).toBe("trap");
    expect(struck(13, 0x100).end).toBe("trap");
    expect(runOn(machine, [at(0, "hbm", 0, 1)]).end).toBe("trap");
  });

  test("a trap whose vector is corrupt resets the device, as does one whose handler is", () => {
    const crash = at(0, "control", 1, 1);
    expect(runOn(machine, [crash, at(0, "control", 11, 0x100)]).end).toBe("reset");
    expect(runOn(machine, [crash, at(0, "control", 11, 1)]).end).toBe("reset");
    expect(runOn(machine, [crash, at(0, "instructions", 2 * 12, 1)]).end).toBe("reset");
    // Without a trap nobody reads it.
    expect(runOn(machine, [at(0, "control", 11, 0x100)])).toMatchObject({ end: "ok", output: whole });
  });

  test("one SM less: the same output, later", () => {
    const { end, output, cycles } = struck(12, 1);
    expect({ end, output }).toEqual({ end: "ok", output: whole });
    expect(cycles).toBeGreaterThan(runOn(machine).cycles);
  });

  test("a block less, and one more", () => {
    // Block 0 is never dispatched, so the launch never counts two blocks.
    expect(struck(9, 1, 1).end).toBeNull();
    // Counted as done before anything is stored: the queue is through, and the output empty.
    expect(struck(10, 2, 3)).toMatchObject({ end: "ok", output: whole.map(() => 0) });
    // The queue ends where it begins.
    expect(struck(2, 32)).toMatchObject({ end: "ok", output: whole.map(() => 0) });
    // Three blocks: the third stores beyond memory.
    expect(struck(4, 1, 1).end).toBe("trap");
  });

  test("a constant is one SM's own", () => {
    const { output } = runOn(machine, [at(1, "constants", wordAt(machine, "constants", 1, 8), 4)]);
    expect(output.slice(0, 64)).toEqual(whole.slice(0, 64));
    expect(output.slice(64)).not.toEqual(whole.slice(64));
  });
});

describe("corruption of arithmetic", () => {
  const machine = machineOf(small);
  test("changes what the instruction of that cycle writes in that lane, once", () => {
    // Cycle 3 issues the second instruction of warp 0 on SM 0 … the shift of warp 0 comes in cycle 5.
    const { output } = runOn(machine, [at(5, "alu-output", 9, 4)]);
    const wrong = output.flatMap((value, place) => (value === whole[place] ? [] : [place]));
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong.every((place) => place < 64)).toBe(true);
  });

  test("of an instruction that writes no register it is nothing", () => {
    const idle = machineOf({ text: "nop\n nop\n nop\n exit" });
    expect(runOn(idle, [at(2, "alu-output", 9, 4)]).output).toEqual(runOn(idle).output);
  });

  test("held, it is in every result until all is restored", () => {
    const held: At = { ...at(0, "alu-output", 40, 1), manner: "hold", value: 1 };
    expect(runOn(machine, [held]).output).not.toEqual(whole);
    expect(machine.isPristine()).toBe(false);
    machine.restore("full");
    expect(machine.isPristine()).toBe(true);
    expect(runOn(machine).output).toEqual(whole);
  });
});

describe("stuck bits", () => {
  test("of memories and of latches stay through writes and restores until they are taken away", () => {
    const machine = machineOf(small);
    for (const [target, word, mask] of [
      ["hbm", dataAt + 5, 0x80],
      ["registers", wordAt(machine, "registers", 0, 0, 5, 5), 0x80],
      ["constants", wordAt(machine, "constants", 0, 9), 0x80],
    ] as const) {
      machine.hold([{ target, word, mask, value: mask }]);
      const first = runOn(machine);
      expect(first.output, target).not.toEqual(whole);
      expect(runOn(machine)).toEqual(first);
      expect(machine.isPristine()).toBe(false);
      machine.hold([]);
      expect(runOn(machine).output).toEqual(whole);
      machine.restore("full");
      expect(machine.isPristine()).toBe(true);
    }
  });
});

describe("state between iterations", () => {
  const machine = machineOf(small);
  test("inputs that are struck stay so until inputs are restored; restoring weights leaves them", () => {
    const digest = machine.stateDigest();
    machine.restore("full");
    machine.begin(0);
    machine.strike("hbm", dataAt + 5, 1, "flip", 0);
    machine.advance(1e4);
    const wrong = machine.output();
    expect(machine.isPristine()).toBe(false);
    expect(machine.stateDigest()).not.toBe(digest);
    machine.restore("weights");
    machine.begin(0);
    machine.advance(1e4);
    expect(machine.output()).toEqual(wrong);
    machine.restore("inputs");
    expect(machine.isPristine()).toBe(true);
    expect(machine.stateDigest()).toBe(digest);
  });

  test("registers, caches, launch state and scratch are cleared", () => {
    machine.restore("full");
    machine.begin(0);
    machine.advance(7);
    machine.begin(0);
    machine.advance(1e4);
    expect(Array.from(machine.output())).toEqual(whole);
    expect(machine.isPristine()).toBe(true);
  });
});

test("in slices of any size it does what it does in one go", () => {
  const machine = machineOf(small);
  const random = randomStream(3, "slices");
  for (const target of ["registers", "scheduler", "l1", "control", "tensor-control"]) {
    const space = machine.spaces.find(({ name }) => name === target)!;
    const strikes = [12, 25].map((cycle) =>
      at(cycle, target, random.nextBelow(space.words), 1 + random.nextBelow(7)),
    );
    const once = runOn(machine, strikes, 400);
    machine.restore("full");
    machine.begin(0);
    let end: string | null = null;
    while (end === null && machine.cycle < 400) {
      for (const strike of strikes)
        if (strike.cycle === machine.cycle) machine.strike(target, strike.word, strike.mask, "flip", 0);
      const next = Math.min(...strikes.map(({ cycle }) => (cycle > machine.cycle ? cycle : 400)));
      end = machine.advance(Math.min(next, machine.cycle + 1 + random.nextBelow(5)));
    }
    expect({ end, cycles: machine.cycle, output: Array.from(machine.output()) }).toEqual({
      end: once.end,
      cycles: once.cycles,
      output: once.output,
    });
  }
});

test("an instruction memory of random words never throws and never runs beyond its budget; the same words do the same", () => {
  const image = imageOf(small);
  const legal = [...image.instructions];
  const ends = new Set<string | null>();
  fc.assert(
    fc.property(
      fc.array(fc.nat(0xffffffff), { minLength: 26, maxLength: 26 }),
      fc.boolean(),
      fc.nat(25),
      (words, ecc, at) => {
        // Every other time one word alone is random: so the program gets further.
        const mixed = words.map((word, place) => (ecc && place !== at ? legal[place]! : word));
        const runs = [0, 1].map(() => {
          const machine = createGpuMachine(
            { ...image, instructions: Uint32Array.from(mixed) },
            { sizes: defaultGpuSizes, ecc },
          );
          machine.begin(0);
          const end = machine.advance(300);
          ends.add(end);
          return { end, cycle: machine.cycle, output: Array.from(machine.output()) };
        });
        expect(runs[0]!.cycle).toBeLessThanOrEqual(300);
        expect(runs[0]).toEqual(runs[1]);
      },
    ),
    { seed: 4, numRuns: 150 },
  );
  expect([...ends].length).toBeGreaterThan(2);
});
