import type { Clock } from "../domain/clock.ts";
import type { LeftPowered } from "../domain/watched.ts";
import type { LogEntry } from "../control/guard-duty.ts";
import type { CampaignState } from "../science/state.ts";

/**
 * How long each board was left powered when a process died (REC-L8): from its last record to the guard's cut, or to now where
 * the rails were found on.
 *
 *   last record ─────────── powered? ───────────┬─→ rails found on: until now
 *                                               ├─→ the guard's log: until it cut
 *                                               └─→ found off, and nobody knows since when: null
 */
export function leftPowered(
  state: CampaignState,
  found: ReadonlyMap<string, boolean | null>,
  log: readonly LogEntry[],
  clock: Clock,
): readonly LeftPowered[] {
  // Who came to an end of his own left the rails as he meant to.
  if (state.start === null || state.end !== null) return [];
  const epochMs = Date.parse(state.start.epochUtc);
  const since = (utc: string): number => (Date.parse(utc) - epochMs) / 1000 - state.lastNs / 1e9;
  const cut = log.findLast(({ what, atUtc }) => what === "cut" && since(atUtc) > -1) ?? null;
  const outage = (clock.nowNs() - state.lastNs) / 1e9;
  return [...found].map(([dut, on]): LeftPowered => {
    const rails = cut?.rails.filter(({ station }) => station === dut) ?? [];
    if (cut !== null && rails.length > 0) {
      const seconds = Math.max(0, since(cut.atUtc));
      const off = rails.every((rail) => rail.on === false);
      const then = `the guard cut the rails at ${cut.atUtc} (${cut.why}), ${off ? "seen off" : "NOT seen off"}`;
      if (off) return { dut, seconds: rounded(seconds), detail: then };
      return { dut, seconds: on === true ? rounded(outage) : null, detail: then };
    }
    if (on === true)
      return {
        dut,
        seconds: rounded(outage),
        detail: "found on: powered from the last record until now, with nobody watching",
      };
    return {
      dut,
      seconds: null,
      detail:
        on === false
          ? `found off: at some time in the ${rounded(outage)} s since the last record it went off`
          : `nothing on this bench tells; at most the ${rounded(outage)} s since the last record`,
    };
  });
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** One line for the person who goes on. */
export function leftPoweredLine({ dut, seconds, detail }: LeftPowered): string {
  return `${dut}: left powered for ${seconds === null ? "nobody knows how long" : `${seconds.toFixed(1)} s`}: ${detail}`;
}
