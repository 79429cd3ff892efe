import type { RailReading } from "../domain/equipment.ts";
import type { ResetCause } from "../domain/capabilities.ts";
import type { Outcome } from "../domain/outcome.ts";

/** What is known when a board has fallen silent or has booted on its own (law 1, REC-L11). */
export interface Findings {
  /** The board's link was seen to close. */
  readonly linkClosed: boolean;
  /** It answered again, without any rung having touched it. */
  readonly answered: boolean;
  /** Boot cause when the boot id has changed; null: same boot, or not known. */
  readonly bootCause: ResetCause | null;
  /** Some other device on the bench answers. */
  readonly othersAlive: boolean;
  /** null: nothing on this bench measures the rail. */
  readonly rail: RailReading | null;
  /** Its supply's own link is lost: of its rail nothing is known. */
  readonly supplyLost: boolean;
  /** What the rail was found to have done; null: nothing of the kind. */
  readonly overCurrent: "trip" | "over" | "fold-back" | null;
}

export interface Attribution {
  /** null: nothing happened to the DUT, the exchange goes on. */
  readonly outcome: Extract<Outcome, "dueDetected" | "dueHang" | "dueCrash" | "unattributed"> | null;
  readonly fault: "dut" | "link" | "host" | "supply" | "unknown";
  readonly why: string;
}

/** The decision table, from the surest sign to the weakest. Written before any beam, and tested row by row. */
export function attribute(found: Findings): Attribution {
  if (found.overCurrent !== null)
    return { outcome: "dueDetected", fault: "dut", why: overCurrentWords[found.overCurrent] };
  if (found.bootCause !== null) return attributeBoot(found.bootCause, found.rail);
  if (found.linkClosed && found.answered)
    return { outcome: null, fault: "link", why: "the link was lost and came back, the board kept running" };
  if (found.answered)
    return { outcome: null, fault: "link", why: "the board answers in the same boot: lines were lost" };
  if (found.linkClosed) return { outcome: "unattributed", fault: "link", why: "the link is gone" };
  if (!found.othersAlive)
    return {
      outcome: "unattributed",
      fault: "host",
      why: "no other device answers either: the host or its hub",
    };
  if (found.supplyLost)
    return {
      outcome: "unattributed",
      fault: "supply",
      why: "its supply does not answer either: nobody can say whether its rail is up",
    };
  if (found.rail !== null && !found.rail.on)
    return { outcome: "unattributed", fault: "supply", why: "the board's rail is off" };
  return { outcome: "dueHang", fault: "dut", why: "silent while others answer and its rail is up" };
}

/** It did not hang: its power went, or was about to. */
const overCurrentWords = {
  trip: "its rail tripped on over-current",
  over: "its rail drew more than its trip, and the host cut it",
  "fold-back": "its supply folded back",
} as const;

function attributeBoot(cause: ResetCause, rail: RailReading | null): Attribution {
  switch (cause) {
    case "watchdog":
      return { outcome: "dueHang", fault: "dut", why: "its watchdog fired" };
    case "fault":
      return { outcome: "dueCrash", fault: "dut", why: "it reset itself on a fault" };
    case "brownout":
    case "power":
      return rail === null
        ? {
            outcome: "unattributed",
            fault: "supply",
            why: `it booted by ${cause}, and nothing measures the rail`,
          }
        : { outcome: "unattributed", fault: "supply", why: `it booted by ${cause}: its supply dropped` };
    case "command":
      return { outcome: "unattributed", fault: "unknown", why: "it booted by a command that was not ours" };
    case "unknown":
      return { outcome: "dueCrash", fault: "dut", why: "it rebooted and does not know why" };
  }
}
