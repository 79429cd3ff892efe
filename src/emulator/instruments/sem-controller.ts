import type { Clock } from "../../domain/clock.ts";
import { nsPerMs, nsPerSecond } from "../../domain/clock.ts";
import { parseAddress, printAddress } from "../../instruments/address/sem-address.ts";
import type { ConfigurationMemory } from "../configuration-memory.ts";
import { translated, withoutBit } from "./sem-geometry.ts";
import type { Geometry } from "./sem-geometry.ts";
import {
  bannerOf,
  bitLines,
  detectOnlyLines,
  detectionLines,
  flagLine,
  hex,
  prompts,
  stateLine,
  statusReport,
} from "./sem-report.ts";
import type { FoundError, SemState } from "./sem-report.ts";
import { judged } from "./sem-scan.ts";
import type { Found, Scan } from "./sem-scan.ts";
import type { SemQuirks } from "./sem-quirks.ts";
import type { SemUart } from "./sem-uart.ts";
import { unscannedLines } from "./sem-unscanned.ts";
import type { Unscanned } from "./sem-unscanned.ts";

/**
 * The controller itself: one thing after the other, as the real one does. While it prints it neither reads nor scans.
 *
 *   power → initialization → observation ⇄ idle → injection, detect only, diagnostic scan        HLT: nothing any more, until power
 */
export interface ControllerParts {
  readonly uart: SemUart;
  readonly scan: Scan;
  /** In the order of their times; taken out as they are reported. */
  readonly unscanned: Unscanned[];
  readonly memory: ConfigurationMemory;
  readonly geometry: Geometry;
  readonly quirks: SemQuirks;
  readonly clock: Clock;
  readonly powered: () => boolean;
  /** Something has happened: bytes, a frame found, power, the end. */
  readonly rang: () => Promise<void>;
}

const uncorrectable = 0x20;
const essential = 0x40;
/** PG187 Error-Injection-Latency and a comment in public 7-series code, µs. */
const injectionUs = { x7: 24, us: 50, usp: 81 } as const;

export async function semController(parts: ControllerParts): Promise<void> {
  await new Controller(parts).run();
}

class Controller {
  readonly #its: ControllerParts;
  #state: SemState | "off" | "dead";
  #flags = 0;
  #commands = 0;
  #haltedAtTime = false;

  constructor(parts: ControllerParts) {
    this.#its = parts;
    this.#state = "off";
  }

