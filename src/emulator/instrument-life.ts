import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import { RigError } from "../domain/errors.ts";
import { randomStream } from "../domain/random.ts";
import type { EmulationSpec } from "./emulation-schema.ts";
import { emulatedInstruments } from "./instruments/all.ts";
import type { Served } from "./instruments/emulated.ts";
import type { Wire } from "./wire.ts";
import type { World } from "./world.ts";

/**
 * One emulated instrument from the bench's start to its end. It lives on while its cable is pulled, as a real one does.
 *
 *   rig file's device, its quirks ─→ instrument ⇄ wire          `unplugged` ─→ the cable is pulled, and put back
 */
export interface InstrumentPlace {
  readonly name: string;
  readonly serial: string;
  readonly port: string;
  readonly protocol: string;
  /** Its port is a file that it writes and nobody answers: a log. */
  readonly writesFile?: boolean;
  /** Its entry in the rig file. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly serves: readonly Served[];
}

export interface InstrumentHooks {
  readonly spec: EmulationSpec;
  readonly world: World;
  readonly clock: Clock;
  readonly seed: number;
  /** Takes the port away for so long; for ever where negative. */
  readonly vanish: (goneMs: number) => void;
}

export async function instrumentLife(
  place: InstrumentPlace,
  wire: Wire,
  hooks: InstrumentHooks,
  signal: AbortSignal,
): Promise<void> {
  const { name, serial, protocol, settings, serves } = place;
  const { spec, world, clock, seed } = hooks;
  const kind = emulatedInstruments.find((candidate) => candidate.protocol === protocol);
  if (kind === undefined) throw new RigError("config", `no emulated instrument speaks '${protocol}'`);
  const quirks = spec.instruments[name] ?? { is: protocol, unplugged: [] };
  if (quirks.is !== protocol)
    throw new RigError(
      "config",
      `emulation.instruments.${name} is a '${quirks.is}', the device speaks '${protocol}': make them alike`,
    );
  const { is: _is, unplugged, ...own } = quirks;
  const uart = wire.device();
  const close = (): void => void uart.close();
  signal.addEventListener("abort", close, { once: true });
  const life = kind.live(uart, {
    name,
    serial,
    quirks: kind.schema.parse(own),
    settings,
    serves,
    world,
    clock,
    random: randomStream(seed, name, "instrument"),
    memory: new Map(),
  });
  await Promise.all([life, pullCables(unplugged, hooks, signal)]);
  signal.removeEventListener("abort", close);
}

async function pullCables(
  pulls: readonly { readonly atSeconds: number; readonly goneMs: number }[],
  { clock, vanish }: InstrumentHooks,
  signal: AbortSignal,
): Promise<void> {
  for (const { atSeconds, goneMs } of [...pulls].sort((a, b) => a.atSeconds - b.atSeconds)) {
    await clock.sleep(atSeconds * 1_000 - clock.nowNs() / nsPerMs, signal);
    if (signal.aborted) return;
    vanish(goneMs);
  }
}
