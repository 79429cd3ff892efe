import { describe, expect, test } from "vitest";
import { gpuAccelerator } from "../../../src/board/accelerators/gpu/gpu.ts";
import { tpuAccelerator } from "../../../src/board/accelerators/tpu/tpu.ts";
import { memoryMarchC, testedWords } from "../../../src/board/workloads/memory-tests.ts";
import { programs } from "../../../src/board/workloads/programs.ts";
import { randomStream } from "../../../src/domain/random.ts";
import { evaluateProgram } from "./evaluate-program.ts";

const tpu = tpuAccelerator({ rows: 16, columns: 16, ecc: false });
const gpu = gpuAccelerator({ ecc: false });

function numbersOf(output: Uint32Array, format: "f32" | "i32"): number[] {
  const { buffer, byteOffset, length } = output;
  return [
    ...(format === "f32"
      ? new Float32Array(buffer, byteOffset, length)
      : new Int32Array(buffer, byteOffset, length)),
  ];
}

describe.each([tpu, gpu])("on the $name", (accelerator) => {
  test.each(programs)("$name gives what the plain evaluator gives, and raises no flag", (workload) => {
    const program = workload.build(1);
    const loaded = accelerator.load(workload.name, 1)!;
    expect([loaded.inputs, loaded.format, loaded.ranks]).toEqual([
      program.inputs,
      program.format,
      program.task === "classes",
    ]);
    const input = program.inputs - 1;
    const execution = loaded.start(input, []);
    expect(execution.advance(Infinity)).toBe("ok");
    expect([execution.detectors, execution.corrected]).toEqual([0, 0]);
    const { output } = evaluateProgram(program, input);
    const got = numbersOf(execution.output, program.format);
    expect(got).toHaveLength(output.length);
    const worst = got.reduce((most, value, i) => Math.max(most, Math.abs(value - output[i]!)), 0);
    // Sums of up to 1,024 numbers of at most 1, in another order; integers and tokens are exact.
    expect(worst).toBeLessThanOrEqual(program.format === "i32" ? 0 : 1e-3);
  });

  test("a memory test has a third or more of the HBM under test, and more than any cache holds", () => {
    const { targets } = accelerator.load(memoryMarchC.name, 1)!;
    const words = (name: string): number => targets.find((target) => target.name === name)?.words ?? 0;
    expect(testedWords / words("hbm")).toBeGreaterThan(0.33);
    expect(words("l2")).toBeLessThan(testedWords);
  });
});

test("strikes on a product with checksums are corrected, detected or missed, and a corrected one is golden", () => {
  const loaded = tpu.load("gemm-i8-checksum", 1)!;
  const run = (target: string, word: number, mask: number, cycle: number) => {
    const execution = loaded.start(0, [{ id: 1, target, word, mask, cycle }]);
    const end = execution.advance(Infinity);
    const result = {
      end,
      output: [...execution.output],
      detectors: execution.detectors,
      corrected: execution.corrected,
    };
    loaded.restore("full");
    return result;
  };
  const golden = run("accumulators", 0, 0, 0);
  const random = randomStream(2, "checksum strikes");
  const counts = { corrected: 0, detected: 0, missed: 0, masked: 0 };
  const target = loaded.targets.find(({ name }) => name === "accumulators")!;
  for (let i = 0; i < 60; i++) {
    // While the product and the sums are made: later strikes reach nothing that is checked.
    const cycle = random.nextBelow(4_000);
    const found = run(target.name, random.nextBelow(target.words), 1 << random.nextBelow(32), cycle);
    expect(found.end).toBe("ok");
    const same = found.output.every((word, at) => word === golden.output[at]);
    if (found.corrected > 0) expect(same).toBe(true);
    expect(found.corrected > 0 && found.detectors !== 0).toBe(false);
    counts[
      found.corrected > 0 ? "corrected" : found.detectors !== 0 ? "detected" : same ? "masked" : "missed"
    ]++;
  }
  process.stderr.write(`gemm-i8-checksum, 60 strikes on accumulators: ${JSON.stringify(counts)}\n`);
  expect(counts.corrected).toBeGreaterThan(0);
  expect(counts.missed).toBe(0);
});

test("sums of the classifier that strikes take out of their range are clamped and counted, and no score is infinite", () => {
  const loaded = tpu.load("cnn-f32-clamp", 1)!;
  const { name: target, words } = loaded.targets.find(({ name }) => name === "accumulators")!;
  const golden = loaded.start(0, []);
  golden.advance(Infinity);
  const random = randomStream(3, "clamp strikes");
  const runs = 40;
  let clamped = 0;
  for (let run = 0; run < runs; run++) {
    // The highest bit of the exponent of 30 words at once: what is struck grows beyond every range.
    const cycle = Math.floor((run * golden.cycles) / runs);
    const strikes = Array.from({ length: 30 }, (_, k) => ({
      id: k + 1,
      target,
      word: random.nextBelow(words),
      mask: 1 << 30,
      cycle,
    }));
    const execution = loaded.start(0, strikes);
    expect(execution.advance(Infinity)).toBe("ok");
    expect(execution.detectors).toBe(0);
    if (execution.corrected > 0) {
      clamped++;
      expect(numbersOf(execution.output, "f32").every(Number.isFinite)).toBe(true);
    }
    loaded.restore("full");
  }
  process.stderr.write(`cnn-f32-clamp, ${runs} times 30 strikes on accumulators: clamped ${clamped} times\n`);
  expect(clamped).toBeGreaterThan(0);
});
