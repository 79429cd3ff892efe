import type { FabricFault } from "../board/fabric-fault.ts";
import { newInfoRom } from "../board/info-rom.ts";
import type { InfoRom } from "../board/info-rom.ts";
import type { ResetCause } from "../domain/capabilities.ts";
import type { Clock } from "../domain/clock.ts";
import type { Link, Port } from "../domain/link.ts";
import { randomStream } from "../domain/random.ts";
import type { Upset } from "../domain/strike.ts";
import { linesOf } from "../link/lines.ts";
import type { Device } from "./device.ts";
import type { EmulatedBoardSpec } from "./world-schema.ts";
import type { Law } from "./law.ts";
import { surroundingsOf } from "./surroundings.ts";
import type { BadCell } from "./weak-cells.ts";
import type { ArmRefusal, BoardSurroundings, WorldReports } from "./surroundings.ts";

/**
 * A board from power to power: it boots, its agent works, it resets and boots again; without the rail it is dead at once.
 *
 *   rail on ─bootMs→ agent ─reset, watchdog, fault─→ bootMs ─→ agent …
 *                      └──────── rail off ────────→ nothing, until the rail is on
 *
 * The rig begins with its boards booted. The count of boots and the InfoROM outlive everything; the boot id is new each time.
 */
export interface BoardLife {
  /** Runs until the signal; rejects only if the agent breaks. */
  run(signal: AbortSignal): Promise<void>;
  turn(law: Law): void;
  /** Upsets now standing in the configuration of its FPGA; they outlive every boot. */
  configure(faults: readonly FabricFault[]): void;
  /** Cells of its device that are held now; the world lets go of them, no boot does. */
  holdCells(cells: readonly BadCell[]): void;
  arm(strike: Upset): ArmRefusal | "rail-off" | null;
  /** Resets the board as a fault of its own would. */
  reboot(cause: ResetCause): void;
}

export interface BoardCircumstances {
  readonly board: string;
  readonly serial: string;
  readonly spec: EmulatedBoardSpec;
  readonly seed: number;
  readonly clock: Clock;
  readonly agent: Agent;
  /** The board's UART for one boot. */
  readonly openUart: () => Port;
  readonly reports: WorldReports;
  readonly law: Law;
  readonly faults?: readonly FabricFault[];
  /** What radiation does to its device, and what of it is held. */
  readonly device?: Device;
  readonly cells?: readonly BadCell[];
  /** Boots before the first one here, and why the first one happens. */
  readonly boots?: number;
  readonly cause?: ResetCause;
  /** What it remembers of the time before; a part fresh from the factory has nothing. */
  readonly infoRom?: InfoRom;
  /** How long the first boot takes; without it the board has booted already. */
  readonly firstBootMs?: number;
  /** Hears of every boot as it begins. */
  readonly booting?: (boots: number) => void;
}

/** What an agent is told when it boots. */
export interface Boot {
  readonly serial: string;
  readonly spec: EmulatedBoardSpec;
  readonly surroundings: BoardSurroundings;
  readonly clock: Clock;
  readonly bootId: number;
  readonly boots: number;
  readonly cause: ResetCause;
  /** The board's own, over all its boots. */
  readonly infoRom: InfoRom;
}

/** The program on the board: works until it resets (the answer says why) or the signal kills it. */
export type Agent = (link: Link, boot: Boot, signal: AbortSignal) => Promise<ResetCause | null>;

export function boardLife(circumstances: BoardCircumstances): BoardLife {
  return new Life(circumstances);
}

class Life implements BoardLife {
  readonly #its: BoardCircumstances;
  readonly #infoRom: InfoRom;
  #law: Law;
  #faults: readonly FabricFault[];
  #cells: readonly BadCell[];
  #boots: number;
  #cause: ResetCause;
  #surroundings: BoardSurroundings | null = null;
  /** Kills what runs now: the agent, or the wait for it. */
  #kill = new AbortController();
  #powerOn: (() => void) | null = null;

  constructor(circumstances: BoardCircumstances) {
    this.#its = circumstances;
    this.#infoRom = circumstances.infoRom ?? newInfoRom();
    this.#law = circumstances.law;
    this.#faults = circumstances.faults ?? [];
    this.#cells = circumstances.cells ?? [];
    this.#boots = circumstances.boots ?? 0;
    this.#cause = circumstances.cause ?? "power";
  }

  turn(law: Law): void {
    const was = this.#law.powered;
    this.#law = law;
    this.#surroundings?.turn(law);
    if (was && !law.powered) this.#interrupt("power");
    if (!was && law.powered) this.#powerOn?.();
  }

  configure(faults: readonly FabricFault[]): void {
    this.#faults = faults;
    this.#surroundings?.configure(faults);
  }

  holdCells(cells: readonly BadCell[]): void {
    this.#cells = cells;
    this.#surroundings?.holdCells(cells);
  }

  arm(strike: Upset): ArmRefusal | "rail-off" | null {
    if (!this.#law.powered) return "rail-off";
    return this.#surroundings?.arm(strike) ?? (this.#surroundings === null ? "not-loaded" : null);
  }

  reboot(cause: ResetCause): void {
    if (this.#law.powered) this.#interrupt(cause);
  }

  async run(signal: AbortSignal): Promise<void> {
    const end = (): void => {
      this.#kill.abort();
      this.#powerOn?.();
    };
    signal.addEventListener("abort", end, { once: true });
    for (let first = true; !signal.aborted; first = false) {
      if (!this.#law.powered) await new Promise<void>((resolve) => (this.#powerOn = resolve));
      else if (await this.#booted(first ? (this.#its.firstBootMs ?? 0) : this.#its.spec.bootMs))
        await this.#live();
    }
    signal.removeEventListener("abort", end);
  }

  async #booted(bootMs: number): Promise<boolean> {
    this.#kill = new AbortController();
    const { signal } = this.#kill;
    if (bootMs > 0) await this.#its.clock.sleep(bootMs, signal);
    return !signal.aborted;
  }

  async #live(): Promise<void> {
    const { board, serial, spec, seed, clock, agent, openUart, reports, booting, device } = this.#its;
    const { signal } = this.#kill;
    const boots = ++this.#boots;
    booting?.(boots);
    const physics = device === undefined ? {} : { device };
    const its = { name: board, spec, seed, boots, faults: this.#faults, cells: this.#cells, ...physics };
    const surroundings = surroundingsOf(its, clock, this.#law, reports);
    this.#surroundings = surroundings;
    const link = linesOf(openUart());
    const bootId = bootIdOf(seed, board, boots);
    const told = { serial, spec, surroundings, clock, bootId, boots, cause: this.#cause };
    const boot: Boot = { ...told, infoRom: this.#infoRom };
    const cause = await agent(link, boot, signal);
    if (!signal.aborted) this.#cause = cause ?? "unknown";
    this.#surroundings = null;
    await link.close();
    reports.busy(false, 1);
  }

  #interrupt(cause: ResetCause): void {
    this.#cause = cause;
    this.#surroundings = null;
    this.#kill.abort();
  }
}

/** Random, never 0, never that of the boot before. */
export function bootIdOf(seed: number, device: string, boots: number): number {
  const draw = (boot: number): number => randomStream(seed, device, "boot-id", boot).nextU32() || 1;
  const id = draw(boots);
  return id === draw(boots - 1) ? (id ^ 0x80000000) >>> 0 || 1 : id;
}
