import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { Port } from "../domain/link.ts";
import type { Reply } from "../domain/reply.ts";
import { refused, silence } from "../domain/reply.ts";
import { awaitReply, restWhile } from "./await-reply.ts";
import {
  decodeReply,
  encodeQuery,
  float32OfHex,
  hexOfFloat32,
  hexOfInt32,
  int32OfHex,
  wordsOfError,
} from "./mecom-frame.ts";
import type { MeComQuery, MeComReply } from "./mecom-frame.ts";

/**
 * Queries to one MeCom device, one at a time.
 *
 *   read, write ─→ query, next sequence number ─→ port        deadline: silence
 *   Reply ←─ is it the reply to that very query? ←─ line, at most 64 characters ←─ port         else thrown away
 */
export interface MeComLine {
  /** The 20 characters that a device says of itself. */
  identify(): Promise<Reply<string>>;
  readInt(parameter: number, instance: number): Promise<Reply<number>>;
  readFloat(parameter: number, instance: number): Promise<Reply<number>>;
  writeInt(parameter: number, instance: number, value: number): Promise<Reply<null>>;
  writeFloat(parameter: number, instance: number, value: number): Promise<Reply<null>>;
}

export interface MeComTimes {
  readonly address: number;
  readonly baud: number | null;
  readonly answerMs: number;
}

export function meComLine(port: Port, times: MeComTimes, clock: Clock): MeComLine {
  return new Line(port, times, clock);
}

/** The longest reply has 31 characters. */
const longestLine = 64;
const identificationLength = 20;
/** A busy device is asked again. */
const busyCode = 2;
const busyTries = 4;
const busyPauseMs = 50;

class Line implements MeComLine {
  readonly #port: Port;
  readonly #times: MeComTimes;
  readonly #clock: Clock;
  readonly #ended = new AbortController();
  #over = false;
  #sequence: number;
  #waiting: { readonly query: MeComQuery; readonly settle: (reply: MeComReply) => void } | null = null;

  constructor(port: Port, times: MeComTimes, clock: Clock) {
    this.#port = port;
    this.#times = times;
    this.#clock = clock;
    // So that a reply left over from before this port was opened fits no query soon.
    this.#sequence = Math.floor(clock.nowNs() / nsPerMs) & 0xffff;
    void this.#listen().finally(() => this.#ended.abort());
  }

  async identify(): Promise<Reply<string>> {
    return this.#payload("?IF", (text) => (text.length === identificationLength ? text : null));
  }

  readInt(parameter: number, instance: number): Promise<Reply<number>> {
    return this.#payload(`?VR${digits(parameter, 4)}${digits(instance, 2)}`, int32OfHex);
  }

  readFloat(parameter: number, instance: number): Promise<Reply<number>> {
    return this.#payload(`?VR${digits(parameter, 4)}${digits(instance, 2)}`, float32OfHex);
  }

  writeInt(parameter: number, instance: number, value: number): Promise<Reply<null>> {
    return this.#write(parameter, instance, hexOfInt32(value));
  }

  writeFloat(parameter: number, instance: number, value: number): Promise<Reply<null>> {
    return this.#write(parameter, instance, hexOfFloat32(value));
  }

  async #payload<T>(payload: string, read: (text: string) => T | null): Promise<Reply<T>> {
    const reply = await this.#ask(payload, (came) => came.kind === "payload" && read(came.payload) !== null);
    if (reply.kind !== "ok") return reply;
    return { kind: "ok", value: read((reply.value as Extract<MeComReply, { kind: "payload" }>).payload)! };
  }

  async #write(parameter: number, instance: number, value: string): Promise<Reply<null>> {
    const payload = `VS${digits(parameter, 4)}${digits(instance, 2)}${value}`;
    const reply = await this.#ask(payload, ({ kind }) => kind === "acknowledged");
    return reply.kind === "ok" ? { kind: "ok", value: null } : reply;
  }

  async #ask(payload: string, fits: (reply: MeComReply) => boolean): Promise<Reply<MeComReply>> {
    const beganNs = this.#clock.nowNs();
    for (let tries = 1; ; tries++) {
      const reply = this.#over ? null : await this.#askOnce(payload, fits);
      if (reply === null) return silence((this.#clock.nowNs() - beganNs) / nsPerMs);
      if (reply.kind !== "error") return { kind: "ok", value: reply };
      if (reply.code !== busyCode || tries === busyTries) return refused(wordsOfError(reply.code));
      await restWhile(this.#clock, busyPauseMs, this.#ended.signal);
    }
  }

  async #askOnce(payload: string, fits: (reply: MeComReply) => boolean): Promise<MeComReply | null> {
    const { address, baud, answerMs } = this.#times;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const query = { address, sequence: this.#sequence, payload };
    const frame = `${encodeQuery(query)}\r`;
    const wireMs = baud === null ? 0 : ((frame.length + 32) * 10 * 1_000) / baud;
    const replied = new Promise<MeComReply>((resolve) => {
      const settle = (reply: MeComReply): void => {
        if (reply.kind === "error" || fits(reply)) resolve(reply);
      };
      this.#waiting = { query, settle };
    });
    // Not waited for: a device that takes no bytes is found by the deadline.
    void this.#port.write(Buffer.from(frame, "latin1"));
    const reply = await awaitReply(this.#clock, answerMs + wireMs, replied, this.#ended.signal);
    this.#waiting = null;
    return reply;
  }

  async #listen(): Promise<void> {
    let begun = "";
    for await (const chunk of this.#port.chunks) {
      const lines = (begun + Buffer.from(chunk).toString("latin1")).split("\r");
      begun = lines.pop()!.slice(-longestLine);
      for (const line of lines) this.#hear(line.slice(-longestLine));
    }
    this.#over = true;
  }

  #hear(line: string): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    const reply = decodeReply(line, waiting.query);
    if (reply !== null) waiting.settle(reply);
  }
}

function digits(value: number, length: number): string {
  return value.toString(16).toUpperCase().padStart(length, "0");
}
