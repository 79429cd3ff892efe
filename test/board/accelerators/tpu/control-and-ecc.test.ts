import { expect, test } from "vitest";
import { loadOnMachine } from "../../../../src/board/accelerators/machine.ts";
import { lowerProgram } from "../../../../src/board/accelerators/tpu/lower-program.ts";
import { createTpuMachine } from "../../../../src/board/accelerators/tpu/tpu-machine.ts";
import { tpuAccelerator } from "../../../../src/board/accelerators/tpu/tpu.ts";
import { programGemmI8 } from "../../../../src/board/workloads/program-gemm.ts";
import { bytes, deviceWith, run, smallProduct } from "./bench.ts";

/** Control state is executed: what strikes on it do is hang, crash and reset, each really done. And what protected memories do. */
const gemm = (ecc: boolean) => {
  const shape = { rows: 16, columns: 16, ecc };
  return loadOnMachine(createTpuMachine(shape, lowerProgram(programGemmI8.build(1), shape)));
};
const budget = 50_000;

test("a loop counter struck on its top bit hangs until the budget is spent", () => {
  const loaded = gemm(true);
  const execution = loaded.start(0, [{ id: 1, target: "scalars", word: 29, mask: 0x40, cycle: 1_000 }]);
  // 64 more tiles read weights and write results beyond theirs, until an address is beyond the memory; a loop that touches nothing goes on for ever.
  expect(execution.advance(budget)).toBe("trap");
  loaded.restore("full");
  const spinning = deviceWith([], (asm) => {
    asm.loop(28, 3, () => asm.add(5, 5, 1));
  });
  expect(run(spinning)).toMatchObject({ end: "ok" });
  expect(run(spinning, { target: "scalars", word: 28, mask: 1 << 30, cycle: 5 })).toMatchObject({
    end: null,
    cycles: 100_000,
  });
});

test("a program counter beyond the memory crashes; with the trap vector corrupt too, the board resets", () => {
  const struck = (...targets: readonly (readonly [number, number])[]) => {
    const loaded = gemm(true);
    const strikes = targets.map(([word, mask], i) => ({
      id: i + 1,
      target: "control",
      word,
      mask,
      cycle: 300,
    }));
    const execution = loaded.start(0, strikes);
    const end = execution.advance(budget);
    const { detectors } = execution;
    loaded.restore("full");
    expect(loaded.isPristine()).toBe(true);
    return { end, detectors };
  };
  expect(struck([0, 1 << 20])).toEqual({ end: "trap", detectors: 0 });
  expect(struck([0, 1 << 20], [3, 1])).toEqual({ end: "reset", detectors: 0 });
  // The vector alone is never read.
  expect(struck([3, 1])).toEqual({ end: "ok", detectors: 0 });
  // In the handler by mistake: the next instruction is not STOP, and traps within it.
  expect(struck([2, 1])).toEqual({ end: "reset", detectors: 0 });
});

test("an instruction changed into another does what the other says; an illegal one traps", () => {
  const words = [bytes(1, 2, 3, 4), bytes(5, 6, 7, 8), 0, 0, bytes(1, 0, 0, 0), 0, 0];
  const machine = deviceWith(words, smallProduct);
  const golden = run(machine).output;
  // SET s10 = 4 becomes SET s10 = 5, which reads the operand from the next word.
  const other = run(machine, { target: "instructions", word: 6, mask: 1, cycle: 0 });
  expect(other.end).toBe("ok");
  expect(other.output).not.toEqual(golden);
  machine.restore("full");
  expect(run(machine, { target: "instructions", word: 6, mask: 2 ** 31, cycle: 0 }).end).toBe("trap");
  machine.restore("full");
  // The instruction register between fetch and decode.
  expect(run(machine, { target: "control", word: 1, mask: 2 ** 29, cycle: 1 }).end).toBe("trap");
});

test("a disabled unit does nothing, and says nothing", () => {
  const machine = deviceWith([bytes(1, 1, 1, 1), 0, 0, 0, bytes(1, 0, 0, 0)], smallProduct);
  const { end, output } = run(machine, { target: "control", word: 8, mask: 1, cycle: 0 });
  expect(end).toBe("ok");
  expect([...output]).toEqual(new Array<number>(64).fill(0));
});

