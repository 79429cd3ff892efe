/**
 * What a record looks like in InfluxDB. Tags are bounded words to group by; all that is measured or unbounded is a field, its
 * unit at the end of its name. A field has one type for ever: InfluxDB refuses the other one.
 *
 * Tags of every point: `record` (the record's UUID), `campaign`, `rig`, `source` (emu, hw, import), and where they apply
 * `run` (zero-padded number) and `dut`. Every point has the field `seq`, the journal's number of the record it was made from.
 */
export const measurements = {
  /** One strike and what became of it; `class` is its outcome, or `unknown`. */
  see_inject: {
    tags: ["workload", "target", "model", "class"],
    fields: {
      seq: "integer",
      fault_idx: "integer",
      word: "integer",
      component: "text",
      struck: "text",
      mask: "text",
      iter: "integer",
      cycle: "integer",
      via: "text",
      acked: "flag",
      addr: "text",
      dwell_ms: "float",
      restored: "flag",
      outcome: "text",
      effect: "text",
      primary: "flag",
      repeat_of: "integer",
      n_bad: "integer",
      n_nan: "integer",
      corrected: "integer",
      detectors: "integer",
      t_die_c: "float",
      weight: "float",
      note: "text",
    },
  },
  /** What happened by itself: `class` beam_event's outcome, `corrected`, or `effect`, `boot`, `rung`, `link`; `attrib` whose it is. */
  see_event: {
    tags: ["class", "sub", "attrib"],
    fields: {
      seq: "integer",
      number: "integer",
      primary: "flag",
      repeat_of: "integer",
      iter: "integer",
      n_bad: "integer",
      n_nan: "integer",
      t_die_c: "float",
      corrected: "integer",
      fluence_cm2: "float",
      dose_rad_si: "float",
      weight: "float",
      rail: "text",
      device: "text",
      i_a: "float",
      baseline_a: "float",
      rung: "integer",
      cured: "flag",
      boot_count: "integer",
      expected: "flag",
      lost_at_most: "integer",
      note: "text",
    },
  },
  /** What a board's error counters counted at one place since the point before of that place. */
  see_ecc: {
    tags: ["structure"],
    fields: { seq: "integer", corrected: "integer", uncorrected: "integer", live: "flag" },
  },
  see_check: {
    tags: ["check"],
    fields: { seq: "integer", pass: "flag", outcome: "text", target: "text", note: "text" },
  },
  /** `iters` and `clean` since the last point that has them; `iter_now` and `clean_now` as the board counts them. */
  see_iter: {
    tags: ["workload"],
    fields: {
      seq: "integer",
      iters: "integer",
      clean: "integer",
      compute_s: "float",
      iter_now: "integer",
      clean_now: "integer",
      boot_count: "integer",
      state: "text",
    },
  },
  see_rail: {
    tags: ["rail"],
    fields: { seq: "integer", v_v: "float", i_a: "float", p_w: "float", on: "flag" },
  },
  see_thermal: {
    tags: ["sensor"],
    fields: { seq: "integer", t_c: "float", set_c: "float", drive_pct: "float", stable: "flag" },
  },
  see_accel: { tags: ["dev"], fields: { seq: "integer", throttle_bits: "integer" } },
  see_beam: {
    tags: ["counter"],
    fields: {
      seq: "integer",
      flux_cm2_s: "float",
      fluence_cm2: "float",
      on: "flag",
      gap_s: "float",
      restarts: "integer",
      rel_uncertainty: "float",
    },
  },
  /** Totals since the rig was opened. */
  see_link: {
    tags: [],
    fields: {
      seq: "integer",
      frames: "integer",
      crc_err: "integer",
      seq_gap: "integer",
      dropped_bytes: "integer",
    },
  },
  /** `state` as the campaign's, or `start`, `end`, `dead`, `resumed`, `guard`. */
  see_run: {
    tags: ["state"],
    fields: {
      seq: "integer",
      reason: "text",
      comment: "text",
      workload: "text",
      dead_s: "float",
      latency_ms: "float",
      segment: "integer",
      torn_bytes: "integer",
    },
  },
  see_log: { tags: ["level"], fields: { seq: "integer", msg: "text", who: "text" } },
} as const satisfies Record<string, MeasurementShape>;

export type FieldKind = "integer" | "float" | "flag" | "text";

interface MeasurementShape {
  readonly tags: readonly string[];
  readonly fields: Readonly<Record<string, FieldKind>>;
}

export type Measurement = keyof typeof measurements;

interface ValueOf {
  readonly integer: number;
  readonly float: number;
  readonly flag: boolean;
  readonly text: string;
}

type Kinds<M extends Measurement> = (typeof measurements)[M]["fields"];

/** A field that is null or empty, or a number that is none, is left out of the point. */
export type FieldsOf<M extends Measurement> = {
  readonly [F in Exclude<keyof Kinds<M>, "seq">]?: Kinds<M>[F] extends FieldKind
    ? ValueOf[Kinds<M>[F]] | null
    : never;
};
export type TagsOf<M extends Measurement> = Readonly<
  Record<(typeof measurements)[M]["tags"][number], string>
>;

export const commonTags = ["record", "campaign", "rig", "source", "run", "dut"] as const;

export interface Point {
  readonly measurement: Measurement;
  /** An empty tag is left out. Points of one series, and no others, share the object: its text is made once. */
  readonly tags: Readonly<Record<string, string>>;
  /** The journal's number of the record, a field of every point. */
  readonly seq: number;
  readonly fields: Readonly<Record<string, number | boolean | string | null>>;
  /** Nanoseconds since 1970 UTC, in decimal digits: a number would lose the last three. */
  readonly timestampNs: string;
}
