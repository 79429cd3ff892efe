import modbus from "modbus-serial";
import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { Port } from "../domain/link.ts";
import type { Reply } from "../domain/reply.ts";
import { refused, silence } from "../domain/reply.ts";
import { awaitReply, restWhile } from "./await-reply.ts";
import { ModbusPort } from "./modbus-port.ts";

/**
 * Requests to Modbus RTU devices on one line, one after the other, through `modbus-serial` on our clock.
 *
 *   ask ─→ line quiet? ─→ modbus-serial ─request→ ModbusPort ─→ port          deadline: silence, and what was asked is forgotten
 *   Reply ←──────────────  modbus-serial ←frame── ModbusPort ←─ port
 *
 * Its own time-outs run on wall time, so they stay off. After a silence the line is left quiet for as long as a reply may take:
 * without a sequence number a late reply would pass for that to the next request.
 */
export interface ModbusBus {
  /** Addresses count from 0, as they stand in the frame. Exceptions are refusals that begin `exception <code>`. */
  readCoils(unit: number, address: number, count: number): Promise<Reply<readonly boolean[]>>;
  writeCoil(unit: number, address: number, on: boolean): Promise<Reply<null>>;
  /** Function 3. */
  readRegisters(unit: number, address: number, count: number): Promise<Reply<readonly number[]>>;
  /** Function 6. */
  writeRegister(unit: number, address: number, value: number): Promise<Reply<null>>;
  /** Function 16. */
  writeRegisters(unit: number, address: number, values: readonly number[]): Promise<Reply<null>>;
}

export interface LineTimes {
  readonly baud: number | null;
  readonly answerMs: number;
}

const busyTries = 4;
const busyPauseMs = 50;

type Client = InstanceType<typeof modbus.default>;
type Next<T> = (error: Error | null, result: T) => void;

export function modbusBus(port: Port, times: LineTimes, clock: Clock): ModbusBus {
  return new Line(port, times, clock);
}

class Line implements ModbusBus {
  readonly #port: Port;
  readonly #times: LineTimes;
  readonly #clock: Clock;
  readonly #ended = new AbortController();
  #over = false;
  #adapter: ModbusPort;
  #client: Client;
  #quietUntilNs = 0;

  constructor(port: Port, times: LineTimes, clock: Clock) {
    this.#port = port;
    this.#times = times;
    this.#clock = clock;
    [this.#adapter, this.#client] = clientOver(port);
    void this.#listen().finally(() => this.#ended.abort());
  }

  async readCoils(unit: number, address: number, count: number): Promise<Reply<readonly boolean[]>> {
    const reply = await this.#ask<{ data: boolean[] }>(Math.ceil(count / 8), (client, next) =>
      client.writeFC1(unit, address, count, next),
    );
    return reply.kind === "ok" ? { kind: "ok", value: reply.value.data.slice(0, count) } : reply;
  }

  writeCoil(unit: number, address: number, on: boolean): Promise<Reply<null>> {
    return this.#write((client, next) => client.writeFC5(unit, address, on, next));
  }

  async readRegisters(unit: number, address: number, count: number): Promise<Reply<readonly number[]>> {
    const reply = await this.#ask<{ data: number[] }>(2 * count, (client, next) =>
      client.writeFC3(unit, address, count, next),
    );
    return reply.kind === "ok" ? { kind: "ok", value: reply.value.data } : reply;
  }

  writeRegister(unit: number, address: number, value: number): Promise<Reply<null>> {
    return this.#write((client, next) => client.writeFC6(unit, address, value, next));
  }

  writeRegisters(unit: number, address: number, values: readonly number[]): Promise<Reply<null>> {
    return this.#write((client, next) => client.writeFC16(unit, address, [...values], next), values.length);
  }

  async #write(send: (client: Client, next: Next<unknown>) => void, registers = 1): Promise<Reply<null>> {
    const reply = await this.#ask(2 * registers, send);
    return reply.kind === "ok" ? { kind: "ok", value: null } : reply;
  }

  /** A busy device is asked again. */
  async #ask<T>(payloadBytes: number, send: (client: Client, next: Next<T>) => void): Promise<Reply<T>> {
    for (let tries = 1; ; tries++) {
      const reply = await this.#askOnce(payloadBytes, send);
      if (tries === busyTries || reply.kind !== "refused" || !reply.reason.startsWith("exception 6 "))
        return reply;
      this.#quietFor(busyPauseMs);
    }
  }

  async #askOnce<T>(payloadBytes: number, send: (client: Client, next: Next<T>) => void): Promise<Reply<T>> {
    const clock = this.#clock;
    const leftMs = (this.#quietUntilNs - clock.nowNs()) / nsPerMs;
    if (leftMs > 0) await restWhile(clock, leftMs, this.#ended.signal);
    if (this.#over) return silence(0);
    const { answerMs } = this.#times;
    const waitMs = answerMs + this.#wireMs(16 + payloadBytes);
    const beganNs = clock.nowNs();
    const client = this.#client;
    const answered = new Promise<Reply<T>>((resolve) =>
      send(client, (error, value) =>
        resolve(error === null ? { kind: "ok", value } : refused(wordsOf(error))),
      ),
    );
    const reply = await awaitReply(clock, waitMs, answered, this.#ended.signal);
    if (reply === null) {
      this.#renew();
      this.#quietFor(answerMs);
      return silence((clock.nowNs() - beganNs) / nsPerMs);
    }
    // Frames are told apart by 3.5 characters of silence, at least 1.75 ms (Modbus over Serial Line V1.02, 2.5.1.1).
    this.#quietFor(Math.max(1.75, this.#wireMs(3.5)));
    return reply;
  }

  /** Eleven bits a byte: RTU has a parity bit, or a second stop bit in its place. */
  #wireMs(bytes: number): number {
    const { baud } = this.#times;
    return baud === null ? 0 : (bytes * 11 * 1_000) / baud;
  }

  #quietFor(ms: number): void {
    this.#quietUntilNs = this.#clock.nowNs() + ms * nsPerMs;
  }

  /** What was asked is forgotten, with the client that asked it. */
  #renew(): void {
    this.#adapter.giveUp();
    [this.#adapter, this.#client] = clientOver(this.#port);
  }

  async #listen(): Promise<void> {
    for await (const chunk of this.#port.chunks) this.#adapter.hear(chunk);
    this.#over = true;
  }
}

function clientOver(port: Port): [ModbusPort, Client] {
  const adapter = new ModbusPort(port);
  const client = new modbus.default(adapter);
  client.open(() => undefined);
  return [adapter, client];
}

function wordsOf(error: Error & { readonly modbusCode?: number }): string {
  const { modbusCode } = error;
  if (modbusCode === undefined) return error.message;
  return `exception ${modbusCode} (${exceptionWords[modbusCode] ?? "not in the standard"})`;
}

/** Modbus Application Protocol V1.1b3, 7. */
const exceptionWords: Readonly<Record<number, string>> = {
  1: "illegal function",
  2: "illegal data address",
  3: "illegal data value",
  4: "device failure",
  5: "acknowledged, still at work",
  6: "device busy",
  8: "memory parity error",
  10: "gateway path unavailable",
  11: "gateway target does not respond",
};
