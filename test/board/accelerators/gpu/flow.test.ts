import { describe, expect, test } from "vitest";
import { machineOf, run, runOn, wordAt } from "./small-gpu.ts";

const own = Array.from({ length: 32 }, (_, lane) => lane);
/** Stores r4 of each thread at its place. */
const tail = "s2r r30, tid\n shl r30, r30, 2\n stg [r30 + c[9]], r4\n exit";

describe("lanes that part", () => {
  test("each goes its way, and they meet again: what follows is issued once", () => {
    const text = `
      s2r r0, lane
      setp.lt.s32 p0, r0, 10
      ssy join
      @p0 bra then
      mov r4, 100
      sync
    then:
      mov r4, 200
      sync
    join:
      iadd r4, r4, r0
      ${tail}`;
    const { output, cycles } = run({ text });
    expect(output).toEqual(own.map((lane) => (lane < 10 ? 200 : 100) + lane));
    // Launch; 4 + 2 + 2 + 1 + 4 instructions, both ways in turn; end of the launch and of the queue.
    expect(cycles).toBe(1 + 13 + 2);
  });

  test("loops as long as any lane wants, an inner branch within, exits on the way", () => {
    const { output } = run({
      text: `
        s2r r0, lane
        mov r4, rz
        and r1, r0, 3
        ssy out
      loop:
        setp.eq.s32 p1, r1, 2
        ssy joined
        @p1 bra two
        iadd r4, r4, 1
        sync
      two:
        iadd r4, r4, 10
        sync
      joined:
        iadd r1, r1, -1
        setp.ge.s32 p0, r1, 0
        @p0 bra loop
        sync
      out:
        setp.eq.s32 p2, r0, 31
        @p2 exit
        ${tail}`,
    });
    // Counts 0, 1, 2, 3 go round 1, 2, 3, 4 times; the pass with count 2 adds ten.
    expect(output).toEqual(own.map((lane) => (lane === 31 ? 0 : [1, 2, 12, 13][lane % 4]!)));
  });

  test("an entry whose lanes have all exited is passed over", () => {
    const { end, output } = run({
      text: `
        s2r r0, lane
        setp.lt.s32 p0, r0, 16
        ssy join
        @p0 bra away
        mov r4, 5
        sync
      away:
        exit
      join:
        ${tail}`,
    });
    expect(end).toBe("ok");
    expect(output).toEqual(own.map((lane) => (lane < 16 ? 0 : 5)));
  });

  test.each([
    ["a sync too many", "sync\n exit"],
    ["nine entries", `${"ssy x\n".repeat(9)} x:\n exit`],
    ["a branch beyond the code", "bra far\n far:"],
  ])("%s traps", (what, text) => {
    const { end } = what.includes("beyond")
      ? runOn(machineOf({ text: "nop\n exit" }), [
          { cycle: 2, target: "scheduler", word: 0, mask: 0x8000, manner: "put", value: 0x8000 },
        ])
      : run({ text });
    expect(end).toBe("trap");
  });
});

