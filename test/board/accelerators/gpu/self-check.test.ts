import { expect, test } from "vitest";
import { gpuAccelerator } from "../../../../src/board/accelerators/gpu/gpu.ts";

/** What a GEMM never depends on: it streams its tiles, so no line of L1 is read twice, and a struck barrier hangs the board, which no self-check may. */
const harmless = ["l1", "barrier"];

test("on nearly every structure of a board at work a strike is known that traps or changes the output", () => {
  const loaded = gpuAccelerator({ ecc: false }).load("gemm-bf16", 1)!;
  const golden = loaded.start(0, []);
  expect(golden.advance(1e6)).toBe("ok");
  const [output, cycles] = [Array.from(golden.output), golden.cycles];
  const asked = loaded.targets.filter(({ name }) => !harmless.includes(name));
  const silent = asked.flatMap(({ name, selfCheck: { word, mask, cycle } }) => {
    loaded.restore("full");
    const struck = loaded.start(0, [{ id: 1, target: name, word, mask, cycle }]);
    const end = struck.advance(4 * cycles);
    return end === "trap" || struck.output.some((value, at) => value !== output[at]) ? [] : [name];
  });
  loaded.restore("full");
  expect(loaded.isPristine()).toBe(true);
  expect(silent).toEqual([]);
});
