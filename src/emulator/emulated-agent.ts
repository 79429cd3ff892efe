import type { AcknowledgedLog } from "../board/acknowledged-log.ts";
import type { ResetCause } from "../domain/capabilities.ts";
import type { Accelerator } from "../board/accelerators/accelerator.ts";
import { cpuAccelerator } from "../board/accelerators/cpu.ts";
import { gpuAccelerator } from "../board/accelerators/gpu/gpu.ts";
import { softAccelerator } from "../board/accelerators/soft.ts";
import { tpuAccelerator } from "../board/accelerators/tpu/tpu.ts";
import { runAgent } from "../board/agent.ts";
import type { AgentEnd } from "../board/state.ts";
import type { Agent } from "./board-life.ts";
import { told } from "./told.ts";

/** The program of an emulated board: the very agent that a real board runs, on the accelerator that the board has. */
export const emulatedAgent: Agent = emulatedAgentWith();

export function emulatedAgentWith(acknowledged?: AcknowledgedLog): Agent {
  return async (link, boot, signal) => {
    const { serial, spec, surroundings, clock, bootId, boots, cause } = boot;
    const end = await runAgent(
      link,
      {
        model: `emulated-${spec.accelerator}`,
        serial,
        firmware: "0.1.0",
        accelerator: acceleratorOf(boot),
        surroundings,
        clock,
        bootId,
        boots,
        cause,
        eventCapacity: 1_024,
        // Law 5: what strikes this board comes from the world or from its own strike verb, and both are known.
        onlyStrikesChangeMemory: true,
        ...(acknowledged === undefined ? {} : { onAcknowledged: acknowledged }),
      },
      signal,
    );
    return causeAfter(end);
  };
}

function acceleratorOf({ spec, surroundings, infoRom }: Parameters<Agent>[1]): Accelerator {
  switch (spec.accelerator) {
    case "cpu":
      return cpuAccelerator(spec.format ?? "f32");
    case "soft":
      return softAccelerator(() => surroundings.fabric());
    case "tpu":
      return tpuAccelerator(
        { ...spec.array, ecc: spec.ecc === "on" },
        { infoRom, scrubPeriodCycles: spec.scrubCycles },
      );
    case "gpu": {
      const { tiling, ...sizes } = spec.gpu;
      const given = {
        sizes: told(sizes),
        tiling: told(tiling),
        scrubPeriodCycles: spec.scrubCycles,
        infoRom,
      };
      return gpuAccelerator({ ...given, ecc: spec.ecc === "on" });
    }
  }
}

function causeAfter({ why }: AgentEnd): ResetCause | null {
  return why === "command" || why === "watchdog" || why === "fault" ? why : null;
}
