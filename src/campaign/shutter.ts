import { switchBeam } from "./beam-switch.ts";
import type { Exposed } from "./exposed.ts";
import { readBeam } from "./exposed.ts";
import type { OpenExposure } from "./latch-memory.ts";

/** The shutter, while the board is brought back; a beam that nobody here moves stays as it is. */
export function shutterOf(seen: Exposed): OpenExposure {
  const { lane, run } = seen;
  let closed = false;
  return {
    shut: async function* () {
      yield* readBeam(seen);
      closed = (await lane.station.beam?.close())?.kind === "ok";
      yield* readBeam(seen);
    },
    open: async function* () {
      if (closed && !(yield* switchBeam(lane, run, () => readBeam(seen))).done)
        lane.memory.latch.limit = {
          endReason: "beam_lost",
          detail: "after a recovery the shutter did not open",
        };
      yield* readBeam(seen);
    },
  };
}