  async run(): Promise<void> {
    const { uart, quirks, powered, rang, clock } = this.#its;
    let first = !(quirks.startsUp || quirks.stuckAfter !== undefined || !quirks.icapGrant);
    while (!uart.ended) {
      if (!powered()) {
        this.#enter("off");
        // What comes to a part without power is gone.
        if ((await uart.line(false)) === null) await rang();
      } else if (this.#state === "off") {
        if (first) this.#enter(this.#home());
        else await this.#initialize();
        first = false;
      } else if (this.#isDue(clock.nowNs())) {
        this.#haltedAtTime = true;
        await this.#halt();
      } else if (!(await this.#step())) await rang();
    }
  }

  /** One thing that is to be done; false where there is none. */
  async #step(): Promise<boolean> {
    const { uart, scan, quirks, unscanned, clock } = this.#its;
    const found = scan.found();
    if (found !== null) {
      await this.#report(found);
      return true;
    }
    if (this.#state === "observation" && unscanned[0] !== undefined && unscanned[0].atNs <= clock.nowNs()) {
      await this.#reportUnscanned(unscanned.shift()!);
      return true;
    }
    const line = await uart.line(this.#state !== "dead");
    if (line === null) return false;
    if (this.#state === "dead") return true;
    if (quirks.haltsAfterCommands === this.#commands++) await this.#halt();
    else await this.#obey(line);
    return true;
  }

  async #obey(line: string): Promise<void> {
    const [, letter, argument = null] = /^([A-Z])(?: ([0-9A-F]+))?$/.exec(line) ?? [];
    const { mode } = this.#its.quirks;
    const idle = this.#state === "idle";
    const ultra = this.#its.memory.shape.family !== "x7";
    const detects = ultra && idle && mode !== "emulation" && mode !== "monitoring";
    if (letter === "S" && argument === null && (idle || this.#state === "observation"))
      await this.#say(this.#status());
    else if (
      letter === "I" &&
      argument === null &&
      (this.#state === "observation" || this.#state === "detect")
    )
      await this.#say(this.#enter("idle"));
    else if (letter === "O" && argument === null && idle && mode.startsWith("mitigation"))
      await this.#say(this.#enter("observation"));
    else if (letter === "D" && argument === null && detects) await this.#say(this.#enter("detect"));
    else if (letter === "U" && argument === null && detects) await this.#diagnose();
    else if (letter === "R" && argument?.length === 2 && idle) return this.#initialize();
    else if (letter === "N" && argument !== null && idle) await this.#inject(argument);
    else if (argument !== null && idle) await this.#debug(letter ?? "", argument);
    // What a bad command prints is not documented: the prompt alone.
    await this.#prompt();
  }

  /** Turns into this state, and what it prints of it. */
  #enter(state: SemState | "off" | "dead"): string[] {
    const { scan } = this.#its;
    this.#state = state;
    if (state === "observation" || state === "detect") scan.start();
    else scan.stop();
    return state === "off" || state === "dead" ? [] : [stateLine(state)];
  }

  #home(): SemState {
    const { mode } = this.#its.quirks;
    return mode.startsWith("mitigation") ? "observation" : mode.startsWith("detect") ? "detect" : "idle";
  }

  async #initialize(): Promise<void> {
    const { memory, quirks, clock } = this.#its;
    const { family } = memory.shape;
    this.#enter("initialization");
    this.#flags = 0;
    if (!quirks.icapGrant) return void this.#enter("dead");
    const feature = `FS ${hex(quirks.featureSet, 2)}`;
    const extra = family === "x7" ? [] : ["AF 01"];
    await this.#say([bannerOf(family), stateLine("initialization"), feature, ...extra, "ICAP OK"]);
    if (quirks.stuckAfter === "ICAP OK") return void this.#enter("dead");
    await clock.sleep(quirks.scanMs);
    await this.#say(["RDBK OK"]);
    if (quirks.stuckAfter === "RDBK OK") return void this.#enter("dead");
    await clock.sleep(quirks.scanMs);
    await this.#say(["INIT OK", ...this.#enter(this.#home())]);
    await this.#prompt();
  }

  #status(): string[] {
    const { memory, geometry, quirks } = this.#its;
    const state = this.#state as SemState;
    const { family } = memory.shape;
    const { featureSet } = quirks;
    const maxFrame = geometry.framesPerSlr + 1;
    return statusReport({ family, maxFrame, state, flags: this.#flags, featureSet }, quirks.slrs);
  }

  async #inject(text: string): Promise<void> {
    const { memory, geometry, clock } = this.#its;
    const { family } = memory.shape;
    const address = parseAddress(family, text);
    const frame = address === null ? null : geometry.frameOf(address);
    const enabled = this.#injects();
    // The 7-series passes through Injection even where it is disabled; UltraScale does not (PG036 and PG187 Injection).
    if (family === "x7" ? address === null : !enabled || frame === null) return;
    await this.#say([stateLine("injection")]);
    await clock.sleep(injectionUs[family] / 1_000);
    if (enabled && address !== null && frame !== null)
      memory.flip({ frame, word: address.word, bit: address.bit }, "injector");
    await this.#say([stateLine("idle")]);
  }

  #injects(): boolean {
    const { injection, mode } = this.#its.quirks;
    return injection && (mode.endsWith("testing") || mode === "emulation");
  }

  async #debug(letter: string, argument: string): Promise<void> {
    const { memory, geometry, quirks } = this.#its;
    const { family, wordsPerFrame } = memory.shape;
    if (family === "x7" && !quirks.debugCommands) return;
    if (letter === "P" && argument.length === 2) {
      // `ssrrrrr`: the register is in the low five bits; 0C is IDCODE.
      const register = Number.parseInt(argument, 16) & 0x1f;
      return this.#say([hex(register === 0x0c ? quirks.idcode : 0, 8)]);
    }
    const address = parseAddress(family, argument);
    const frame = address === null ? null : geometry.frameOf(address);
    if (address === null || frame === null) return;
    if (letter === "Q")
      await this.#say(Array.from({ length: wordsPerFrame }, (_, word) => hex(memory.word(frame, word), 8)));
    else if (letter === "T") await this.#say([printAddress(translated(address, geometry)!)]);
    else if (letter === "X" && quirks.classification) await this.#say(["00000000"]);
  }

  /** One pass over the whole device, each bad frame named, nothing corrected (PG187 Error-Detection-Report–Diagnostic-Scan). */
  async #diagnose(): Promise<void> {
    const { memory, quirks, clock } = this.#its;
    await this.#say(this.#enter("diagnostic"));
    if (quirks.diagnosticPrompt) await this.#prompt();
    await clock.sleep(quirks.scanMs);
    const frames = new Set(memory.flipped().map(({ frame }) => frame));
    if (quirks.diagnosticPrompt && frames.size > 0) await this.#leavePrompt();
    for (const frame of frames) {
      const found = judged(frame, memory.flippedIn(frame), { family: memory.shape.family, ...quirks });
      await this.#say(detectOnlyLines(this.#errorOf(found)));
    }
    await this.#say(this.#enter("idle"));
  }

