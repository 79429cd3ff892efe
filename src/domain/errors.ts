/**
 * The bench's own failures, the only thing that is thrown (law 1). Handle them by `code`, never by text.
 * The message is one line: what was found, what was expected, how to mend it.
 */
export type RigErrorCode =
  /** bad file, flag or value: exit 2 */
  | "config"
  /** a port, server, package or permission is missing: exit 3 */
  | "port_missing"
  | "port_ambiguous"
  | "port_busy"
  | "link_lost"
  | "environment"
  /** the board or an instrument does not do what the rig file says: exit 4 */
  | "board_missing"
  | "board_mismatch"
  | "protocol_version"
  | "golden_unstable"
  | "self_check_masked"
  | "dut_dead"
  | "instrument"
  /** records that cannot be read, or do not belong together: exit 2 */
  | "journal_unreadable"
  | "journal_mismatch"
  /** the record cannot be kept safe: exit 3 */
  | "storage";

export class RigError extends Error {
  override readonly name = "RigError" as const;
  readonly code: RigErrorCode;
  constructor(code: RigErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
