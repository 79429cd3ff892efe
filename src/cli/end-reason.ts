import type { RigErrorCode } from "../domain/errors.ts";
import { RigError } from "../domain/errors.ts";
import type { EndReason } from "../domain/outcome.ts";
import { exitCodes } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";

const ofRigError: Readonly<Record<RigErrorCode, EndReason>> = {
  config: "config_error",
  port_missing: "pulled_link",
  port_ambiguous: "pulled_link",
  port_busy: "pulled_link",
  link_lost: "pulled_link",
  environment: "unknown_end",
  board_missing: "dut_dead",
  board_mismatch: "config_error",
  protocol_version: "config_error",
  golden_unstable: "golden_unstable",
  self_check_masked: "self_check_masked",
  dut_dead: "dut_dead",
  instrument: "bench_fault",
  journal_unreadable: "config_error",
  journal_mismatch: "config_error",
  storage: "storage",
};

/** What the record says of a campaign that an error ended. */
export function endReasonOfError(error: unknown): EndReason {
  return error instanceof RigError ? ofRigError[error.code] : "unknown_end";
}

/** What the process says of a campaign that ended by itself. An operator who stopped it knows that he did. */
export function exitCodeOfEnd(reason: EndReason | "complete"): ExitCode {
  switch (reason) {
    case "self_check_masked":
    case "golden_unstable":
    case "dut_dead":
    case "pulled_link":
    case "beam_lost":
    case "bench_fault":
    case "over_temperature":
    case "sel_limit":
    case "sefi_limit":
      return exitCodes.rig;
    case "config_error":
      return exitCodes.usage;
    case "storage":
      return exitCodes.environment;
    case "host_crash":
    case "unknown_end":
      return exitCodes.unexpected;
    case "complete":
    case "operator":
    case "strikes":
    case "events":
    case "fluence":
    case "dose":
    case "time":
    case "interval_width":
      return exitCodes.ok;
  }
}
