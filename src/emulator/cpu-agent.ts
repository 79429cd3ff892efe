import { runAgent } from "../board/agent.ts";
import { cpuAccelerator } from "../board/accelerators/cpu.ts";
import type { Agent } from "./board-life.ts";

/** An emulated board keeps this many events for its host. */
const eventCapacity = 256;

/** The very program that a real board runs, on an emulated one: its CPU accelerator in the format of the rig file. */
export const cpuAgent: Agent = async (
  link,
  { serial, spec, surroundings, clock, bootId, boots, cause },
  signal,
) => {
  const options = {
    model: `emulated-cpu-${spec.format}`,
    serial,
    firmware: "1.0.0",
    accelerator: cpuAccelerator(spec.format),
    surroundings,
    clock,
    bootId,
    boots,
    cause,
    eventCapacity,
    onlyStrikesChangeMemory: true,
  };
  const { why } = await runAgent(link, options, signal);
  return why === "command" || why === "watchdog" ? why : null;
};
