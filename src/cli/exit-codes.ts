import type { RigErrorCode } from "../domain/errors.ts";
import { RigError } from "../domain/errors.ts";

/** What a process of radrig ends with; stable, and printed by `radrig --help`. */
export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  environment: 3,
  rig: 4,
  inconclusive: 5,
  gate: 99,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeHelp: readonly (readonly [ExitCode, string])[] = [
  [exitCodes.ok, "done"],
  [exitCodes.unexpected, "unexpected error: a fault of radrig itself"],
  [exitCodes.usage, "usage, rig file, campaign file, or a record that cannot be read"],
  [exitCodes.environment, "environment: no port, no permission, no server, no room on disk"],
  [exitCodes.rig, "the board or an instrument failed, or is not what the rig file says"],
  [exitCodes.inconclusive, "inconclusive: too few events to decide"],
  [exitCodes.gate, "a gate failed"],
  [exitCodes.interrupted, "interrupted"],
];

const ofRigError: Readonly<Record<RigErrorCode, ExitCode>> = {
  config: exitCodes.usage,
  port_missing: exitCodes.environment,
  port_ambiguous: exitCodes.environment,
  port_busy: exitCodes.environment,
  link_lost: exitCodes.environment,
  environment: exitCodes.environment,
  board_missing: exitCodes.rig,
  board_mismatch: exitCodes.rig,
  protocol_version: exitCodes.rig,
  golden_unstable: exitCodes.rig,
  self_check_masked: exitCodes.rig,
  dut_dead: exitCodes.rig,
  instrument: exitCodes.rig,
  journal_unreadable: exitCodes.usage,
  journal_mismatch: exitCodes.usage,
  storage: exitCodes.environment,
};

export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof RigError ? ofRigError[error.code] : exitCodes.unexpected;
}
