import { afterAll, expect, test } from "vitest";
import { lowerProgram } from "../../../../src/board/accelerators/tpu/lower-program.ts";
import { opcodes } from "../../../../src/board/accelerators/tpu/instruction-set.ts";
import { tpuAccelerator } from "../../../../src/board/accelerators/tpu/tpu.ts";
import { programGemmI8 } from "../../../../src/board/workloads/program-gemm.ts";
import { attach } from "../../host.ts";
import type { Host, StrikeAt } from "../../host.ts";

/** What becomes of the board itself when control state is struck: its agent runs on the machine, and nothing of it is played. */
const shape = { rows: 16, columns: 16, ecc: false };
const hosts: Host[] = [];

async function boardStruck(strike: Pick<StrikeAt, "target" | "word" | "mask" | "cycle">): Promise<Host> {
  const host = attach({ accelerator: tpuAccelerator(shape) });
  hosts.push(host);
  await host.prepare("gemm-i8");
  await host.ask({ name: "strike", id: 1, iteration: 0, ...strike });
  await host.ask({ name: "run", first: 0, iterations: 1, strikes: 1 });
  return host;
}

afterAll(async () => {
  for (const host of hosts) await host.stop();
});

test("a branch that comes to lead to itself hangs: the watchdog resets the board", async () => {
  const { instructions } = lowerProgram(programGemmI8.build(42), shape);
  const branch = instructions.findIndex((word) => word >>> 26 === opcodes.BNZ);
  const mask = (instructions[branch]! & 0xffff) ^ branch;
  const host = await boardStruck({ target: "instructions", word: branch, mask, cycle: 0 });
  expect(await host.ended).toEqual({ why: "watchdog" });
});

test("a trap within the trap handler resets the board", async () => {
  const host = await boardStruck({ target: "control", word: 2, mask: 1, cycle: 500 });
  expect(await host.ended).toEqual({ why: "fault" });
});

test("a trap is told with the struck word, and the board waits, faulted", async () => {
  const host = await boardStruck({ target: "control", word: 0, mask: 1 << 20, cycle: 3 });
  expect(await host.event("struck")).toMatchObject({ id: 1, before: 1, after: 1 + 2 ** 20 });
  expect(await host.event("result")).toMatchObject({ end: "trap", detectors: 0 });
  expect(await host.event("done")).toMatchObject({ why: "trap" });
  expect(await host.ask({ name: "status" })).toMatchObject({ state: "faulted" });
});
