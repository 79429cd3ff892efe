import { RigError } from "../domain/errors.ts";
import type { RunStart } from "../domain/records.ts";
import { partsOf } from "./influx-parts.ts";
import type { Measurement, Point } from "./influx-schema.ts";
import type { StampedRec } from "./journal-line.ts";

/**
 *   record ─→ points (none, one, or some in different measurements), a pure function of the journal up to it
 *
 * Times of records are unique, so two points of one series never meet, however many events fall into one millisecond; and
 * the same journal gives the same points, however often they are sent.
 */
export interface PointMaker {
  /** Must see every record of a journal in order: what a run is stands only in its start. */
  points(record: StampedRec): readonly Point[];
}

export function pointMaker(recordUuid: string): PointMaker {
  let epochNs: bigint | null = null;
  let campaignTags: Tags = {};
  const runs = new Map<number, { readonly start: RunStart; readonly tags: Tags }>();
  /** By the run's tags: what belongs to none is made anew each time and forgotten. */
  const series = new WeakMap<Tags, Map<string, Tags>>();

  const ownTags = (record: StampedRec): Tags => {
    const run = "run" in record && record.run !== null ? record.run : null;
    const known = run === null ? undefined : runs.get(run)?.tags;
    return (
      known ?? {
        ...campaignTags,
        ...(run === null ? {} : { run: paddedRun(run) }),
        ...("dut" in record && typeof record.dut === "string" ? { dut: record.dut } : {}),
      }
    );
  };
  const seriesOf = (measurement: Measurement, own: Tags, extra: Tags): Tags => {
    let key: string = measurement;
    for (const name in extra) key += `\n${extra[name]!}`;
    let known = series.get(own);
    if (known === undefined) series.set(own, (known = new Map<string, Tags>()));
    let tags = known.get(key);
    if (tags === undefined) known.set(key, (tags = { ...own, ...extra }));
    return tags;
  };

  return {
    points: (record) => {
      if (record.type === "campaign_start") {
        epochNs = epochOf(record.epochUtc);
        const source = record.emulated ? "emu" : record.rig === "imported" ? "import" : "hw";
        campaignTags = { record: recordUuid, campaign: record.campaign, rig: record.rig, source };
      }
      if (record.type === "run_start") {
        const tags = { ...campaignTags, run: paddedRun(record.run), dut: record.dut.name };
        runs.set(record.run, { start: record, tags });
      }
      if (epochNs === null) return [];
      const timestampNs = String(epochNs + BigInt(record.tNs));
      const own = ownTags(record);
      const run = "run" in record && record.run !== null ? (runs.get(record.run)?.start ?? null) : null;
      return partsOf(record, run).map(({ measurement, tags, fields }) => ({
        measurement,
        tags: seriesOf(measurement, own, tags),
        seq: record.seq,
        fields,
        timestampNs,
      }));
    },
  };
}

type Tags = Readonly<Record<string, string>>;

/** Numbers of one width sort as words do. */
function paddedRun(run: number): string {
  return String(run).padStart(4, "0");
}

/** Nanoseconds since 1970 of an ISO time in UTC, with as many digits of a second as it tells. */
export function epochOf(epochUtc: string): bigint {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(epochUtc);
  const ms = Date.parse(`${match?.[1] ?? ""}Z`);
  if (Number.isNaN(ms))
    throw new RigError(
      "journal_unreadable",
      `the journal's epochUtc is ${JSON.stringify(epochUtc.slice(0, 60))}, expected a time as 2000-01-01T00:00:00Z: its points have no time`,
    );
  return BigInt(ms) * 1_000_000n + BigInt((match?.[2] ?? "").padEnd(9, "0"));
}
