import type { z } from "zod";
import type { Clock } from "../../domain/clock.ts";
import type { Port } from "../../domain/link.ts";
import type { RandomStream } from "../../domain/random.ts";
import type { World } from "../world.ts";

/**
 * An instrument made of software, on the far end of its wire. It speaks its maker's protocol from a grammar of its own, never through
 * the driver's parser (law 7), promises nothing that the real one lacks (law 12), and has its hands on the world alone.
 *
 *   host ─bytes→ uart ─→ grammar ─→ world          world ─→ state ─→ bytes ─→ uart
 */
export interface EmulatedInstrument {
  /** As `protocol` in a rig file names the device it stands for. */
  readonly protocol: string;
  /** Its keys under `emulation.instruments.<device>`: identity, quirks, faults. Every key has a default. */
  readonly schema: z.ZodObject;
  /** Lives on this UART until its chunks end (the cable was pulled, or the bench is closed). State that outlives a cable is in `its.memory`. */
  live(uart: Port, its: InstrumentCircumstances): Promise<void>;
}

export interface InstrumentCircumstances {
  readonly name: string;
  readonly serial: string;
  /** What has passed `schema`. */
  readonly quirks: Readonly<Record<string, unknown>>;
  /** The device's own entry in the rig file, as it stands there: baud rate, family, addresses. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What hangs on it, by channel. */
  readonly serves: readonly Served[];
  readonly world: World;
  readonly clock: Clock;
  readonly random: RandomStream;
  /** Kept over pulled cables; empty at first. */
  readonly memory: Map<string, unknown>;
}

export interface Served {
  readonly station: string;
  readonly role: "injector" | "thermal" | "rail" | "counter" | "shutter";
  readonly channel: number;
  /** Name of the rail; null for other roles. */
  readonly rail: string | null;
}
