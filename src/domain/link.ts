/**
 * A port moves bytes; a link moves lines. Transports differ only in how a `Port` is opened:
 * everything else is a function of that one small type, and a port is used once (opened again means made again).
 *
 *   device ─bytes→ Port ─guard→ lines ─batches→ Link.lines
 *   device ←bytes─ Port ←──────────────────── Link.write
 */
export interface Port {
  /** A stable name for people: `serial:usb-serial=A50285BI`, `tcp://10.0.0.7:4001`. */
  readonly name: string;
  /** Chunks as they come; ends when the port closes for whatever reason. Never throws for what the device does. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Resolves when the bytes are handed over, with back-pressure; a port that is gone swallows them. */
  write(bytes: Uint8Array): Promise<void>;
  /** Why the port ended, in words for people, where the transport knows; null while it is open. */
  ended?(): string | null;
  /** True where closing the port ends the device itself (a child process): not done merely because it is silent. */
  readonly closingEndsDevice?: boolean;
  close(): Promise<void>;
}

/** Opens the port, or throws RigError `port_missing`, `port_ambiguous` or `port_busy`. */
export type OpenPort = (signal?: AbortSignal) => Promise<Port>;

/** What one link has carried since it was opened. `bytesDropped` counts bytes beyond the capture quota or the line guard. */
export interface LinkCounts {
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly linesIn: number;
  /** Bytes cut by the length guard because no line end came. */
  readonly bytesCut: number;
  readonly opened: number;
}

export interface Link {
  readonly name: string;
  /** All lines of one chunk together, latin1, without the line end; empty lines are left out. Ends when the link closes. */
  readonly batches: AsyncIterable<readonly string[]>;
  /** Writes whole lines; each gets its line end here. */
  write(lines: readonly string[]): Promise<void>;
  counts(): LinkCounts;
  ended?(): string | null;
  close(): Promise<void>;
}

export type OpenLink = (signal?: AbortSignal) => Promise<Link>;
