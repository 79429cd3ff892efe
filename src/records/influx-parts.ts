import type { Rec, RunStart } from "../domain/records.ts";
import type { FieldsOf, Measurement, Point, TagsOf } from "./influx-schema.ts";

/** What one record says, without the tags and the time that all its points share. */
export interface Part {
  readonly measurement: Measurement;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Point["fields"];
}

function part<M extends Measurement>(measurement: M, tags: TagsOf<M>, fields: FieldsOf<M>): Part {
  return { measurement, tags, fields: fields as Point["fields"] };
}

/** `run` is the start of the run that the record belongs to; null where it belongs to none. */
export function partsOf(record: Rec, run: RunStart | null): readonly Part[] {
  switch (record.type) {
    case "campaign_start":
      return [part("see_run", { state: "start" }, { comment: record.plan.title })];
    case "resumed":
      return [
        part("see_run", { state: "resumed" }, { segment: record.segment, torn_bytes: record.tornBytes }),
      ];
    case "guard":
      return [part("see_run", { state: "guard" }, { comment: record.detail })];
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
    case "ecc": {
      const { structure, corrected, uncorrected, live } = record;
      return [part("see_ecc", { structure }, { corrected, uncorrected, live })];
    }
    case "corrected":
      return [
        event("corrected", "none", "dut", { iter: record.iteration, n_bad: 0, corrected: record.corrected }),
      ];
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
          {
            flux_cm2_s: record.fluxPerCm2PerSecond,
            fluence_cm2: record.fluencePerCm2,
            on: record.open,
            gap_s: record.gapSeconds,
            restarts: record.restarts,
            rel_uncertainty: record.relUncertainty1Sigma,
          },
        ),
      ];
    case "thermal": {
      const { objectC, sinkC, setC, outputPercent, stable } = record.reading;
      return [
        part(
          "see_thermal",
          { sensor: "object" },
          { t_c: objectC, set_c: setC, drive_pct: outputPercent, stable },
        ),
        ...(sinkC === null ? [] : [part("see_thermal", { sensor: "sink" }, { t_c: sinkC, set_c: null })]),
      ];
    }
    case "rail_event":
      return [
        event("rail", record.what, "none", {
          rail: record.rail,
          i_a: ampere(record.reading?.milliA ?? null),
          baseline_a: ampere(record.baselineMilliA),
          cured: record.cleared,
          t_die_c: record.dieC,
          fluence_cm2: record.fluencePerCm2,
          dose_rad_si: record.doseRadSi,
          note: record.detail,
        }),
      ];
    case "bench_fault":
      return [event("bench", record.what, "none", { device: record.device, note: record.detail })];
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

function ampere(milliA: number | null): number | null {
  return milliA === null ? null : milliA / 1000;
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
      model: run?.plan.faultModel?.name ?? "",
      class: outcome,
    },
    {
      fault_idx: strike.id,
      word: strike.word,
      component: record.component,
      struck: record.places.slice(0, 4).join("; "),
      mask: `0x${(strike.mask >>> 0).toString(16).padStart(8, "0")}`,
      iter: strike.iteration,
      cycle: strike.cycle,
      via: record.via,
      acked: record.confirmed,
      addr: record.injection?.armed?.address ?? null,
      dwell_ms: record.injection?.released?.dwellMs ?? record.injection?.armed?.dwellMs ?? null,
      restored: record.injection?.released?.restored ?? null,
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
    dose_rad_si: record.doseRadSi,
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
              v_v: rail.milliV === null ? null : rail.milliV / 1000,
              i_a: rail.milliA === null ? null : rail.milliA / 1000,
              p_w: rail.milliV === null || rail.milliA === null ? null : (rail.milliV * rail.milliA) / 1e6,
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
