import { describe, expect, test } from "vitest";
import { randomStream } from "../../../../src/domain/random.ts";
import { defaultGpuSizes } from "../../../../src/board/accelerators/gpu/image.ts";
import { oracle } from "./oracle.ts";
import { Unknown } from "./oracle-state.ts";
import { imageOf, machineOf, runOn } from "./small-gpu.ts";
import type { At, Small } from "./small-gpu.ts";

/** Some of everything: memory, caches too small for it, shared memory, a barrier, lanes that part, a shuffle, matrices, two launches. */
const random = randomStream(7, "agreement");
const small: Small = {
  data: Array.from({ length: 192 }, () => random.nextBelow(2 ** 32)),
  out: 192,
  warps: 2,
  gridX: 2,
  launches: 2,
  sharedWords: 64,
  sizes: { warps: 4, registers: 20, sharedWords: 128, l1Lines: 8, l2Lines: 8 },
  text: `
    s2r r0, tid
    s2r r1, ctaid.x
    shl r2, r0, 2
    imad r3, r1, 256, r2
    ldg r4, [r3 + c[8]]
    sts [r2], r4
    bar
    xor r5, r2, 124
    lds r6, [r5]
    xor r7, r2, 128
    lds r8, [r7]
    iadd r6, r6, r8
    and r9, r0, 1
    ssy join
  loop:
    imad r6, r6, 3, r9
    iadd r9, r9, -1
    setp.ge.s32 p0, r9, 0
    @p0 bra loop
    sync
  join:
    shfl.bfly r10, r6, 5
    cvt.f32.s32 r11, r10
    ffma r11, r11, 0, r11
    mma.s8 r12, r4, r8, rz
    setp.lt.s32 p1, r0, 40
    @p1 xor r12, r12, r11
    iadd r16, r12, r13
    prmt r16, r16, 0x6420, r14
    iadd r16, r16, r15
    iadd r17, r3, c[9]
    stg [r17], r16
    stg.b8 [r17 + 1], r11
    ldg r18, [r17]
    ballot r19, p1
    sel r18, r18, r19, !p0
    xor r18, r18, r19
    stg [r17], r18
    exit`,
};
const image = imageOf(small);
const sizes = { ...defaultGpuSizes, ...small.sizes };
const machine = machineOf(small);
const golden = runOn(machine);

/** Whether both agree; null: the oracle does not know an instruction that came of it. */
function agrees(strikes: readonly At[], budget: number): { got: unknown; want: unknown } | null {
  try {
    const want = oracle(image, sizes, strikes, budget);
    const { end, cycles, output } = runOn(machine, strikes, budget);
    // After a trap nobody reads the output.
    const whole = end === "ok";
    return {
      got: { end, cycles, ...(whole ? { output } : {}) },
      want: { end: want.end, cycles: want.cycles, ...(whole ? { output: want.output } : {}) },
    };
  } catch (error) {
    if (error instanceof Unknown) return null;
    throw error;
  }
}

test("the undisturbed iteration", () => {
  expect(golden.end).toBe("ok");
  const both = agrees([], 10_000)!;
  expect(both.got).toEqual(both.want);
  expect(new Set(golden.output).size).toBeGreaterThan(100);
});

describe("strikes at every cycle, on every kind of state in turn", () => {
  const { spaces } = machine;
  const ends = new Map<string, number>();
  let unknown = 0;
  let changed = 0;
  let made = 0;
  test.each(spaces.map(({ name }, at) => [name, at] as const))("%s", (target, at) => {
    const { words, bits } = spaces[at]!;
    const draw = randomStream(11, target);
    for (let cycle = 0; cycle < golden.cycles; cycle++) {
      // One kind of state a cycle, another at the next.
      if (cycle % spaces.length !== at) continue;
      const double = draw.nextBelow(4) === 0;
      const mask = double ? 3 * 2 ** draw.nextBelow(bits - 1) : 2 ** draw.nextBelow(bits);
      const manner = (["flip", "flip", "put"] as const)[draw.nextBelow(3)]!;
      const strike = {
        cycle,
        target,
        word: draw.nextBelow(words),
        mask,
        manner,
        value: draw.nextBelow(2 ** bits),
      };
      const both = agrees([strike], 2 * golden.cycles);
      made++;
      if (both === null) {
        unknown++;
        continue;
      }
      expect(both.got, JSON.stringify(strike)).toEqual(both.want);
      const { end, output } = both.got as { end: string | null; output?: unknown };
      ends.set(end ?? "hang", (ends.get(end ?? "hang") ?? 0) + 1);
      if (end === "ok" && JSON.stringify(output) !== JSON.stringify(golden.output)) changed++;
    }
  });

  test("they were enough of each kind to mean something", () => {
    expect(made).toBe(golden.cycles);
    expect(unknown).toBeLessThan(made / 40);
    expect(changed).toBeGreaterThan(made / 40);
    expect(ends.get("trap")).toBeGreaterThan(made / 40);
    expect(ends.get("hang")).toBeGreaterThan(2);
  });
});
