import { virtualClock } from "../../src/cli/clocks.ts";
import type { Clock } from "../../src/domain/clock.ts";
import type { InjectionSeen } from "../../src/domain/equipment.ts";
import { randomStream } from "../../src/domain/random.ts";
import type { Reply } from "../../src/domain/reply.ts";
import type { Upset } from "../../src/domain/strike.ts";
import { emulatedSem } from "../../src/emulator/instruments/sem.ts";
import type { ConfigurationMemory } from "../../src/emulator/configuration-memory.ts";
import type { TruthLine } from "../../src/emulator/truth.ts";
import { createWorld } from "../../src/emulator/world.ts";
import type { World } from "../../src/emulator/world.ts";
import type { SemFamily } from "../../src/instruments/address/sem-address.ts";
import type { InjectorInstrument, InstrumentNews } from "../../src/instruments/driver.ts";
import { semDriver } from "../../src/instruments/sem/sem.ts";
import { benchSpec } from "../emulator/bench-spec.ts";
import { roughWire, smooth } from "./rough-wire.ts";
import type { Rough, RoughWire } from "./rough-wire.ts";

/** Driver and emulated SEM controller of one family on one wire, with the world's account of what was flipped. */
export interface SemDriverBench {
  readonly injector: InjectorInstrument;
  readonly wire: RoughWire;
  readonly clock: Clock;
  readonly world: World;
  readonly memory: ConfigurationMemory;
  readonly truth: TruthLine[];
  readonly news: InstrumentNews[];
  close(): Promise<void>;
}

export interface SemDriverOptions {
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly quirks?: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly baud?: number | null;
  readonly rough?: Rough;
}

export function semDriverBench(family: SemFamily, options: SemDriverOptions = {}): SemDriverBench {
  const { configuration = {}, quirks = {}, settings = {}, baud = null, rough = smooth } = options;
  const clock = virtualClock();
  const truth: TruthLine[] = [];
  const board = { configuration: { family, frames: 500, ...configuration } };
  const world = createWorld(benchSpec({}, board), clock, (line) => truth.push(line));
  const wire = roughWire("sem", clock, rough);
  const life = emulatedSem.live(wire.device, {
    name: "sem",
    serial: "",
    quirks: emulatedSem.schema.parse(quirks),
    settings: baud === null ? {} : { link: { serial: { baud } } },
    serves: [{ station: "a", role: "injector", channel: 1, rail: null }],
    world,
    clock,
    random: randomStream(1, "sem"),
    memory: new Map(),
  });
  const keys = semDriver.schema.parse({ family, ...settings });
  const injector = semDriver.open(wire.host, { ...keys, baud, answerMs: 1_000 }, clock);
  const news: InstrumentNews[] = [];
  injector.onNews?.((one) => news.push(one));
  return {
    injector,
    wire,
    clock,
    world,
    memory: world.configuration("a"),
    truth,
    news,
    close: async () => {
      wire.pull();
      await life;
    },
  };
}

export function strikeAt(word: number, mask: number, id = 1): Upset {
  return { id, target: "configuration", word, mask: mask >>> 0, iteration: 0, cycle: 0 };
}

/** The value, where there is one; what came instead fails the test. */
export function valueIn(reply: Reply<InjectionSeen>): InjectionSeen {
  if (reply.kind !== "ok") throw new Error(`${reply.kind}: ${JSON.stringify(reply)}`);
  return reply.value;
}
