import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import { switchedRailsOf } from "../domain/equipment.ts";
import type { BenchFaultName } from "../domain/equipment.ts";
import type { GuardedStation } from "../domain/guarded.ts";
import type { Reply } from "../domain/reply.ts";
import { refused } from "../domain/reply.ts";
import { cutAll, railsOff, railsOn, readRails } from "./cut-rails.ts";
import type { RailDone } from "./cut-rails.ts";
import type { Ask, Cut, Deed, Hello, ToldFault } from "./guard-wire.ts";
import { watchLimits } from "./guard-limits.ts";
import type { CutLimits } from "./guard-limits.ts";

/**
 * What a guard does, whatever carries the words to it.
 *
 *   run ─arm, beat, deeds, disarm→ duty ─→ rails, heaters, shutters
 *   clock ─beats missed for `afterMs`?→ duty ─cut all→ rails …       limits ─beyond?→ cut all
 *   operator ─power, kill→ duty
 *
 * After a cut the run has lost command: it may read, and turn nothing on. The rails stay off until an operator turns them on,
 * or another run takes command.
 */
export interface DutyOptions {
  readonly stations: ReadonlyMap<string, GuardedStation>;
  readonly limits: ReadonlyMap<string, CutLimits>;
  readonly clock: Clock;
  readonly afterMs: number;
  readonly log: (entry: LogEntry) => void;
  /** Tells the run that lost command. */
  readonly told: (caller: Caller, cut: Cut) => void;
  /** Tells every run that an operator has his hands on a board's rails: what it sees there is no trip. */
  readonly switched?: (fault: ToldFault) => void;
}

/** Whoever is connected; one object a connection. */
export type Caller = Pick<Hello, "role" | "by" | "pid" | "record">;

export const logWords = ["up", "armed", "disarmed", "cut", "power", "held-up", "down"] as const;

/** One thing that a guard did; a line of its log. */
export interface LogEntry {
  readonly atUtc: string;
  readonly what: (typeof logWords)[number];
  /** Record folder of the run it was about; null: of none. */
  readonly record: string | null;
  readonly why: string;
  /** How long the run had been silent; null where that is not the point. */
  readonly silentMs: number | null;
  readonly rails: readonly RailDone[];
}

interface Command {
  caller: Caller;
  beatNs: number;
}

const tickMs = 100;
/** Later than this by itself, the guard has been held up: whoever beat meanwhile was not heard. */
const heldUpMs = 1_000;

export class GuardDuty {
  readonly #its: DutyOptions;
  #command: Command | null = null;
  #lost: { readonly caller: Caller; readonly cut: Cut } | null = null;
  #cutting: Promise<readonly RailDone[]> | null = null;
  /** Stations that an operator turned off: a run does not turn them on again. */
  readonly #heldOff = new Set<string>();

  constructor(options: DutyOptions) {
    this.#its = options;
  }

  /** What whoever is connected asks. `check` and `boxes` are the process's to answer. */
  async asked(
    caller: Caller,
    ask: Exclude<Ask, { readonly ask: "check" | "boxes" }>,
  ): Promise<Reply<unknown>> {
    switch (ask.ask) {
      case "do":
        return this.#do(caller, ask);
      case "arm":
        return this.#arm(caller);
      case "beat":
        return this.#beat(caller, ask.diesC);
      case "disarm":
        return this.#disarm(caller);
      case "power":
        return this.#power(caller, ask.what, ask.station);
      case "kill":
        return { kind: "ok", value: await this.cut(`killed by ${caller.by}`, null) };
    }
  }

