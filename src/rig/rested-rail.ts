import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { RailReading, Supply } from "../domain/equipment.ts";
import type { Reply } from "../domain/reply.ts";
import { refused } from "../domain/reply.ts";

/** A latch-up lives on in charged capacitors: a shorter rest is dangerous (ChipIR 2022; REC-L3). */
export const leastOffMs = 4_000;

/**
 * A rail that stays off for at least 4 s once it is off, whoever asks for it and whatever a plan says. Off since it was first
 * seen to be: a rail found off, or tripped, rests from then. Who asks for it off while another waits to turn it on has the last word.
 *
 *   on ─wait for the rest of 4 s→ asked off meanwhile? ─→ supply.on
 */
export function restedRail(supply: Supply, clock: Clock): Supply {
  let offSinceNs: number | null = null;
  let timesOff = 0;
  const noted = (reply: Reply<RailReading>): Reply<RailReading> => {
    if (reply.kind === "ok") offSinceNs = reply.value.on ? null : (offSinceNs ?? clock.nowNs());
    return reply;
  };
  const restMs = (): number =>
    offSinceNs === null ? 0 : leastOffMs - (clock.nowNs() - offSinceNs) / nsPerMs;
  return {
    ...supply,
    off: async () => {
      timesOff++;
      return noted(await supply.off());
    },
    read: async () => noted(await supply.read()),
    on: async () => {
      const before = timesOff;
      for (let leftMs = restMs(); leftMs > 0; leftMs = restMs()) {
        await clock.sleep(leftMs);
        if (timesOff !== before) return refused("turned-off-meanwhile");
      }
      return noted(await supply.on());
    },
  };
}
