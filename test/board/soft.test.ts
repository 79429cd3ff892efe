import { expect, test } from "vitest";
import type { LoadedWorkload } from "../../src/board/accelerators/accelerator.ts";
import { cpuAccelerator } from "../../src/board/accelerators/cpu.ts";
import { softAccelerator } from "../../src/board/accelerators/soft.ts";
import type { FabricFault } from "../../src/board/fabric-fault.ts";
import { randomStream } from "../../src/domain/random.ts";

const answers = (loaded: LoadedWorkload, pauses = Infinity): Uint32Array[] =>
  Array.from({ length: loaded.inputs }, (_, input) => {
    const execution = loaded.start(input, []);
    for (let until = pauses; execution.advance(until) === null;) until += pauses;
    return execution.output.slice();
  });

test.each(["gemm-i8", "digits-i8"])(
  "%s: the array's golden is the CPU's, whole and in pieces of 7 cycles",
  (name) => {
    const cpu = cpuAccelerator("i8").load(name, 11)!;
    const soft = softAccelerator(() => []).load(name, 11)!;
    const golden = answers(cpu);
    expect(answers(soft)).toEqual(golden);
    expect(answers(soft, 7)).toEqual(golden);
    expect(soft.stateDigest()).toBe(cpu.stateDigest());
  },
);

test("16 sums a cycle: gemm takes 256 cycles, digits two tiles of 196 and one of 32", () => {
  const cyclesOf = (name: string): number => {
    const execution = softAccelerator(() => [])
      .load(name, 1)!
      .start(0, []);
    execution.advance(Infinity);
    return execution.cycles;
  };
  expect([cyclesOf("gemm-i8"), cyclesOf("digits-i8")]).toEqual([256, 424]);
});

test("an upset is felt while it stands, in the column of its element alone, and gone when it is repaired", () => {
  let faults: readonly FabricFault[] = [];
  const loaded = softAccelerator(() => faults).load("gemm-i8", 3)!;
  const golden = answers(loaded);
  // Operand bit a7 of element 5 at ground: −128 … −1 are read as 0 … 127.
  faults = [{ site: "net", element: 5, net: 2 + 7, level: 0 }];
  const struck = answers(loaded);
  const columns = new Set(
    struck.flatMap((output, input) =>
      [...output.keys()].filter((at) => output[at] !== golden[input]![at]).map((at) => at % 16),
    ),
  );
  expect([...columns]).toEqual([5]);
  faults = [];
  expect(answers(loaded)).toEqual(golden);
});

test("a net at ground does what arithmetic without that bit does", () => {
  const a7 = 2 + 7;
  const loaded = softAccelerator(() => [{ site: "net", element: 0, net: a7, level: 0 }]).load("gemm-i8", 3)!;
  const { a, b } = operandsOf(3);
  const output = answers(loaded)[0]!;
  for (let i = 0; i < 16; i++) {
    let sum = 0;
    for (let p = 0; p < 16; p++) sum += (a[16 * i + p]! & 0x7f) * b[16 * p]!;
    expect(output[16 * i]! | 0).toBe(sum);
  }
});

test("a cell of the block memory inverts a weight in every row, and a full refresh does not mend it", () => {
  const loaded = softAccelerator(() => [{ site: "memory", word: 16 * 2 + 9, bit: 6 }]).load("gemm-i8", 3)!;
  loaded.restore("full");
  const { a, b } = operandsOf(3);
  b[16 * 2 + 9] = b[16 * 2 + 9]! ^ 0x40;
  const output = answers(loaded)[0]!;
  for (let i = 0; i < 16; i++)
    for (let j = 0; j < 16; j++) {
      let sum = 0;
      for (let p = 0; p < 16; p++) sum += a[16 * i + p]! * b[16 * p + j]!;
      expect(output[16 * i + j]! | 0).toBe(sum);
    }
});

/** Drawn as gemm draws them (docs/workloads.md): B first, then the inputs A. */
function operandsOf(seed: number): { readonly a: Int8Array; readonly b: Int8Array } {
  const random = randomStream(seed, "gemm", "i8");
  const b = Int8Array.from({ length: 256 }, () => random.nextBelow(256) - 128);
  const a = Int8Array.from({ length: 256 }, () => random.nextBelow(256) - 128);
  return { a, b };
}