  /** Until the signal: cuts when the run in command is silent for too long, or a limit is passed. */
  async watch(signal: AbortSignal): Promise<void> {
    const { clock, stations, limits } = this.#its;
    await Promise.all([
      this.#watchBeats(signal),
      watchLimits(stations, limits, clock, (why) => this.#limitPassed(why), signal),
    ]);
  }

  /** Everything off, verified, in the log; who was in command has lost it. Never throws. */
  async cut(why: string, silentMs: number | null): Promise<readonly RailDone[]> {
    const loser = this.#command?.caller ?? null;
    this.#command = null;
    const cut: Cut = { atUtc: this.#nowUtc(), why };
    if (loser !== null) {
      this.#lost = { caller: loser, cut };
      // Before its rails go: it shall not take this for a trip of theirs.
      this.#its.told(loser, cut);
    }
    this.#cutting ??= cutAll(this.#its.stations).finally(() => (this.#cutting = null));
    const rails = await this.#cutting;
    this.#log("cut", why, { record: loser?.record ?? null, silentMs, rails, atUtc: cut.atUtc });
    return rails;
  }

  log(what: LogEntry["what"], why: string): void {
    this.#log(what, why, {});
  }

  async #do(caller: Caller, deed: Deed): Promise<Reply<unknown>> {
    const station = this.#its.stations.get(deed.station);
    if (station === undefined) return refused(`the guard holds nothing of station '${deed.station}'`);
    const why = harmless.includes(deed.verb) ? null : this.#mayNot(caller);
    if (why !== null) return refused(why);
    if (deed.part === "rail" && deed.verb === "on" && this.#heldOff.has(deed.station))
      return refused(`an operator turned '${deed.station}' off: radrig power on`);
    switch (deed.part) {
      case "rail":
        return station.rails[deed.place]?.[deed.verb]() ?? absent(deed);
      case "thermal": {
        const { thermal } = station;
        if (thermal === null) return absent(deed);
        if (deed.verb !== "set") return deed.verb === "off" ? thermal.off() : thermal.read();
        const [temperatureC, rateC = null] = deed.args;
        return temperatureC === undefined ? absent(deed) : thermal.set(temperatureC, rateC);
      }
      case "injector": {
        const [dut, strike, manner] = deed.args;
        if (station.injector === null) return absent(deed);
        return deed.verb === "arm"
          ? station.injector.arm(dut, strike, manner)
          : station.injector.release(dut, strike);
      }
      case "beam":
        return station.beam?.[deed.verb]() ?? absent(deed);
    }
  }

  /** Why this caller may turn nothing on; null: it may. */
  #mayNot(caller: Caller): string | null {
    if (this.#command?.caller === caller) return null;
    if (this.#lost !== null && sameRun(this.#lost.caller, caller))
      return `the guard cut the rails at ${this.#lost.cut.atUtc} (${this.#lost.cut.why}): this run has lost command`;
    return "not-in-command";
  }

  #arm(caller: Caller): Reply<null> {
    const now = this.#command;
    if (caller.role !== "run") return refused("only a run takes command");
    if (this.#lost !== null && sameRun(this.#lost.caller, caller)) return refused(this.#mayNot(caller)!);
    if (now !== null && !sameRun(now.caller, caller))
      return refused(`process ${now.caller.pid} (${now.caller.record ?? "no record"}) is in command`);
    this.#command = { caller, beatNs: this.#its.clock.nowNs() };
    this.#lost = null;
    if (now === null) this.#log("armed", `process ${caller.pid}, by ${caller.by}`, { record: caller.record });
    return { kind: "ok", value: null };
  }

  #beat(caller: Caller, diesC: Readonly<Record<string, number>>): Reply<null> {
    if (this.#command?.caller !== caller) return refused(this.#mayNot(caller) ?? "not-in-command");
    this.#command.beatNs = this.#its.clock.nowNs();
    for (const [station, dieC] of Object.entries(diesC)) {
      const dieCutC = this.#its.limits.get(station)?.dieCutC ?? null;
      if (dieCutC !== null && dieC > dieCutC)
        void this.cut(`the die of '${station}' is at ${dieC.toFixed(1)} °C, above ${dieCutC} °C`, null);
    }
    return { kind: "ok", value: null };
  }

  #disarm(caller: Caller): Reply<null> {
    if (this.#command?.caller !== caller) return refused(this.#mayNot(caller) ?? "not-in-command");
    this.#command = null;
    this.#log("disarmed", `process ${caller.pid} came to its end`, { record: caller.record });
    return { kind: "ok", value: null };
  }

  async #power(
    caller: Caller,
    what: Extract<Ask, { readonly ask: "power" }>["what"],
    only: string | null,
  ): Promise<Reply<readonly RailDone[]>> {
    const chosen = [...this.#its.stations].filter(([name]) => only === null || name === only);
    if (chosen.length === 0) return refused(`no station '${only ?? ""}' has rails that this guard holds`);
    const every = async (
      deed: (name: string, station: GuardedStation) => Promise<readonly RailDone[]>,
    ): Promise<readonly RailDone[]> =>
      (await Promise.all(chosen.map(([name, station]) => deed(name, station)))).flat();
    for (const [name] of chosen) {
      if (what === "off") this.#heldOff.add(name);
      if (what === "on" || what === "cycle") this.#heldOff.delete(name);
    }
    const tell = (told: BenchFaultName, detail: string): void => {
      for (const [station] of chosen)
        this.#its.switched?.({ device: switchedRailsOf(station), stations: [station], what: told, detail });
    };
    if (what === "off" || what === "cycle") {
      tell("switched_off", `${what} by ${caller.by}, through the guard`);
      await every(railsOff);
    }
    const rails = what === "on" || what === "cycle" ? await every(railsOn) : await every(readRails);
    if (what === "on" || what === "cycle") tell("back", `on by ${caller.by}, through the guard`);
    if (what !== "status")
      this.#log("power", `${what} by ${caller.by}`, { record: this.#command?.caller.record ?? null, rails });
    return { kind: "ok", value: rails };
  }

  async #limitPassed(why: string): Promise<void> {
    await this.cut(why, null);
  }

  async #watchBeats(signal: AbortSignal): Promise<void> {
    const { clock, afterMs } = this.#its;
    for (let lastNs = clock.nowNs(); !signal.aborted; lastNs = clock.nowNs()) {
      await clock.sleep(tickMs, signal);
      const command = this.#command;
      const nowNs = clock.nowNs();
      if (nowNs - lastNs > (tickMs + heldUpMs) * nsPerMs) {
        this.log("held-up", `the guard itself stood still for ${((nowNs - lastNs) / 1e9).toFixed(1)} s`);
        // What was said meanwhile waits in the socket: it is heard first.
        if (command !== null) command.beatNs = Math.max(command.beatNs, nowNs - (afterMs / 2) * nsPerMs);
        continue;
      }
      if (command === null) continue;
      const silentMs = (nowNs - command.beatNs) / nsPerMs;
      if (silentMs < afterMs) continue;
      const { pid } = command.caller;
      await this.cut(`process ${pid} was silent for ${(silentMs / 1000).toFixed(1)} s`, silentMs);
    }
  }

  #nowUtc(): string {
    const { clock } = this.#its;
    return new Date(Date.parse(clock.epochUtc) + clock.nowNs() / nsPerMs).toISOString();
  }

  #log(what: LogEntry["what"], why: string, more: Partial<LogEntry>): void {
    const bare = { record: null, silentMs: null, rails: [] };
    this.#its.log({ atUtc: this.#nowUtc(), what, why, ...bare, ...more });
  }
}

/** Whoever has lost command may still look, and turn off. */
const harmless: readonly string[] = ["off", "close", "read", "release"];

function absent({ part, station }: Deed): Reply<never> {
  return refused(`the guard holds no ${part} of station '${station}'`);
}

/** A run that lost its connection comes back as another caller. */
function sameRun(a: Caller, b: Caller): boolean {
  return a.pid === b.pid && a.record === b.record && a.role === b.role;
}
