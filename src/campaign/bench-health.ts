import type { Bench, Station } from "../domain/capabilities.ts";
import type { Clock } from "../domain/clock.ts";
import type { BenchFault } from "../domain/equipment.ts";
import { switchedRailsOf } from "../domain/equipment.ts";
import type { RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";

/**
 * The instruments that a run's conditions rest on, and which of them are out of order.
 *
 *   bench ─fault, back→ health ─→ records
 *                          └─ standing? ─→ a run ends its segment, waits, and goes on in a new one
 */
export interface BenchHealth {
  /** The first fault that stands against one of these devices; null: all are well. */
  standing(devices: readonly string[]): BenchFault | null;
  /** The same, or a cable that was out at any time since `fromNs` and is in again; whose port was closed missed what was said to it. */
  since(devices: readonly string[], fromNs: number): BenchFault | null;
  /** False: it is not well within this time, or nobody waits any more. A device waited for in vain is not waited for again. */
  wellAgain(devices: readonly string[], waitMs: number, signal: AbortSignal): Promise<boolean>;
  /** What a campaign itself has found out about an instrument. */
  report(fault: BenchFault): void;
  /** Every fault and every return as a record; ends when closed. */
  records(): AsyncGenerator<Rec, void>;
  close(): void;
}

export function benchHealth(bench: Bench, clock: Clock): BenchHealth {
  return new Health(bench, clock);
}

/** What the power of a board rests on: its supplies, and nobody else's hand on them. */
export function railDevices(station: string, rails: Station["rails"]): readonly string[] {
  return rails.length === 0 ? [] : [...rails.map(({ device }) => device), switchedRailsOf(station)];
}

/** The devices whose failure would make this run say something that is not so. */
export function devicesOf(run: RunPlan, { dut, rails, thermal, injector, beam }: Station): readonly string[] {
  const struck = run.target !== null && injector?.reaches.includes(run.target) === true;
  return [
    ...railDevices(dut.name, rails),
    ...(thermal !== null && run.temperatureC !== null ? [thermal.name] : []),
    ...(struck ? [injector.name] : []),
    ...(beam !== null && run.kind !== "injection" ? beam.devices : []),
  ];
}

/** More faults than this that nobody has read are not kept: an instrument with a loose plug must not fill memory. */
const mostUnread = 1_000;

class Health implements BenchHealth {
  readonly #clock: Clock;
  readonly #standing = new Map<string, BenchFault>();
  readonly #givenUp = new Set<string>();
  /** Of each device: the last time that its cable was found out. */
  readonly #out = new Map<string, { readonly fault: BenchFault; readonly tNs: number }>();
  #unread: BenchFault[] = [];
  #closed = false;
  #stir = new AbortController();

  constructor(bench: Bench, clock: Clock) {
    this.#clock = clock;
    void this.#listen(bench.faults);
  }

  standing(devices: readonly string[]): BenchFault | null {
    for (const device of devices) {
      const fault = this.#standing.get(device);
      if (fault !== undefined) return fault;
    }
    return null;
  }

  since(devices: readonly string[], fromNs: number): BenchFault | null {
    const standing = this.standing(devices);
    if (standing !== null) return standing;
    const out = devices
      .map((device) => this.#out.get(device))
      .find((one) => one !== undefined && one.tNs >= fromNs);
    return out?.fault ?? null;
  }

  async wellAgain(devices: readonly string[], waitMs: number, signal: AbortSignal): Promise<boolean> {
    const untilNs = this.#clock.nowNs() + waitMs * 1e6;
    for (;;) {
      const fault = this.standing(devices);
      if (fault === null) return true;
      const leftMs = (untilNs - this.#clock.nowNs()) / 1e6;
      if (signal.aborted || this.#closed || this.#givenUp.has(fault.device)) return false;
      if (leftMs <= 0) {
        this.#givenUp.add(fault.device);
        return false;
      }
      await this.#clock.sleep(leftMs, AbortSignal.any([signal, this.#stir.signal]));
    }
  }

  report(fault: BenchFault): void {
    if (fault.what === "unplugged") this.#out.set(fault.device, { fault, tNs: this.#clock.nowNs() });
    if (fault.what === "back") {
      this.#standing.delete(fault.device);
      this.#givenUp.delete(fault.device);
    } else if (!this.#standing.has(fault.device)) this.#standing.set(fault.device, fault);
    if (this.#unread.length < mostUnread) this.#unread.push(fault);
    this.#wake();
  }

  async *records(): AsyncGenerator<Rec, void> {
    for (;;) {
      for (const { device, stations, what, sinceNs, detail } of this.#unread.splice(0))
        yield {
          type: "bench_fault",
          tNs: this.#clock.nowNs(),
          run: null,
          device,
          stations,
          what,
          sinceNs,
          detail,
        };
      if (this.#unread.length > 0) continue;
      if (this.#closed) return;
      const { signal } = this.#stir;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    }
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async #listen(faults: AsyncIterable<BenchFault>): Promise<void> {
    for await (const fault of faults) this.report(fault);
  }

  #wake(): void {
    const stirred = this.#stir;
    this.#stir = new AbortController();
    stirred.abort();
  }
}
