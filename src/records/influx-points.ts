import { RigError } from "../domain/errors.ts";
import type { Rec, RunStart } from "../domain/records.ts";
import type { FieldsOf, Measurement, Point, TagsOf } from "./influx-schema.ts";
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

interface Part {
  readonly measurement: Measurement;
  readonly tags: Tags;
  readonly fields: Point["fields"];
}

function part<M extends Measurement>(measurement: M, tags: TagsOf<M>, fields: FieldsOf<M>): Part {
  return { measurement, tags, fields: fields as Point["fields"] };
}

function partsOf(record: Rec, run: RunStart | null): readonly Part[] {
  switch (record.type) {
    case "campaign_start":
      return [part("see_run", { state: "start" }, { comment: record.plan.title })];
    case "resumed":
      return [
        part("see_run", { state: "resumed" }, { segment: record.segment, torn_bytes: record.tornBytes }),
      ];
    case "run_start":
      return [part("see_run", { state: "start" }, { workload: record.workload, segment: record.segment })];
    case "run_end":
      return [
        part("see_run", { state: "end" }, { reason: record.endReason, comment: record.detail }),
        linkPart(record.link),
      ];
    case "campaign_end":
      return [part("see_run", { state: "end" }, { reason: record.endReason, comment: record.detail })];
    case "state":
      return [part("see_run", { state: record.to }, { comment: `from ${record.from}` })];
    case "dead":
      return [
        part(
          "see_run",
          { state: "dead" },
          { reason: record.cause, dead_s: (record.toNs - record.fromNs) / 1e9, latency_ms: record.latencyMs },
        ),
      ];
    case "check":
      return [
        part(
          "see_check",
          { check: record.check },
          { pass: record.pass, outcome: record.outcome, target: record.target, note: record.detail },
        ),
      ];
    case "strike":
      return [strikePart(record, run)];
    case "beam_event":
      return [beamEventPart(record)];
    case "telemetry":
      return telemetryParts(record, run);
    case "iterations":
      return [
        part(
          "see_iter",
          { workload: run?.workload ?? "" },
          { iters: record.total, clean: record.clean, compute_s: record.computeSeconds },
        ),
      ];
    case "beam":
      return [
        part(
          "see_beam",
          { counter: "main" },
          { flux_cm2_s: record.fluxPerCm2PerSecond, fluence_cm2: record.fluencePerCm2, on: record.open },
        ),
      ];
    case "effect":
      return [event("effect", record.effect, "dut", { note: record.detail })];
    case "rung":
      return [
        event("rung", record.rung, "dut", { rung: record.attempt, cured: record.cured, note: record.detail }),
      ];
    case "boot":
      return [
        event("boot", record.cause, "dut", {
          boot_count: record.boots,
          expected: record.expected,
          lost_at_most: record.eventsLostAtMost,
        }),
      ];
    case "link":
      return [event("link", record.what, "link", { note: record.detail })];
    case "command":
      return [
        part(
          "see_log",
          { level: "info" },
          {
            msg: `${record.command.verb} ${record.obeyed ? "obeyed" : "refused"}${record.detail === "" ? "" : `: ${record.detail}`}`,
            who: record.command.by,
          },
        ),
      ];
    case "note":
      return [part("see_log", { level: record.level }, { msg: record.text })];
  }
}

function event(
  kind: string,
  sub: string,
  attrib: "dut" | "link" | "none",
  fields: FieldsOf<"see_event">,
): Part {
  return part("see_event", { class: kind, sub, attrib }, fields);
}

function strikePart(record: Extract<Rec, { type: "strike" }>, run: RunStart | null): Part {
  const { strike, evidence } = record;
  const outcome = record.outcome ?? "unknown";
  return part(
    "see_inject",
    {
      workload: run?.workload ?? "",
      target: strike.target,
      model: run?.plan.faultModel ?? "",
      class: outcome,
    },
    {
      fault_idx: strike.id,
      word: strike.word,
      mask: `0x${(strike.mask >>> 0).toString(16).padStart(8, "0")}`,
      iter: strike.iteration,
      cycle: strike.cycle,
      via: record.via,
      acked: record.confirmed,
      outcome,
      effect: record.effect,
      primary: record.repeatOf === null,
      repeat_of: record.repeatOf,
      n_bad: evidence?.wrong ?? null,
      n_nan: evidence?.nan ?? null,
      corrected: evidence?.corrected ?? null,
      detectors: evidence?.detectors ?? null,
      t_die_c: record.dieC,
      weight: record.weight,
      note: record.detail,
    },
  );
}

function beamEventPart(record: Extract<Rec, { type: "beam_event" }>): Part {
  return event(record.outcome, record.effect ?? "none", record.outcome === "unattributed" ? "none" : "dut", {
    number: record.number,
    primary: record.repeatOf === null,
    repeat_of: record.repeatOf,
    iter: record.evidence?.iteration ?? null,
    n_bad: record.evidence?.wrong ?? null,
    n_nan: record.evidence?.nan ?? null,
    t_die_c: record.dieC,
    fluence_cm2: record.fluencePerCm2,
    weight: record.weight,
    note: record.detail,
  });
}

function telemetryParts(record: Extract<Rec, { type: "telemetry" }>, run: RunStart | null): readonly Part[] {
  const { rail } = record;
  return [
    part(
      "see_iter",
      { workload: run?.workload ?? "" },
      {
        iter_now: record.iteration,
        clean_now: record.clean,
        boot_count: record.boots,
        state: record.state,
      },
    ),
    part("see_thermal", { sensor: "die" }, { t_c: record.dieC, set_c: run?.plan.temperatureC ?? null }),
    part("see_accel", { dev: run?.dut.accelerator ?? "" }, { throttle_bits: record.throttle }),
    linkPart(record.link),
    ...(rail === null
      ? []
      : [
          part(
            "see_rail",
            { rail: "main" },
            {
              v_v: rail.milliV / 1000,
              i_a: rail.milliA / 1000,
              p_w: (rail.milliV * rail.milliA) / 1e6,
              on: rail.on,
            },
          ),
        ]),
  ];
}

function linkPart(link: Extract<Rec, { type: "telemetry" }>["link"]): Part {
  return part(
    "see_link",
    {},
    { frames: link.frames, crc_err: link.garbled, seq_gap: link.lost, dropped_bytes: link.bytesDropped },
  );
}

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
