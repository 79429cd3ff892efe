import { expect, test } from "vitest";
import type { Accelerator, HeldBits } from "../../src/board/accelerators/accelerator.ts";
import { tpuAccelerator } from "../../src/board/accelerators/tpu/tpu.ts";
import type { Message } from "../../firmware-protocol/messages.ts";
import { attach, worldOf } from "./host.ts";

const workload = "reduce-i32";
/** Far behind all that the program reads; and a bit of its first input. */
const unread: HeldBits = { target: "hbm", word: 100_000, mask: 1, value: 1 };
const read: HeldBits = { target: "hbm", word: 0, mask: 0x10, value: 1 };

interface Ran {
  readonly events: readonly Message[];
  /** Iterations that the accelerator computed in the run. */
  readonly computed: number;
}

async function run(options: {
  readonly held: readonly HeldBits[];
  readonly ecc: boolean;
  readonly onlyStrikesChangeMemory?: boolean;
  readonly refresh?: "full" | "none";
  readonly iterations?: number;
}): Promise<Ran> {
  const { held, ecc, onlyStrikesChangeMemory = true, refresh = "full", iterations = 60 } = options;
  let starts = 0;
  const made = tpuAccelerator({ rows: 8, columns: 8, ecc });
  const accelerator: Accelerator = {
    ...made,
    load: (name, seed) => {
      const loaded = made.load(name, seed);
      if (loaded === null) return null;
      const start: typeof loaded.start = (input, strikes) => {
        starts++;
        return loaded.start(input, strikes);
      };
      return { ...loaded, start };
    },
  };
  const surroundings = worldOf();
  surroundings.due.push({ target: "hbm", word: 1, mask: 0x40000000, cycle: 5, id: 0, iteration: 30 });
  const host = attach({ accelerator, surroundings, onlyStrikesChangeMemory });
  await host.prepare(workload, refresh);
  // It became stuck after the golden output was made.
  Object.assign(surroundings, { held: () => held });
  starts = 0;
  const events = await host.run(0, iterations);
  await host.stop();
  return { events, computed: starts };
}

test("a stuck bit that no program reads costs one iteration of each input, and one where a particle strikes; nothing that is told differs", async () => {
  const known = await run({ held: [unread], ecc: false });
  const computed = await run({ held: [unread], ecc: false, onlyStrikesChangeMemory: false });
  expect(known.events).toEqual(computed.events);
  expect(computed.computed).toBe(60);
  // The first begins where the golden check left off, so its input is computed again; and there is the one that a particle strikes.
  expect(known.computed).toBe(1 + 4 + 1);
});

test("iterations over the one input that reads it, or whose code counts it, are computed every time", async () => {
  for (const ecc of [false, true]) {
    const known = await run({ held: [read], ecc });
    const computed = await run({ held: [read], ecc, onlyStrikesChangeMemory: false });
    expect(known.events).toEqual(computed.events);
    // 15 over the first of four inputs, one over each of the others, and the one that a particle strikes.
    expect(known.computed).toBe(15 + 3 + 1);
  }
});

test("every iteration is computed where nothing is restored", async () => {
  expect((await run({ held: [unread], ecc: false, refresh: "none" })).computed).toBe(60);
});
