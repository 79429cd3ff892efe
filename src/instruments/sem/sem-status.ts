import { addressableFrames } from "../address/sem-address.ts";
import type { SemFamily } from "../address/sem-address.ts";
import { parseLine } from "./sem-lines.ts";
import type { SemState } from "./sem-lines.ts";

/** What `S` tells of one super logic region. */
export interface RegionStatus {
  readonly slr: number | null;
  readonly state: SemState | null;
  readonly flags: number | null;
  /** Linear frames go from 0 to this less 2. */
  readonly maxFrame: number | null;
  readonly featureSet: number | null;
  /** Two-letter names in the order in which they came. */
  readonly fields: readonly string[];
}

/**
 * A status report: pairs of a name and a number, in an order and of widths that the guides leave open. A name that comes again begins
 * the next region. Null where a line is none of a status report, what it must tell is missing, or it tells of frames that no address names.
 */
export function parseStatus(family: SemFamily, lines: readonly string[]): readonly RegionStatus[] | null {
  const regions: Map<string, number | SemState>[] = [];
  for (const text of lines) {
    const line = parseLine(family, text);
    const pair = pairOf(line);
    if (pair === null) return null;
    const [name, value] = pair;
    const region = regions.at(-1);
    if (region === undefined || region.has(name)) regions.push(new Map([[name, value]]));
    else region.set(name, value);
  }
  if (regions.length === 0 || regions.length > 4) return null;
  if (!regions.every((region) => region.has("SC") && region.has("MF") && region.has("SN"))) return null;
  const mostMF = addressableFrames[family] + 1;
  if (!regions.every((region) => within(numberIn(region, "MF"), 2, mostMF))) return null;
  return regions.map((region) => ({
    slr: numberIn(region, "SN"),
    state: (region.get("SC") ?? null) as SemState | null,
    flags: numberIn(region, "FC"),
    maxFrame: numberIn(region, "MF"),
    featureSet: numberIn(region, "FS"),
    fields: [...region.keys()],
  }));
}

function pairOf(line: ReturnType<typeof parseLine>): [string, number | SemState] | null {
  if (line?.is === "field") return [line.name, line.value];
  if (line?.is === "state") return ["SC", line.state];
  if (line?.is === "flags") return ["FC", line.flags];
  return null;
}

function numberIn(region: ReadonlyMap<string, number | SemState>, name: string): number | null {
  const value = region.get(name);
  return typeof value === "number" ? value : null;
}

function within(value: number | null, least: number, most: number): boolean {
  return value !== null && value >= least && value <= most;
}
