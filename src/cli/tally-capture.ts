import { decode } from "../../firmware-protocol/codec.ts";
import type { Message } from "../../firmware-protocol/messages.ts";
import { linesOf } from "../link/lines.ts";
import { replayPort } from "../link/replay.ts";

/**
 *   raw capture ─bytes→ link ─lines→ codec ─messages→ tally by name, gaps in the numbering, boots
 *                                       └─garbled──→ tally by the first rule broken
 */
export interface CaptureTally {
  readonly bytes: number;
  /** Bytes after which the line guard put in a line end. */
  readonly bytesCut: number;
  readonly lines: number;
  readonly messages: number;
  readonly messagesByName: Readonly<Record<string, number>>;
  readonly garbled: number;
  readonly garbledByReason: Readonly<Record<string, number>>;
  /** One for each boot of a board that was heard, in the order heard. */
  readonly boots: readonly BootTally[];
  /** Lines of boards that are missing in the numbering, all boots together. */
  readonly linesLost: number;
}

export interface BootTally {
  /** 8 hex digits; 0 is a host's. */
  readonly bootId: string;
  readonly serial: string | null;
  readonly lines: number;
  readonly linesLost: number;
  readonly lastUptimeMs: number;
}

/** More boots than this in one capture are noise: they are counted together. */
const mostBoots = 10_000;

/** Takes a capture (a file, or the `raw` folder of a record) through link and codec. `each` is handed every accepted line. */
export async function tallyCapture(path: string, each: (message: Message) => void): Promise<CaptureTally> {
  const link = linesOf(await replayPort(path)());
  const messagesByName = new Map<string, number>();
  const garbledByReason = new Map<string, number>();
  const boots = new Map<
    number,
    { serial: string | null; lines: number; lost: number; seq: number; uptimeMs: number }
  >();
  let [messages, garbled] = [0, 0];
  for await (const batch of link.batches)
    for (const line of batch) {
      const message = decode(line);
      if (message.kind === "garbled") {
        garbled++;
        count(garbledByReason, message.reason);
        continue;
      }
      messages++;
      count(messagesByName, `${message.kind} ${message.name}`);
      each(message);
      const boot = boots.get(message.boot);
      if (boot === undefined) {
        if (boots.size < mostBoots)
          boots.set(message.boot, {
            serial: null,
            lines: 1,
            lost: 0,
            seq: message.seq,
            uptimeMs: message.uptimeMs,
          });
      } else {
        boot.lines++;
        // A number that runs back is a capture of several sittings, not a loss.
        boot.lost += Math.max(0, message.seq - boot.seq - 1);
        boot.seq = message.seq;
        boot.uptimeMs = message.uptimeMs;
      }
      const known = boots.get(message.boot);
      if (message.name === "hello-ok" && known !== undefined) known.serial ??= message.serial;
    }
  const heard = [...boots].map(([bootId, boot]) => ({
    bootId: bootId.toString(16).padStart(8, "0"),
    serial: boot.serial,
    lines: boot.lines,
    linesLost: boot.lost,
    lastUptimeMs: boot.uptimeMs,
  }));
  const { bytesIn, linesIn, bytesCut } = link.counts();
  return {
    bytes: bytesIn,
    bytesCut,
    lines: linesIn,
    messages,
    messagesByName: sorted(messagesByName),
    garbled,
    garbledByReason: sorted(garbledByReason),
    boots: heard,
    linesLost: heard.reduce((sum, boot) => sum + boot.linesLost, 0),
  };
}

function count(into: Map<string, number>, key: string): void {
  into.set(key, (into.get(key) ?? 0) + 1);
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
