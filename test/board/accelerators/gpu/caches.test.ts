import { describe, expect, test } from "vitest";
import { dataAt, machineOf, outAt, runOn, wordAt } from "./small-gpu.ts";
import type { At, Small } from "./small-gpu.ts";

/**
 * One lane's program over memory, with an L2 of two sets (even and odd lines) and four ways, and an L1 of one set. Line 0 is the launch, lines 4 … the data:
 * so even lines of data share set 0 with the launch.
 */
const sizes = { sms: 1, warps: 1, l1Lines: 4, l2Lines: 8 };
const lineBytes = 128;
const data = Array.from({ length: 32 * 16 }, (_, at) => 1000 + at);
const kernel = (body: string): Small => ({
  data,
  sizes,
  text: `
    s2r r0, lane
    setp.eq.s32 p0, r0, 0
    mov r1, c[8]
    mov r2, c[9]
    ${body}
    exit`,
});
/** Cycle in which the instruction of this number of the body is issued. */
const issued = (body: number): number => 1 + 4 + body;
const load = (register: number, line: number): string => `@p0 ldg r${register}, [r1 + ${line * lineBytes}]`;
const flip = (cycle: number, target: string, word: number, mask: number): At => ({
  cycle,
  target,
  word,
  mask,
});

describe("a line that is read", () => {
  const small = kernel(`
    ${load(3, 0)}
    ${load(4, 0)}
    @p0 stg [r2], r3
    @p0 stg [r2 + 4], r4`);
  const machine = machineOf(small);
  // Line 4 of memory: set 0; way 1 of it, after the launch. In L1 it is the first.
  const inL2 = wordAt(machine, "l2", 0, 1, 0);
  const inL1 = wordAt(machine, "l1", 0, 0, 0, 0);

  test("is filled from L2 into L1, and read there from then on", () => {
    expect(runOn(machine).output.slice(0, 2)).toEqual([1000, 1000]);
    expect(runOn(machine, [flip(issued(1), "l1", inL1, 1)]).output.slice(0, 2)).toEqual([1000, 1001]);
    expect(runOn(machine, [flip(issued(1), "l2", inL2, 1)]).output.slice(0, 2)).toEqual([1000, 1000]);
    // Before the fill it is written over.
    expect(runOn(machine, [flip(issued(0), "l1", inL1, 1)]).output.slice(0, 2)).toEqual([1000, 1000]);
    expect(runOn(machine, [flip(issued(0), "hbm", dataAt, 1)]).output.slice(0, 2)).toEqual([1001, 1001]);
  });

  test("past L1 when the cache mode says so", () => {
    const off = flip(1, "control", 14, 1);
    expect(runOn(machine, [off, flip(issued(1), "l1", inL1, 1)]).output.slice(0, 2)).toEqual([1000, 1000]);
    expect(runOn(machine, [off, flip(issued(1), "l2", inL2, 1)]).output.slice(0, 2)).toEqual([1000, 1001]);
  });

  test("when its tag is struck it is missed and fetched again: the struck copy is never seen", () => {
    const strikes = [
      flip(issued(1), "l1", inL1, 1),
      flip(issued(1), "l1-tag", wordAt(machine, "l1-tag", 0, 0, 0), 1 << 16),
    ];
    expect(runOn(machine, strikes).output.slice(0, 2)).toEqual([1000, 1000]);
  });
});

test("a struck tag answers for a line that it does not hold", () => {
  const small = kernel(`${load(3, 0)}\n ${load(4, 1)}\n @p0 stg [r2], r4`);
  const machine = machineOf(small);
  // Line 4 is tag 4 of the only set of L1; bit 0 makes it line 5.
  const strike = flip(issued(1), "l1-tag", wordAt(machine, "l1-tag", 0, 0, 0), 1);
  expect(runOn(machine).output[0]).toBe(1032);
  expect(runOn(machine, [strike]).output[0]).toBe(1000);
});

