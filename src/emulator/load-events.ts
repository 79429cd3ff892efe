import { nsPerSecond } from "../domain/clock.ts";
import type { LoadEvent } from "./world-schema.ts";

/** What befalls a board's rails by the clock, as the rig file says it: each occurrence with its time, in order of time. */
export interface Occurrence {
  readonly atNs: number;
  readonly event: LoadEvent;
}

/** The first occurrence not yet taken; it depends on time alone (law 5). */
export interface Occurrences {
  next(): Occurrence | null;
  take(): void;
}

export function occurrencesOf(events: readonly LoadEvent[]): Occurrences {
  const streams = events.map((event) => ({ event, taken: 0 }));
  const first = (): (typeof streams)[number] | null => {
    let soonest: (typeof streams)[number] | null = null;
    for (const stream of streams) {
      if (stream.taken >= stream.event.times) continue;
      if (soonest === null || timeOf(stream) < timeOf(soonest)) soonest = stream;
    }
    return soonest;
  };
  let ahead = first();
  return {
    next: () => (ahead === null ? null : { atNs: timeOf(ahead), event: ahead.event }),
    take: () => {
      if (ahead !== null) ahead.taken++;
      ahead = first();
    },
  };
}

function timeOf({ event, taken }: { readonly event: LoadEvent; readonly taken: number }): number {
  const { atSeconds, everySeconds = 0 } = event;
  return Math.round(((atSeconds ?? everySeconds) + taken * everySeconds) * nsPerSecond);
}
