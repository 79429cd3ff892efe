import type { Clock } from "../domain/clock.ts";
import { byDeadline } from "./deadline.ts";
import type { Dialogue } from "./dialogue.ts";
import type { Reception } from "./reception.ts";

/**
 * Has the events that are missing sent again, until none is, or they are not to be had.
 *
 *   missing ─→ resend ev=next ─→ resend-ok n ─→ n kept events ─→ still missing? again
 */
export interface CatchUpSources {
  /** null while the device is not spoken to. */
  dialogue(): Dialogue | null;
  readonly reception: Reception;
  readonly signal: AbortSignal;
}

/** So often events are asked for without any coming. */
const mostTries = 5;

export async function catchUp(
  sources: CatchUpSources,
  { clock, answerMs }: { readonly clock: Clock; readonly answerMs: number },
): Promise<void> {
  const { reception, signal } = sources;
  for (let tries = 0; reception.isMissing(); tries++) {
    const { boot, nextEvent: event } = reception;
    const open = sources.dialogue();
    if (open === null || boot === null || event === null) return;
    if (tries >= mostTries) {
      reception.giveUpMissing(`not to be had in ${mostTries} tries`);
      return;
    }
    const answer = await open.askFor({ kind: "c", name: "resend", event }, boot, answerMs);
    if (answer?.name !== "resend-ok") continue;
    await byDeadline(clock, answerMs, reception.seriesOver(), signal);
    if (reception.nextEvent !== event) tries = -1;
  }
}
