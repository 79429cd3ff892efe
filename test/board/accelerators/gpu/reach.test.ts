import { expect, test } from "vitest";
import { randomStream } from "../../../../src/domain/random.ts";
import { mismatchShape } from "../../../../src/science/mismatch-shape.ts";
import type { MismatchShape } from "../../../../src/science/mismatch-shape.ts";
import { gemmBench } from "./struck-gemm.ts";
import type { GemmBenchOptions } from "./struck-gemm.ts";

/** Strikes of each target; of what few strikes hit while it is in use, more. */
const strikes: Readonly<Record<string, number | undefined>> = {
  registers: 130,
  shared: 90,
  "tensor-operands": 60,
  "alu-output": 40,
  hbm: 30,
  l2: 30,
  "l2-tag": 30,
  l1: 30,
  "l1-tag": 30,
};

const benches: readonly (GemmBenchOptions & { readonly name: string })[] = [
  { name: "f32, 32 × 32 by 4 × 4", element: "f32", shape: [40, 16, 36] },
  {
    name: "f32, 16 × 32 by 2 × 4, B transposed",
    element: "f32",
    shape: [32, 16, 32],
    transposeB: true,
    tiling: { blockRows: 16, threadRows: 2 },
  },
  { name: "bf16, 32 × 32 by 16 × 16", element: "bf16", shape: [40, 48, 36] },
  {
    name: "i8, 64 × 32 by 32 × 16, B transposed, rows that end within a word",
    element: "i8",
    shape: [34, 62, 20],
    transposeB: true,
    tiling: { blockRows: 64, warpRows: 32, depthWords: 8 },
  },
];

test.each(benches)(
  "what a strike makes wrong lies within its reach, and fills it: $name",
  (options) => {
    const bench = gemmBench(options);
    const { sizes, launch } = bench.gemm;
    const random = randomStream(11, "reach", options.name);
    /** Where the kernel has something; anywhere else nothing can be read. */
    const within: Partial<Record<string, () => number>> = {
      shared: () =>
        random.nextBelow(sizes.sms) * sizes.sharedWords + random.nextBelow(2 * launch.sharedWords),
      registers: () =>
        (random.nextBelow(sizes.sms * sizes.warps) * sizes.registers + random.nextBelow(44)) * 32 +
        random.nextBelow(32),
    };
    const busy = bench.tensorBusy();
    const shapes = new Set<MismatchShape | null>();
    const filled = new Map<string, Set<number>>();
    for (const { name, words, bits } of bench.machine.spaces) {
      for (let left = strikes[name] ?? 0; left > 0; left--) {
        const word = within[name]?.() ?? random.nextBelow(words);
        const mask = 2 ** random.nextBelow(bits);
        const cycle =
          name === "tensor-operands" && busy.length > 0
            ? busy[random.nextBelow(busy.length)]!
            : random.nextBelow(bench.cycles);
        const { wrong, reach } = bench.strike(name, word, mask, cycle);
        const outside = wrong.filter((at) => reach[at] === 0);
        if (outside.length > 0)
          expect.fail(
            `${name} ${word}, mask ${mask}, cycle ${cycle}: outputs ${outside.join(" ")} are beyond reach`,
          );
        shapes.add(mismatchShape(wrong, bench.columns));
        const reachable = reach.reduce((sum, one) => sum + one, 0);
        if (wrong.length === reachable && reachable > 0)
          filled.set(name, (filled.get(name) ?? new Set()).add(reachable));
      }
    }
    expect(shapes).toContain("single");
    expect(shapes).toContain("line");
    expect(shapes).toContain("block");
    const tensor = options.element !== "f32";
    const most = (target: string): number => Math.max(...(filled.get(target) ?? [0]));
    // One output where a sum was struck; a line where it was an operand.
    expect(filled.get("registers")).toContain(1);
    expect(most("registers")).toBeGreaterThan(1);
    expect(most("shared")).toBeGreaterThan(1);
    expect(most("shared")).toBeLessThanOrEqual(Math.max(launch.reach.blockRows, launch.reach.blockColumns));
    if (tensor) expect(most("tensor-operands")).toBeGreaterThanOrEqual(8);
    expect(most("hbm")).toBeGreaterThan(1);
  },
  300_000,
);

test("of control only what nothing reads is out of reach", () => {
  const bench = gemmBench({ element: "f32", shape: [32, 16, 32] });
  const { sizes, instructions } = bench.gemm;
  const middle = Math.floor(bench.cycles / 2);
  const strike = (target: string, word: number, mask: number, cycle = middle): string => {
    const { end, wrong } = bench.strike(target, word, mask, cycle);
    return end === "ok" ? (wrong.length === 0 ? "masked" : "wrong") : (end ?? "hang");
  };
  // Entry 0 of SM 0 runs the one block there is; SM 1 has none, and what is dispatched writes its entry anew.
  expect(strike("scheduler", sizes.warps * 12, 1 << 15)).toBe("masked");
  for (const field of [1, 2, 3, 4])
    expect(strike("scheduler", 5 * 12 + field, field === 3 ? 1 << 6 : 1)).not.toBe("trap");
  // An instruction beyond the memory, a state that is none, a lane that has stopped.
  expect(instructions.length / 2).toBeLessThan(1 << 14);
  expect(strike("scheduler", 0, 1 << 15)).toBe("trap");
  expect(strike("scheduler", 3, 1 << 6)).toBe("hang");
  expect(strike("scheduler-mask", 0, 1 << 9)).toBe("wrong");
  expect(strike("barrier", 0, 1 << 12)).toBe("hang");
  // Whose turn it is changes when warps run, and nothing that they compute.
  for (let bit = 0; bit < 3; bit++) expect(strike("control", 15, 1 << bit)).toBe("masked");
  // Bits 30 and 31 of an instruction are not read; its opcode is.
  for (let at = 1; at < 40; at++) expect(strike("instructions", 2 * at, 0xc0000000 >>> 0, 0)).toBe("masked");
  expect(strike("instructions", 2, 0x80, 0)).toBe("trap");
});

test("with ECC a struck data memory is as if it had not been, and two bits of a word are never silent", () => {
  const bench = gemmBench({ element: "bf16", shape: [32, 32, 32], ecc: true });
  const random = randomStream(12, "ecc");
  let corrected = 0;
  let detected = 0;
  for (const { name, words } of bench.machine.spaces) {
    if (!["registers", "shared", "l1", "l2", "hbm"].includes(name)) continue;
    for (let left = 30; left > 0; left--) {
      const [word, cycle] = [random.nextBelow(words), random.nextBelow(bench.cycles)];
      const bit = random.nextBelow(31);
      const single = bench.strike(name, word, 1 << bit, cycle);
      expect([single.end, single.wrong.length, single.detectors]).toEqual(["ok", 0, 0]);
      corrected += single.corrected;
      const double = bench.strike(name, word, (3 << bit) >>> 0, cycle);
      if (double.end === "ok") expect(double.wrong).toEqual([]);
      else expect([double.end, double.detectors]).toEqual(["trap", 1]);
      detected += double.detectors;
    }
  }
  expect(corrected).toBeGreaterThan(0);
  expect(detected).toBeGreaterThan(0);
});