  async #report(found: Found): Promise<void> {
    const { memory, scan, quirks } = this.#its;
    const { family } = memory.shape;
    const error = this.#errorOf(found);
    scan.stop();
    await this.#leavePrompt();
    if (this.#state === "detect") {
      this.#flags = uncorrectable | essential;
      await this.#say([...detectOnlyLines(error), flagLine(this.#flags), ...this.#enter("idle")]);
      return this.#prompt();
    }
    await this.#say(detectionLines(error));
    const corrected = found.correctable ? found.bits : [];
    if (found.correctable) memory.repair(found.frame, "scrub");
    const touched = found.correctable ? found.bits.filter((bit) => memory.isEssential(bit)) : found.bits;
    const stale = this.#judge(found.correctable, !quirks.classification || touched.length > 0);
    const list = quirks.classification && found.correctable ? ["CLA", ...bitLines(touched), "END"] : [];
    const stays = found.correctable || (family === "x7" && quirks.afterUncorrectable === "observation");
    await this.#say([
      "COR",
      ...bitLines(corrected),
      "END",
      flagLine(stale),
      stateLine("classification"),
      ...list,
      flagLine(this.#flags),
    ]);
    await this.#say(this.#enter(stays ? "observation" : "idle"));
    await this.#prompt();
  }

  async #reportUnscanned(error: Unscanned): Promise<void> {
    this.#its.scan.stop();
    await this.#leavePrompt();
    const stale = flagLine(this.#judge(error.correctable, error.essential));
    const detected = [stateLine("correction"), ...unscannedLines(error, this.#timestamp()), stale];
    await this.#say([...detected, stateLine("classification"), flagLine(this.#flags)]);
    await this.#say(this.#enter(error.correctable ? "observation" : "idle"));
    await this.#prompt();
  }

  /** Sets the flags of an error; those that stand before its classification carry a stale essential one, and are returned. */
  #judge(correctable: boolean, counts: boolean): number {
    const bad = correctable ? 0 : uncorrectable;
    const stale = bad | (this.#flags & essential);
    this.#flags = bad | (counts ? essential : 0);
    return stale;
  }

  #errorOf({ frame, located, bits }: Found): FoundError {
    const { memory, geometry } = this.#its;
    const at = located
      ? { linear: withoutBit(geometry.linear(frame)), physical: withoutBit(geometry.physical(frame)) }
      : null;
    return { family: memory.shape.family, at, bits, timestamp: this.#timestamp() };
  }

  #timestamp(): number {
    return Math.floor(this.#its.clock.nowNs() / nsPerMs) % 2 ** 32;
  }

  #isDue(nowNs: number): boolean {
    const { haltsAtSeconds } = this.#its.quirks;
    return haltsAtSeconds !== undefined && !this.#haltedAtTime && nowNs >= haltsAtSeconds * nsPerSecond;
  }

  async #halt(): Promise<void> {
    const { memory, quirks } = this.#its;
    this.#enter("dead");
    const code = memory.shape.family === "x7" ? "SC 1F" : "SC 9F";
    await this.#say([...(quirks.haltSaysState ? [code] : []), "HLT"]);
  }

  async #leavePrompt(): Promise<void> {
    if (this.#its.quirks.leavesPromptLine) await this.#its.uart.say("\r");
  }

  async #say(lines: readonly string[]): Promise<void> {
    await this.#its.uart.say(lines.map((line) => `${line}\r`).join(""));
  }

  async #prompt(): Promise<void> {
    const prompt = prompts[this.#state as SemState];
    if (prompt !== undefined) await this.#its.uart.say(prompt);
  }
}
