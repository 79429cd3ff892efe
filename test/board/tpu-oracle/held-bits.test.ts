import { expect, test } from "vitest";
import type { HeldBits } from "../../../src/board/accelerators/accelerator.ts";
import type { Machine } from "../../../src/board/accelerators/machine.ts";
import { randomStream } from "../../../src/domain/random.ts";
import { acceleratorOf } from "./agreement.ts";
import type { OracleStrike } from "./machine.ts";
import { simulate } from "./oracle.ts";
import { randomImage, randomStrike } from "./random-program.ts";

const structures = ["weight", "shadow-weight", "activation", "partial-sum", "skew", "de-skew", "scalars"];

const matmul = 26;

/** How the machine ends, and what comes out, when `hold` names these one after the other in the middle of the iteration. */
function heldMidway(machine: Machine, input: number, holds: readonly OracleStrike[]): unknown {
  machine.hold([]);
  machine.restore("full");
  machine.begin(input);
  const given: HeldBits[] = [];
  for (const { target, word, mask, cycle, hold } of holds) {
    const ended = machine.advance(cycle);
    if (ended !== null) return [ended, machine.cycle, [...machine.output()]];
    given.push({ target, word, mask, value: hold!.value });
    machine.hold([...given]);
  }
  return [machine.advance(60_000), machine.cycle, [...machine.output()]];
}

test("bits that the world holds in the middle of a MATMUL read so from that cycle on, in every structure", () => {
  let noticed = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const random = randomStream(seed, "held-bits");
    const image = randomImage(seed, { rows: 4 + (seed % 5), columns: 4 + (seed % 3) }, false);
    const inMatmul: number[] = [];
    const golden = simulate(image, [], 20_000, (cycle, code) => {
      if (code === matmul) inMatmul.push(cycle);
    });
    if (inMatmul.length === 0) continue;
    const machine = acceleratorOf(image);
    for (const target of structures) {
      const holds = [target, structures[random.nextBelow(structures.length)]!]
        .map((each): OracleStrike => {
          const space = machine.spaces.find(({ name }) => name === each)!;
          const { word, mask } = randomStrike(random, each, space, 1, 2);
          const cycle = inMatmul[random.nextBelow(inMatmul.length)]!;
          return { target: each, word, mask, cycle, hold: { value: random.nextBelow(2) * 0xffffffff } };
        })
        .sort((a, b) => a.cycle - b.cycle);
      const want = simulate(image, holds, 60_000);
      const told = `seed ${seed}: ${JSON.stringify(holds)}`;
      expect([told, heldMidway(machine, image.input, holds)]).toEqual([
        told,
        [want.end, want.cycles, [...want.output]],
      ]);
      if (want.output.some((word, at) => word !== golden.output[at])) noticed++;
    }
  }
  expect(noticed).toBeGreaterThan(10);
});
