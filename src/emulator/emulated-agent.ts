import type { AcknowledgedLog } from "../board/acknowledged-log.ts";
import type { ResetCause } from "../domain/capabilities.ts";
import { runAgent } from "../board/agent.ts";
import type { AgentEnd } from "../board/state.ts";
import type { Agent } from "./board-life.ts";
import { emulatedAccelerator } from "./emulated-accelerator.ts";

/** The program of an emulated board: the very agent that a real board runs, on the accelerator that the board has. */
export const emulatedAgent: Agent = emulatedAgentWith();

export function emulatedAgentWith(acknowledged?: AcknowledgedLog): Agent {
  return async (link, boot, signal) => {
    const { serial, spec, surroundings, clock, bootId, boots, cause, infoRom } = boot;
    const end = await runAgent(
      link,
      {
        model: `emulated-${spec.accelerator}`,
        serial,
        firmware: "0.1.0",
        accelerator: emulatedAccelerator(spec, infoRom, () => surroundings.fabric()),
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

function causeAfter({ why }: AgentEnd): ResetCause | null {
  return why === "command" || why === "watchdog" || why === "fault" ? why : null;
}
