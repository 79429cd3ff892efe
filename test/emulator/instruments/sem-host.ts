import { virtualClock } from "../../../src/cli/clocks.ts";
import type { Clock } from "../../../src/domain/clock.ts";
import { randomStream } from "../../../src/domain/random.ts";
import { emulatedSem } from "../../../src/emulator/instruments/sem.ts";
import type { ConfigurationMemory } from "../../../src/emulator/configuration-memory.ts";
import type { TruthLine } from "../../../src/emulator/truth.ts";
import { createWorld } from "../../../src/emulator/world.ts";
import type { World } from "../../../src/emulator/world.ts";
import { memoryPair } from "../../../src/link/memory.ts";
import { benchSpec } from "../bench-spec.ts";

/** An emulated SEM controller in a world of its own, and a person at a terminal who types and reads. */
export interface SemBench {
  readonly clock: Clock;
  readonly world: World;
  readonly memory: ConfigurationMemory;
  readonly truth: readonly TruthLine[];
  /** Types this as it is, and reads until nothing has come for so long. Line ends are shown as `|`. */
  type(text: string, quietMs?: number): Promise<string>;
  /** The same, with the time at which the last of it came. */
  typed(text: string, quietMs?: number): Promise<{ readonly printed: string; readonly heardNs: number }>;
  close(): Promise<void>;
}

export function semBench(
  configuration: Readonly<Record<string, unknown>>,
  quirks: Readonly<Record<string, unknown>> = {},
  settings: Readonly<Record<string, unknown>> = {},
): SemBench {
  const clock = virtualClock();
  const truth: TruthLine[] = [];
  const world = createWorld(benchSpec({}, { configuration }), clock, (line) => truth.push(line));
  const [host, uart] = memoryPair("sem");
  const life = emulatedSem.live(uart, {
    name: "sem",
    serial: "",
    quirks: emulatedSem.schema.parse(quirks),
    settings,
    serves: [{ station: "a", role: "injector", channel: 1, rail: null }],
    world,
    clock,
    random: randomStream(1, "sem"),
    memory: new Map(),
  });
  let heard = "";
  let heardNs = 0;
  const reading = (async () => {
    for await (const chunk of host.chunks) {
      heard += Buffer.from(chunk).toString("latin1");
      heardNs = clock.nowNs();
    }
  })();
  const typed: SemBench["typed"] = async (text, quietMs = 100) => {
    heardNs = clock.nowNs();
    if (text !== "") await host.write(Buffer.from(text, "latin1"));
    while (clock.nowNs() - heardNs < quietMs * 1e6) await clock.sleep(quietMs / 10);
    const printed = heard.replaceAll("\r", "|");
    heard = "";
    return { printed, heardNs };
  };
  return {
    clock,
    world,
    memory: world.configuration("a"),
    truth,
    typed,
    type: async (text, quietMs) => (await typed(text, quietMs)).printed,
    close: async () => {
      await host.close();
      await Promise.all([life, reading]);
    },
  };
}
