import type { Poster, Posted } from "./influx-post.ts";
import { measurementOf } from "./line-protocol.ts";

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

export async function deliver(
  lines: readonly string[],
  poster: Poster,
  signal?: AbortSignal,
): Promise<Delivered> {
  if (lines.length === 0) return { kind: "delivered", written: 0, refused: [] };
  const posted = await poster.post(Buffer.from(lines.join("\n")), signal);
  switch (posted.kind) {
    case "written":
      return { kind: "delivered", written: lines.length, refused: [] };
    case "rejected":
      if (lines.length === 1 || posted.dropped === lines.length)
        return { kind: "delivered", written: 0, refused: [{ reason: posted.reason, lines }] };
      return deliverApart(byMeasurement(lines), poster, signal);
    case "too_large":
      if (lines.length === 1)
        return { kind: "delivered", written: 0, refused: [{ reason: "too large for the server", lines }] };
      return deliverApart(halves(lines), poster, signal);
    case "no_database":
    case "login":
    case "down":
      return posted;
  }
}

async function deliverApart(
  groups: readonly (readonly string[])[],
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

function byMeasurement(lines: readonly string[]): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const line of lines) {
    const name = measurementOf(line);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [line]);
    else group.push(line);
  }
  return groups.size > 1 ? [...groups.values()] : halves(lines);
}

function halves(lines: readonly string[]): readonly (readonly string[])[] {
  const middle = lines.length >> 1;
  return [lines.slice(0, middle), lines.slice(middle)];
}
