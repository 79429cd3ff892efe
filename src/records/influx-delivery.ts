import type { Poster, Posted } from "./influx-post.ts";
import type { Lines } from "./line-batch.ts";
import { byMeasurement, halves, textsOf } from "./line-batch.ts";

/**
 * Brings a batch of lines to the server and finds out which of them it refuses for good.
 *
 *   lines ─post→ written
 *             ├→ rejected: all of it → refused lines;  some of it → each measurement apart, then halves, posted again
 *             ├→ too large: halves
 *             └→ anything else: nothing is known to be delivered, the caller tries again later
 *
 * A line sent twice is one point, so trying again is always safe. A measurement refused as a whole (a field that has another
 * type there) costs one more request, not one a line.
 */
export type Delivered =
  | { readonly kind: "delivered"; readonly written: number; readonly refused: readonly Refused[] }
  | Exclude<Posted, { kind: "written" | "rejected" | "too_large" }>;

export interface Refused {
  readonly reason: string;
  readonly lines: readonly string[];
}

export async function deliver(lines: Lines, poster: Poster, signal?: AbortSignal): Promise<Delivered> {
  if (lines.count === 0) return { kind: "delivered", written: 0, refused: [] };
  const posted = await poster.post(lines.bytes, signal);
  switch (posted.kind) {
    case "written":
      return { kind: "delivered", written: lines.count, refused: [] };
    case "rejected": {
      if (lines.count === 1 || posted.dropped === lines.count) return refusedAll(posted.reason, lines);
      const groups = byMeasurement(lines);
      return deliverApart(groups.length > 1 ? groups : halves(lines), poster, signal);
    }
    case "too_large":
      if (lines.count === 1) return refusedAll("too large for the server", lines);
      return deliverApart(halves(lines), poster, signal);
    case "no_database":
    case "login":
    case "down":
      return posted;
  }
}

function refusedAll(reason: string, lines: Lines): Delivered {
  return { kind: "delivered", written: 0, refused: [{ reason, lines: textsOf(lines) }] };
}

async function deliverApart(
  groups: readonly Lines[],
  poster: Poster,
  signal: AbortSignal | undefined,
): Promise<Delivered> {
  let written = 0;
  const refused: Refused[] = [];
  for (const group of groups) {
    const one = await deliver(group, poster, signal);
    if (one.kind !== "delivered") return one;
    written += one.written;
    refused.push(...one.refused);
  }
  return { kind: "delivered", written, refused };
}
