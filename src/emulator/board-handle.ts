import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import type { FabricFault } from "../board/fabric-fault.ts";
import { newInfoRom } from "../board/info-rom.ts";
import type { InfoRom } from "../board/info-rom.ts";
import type { ResetCause } from "../domain/capabilities.ts";
import { RigError } from "../domain/errors.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { Port } from "../domain/link.ts";
import type { Upset } from "../domain/strike.ts";
import type { Device } from "./device.ts";
import type { EmulatedBoardSpec } from "./world-schema.ts";
import type { Law } from "./law.ts";
import type { FromBoard, ToBoard } from "./process-words.ts";
import { promised } from "./promised.ts";
import type { ArmRefusal } from "./surroundings.ts";
import type { TruthLine } from "./truth.ts";
import type { BadCell } from "./weak-cells.ts";

/**
 * The world's hold on a board's process: started with the rail, killed with it.
 *
 *   rail on ─→ fork ─boot→ process ─UART (descriptor 4)─→ lines ─bare LF: a new boot─→ device port
 *   rail off ─→ SIGKILL
 */
export interface BoardHandle {
  /** Resolves at its first boot: from now on it hears. */
  readonly booted: Promise<void>;
  /** What it remembers without power, as it was before it last said anything. */
  readonly infoRom: InfoRom;
  turn(law: Law): void;
  /** Upsets now standing in the configuration of its FPGA. */
  configure(faults: readonly FabricFault[]): void;
  /** Cells of its device that are held now. */
  holdCells(cells: readonly BadCell[]): void;
  arm(strike: Upset): Promise<ArmRefusal | "rail-off" | null>;
  reboot(cause: ResetCause): void;
  /** Kills the process and waits for its end. */
  close(): Promise<void>;
  /** Kills it without waiting, as the last act of this process. */
  kill(): void;
}

export interface BoardHandleOptions {
  readonly board: string;
  readonly serial: string;
  readonly spec: EmulatedBoardSpec;
  readonly seed: number;
  readonly timeScale: number;
  readonly originNs: bigint;
  /** The program of a board's process. */
  readonly program: string;
  readonly eventLog: string | null;
  readonly law: Law;
  readonly device: Device;
  readonly cells: readonly BadCell[];
  /** The device's end of the cable, for one boot. */
  readonly openUart: () => Port;
  readonly busy: (computing: boolean, clockShare: number) => void;
  readonly struck: (line: Omit<TruthLine, "fluencePerCm2">) => void;
  /** The process ended though its rail is on. */
  readonly failed: (error: RigError) => void;
}

export function boardHandle(options: BoardHandleOptions): BoardHandle {
  return new Handle(options);
}

class Handle implements BoardHandle {
  readonly #its: BoardHandleOptions;
  readonly #firstBoot = promised();
  readonly #asks = new Map<number, (refusal: ArmRefusal | "rail-off" | null) => void>();
  #law: Law;
  #faults: readonly FabricFault[] = [];
  #cells: readonly BadCell[];
  #boots = 0;
  #infoRom = newInfoRom();
  #asked = 0;
  #child: ChildProcess | null = null;
  #uart: Port | null = null;

  constructor(options: BoardHandleOptions) {
    this.#its = options;
    this.#law = options.law;
    this.#cells = options.cells;
    if (options.law.powered) this.#start(options.law.sinceNs);
  }

  get booted(): Promise<void> {
    return this.#firstBoot.promise;
  }

  get infoRom(): InfoRom {
    return this.#infoRom;
  }

  turn(law: Law): void {
    const was = this.#law.powered;
    this.#law = law;
    if (was && !law.powered) this.kill();
    else if (!was && law.powered) this.#start(law.sinceNs + this.#its.spec.bootMs * nsPerMs);
    else this.#say({ say: "law", law });
  }

  configure(faults: readonly FabricFault[]): void {
    this.#faults = faults;
    this.#say({ say: "configure", faults });
  }

  holdCells(cells: readonly BadCell[]): void {
    this.#cells = cells;
    this.#say({ say: "hold", cells });
  }

