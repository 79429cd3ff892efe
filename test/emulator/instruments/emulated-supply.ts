import { virtualClock } from "../../../src/cli/clocks.ts";
import type { Clock } from "../../../src/domain/clock.ts";
import { randomStream } from "../../../src/domain/random.ts";
import type { EmulatedInstrument, Served } from "../../../src/emulator/instruments/emulated.ts";
import { createWorld } from "../../../src/emulator/world.ts";
import type { World } from "../../../src/emulator/world.ts";
import { memoryPair } from "../../../src/link/memory.ts";
import { benchSpec } from "../bench-spec.ts";

/** An emulated instrument with nobody on the host's side but the test, which speaks in bytes. */
export interface SpokenTo {
  readonly world: World;
  readonly clock: Clock;
  readonly random: ReturnType<typeof randomStream>;
  /** Sends this and gives what was said within 60 ms, latin1; before that it is left alone for 100 ms. */
  ask(latin1: string): Promise<string>;
  close(): Promise<void>;
}

export interface SpokenOptions {
  readonly quirks?: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly serves?: readonly Served[];
  readonly board?: Readonly<Record<string, unknown>>;
}

export const onRail = (channel = 1): Served => ({ station: "a", role: "rail", channel, rail: "main" });

export function spokenTo(
  kind: EmulatedInstrument,
  { quirks = {}, settings = {}, serves = [onRail()], board = {} }: SpokenOptions = {},
): SpokenTo {
  const clock = virtualClock();
  const world = createWorld(benchSpec({}, board), clock);
  const [host, device] = memoryPair("device");
  const life = kind.live(device, {
    name: "device",
    serial: "1234",
    quirks: kind.schema.parse(quirks),
    settings,
    serves,
    world,
    clock,
    random: randomStream(1, "device"),
    memory: new Map(),
  });
  let heard = "";
  void (async () => {
    for await (const chunk of host.chunks) heard += Buffer.from(chunk).toString("latin1");
  })();
  return {
    world,
    clock,
    random: randomStream(1, "test"),
    ask: async (latin1) => {
      await clock.sleep(100);
      heard = "";
      await host.write(Buffer.from(latin1, "latin1"));
      await clock.sleep(60);
      return heard;
    },
    close: async () => {
      await host.close();
      await life;
    },
  };
}
