import { decode, encode, headingOf } from "../../firmware-protocol/codec.ts";
import { protocolVersion } from "../../firmware-protocol/messages.ts";
import type { Answer, Command, Head, Payload, Refusal } from "../../firmware-protocol/messages.ts";
import type { ResetCause } from "../domain/capabilities.ts";
import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { Link } from "../domain/link.ts";
import type { Equipment } from "./equipment.ts";
import { carryOut } from "./equipment.ts";

/**
 * The box beside the boards: injector, heaters, rails, beam counter and shutter on one line, spoken as PROTOCOL.md says, "Bench boxes".
 *
 *   link ─lines→ decode ─command→ refuse, or do it to the world ─answer→ encode ─→ link
 *   clock ─every hb ms→ heartbeat ─→ link
 */
export interface BoxOptions {
  readonly serial: string;
  readonly clock: Clock;
  readonly bootId: number;
  readonly boots: number;
  readonly cause: ResetCause;
  readonly equipment: Equipment;
}

/** Works until it is reset by command (answers that cause), or until signal or link end it (answers null). */
export async function runBenchBox(
  link: Link,
  options: BoxOptions,
  signal: AbortSignal,
): Promise<ResetCause | null> {
  const box = new Box(link, options);
  const end = new AbortController();
  const close = (): void => {
    end.abort();
    void link.close();
  };
  signal.addEventListener("abort", close, { once: true });
  const [cause] = await Promise.all([
    box.obey().finally(() => {
      signal.removeEventListener("abort", close);
      end.abort();
    }),
    box.beat(end.signal),
  ]);
  return cause;
}

const bootEvent = 1;
const outOfRange = (value: number, lowest: number, highest: number): boolean =>
  value < lowest || value > highest;

class Box {
  readonly #link: Link;
  readonly #its: BoxOptions;
  readonly #startedNs: number;
  #seq = 0;
  #acked = 0;
  #heartbeatMs = 1_000;
  /** Ends the wait for the next heartbeat when a hello has set another period. */
  #newPeriod = new AbortController();

  constructor(link: Link, options: BoxOptions) {
    this.#link = link;
    this.#its = options;
    this.#startedNs = options.clock.nowNs();
  }

  async obey(): Promise<ResetCause | null> {
    await this.#link.write([""]);
    await this.#sayBoot();
    for await (const batch of this.#link.batches) {
      for (const line of batch) if (await this.#hear(line)) return "command";
    }
    return null;
  }

  async beat(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#newPeriod = new AbortController();
      const changed = this.#newPeriod.signal;
      const end = (): void => this.#newPeriod.abort();
      signal.addEventListener("abort", end, { once: true });
      await this.#its.clock.sleep(this.#heartbeatMs, changed);
      signal.removeEventListener("abort", end);
      if (!changed.aborted) await this.#sayHeartbeat();
    }
  }

  /** True when the box is to reset. */
  async #hear(line: string): Promise<boolean> {
    const message = decode(line);
    if (message.kind === "garbled") {
      const heading = headingOf(line);
      if (heading?.kind === "c" && heading.name !== "ack")
        await this.#refuse(
          heading,
          heading.name,
          message.reason === "bad-field" ? "bad-field" : "unknown-command",
        );
      return false;
    }
    if (message.kind !== "c") return false;
    if (message.name === "ack") {
      if (message.boot === this.#its.bootId && message.event === bootEvent) this.#acked = bootEvent;
      return false;
    }
    if (message.boot !== 0 && message.boot !== this.#its.bootId) {
      await this.#refuse(message, message.name, "wrong-boot");
      return false;
    }
    const answer = await this.#answer(message);
    if (typeof answer === "string") await this.#refuse(message, message.name, answer);
    else await this.#say(answer);
    if (message.name === "resend" && this.#acked < bootEvent) await this.#sayBoot();
    return message.name === "reset";
  }

  #answer(command: Exclude<Command, { name: "ack" }> & Head): Answer | Refusal | Promise<Answer | Refusal> {
    const re = command.seq;
    const { serial, boots, cause, equipment } = this.#its;
    switch (command.name) {
      case "hello":
        if (command.protocol !== protocolVersion) return "bad-version";
        if (outOfRange(command.heartbeatMs, 10, 60_000) || command.leaseMs < 100) return "out-of-range";
        this.#heartbeatMs = command.heartbeatMs;
        this.#newPeriod.abort();
        return {
          kind: "a",
          name: "hello-ok",
          re,
          protocol: protocolVersion,
          model: "bench-box",
          serial,
          firmware: "0.1.0",
          accelerator: "none",
          boots,
          cause,
          event: bootEvent,
          dropped: 0,
          capabilities: ["inject", "heat", "rail", "beam"],
        };
      case "workloads":
      case "workloads-from":
        return { kind: "a", name: "workloads-ok", re, workloads: [] };
      case "status":
        return {
          kind: "a",
          name: "status-ok",
          re,
          state: "idle",
          iteration: 0,
          event: bootEvent,
          acked: this.#acked,
          dropped: 0,
          armed: 0,
          temperatureMilliC: Math.round(equipment.ambientC * 1_000),
          throttle: 0,
        };
      case "clock":
        return { kind: "a", name: "clock-ok", re, clockKHz: 1_000, powerMilliW: 0, throttle: 0 };
      case "stop":
        return { kind: "a", name: "stop-ok", re };
      case "reset":
        return { kind: "a", name: "reset-ok", re };
      case "resend":
        return {
          kind: "a",
          name: "resend-ok",
          re,
          events: this.#acked < bootEvent && command.event <= bootEvent ? 1 : 0,
        };
      case "inject":
      case "heat":
      case "rail":
      case "shutter":
      case "sense":
        return carryOut(command, equipment);
      case "load":
      case "target":
      case "space":
      case "shape":
      case "golden":
      case "check":
      case "strike":
      case "fault":
      case "run-to-error":
      case "run":
      case "refresh":
        return "not-able";
    }
  }

  #sayBoot(): Promise<void> {
    const { boots, cause } = this.#its;
    return this.#say({ kind: "e", name: "boot", event: bootEvent, boots, cause });
  }

  #sayHeartbeat(): Promise<void> {
    return this.#say({
      kind: "t",
      name: "heartbeat",
      state: "idle",
      iteration: 0,
      clean: 0,
      event: bootEvent,
      acked: this.#acked,
      dropped: 0,
      boots: this.#its.boots,
      temperatureMilliC: Math.round(this.#its.equipment.ambientC * 1_000),
      throttle: 0,
      cycles: 0,
    });
  }

  #refuse(head: Head, command: string, reason: Refusal): Promise<void> {
    return this.#say({ kind: "a", name: "refused", re: head.seq, command, reason });
  }

  #say(payload: Payload): Promise<void> {
    this.#seq = (this.#seq + 1) >>> 0;
    const uptimeMs = Math.floor((this.#its.clock.nowNs() - this.#startedNs) / nsPerMs);
    return this.#link.write([encode({ seq: this.#seq, boot: this.#its.bootId, uptimeMs }, payload)]);
  }
}
