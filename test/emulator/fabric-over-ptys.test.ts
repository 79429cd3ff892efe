import { afterEach, expect, test } from "vitest";
import { fabricOf } from "../../src/emulator/fabric.ts";
import { ptyPort } from "../../src/link/serial.ts";
import { listenOn } from "./listener.ts";
import type { Listener } from "./listener.ts";
import { ptyBench } from "./pty-bench.ts";

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const configuration = { family: "x7", frames: 700, design: 1 } as const;

/** A bridge to ground of the sign bit of element 0's activations. */
function criticalBit(): { readonly frame: number; readonly word: number; readonly bit: number } {
  const fabric = fabricOf(configuration);
  for (let frame = 0; frame < 28; frame++)
    for (let word = 0; word < fabric.wordsOfFrame; word++)
      for (let bit = 0; bit < 32; bit++) {
        const fault = fabric.faultAt(frame, word, bit);
        if (fault?.site === "net" && fault.element === 0 && fault.net === 2 + 7 && fault.level === 0)
          return { frame, word, bit };
      }
  throw new Error("this design has no such net");
}

async function loaded(host: Listener): Promise<string> {
  await host.say({ kind: "c", name: "hello", protocol: 1, heartbeatMs: 500, leaseMs: 60_000 });
  await host.next("hello-ok");
  const request = { workload: "gemm-i8", seed: 1, refresh: "full", every: 1, elements: 16 } as const;
  await host.say({ kind: "c", name: "load", ...request });
  await host.next("load-ok");
  await host.say({ kind: "c", name: "golden", times: 2 });
  return (await host.next("golden-ok")).digest;
}

/** One iteration; whether it was clean. */
async function isClean(host: Listener): Promise<boolean> {
  await host.say({ kind: "c", name: "run", first: 0, iterations: 1, strikes: 0 });
  return (await host.next("done")).clean === 1;
}

test("an upset reaches a board that is a process of its own, outlives its reset, ends with its repair, and with its power", async () => {
  const { emulation, port } = ptyBench({ accelerator: "soft", format: "i8", configuration });
  cleanups.push(() => emulation.close());
  await emulation.ready;
  const host = listenOn(await ptyPort(port("a"))());
  cleanups.push(() => host.close());
  const memory = emulation.world.configuration("a");
  const at = criticalBit();
  const golden = await loaded(host);
  expect(await isClean(host)).toBe(true);

  // The world's word travels beside the UART: it may come an iteration later, and comes.
  memory.flip(at, "injector");
  while (await isClean(host));
  await host.say({ kind: "c", name: "reset" });
  await host.next("boot", ({ boots }) => boots === 2);
  expect(await loaded(host)).not.toBe(golden);
  memory.repair(at.frame, "scrub");
  while (await isClean(host));
  expect(await loaded(host)).toBe(golden);

  memory.flip(at, "injector");
  while (await isClean(host));
  emulation.world.rail("a", false);
  emulation.world.rail("a", true);
  await host.next("boot", ({ boots, cause }) => boots === 3 && cause === "power");
  expect(await loaded(host)).toBe(golden);
});
