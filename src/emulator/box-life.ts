import type { ResetCause } from "../domain/capabilities.ts";
import type { Clock } from "../domain/clock.ts";
import { linesOf } from "../link/lines.ts";
import { runBenchBox } from "./bench-box.ts";
import type { BoxOptions } from "./bench-box.ts";
import { bootIdOf } from "./board-life.ts";
import type { Equipment } from "./equipment.ts";
import type { Wire } from "./wire.ts";

/** A bench box from its start to the signal: it has a supply of its own and boots again when it is told to reset. */
export interface BoxCircumstances {
  readonly name: string;
  readonly serial: string;
  readonly seed: number;
  readonly clock: Clock;
  readonly wire: Wire;
  readonly equipment: Omit<Equipment, "counterBeganAtPerCm2">;
}

const bootMs = 100;

export async function boxLife(circumstances: BoxCircumstances, signal: AbortSignal): Promise<void> {
  const { name, serial, seed, clock, wire, equipment } = circumstances;
  let cause: ResetCause = "power";
  for (let boots = 1; !signal.aborted; boots++) {
    if (boots > 1) await clock.sleep(bootMs, signal);
    const link = linesOf(wire.device());
    const booted = { ...equipment, counterBeganAtPerCm2: equipment.world.fluencePerCm2() };
    const options: BoxOptions = {
      serial,
      clock,
      bootId: bootIdOf(seed, name, boots),
      boots,
      cause,
      equipment: booted,
    };
    cause = (await runBenchBox(link, options, signal)) ?? "unknown";
    await link.close();
  }
}
