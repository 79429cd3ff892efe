import { nsPerSecond } from "../../domain/clock.ts";
import { hex } from "./sem-report.ts";
import type { SemQuirks } from "./sem-quirks.ts";

/** An error that no flipped bit of the configuration memory makes: it is reported at its time, while the controller observes. */
export interface Unscanned {
  readonly atNs: number;
  readonly diagnosis: "AUX" | "BFR";
  readonly correctable: boolean;
  readonly essential: boolean;
}

/** In the order of their times: what comes over the auxiliary interface, and the controller's own checksums. */
export function unscannedOf({ auxiliaryAtSeconds, bufferFailsAtSeconds }: SemQuirks): Unscanned[] {
  const told = auxiliaryAtSeconds.map(({ seconds, correctable, essential }): Unscanned => ({
    atNs: seconds * nsPerSecond,
    diagnosis: "AUX",
    correctable,
    essential,
  }));
  const own: Unscanned[] =
    bufferFailsAtSeconds === undefined
      ? []
      : [
          {
            atNs: bufferFailsAtSeconds * nsPerSecond,
            diagnosis: "BFR",
            correctable: false,
            essential: true,
          },
        ];
  return [...told, ...own].sort((a, b) => a.atNs - b.atNs);
}

/** From the diagnosis to the flags (PG187 Switching-Behavior; PG036 Error-Detection-Report and Error-Correction-Report). */
export function unscannedLines({ diagnosis }: Unscanned, timestamp: number): string[] {
  return diagnosis === "AUX" ? ["AUX", `TS ${hex(timestamp, 8)}`] : ["BFR", "COR", "END"];
}
