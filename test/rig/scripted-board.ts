import type { OpenPort, Port } from "../../src/domain/link.ts";
import { RigError } from "../../src/domain/errors.ts";
import { memoryPair } from "../../src/link/memory.ts";
import { decode, encode } from "../../firmware-protocol/codec.ts";
import type { Answer, BoardEvent, Command, Head, Payload } from "../../firmware-protocol/messages.ts";

/**
 * A board that does what a test says: keeps to the protocol unless told otherwise, event by event and line by line.
 * It has no clock: it speaks when it is spoken to, or when the test makes it speak.
 */
type Said = Head & Command;
type Behaviour = (command: Said, board: ScriptedBoard) => void;
type Without<P, K extends PropertyKey> = P extends Payload ? Omit<P, K> : never;
type EventBody = Without<BoardEvent, "kind" | "event">;
type AnswerBody = Without<Answer, "kind" | "re">;
type HeartbeatBody = Without<Extract<Payload, { name: "heartbeat" }>, "kind" | "name" | "event">;

export class ScriptedBoard {
  serial = "S-1";
  boot = 0xb0010001;
  boots = 1;
  seq = 0;
  acked = 0;
  protocol = 1;
  portName = "memory:board";
  /** The port cannot be opened. */
  isGone = false;
  /** Lines are neither read nor written. */
  isDeaf = false;
  /** Changes what goes out: the line itself, other lines, or nothing. */
  mangle: (line: string) => readonly string[] = (line) => [line];
  readonly heard: Said[] = [];
  readonly unreadable: string[] = [];
  readonly behaviours = new Map<Command["name"], Behaviour>();
  kept: { readonly event: number; readonly payload: BoardEvent }[] = [];
  opened = 0;
  /** A host has the port open. */
  isPlugged = false;
  capabilities: readonly ("run" | "strike" | "inject" | "heat" | "rail" | "beam")[] = [
    "run",
    "strike",
    "inject",
    "heat",
    "rail",
    "beam",
  ];
  #nextEvent = 1;
  #port: Port | null = null;
  #host: Port | null = null;

  get open(): OpenPort {
    return async () => {
      if (this.isGone) throw new RigError("port_missing", `no port ${this.portName}`);
      await this.#port?.close();
      this.opened++;
      const [host, device] = memoryPair(this.portName);
      this.#port = device;
      this.#host = host;
      this.isPlugged = true;
      void this.#serve(device);
      return host;
    };
  }

  /** The cable is pulled. */
  async unplug(): Promise<void> {
    await this.#host?.close();
  }

  get highestEvent(): number {
    return this.#nextEvent - 1;
  }

  /** Reboots in silence: what was kept is gone. The boot event is kept, and sent unless `hidden`. */
  reboot(cause: "power" | "watchdog" | "command" = "watchdog", hidden = false): void {
    this.boot = (this.boot + 1) >>> 0;
    this.boots++;
    this.seq = 0;
    this.acked = 0;
    this.kept = [];
    this.#nextEvent = 1;
    const keep = this.mangle;
    if (hidden) this.mangle = () => [];
    this.event({ name: "boot", boots: this.boots, cause });
    this.mangle = keep;
    if (hidden) this.seq = 0;
  }

  event(body: EventBody): number {
    const event = this.#nextEvent++;
    const payload = { kind: "e", ...body, event } as BoardEvent;
    this.kept.push({ event, payload });
    this.say(payload);
    return event;
  }

  heartbeat(fields: Partial<HeartbeatBody> = {}, event = this.highestEvent): void {
    const zeros = { iteration: 0, clean: 0, dropped: 0, throttle: 0, cycles: 0 };
    const state = {
      state: "ready",
      temperatureMilliC: 25_000,
      acked: this.acked,
      boots: this.boots,
    } as const;
    this.say({ kind: "t", name: "heartbeat", ...zeros, ...state, ...fields, event });
  }

  answer(command: Said, body: AnswerBody): void {
    this.say({ kind: "a", ...body, re: command.seq });
  }

  refuse(command: Said, reason: Extract<Answer, { name: "refused" }>["reason"]): void {
    this.answer(command, { name: "refused", command: command.name, reason });
  }

  say(payload: Payload, boot = this.boot): void {
    this.seq++;
    const line = encode({ seq: this.seq, boot, uptimeMs: 0 }, payload);
    for (const mangled of this.mangle(line)) this.raw(`${mangled}\n`);
  }

  raw(bytes: string): void {
    if (!this.isDeaf) void this.#port?.write(Buffer.from(bytes, "latin1"));
  }

  async #serve(port: Port): Promise<void> {
    let text = "";
    for await (const chunk of port.chunks) {
      text += Buffer.from(chunk).toString("latin1");
      const lines = text.split("\n");
      text = lines.pop()!;
      for (const line of lines) this.#take(line);
    }
    if (port === this.#port) this.isPlugged = false;
  }

  #take(line: string): void {
    if (this.isDeaf) return;
    const message = decode(line);
    if (message.kind !== "c") {
      this.unreadable.push(line);
      return;
    }
    this.heard.push(message);
    if (message.boot !== 0 && message.boot !== this.boot) {
      if (message.name !== "ack") this.refuse(message, "wrong-boot");
      return;
    }
    (this.behaviours.get(message.name) ?? keepToProtocol)(message, this);
  }
}

/** What a sound board does. */
export function keepToProtocol(command: Said, board: ScriptedBoard): void {
  const throttle = 0;
  switch (command.name) {
    case "hello": {
      const { protocol, serial, boots, capabilities } = board;
      board.answer(command, {
        name: "hello-ok",
        protocol,
        model: "scripted",
        serial,
        firmware: "1",
        accelerator: "cpu",
        boots,
        cause: "power",
        event: board.highestEvent,
        dropped: 0,
        capabilities,
      });
      break;
    }
    case "status":
      board.answer(command, {
        name: "status-ok",
        state: "ready",
        iteration: 0,
        event: board.highestEvent,
        acked: board.acked,
        dropped: 0,
        armed: 0,
        temperatureMilliC: 25_000,
        throttle,
      });
      break;
    case "ack":
      board.acked = Math.max(board.acked, command.event);
      board.kept = board.kept.filter(({ event }) => event > command.event);
      break;
    case "resend": {
      const again = board.kept.filter(({ event }) => event >= command.event);
      board.answer(command, { name: "resend-ok", events: again.length });
      for (const { payload } of again) board.say(payload);
      break;
    }
    case "workloads":
      board.answer(command, { name: "workloads-ok", workloads: ["gemm-f32"] });
      break;
    // As a board of before there were these: the host must do without.
    case "workloads-from":
    case "space":
    case "shape":
    case "run-to-error":
      board.refuse(command, "unknown-command");
      break;
    case "clock":
      board.answer(command, { name: "clock-ok", clockKHz: 1000, powerMilliW: 5, throttle });
      break;
    case "strike":
    case "fault":
      board.answer(command, { name: `${command.name}-ok`, id: command.id });
      break;
    case "inject":
      board.answer(command, { name: "inject-ok", id: command.id });
      break;
    case "run":
    case "stop":
    case "reset":
    case "heat":
      board.answer(command, { name: `${command.name}-ok` });
      break;
    case "load":
    case "target":
    case "golden":
    case "check":
    case "refresh":
    case "rail":
    case "shutter":
    case "sense":
      board.refuse(command, "not-able");
  }
}
