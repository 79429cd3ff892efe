import { decode, encode } from "../../firmware-protocol/codec.ts";
import type { ResetCause } from "../domain/capabilities.ts";
import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { Port } from "../domain/link.ts";
import type { RandomStream } from "../domain/random.ts";
import type { Misbehaviour } from "./world-schema.ts";

/**
 * Misbehaviours on demand, each once: a layer between a device and its wire, so that the device itself stays well-behaved.
 *
 *   agent ─lines→ count events ─due?→ tear, mute, flood, step the clock ─→ wire
 *                                └──→ reboot, vanish: asked of whoever hosts the board
 *
 * A fault falls due with the event that makes its count, or at its second. Those that spoil a line take the next one.
 */
export interface Mischief {
  /** Around the device's port, anew at every boot. */
  around(port: Port): Port;
  /** The board is silent and deaf until it boots again. */
  hang(): void;
  /** Waits for the faults that have a time; ends with the last of them, or with the signal. */
  watch(signal: AbortSignal): Promise<void>;
}

export interface MischiefHooks {
  readonly clock: Clock;
  readonly random: RandomStream;
  /** Takes flood bytes at the host's pace. */
  pour(bytes: Uint8Array): Promise<void>;
  reboot(cause: ResetCause): void;
  /** The port goes, and is back after `goneMs`, under `newName` if there is one. */
  vanish(newName: string | null, goneMs: number): void;
}

const uptimeRange = 2 ** 40;
const floodChunkBytes = 4_096;

export function mischief(faults: readonly Misbehaviour[], hooks: MischiefHooks): Mischief {
  return new Spoiler(faults, hooks);
}

class Spoiler implements Mischief {
  readonly #hooks: MischiefHooks;
  #pending: readonly Misbehaviour[];
  #events = 0;
  /** What spoils the next line. */
  #spoil: "torn-line" | "reboot-mid-line" | null = null;
  #mutedUntilNs = 0;
  #stepMs = 0;
  #hideBoot = false;
  #boot = 0;

  constructor(faults: readonly Misbehaviour[], hooks: MischiefHooks) {
    this.#pending = faults;
    this.#hooks = hooks;
  }

  around(port: Port): Port {
    const boot = ++this.#boot;
    this.#mutedUntilNs = 0;
    this.#stepMs = 0;
    return {
      ...port,
      chunks: this.#heard(port, boot),
      write: (bytes) => {
        if (boot === this.#boot && this.#spent()) return port.write(bytes);
        for (const line of linesIn(bytes)) if (boot === this.#boot) this.#say(line, port);
        return Promise.resolve();
      },
    };
  }

  hang(): void {
    this.#mutedUntilNs = Infinity;
  }

  async watch(signal: AbortSignal): Promise<void> {
    const { clock } = this.#hooks;
    const timed = this.#pending
      .filter((fault) => fault.atSeconds !== undefined)
      .sort((a, b) => a.atSeconds! - b.atSeconds!);
    for (const fault of timed) {
      await clock.sleep(fault.atSeconds! * 1_000 - clock.nowNs() / nsPerMs, signal);
      if (signal.aborted) return;
      this.#befall(fault);
    }
  }

  async *#heard(port: Port, boot: number): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of port.chunks) if (boot === this.#boot && !this.#muted()) yield chunk;
  }

  /** What this line sets off comes after it, as far as it gets out. */
  #say(line: string, port: Port): void {
    const spoil = line === "\n" ? null : this.#spoil;
    const said = this.#spoiled(line);
    if (said !== "") void port.write(Buffer.from(said, "latin1"));
    if (spoil === "reboot-mid-line" && this.#spoil === null) this.#reboot("brownout");
    if (!line.startsWith("$e ")) return;
    this.#events++;
    for (const fault of this.#pending) if (fault.afterEvents === this.#events) this.#befall(fault);
  }

  #spoiled(line: string): string {
    if (this.#hideBoot) {
      if (line.startsWith("$e ")) this.#hideBoot = false;
      return "";
    }
    if (this.#muted()) return "";
    const stepped = this.#stepMs === 0 ? line : this.#withStep(line);
    if (this.#spoil === null || line === "\n") return stepped;
    this.#spoil = null;
    return stepped.slice(0, Math.floor(stepped.length / 2));
  }

  #befall(fault: Misbehaviour): void {
    this.#pending = this.#pending.filter((other) => other !== fault);
    switch (fault.do) {
      case "garbage-flood":
        void this.#flood(fault.bytes);
        break;
      case "torn-line":
      case "reboot-mid-line":
        this.#spoil = fault.do;
        break;
      case "silent-hang":
        this.#mutedUntilNs = fault.goneMs < 0 ? Infinity : this.#hooks.clock.nowNs() + fault.goneMs * nsPerMs;
        break;
      case "hidden-reboot":
        this.#hideBoot = true;
        this.#reboot("fault");
        break;
      case "clock-step":
        this.#stepMs += fault.stepMs;
        break;
      case "port-vanishes":
        this.#hooks.vanish(fault.newName ?? null, fault.goneMs);
        break;
    }
  }

  /** Nothing more of this boot gets out. */
  #reboot(cause: ResetCause): void {
    this.#boot++;
    this.#hooks.reboot(cause);
  }

  /** Nothing has come, or is to come, between the board and its wire. */
  #spent(): boolean {
    const spoiling = this.#spoil !== null || this.#hideBoot || this.#stepMs !== 0 || this.#muted();
    return this.#pending.length === 0 && !spoiling;
  }

  #muted(): boolean {
    return this.#hooks.clock.nowNs() < this.#mutedUntilNs;
  }

  /** The same message said by a board whose uptime counter has jumped, with the CRC it would give it. */
  #withStep(line: string): string {
    const message = decode(line.slice(0, -1));
    if (message.kind === "garbled") return line;
    const uptimeMs = (((message.uptimeMs + this.#stepMs) % uptimeRange) + uptimeRange) % uptimeRange;
    return `${encode({ ...message, uptimeMs }, message)}\n`;
  }

  async #flood(bytes: number): Promise<void> {
    for (let left = bytes; left > 0; left -= floodChunkBytes) {
      const chunk = new Uint8Array(Math.min(left, floodChunkBytes));
      for (let i = 0; i < chunk.length; i++) chunk[i] = this.#hooks.random.nextBelow(256);
      await this.#hooks.pour(chunk);
    }
  }
}

/** Whole lines, each with its line end, as a link writes them. */
function linesIn(bytes: Uint8Array): string[] {
  return Buffer.from(bytes)
    .toString("latin1")
    .split(/(?<=\n)/);
}