test("with ECC one wrong bit of HBM is corrected and counted, two trap; without, the output is wrong", () => {
  const at = { id: 1, target: "hbm", word: 0, cycle: 0 };
  const result = (ecc: boolean, mask: number) => {
    const loaded = gemm(ecc);
    const clean = loaded.start(0, []);
    clean.advance(budget);
    const golden = clean.output.slice();
    const execution = loaded.start(0, [{ ...at, mask }]);
    const end = execution.advance(budget);
    const wrong = execution.output.some((word, i) => word !== golden[i]);
    return { end, wrong, detectors: execution.detectors, corrected: execution.corrected };
  };
  expect(result(true, 1)).toEqual({ end: "ok", wrong: false, detectors: 0, corrected: 1 });
  expect(result(true, 3)).toMatchObject({ end: "trap", detectors: 1, corrected: 0 });
  expect(result(false, 1)).toEqual({ end: "ok", wrong: true, detectors: 0, corrected: 0 });
});

test("parity of the weight FIFO and of instructions is detected, never corrected", () => {
  const loaded = gemm(true);
  for (const name of ["weight-fifo", "weight-fifo-check", "instructions", "instructions-check"]) {
    const target = loaded.targets.find((space) => space.name === name)!;
    const { word, cycle } = target.selfCheck;
    const execution = loaded.start(0, [{ id: 1, target: name, word, mask: 1, cycle }]);
    expect([name, execution.advance(budget), execution.detectors]).toEqual([name, "trap", 1]);
    loaded.restore("full");
  }
});

test("every structure that a product uses has a strike known to be critical; the row unit's lanes it does not use", () => {
  for (const ecc of [true, false]) {
    const loaded = gemm(ecc);
    const clean = loaded.start(0, []);
    clean.advance(budget);
    const golden = clean.output.slice();
    const harmless = loaded.targets.filter(({ name, selfCheck }) => {
      const { word, mask, cycle } = selfCheck;
      const execution = loaded.start(0, [{ id: 1, target: name, word, mask, cycle }]);
      const end = execution.advance(budget);
      const differs = end !== "ok" || execution.output.some((bits, i) => bits !== golden[i]);
      loaded.restore("full");
      return !differs;
    });
    expect(harmless.map(({ name }) => name)).toEqual(["lanes"]);
  }
});

test("stuck bits stay through every iteration and every restoring; a struck one until all is restored", () => {
  const loaded = gemm(false);
  const outputOf = (strikes: Parameters<typeof loaded.start>[1] = []) => {
    const execution = loaded.start(0, strikes);
    expect(execution.advance(budget)).toBe("ok");
    return execution.output.slice();
  };
  const golden = outputOf();
  const bit = { target: "partial-sum", word: 17, mask: 0x1000, value: 0x1000 };
  const held = outputOf([{ id: 1, ...bit, manner: "hold", cycle: 0 }]);
  expect(held).not.toEqual(golden);
  expect(outputOf()).toEqual(held);
  loaded.restore("full");
  expect(outputOf()).toEqual(golden);
  loaded.hold!([bit]);
  expect(outputOf()).toEqual(held);
  loaded.restore("full");
  expect(outputOf()).toEqual(held);
  expect(loaded.isPristine()).toBe(false);
  loaded.hold!([]);
  expect(outputOf()).toEqual(golden);
});

test("weights come back with a refresh of weights, inputs with one of inputs, all with a full one", () => {
  const loaded = gemm(false);
  const pristine = loaded.stateDigest();
  const strike = (target: string, word: number) => {
    const execution = loaded.start(0, [{ id: 1, target, word, mask: 1, cycle: 0 }]);
    execution.advance(budget);
  };
  // b lies first, then the four sets of a.
  strike("hbm", 5);
  expect(loaded.isPristine()).toBe(false);
  loaded.restore("inputs");
  expect(loaded.stateDigest()).not.toBe(pristine);
  loaded.restore("weights");
  expect([loaded.isPristine(), loaded.stateDigest()]).toEqual([true, pristine]);
  strike("hbm", 1024 + 5);
  loaded.restore("inputs");
  expect(loaded.isPristine()).toBe(true);
  strike("control", 3);
  loaded.restore("weights");
  expect(loaded.isPristine()).toBe(false);
  loaded.restore("full");
  expect(loaded.stateDigest()).toBe(pristine);
});

test("an array too small or too large is refused in one line", () => {
  expect(() => tpuAccelerator({ rows: 3, columns: 16, ecc: true })).toThrow(
    "an array of 3 rows: expected 4 to 256",
  );
});
