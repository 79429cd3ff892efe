/** What became of one strike, or of one event in a beam (docs/vocabulary.md). */
export const outcomes = [
  "masked",
  "sdcTolerable",
  "sdcCritical",
  "dueDetected",
  "dueCrash",
  "dueHang",
  "unattributed",
] as const;
export type Outcome = (typeof outcomes)[number];

/** What the device did, beside what it answered. */
export const effects = [
  "seu",
  "mbu",
  "mcu",
  "set",
  "sefi_self",
  "sefi_reset",
  "sefi_reload",
  "sefi_power",
  "sel",
  "sel_micro",
  "current_step",
  "stuck_bit",
] as const;
export type Effect = (typeof effects)[number];

/** Why a run ended. Closed list: every run has one, written by the host, always (REC-2). */
export const endReasons = [
  "strikes",
  "events",
  "fluence",
  "dose",
  "time",
  "interval_width",
  "operator",
  "self_check_masked",
  "golden_unstable",
  "sel_limit",
  "sefi_limit",
  "beam_lost",
  "dut_dead",
  "pulled_link",
  "bench_fault",
  "over_temperature",
  "host_crash",
  "storage",
  "config_error",
  "unknown_end",
] as const;
export type EndReason = (typeof endReasons)[number];

/** What kind of run it was (REC-13). */
export const runKinds = ["injection", "beam", "beam_off", "beam_on_dut_idle", "imported"] as const;
export type RunKind = (typeof runKinds)[number];