describe("the barrier", () => {
  /** Each warp writes its part of shared memory and reads that of the next. */
  const text = `
    s2r r0, tid
    shl r1, r0, 2
    s2r r2, warp
    setp.eq.s32 p0, r2, 0
    @!p0 bra write
    mov r3, 20
  wait:
    iadd r3, r3, -1
    setp.gt.s32 p1, r3, 0
    @p1 bra wait
  write:
    sts [r1], r0
    bar
    iadd r5, r1, 128
    and r5, r5, 511
    lds r4, [r5]
    ${tail}`;
  const small = { text, warps: 4, sharedWords: 128, out: 128 };
  const machine = machineOf(small);
  const whole = Array.from({ length: 128 }, (_, thread) => (thread + 32) % 128);

  test("no warp goes on before all have come", () => {
    expect(runOn(machine).output).toEqual(whole);
  });

  test("a struck count lets them go early, and the slow warp's part is read before it is written", () => {
    const { end, output } = runOn(machine, [
      {
        cycle: 40,
        target: "barrier",
        word: wordAt(machine, "barrier", 0, 0),
        mask: 0x0700,
        manner: "put",
        value: 0x0300,
      },
    ]);
    // Expected is 3: the three fast ones have come, but only the next arrival looks. It is the slow one, and then 4 is not 3.
    expect(end).toBeNull();
    const early = runOn(machine, [
      {
        cycle: 12,
        target: "barrier",
        word: wordAt(machine, "barrier", 0, 0),
        mask: 0x0700,
        manner: "put",
        value: 0x0300,
      },
    ]);
    // The fast ones go early and are all that the block is thought to have: with the last of them it ends, and its slow warp with it.
    const empty = Array.from({ length: 32 }, () => 0);
    expect(early.output).toEqual([...empty, ...whole.slice(32, 96), ...empty]);
    expect(output.slice(0, 32)).toEqual(Array.from({ length: 32 }, () => 0));
  });

  test("one that waits for ever is a hang, whose cycles go on being charged", () => {
    const strike = {
      cycle: 5,
      target: "barrier",
      word: wordAt(machine, "barrier", 0, 0),
      mask: 0x0800,
    };
    expect(runOn(machine, [strike], 3000)).toMatchObject({ end: null, cycles: 3000 });
  });

  test("a warp that exits is no longer waited for", () => {
    expect(
      run({
        warps: 2,
        out: 64,
        text: `s2r r1, warp\n setp.eq.s32 p0, r1, 1\n @p0 exit\n bar\n mov r4, 7\n ${tail}`,
      }).output.slice(0, 33),
    ).toEqual([...own.map(() => 7), 0]);
  });
});

describe("the scheduler", () => {
  test("ready warps take turns; a struck program counter is what is executed next", () => {
    const text = `mov r4, 1\n bra over\n mov r4, 2\n over:\n iadd r4, r4, 10\n ${tail}`;
    const machine = machineOf({ text });
    expect(runOn(machine).output[5]).toBe(11);
    // Before cycle 3 it stands at 3; 2 puts the skipped instruction in.
    expect(runOn(machine, [{ cycle: 3, target: "scheduler", word: 0, mask: 1 }]).output[5]).toBe(12);
  });

  test("a lane struck out of the active mask computes nothing; one struck out for good at its exit leaves the rest unharmed", () => {
    const machine = machineOf({ text: `mov r4, 1\n iadd r4, r4, 1\n ${tail}` });
    const { output } = runOn(machine, [{ cycle: 2, target: "scheduler-mask", word: 0, mask: 1 << 9 }]);
    expect(output).toEqual(own.map((lane) => (lane === 9 ? 0 : 2)));
  });

  test("a state that is none is never issued: a hang", () => {
    const machine = machineOf({ text: `mov r4, 1\n ${tail}` });
    expect(runOn(machine, [{ cycle: 2, target: "scheduler", word: 3, mask: 0x10 }], 500).end).toBeNull();
  });

  test("a block struck to another number writes the other's place; its own stays empty", () => {
    const small = {
      gridX: 4,
      out: 128,
      text: `nop\n s2r r5, ctaid.x\n iadd r4, r5, 1\n shl r5, r5, 7\n s2r r30, tid\n shl r30, r30, 2\n iadd r30, r30, r5\n stg [r30 + c[9]], r4\n exit`,
    };
    const machine = machineOf(small);
    expect(runOn(machine).output.filter((_, at) => at % 32 === 0)).toEqual([1, 2, 3, 4]);
    const word = wordAt(machine, "scheduler", 1, 0, 1);
    const { output } = runOn(machine, [{ cycle: 3, target: "scheduler", word, mask: 2 }]);
    expect(output.filter((_, at) => at % 32 === 0)).toEqual([1, 0, 3, 4]);
  });
});