describe("a line that is written", () => {
  /** Output line in L2; then enough lines of its set to replace it (or not), and a last load of it. */
  const store = (...lines: readonly number[]): Small =>
    kernel(`
      mov r5, 77
      @p0 stg [r2], r5
      ${lines.map((line) => load(6, line)).join("\n")}
      nop`);
  const line = outAt(kernel("")) / 32;
  const set = line % 2;
  const sameSet = [0, 1, 2, 3, 4].map((index) => 2 * index + set);

  test("stays in L2 until it is replaced, and is then in memory", () => {
    const machine = machineOf(store(...sameSet));
    const way = set === 0 ? 1 : 0;
    const inL2 = wordAt(machine, "l2", set, way, 0);
    const at = outAt(kernel(""));
    // Dirty, struck: what memory gets.
    expect(runOn(machine, [flip(issued(2), "l2", inL2, 2)]).output[0]).toBe(77 ^ 2);
    // Replaced by the fifth line of its set: what is struck in L2 now is another's, and clean.
    const gone = issued(2 + sameSet.length);
    expect(runOn(machine, [flip(gone, "l2", inL2, 2)]).output[0]).toBe(77);
    expect(runOn(machine, [flip(gone, "hbm", at, 2)]).output[0]).toBe(77 ^ 2);
  });

  test("not replaced, it is written back at the end, over what struck memory", () => {
    const machine = machineOf(store());
    expect(runOn(machine, [flip(issued(2), "hbm", outAt(kernel("")), 2)]).output[0]).toBe(77);
  });

  test("whose dirty bit is struck away is lost", () => {
    const machine = machineOf(store());
    const tag = wordAt(machine, "l2-tag", set, set === 0 ? 1 : 0);
    expect(runOn(machine, [flip(issued(2), "l2-tag", tag, 1 << 17)])).toMatchObject({
      end: "ok",
      output: { 0: 0 },
    });
  });

  test("whose tag is struck is written elsewhere, and beyond memory it traps", () => {
    const machine = machineOf(store());
    const tag = wordAt(machine, "l2-tag", set, set === 0 ? 1 : 0);
    // Tag 10 becomes 8, four lines lower: one of the data.
    const { end, output } = runOn(machine, [flip(issued(2), "l2-tag", tag, 2)]);
    expect([end, output[0]]).toEqual(["ok", 0]);
    expect(machine.isPristine()).toBe(false);
    expect(runOn(machine, [flip(issued(2), "l2-tag", tag, 1 << 15)]).end).toBe("trap");
  });

  test("goes through L1 where the line is there", () => {
    const machine = machineOf(
      kernel(`@p0 ldg r3, [r2]\n mov r5, 77\n @p0 stg [r2], r5\n @p0 ldg r4, [r2]\n @p0 stg [r2 + 4], r4`),
    );
    expect(runOn(machine).output.slice(0, 2)).toEqual([77, 77]);
    const inL1 = wordAt(machine, "l1", 0, 0, 0, 0);
    expect(runOn(machine, [flip(issued(3), "l1", inL1, 4)]).output.slice(0, 2)).toEqual([77, 77 ^ 4]);
  });

  test("a struck clean line is gone when it is replaced, and memory is as it was", () => {
    const machine = machineOf(
      kernel(
        `${[0, 2, 4, 6, 8].map((index) => load(6, index)).join("\n")}\n ${load(7, 0)}\n @p0 stg [r2], r7`,
      ),
    );
    const struck = [
      flip(issued(1), "l2", wordAt(machine, "l2", 0, 1, 0), 1),
      flip(issued(1), "l1", wordAt(machine, "l1", 0, 0, 0, 0), 1),
    ];
    expect(runOn(machine, struck).output[0]).toBe(1000);
    expect(machine.isPristine()).toBe(true);
  });
});

describe("addresses", () => {
  const access = (text: string, parameters: readonly number[] = []): ReturnType<typeof runOn> =>
    runOn(machineOf({ ...kernel(text), parameters, sharedWords: 32 }));
  test.each([
    ["ldg r3, [r1 + 2]", "trap"],
    ["ldg.u16 r3, [r1 + 1]", "trap"],
    ["ldg.u8 r3, [r1 + 3]", "ok"],
    ["stg.b16 [r2 + 3], r3", "trap"],
    ["ldg r3, [rz - 4]", "trap"],
    [`ldg r3, [rz + ${(outAt(kernel("")) + 32) * 4}]`, "trap"],
    [`ldg r3, [rz + ${(outAt(kernel("")) + 31) * 4}]`, "ok"],
    ["lds r3, [rz + 124]", "ok"],
    ["lds r3, [rz + 128]", "trap"],
    ["sts [rz + 126], r3", "trap"],
  ])("%s: %s", (text, end) => {
    expect(access(text).end).toBe(end);
  });

  test("a lane that does not execute accesses nothing", () => {
    expect(access("@!pt ldg r3, [rz - 4]").end).toBe("ok");
  });

  test("memory words struck low lets nothing beyond pass; shared words too", () => {
    const machine = machineOf(kernel("nop\n @p0 ldg r3, [r1]\n nop"));
    expect(
      runOn(machine, [{ ...flip(issued(0), "control", 13, 0xffff), manner: "put", value: dataAt }]).end,
    ).toBe("trap");
  });
});
