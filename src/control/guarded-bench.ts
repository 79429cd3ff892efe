import type { BenchFault, Supply } from "../domain/equipment.ts";
import type { GuardedBench, GuardedStation } from "../domain/guarded.ts";
import type { Reply } from "../domain/reply.ts";
import type { GuardInfo, StationInfo } from "./guard-info.ts";
import type { Deed, Part } from "./guard-wire.ts";
import type { GuardLink } from "./guard-client.ts";

/**
 * What a guard holds, as the capabilities of a run's bench: every verb is a question to the guard.
 *
 *   rails[0].on() ─{ask: do, station, rail, on}→ guard ─Reply→ campaign
 */
export function guardedBench(
  info: GuardInfo,
  ask: GuardLink["ask"],
  faults: AsyncIterable<BenchFault>,
): GuardedBench {
  return {
    devices: new Set(info.devices),
    stations: new Map(
      Object.entries(info.stations).map(([name, station]) => [name, stationBehind(name, station, ask)]),
    ),
    boxesAlive: async () => {
      const reply = await ask({ ask: "boxes" });
      return reply.kind === "ok" && reply.value === true;
    },
    faults,
  };
}

function stationBehind(station: string, info: StationInfo, ask: GuardLink["ask"]): GuardedStation {
  const deed = <T>(part: Part, verb: string, args: readonly unknown[] = [], place = 0): Promise<Reply<T>> =>
    // The other end is this same program: what a verb answers there it answers here.
    ask({ ask: "do", station, part, place, verb, args } as Deed) as Promise<Reply<T>>;
  const { thermal, injector, beam } = info;
  return {
    rails: info.rails.map((rail, place): Supply => ({
      ...rail,
      arm: () => deed("rail", "arm", [], place),
      on: () => deed("rail", "on", [], place),
      off: () => deed("rail", "off", [], place),
      read: () => deed("rail", "read", [], place),
    })),
    thermal:
      thermal === null
        ? null
        : {
            ...thermal,
            set: (temperatureC, rateCPerMinute) =>
              deed("thermal", "set", [temperatureC, rateCPerMinute ?? null]),
            off: () => deed("thermal", "off"),
            read: () => deed("thermal", "read"),
          },
    injector:
      injector === null
        ? null
        : {
            ...injector,
            arm: (dut, strike, manner) =>
              deed("injector", "arm", manner === undefined ? [dut, strike] : [dut, strike, manner]),
            release: (dut, strike) => deed("injector", "release", [dut, strike]),
          },
    beam:
      beam === null
        ? null
        : {
            ...beam,
            open: () => deed("beam", "open"),
            close: () => deed("beam", "close"),
            zero: () => deed("beam", "zero"),
            read: () => deed("beam", "read"),
          },
  };
}