  arm(strike: Upset): Promise<ArmRefusal | "rail-off" | null> {
    if (this.#child === null) return Promise.resolve("rail-off");
    const ask = ++this.#asked;
    return new Promise((resolve) => {
      this.#asks.set(ask, resolve);
      this.#say({ say: "arm", ask, strike });
    });
  }

  reboot(cause: ResetCause): void {
    this.#say({ say: "reboot", cause });
  }

  kill(): void {
    const child = this.#child;
    this.#child = null;
    void this.#uart?.close();
    this.#uart = null;
    for (const answer of this.#asks.values()) answer("rail-off");
    this.#asks.clear();
    child?.kill("SIGKILL");
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.kill();
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise((resolve) => child.once("exit", resolve));
  }

  #start(bootsAtNs: number): void {
    const { board, serial, spec, seed, timeScale, originNs, program, eventLog, failed, device } = this.#its;
    const child = fork(program, [], {
      stdio: ["ignore", "inherit", "inherit", "ipc", "pipe"],
      execArgv: [],
      // An InfoROM holds maps and sets.
      serialization: "advanced",
    });
    this.#child = child;
    const uart = child.stdio[4] as Duplex;
    uart.setEncoding("latin1");
    let rest = "";
    uart.on("data", (text: string) => {
      if (this.#child === child) rest = this.#hear(rest + text, uart);
    });
    // Killed in the middle of a write: the rail went, no more.
    uart.on("error", () => undefined);
    child.on("error", () => undefined);
    child.on("message", (message) => {
      // What it remembered before its rail went may come after.
      const words = message as FromBoard;
      if (this.#child === child || (this.#child === null && words.say === "remember")) this.#told(words);
    });
    child.on("exit", (code, signal) => {
      if (this.#child !== child) return;
      this.kill();
      const how = code === null ? `by ${signal ?? "a signal"}` : `with code ${code}`;
      failed(
        new RigError(
          "environment",
          `the process of emulated board '${board}' ended ${how}; its words are above`,
        ),
      );
    });
    // Its boots and its InfoROM outlive the process: what they were, the next one is told.
    this.#say({
      say: "boot",
      board,
      serial,
      spec,
      seed,
      timeScale,
      originNs: originNs.toString(),
      boots: this.#boots,
      cause: "power",
      infoRom: this.#infoRom,
      law: this.#law,
      faults: this.#faults,
      device,
      cells: this.#cells,
      eventLog,
      bootsAtNs,
    });
  }

  /** Whole lines go on; what is left of one waits for its end. A bare line end is how a board begins a boot. */
  #hear(text: string, uart: Duplex): string {
    const end = text.lastIndexOf("\n") + 1;
    let whole = "";
    const send = (): void => {
      if (whole !== "") void this.#uart?.write(Buffer.from(whole, "latin1"));
      whole = "";
    };
    for (const line of text.slice(0, end).split(/(?<=\n)/)) {
      if (line === "\n") {
        send();
        this.#boot(uart);
      }
      whole += line;
    }
    send();
    return text.slice(end);
  }

  #boot(uart: Duplex): void {
    const port = this.#its.openUart();
    this.#uart = port;
    void passOn(port, uart);
    this.#firstBoot.resolve();
  }

  #told(words: FromBoard): void {
    switch (words.say) {
      case "booting":
        this.#boots = words.boots;
        break;
      case "remember":
        this.#infoRom = words.infoRom;
        this.#say({ say: "remembered" });
        break;
      case "armed":
        this.#asks.get(words.ask)?.(words.refusal);
        this.#asks.delete(words.ask);
        break;
      case "busy":
        this.#its.busy(words.computing, words.clockShare);
        break;
      case "struck":
        this.#its.struck(words.line);
        break;
    }
  }

  #say(words: ToBoard): void {
    if (this.#child?.connected === true) this.#child.send(words, () => undefined);
  }
}

async function passOn(port: Port, uart: Duplex): Promise<void> {
  for await (const chunk of port.chunks) if (!uart.destroyed) uart.write(chunk);
}
