import type {
  Beam,
  BeamReading,
  Injector,
  RailReading,
  Reply,
  Supply,
  Thermal,
} from "../domain/capabilities.ts";
import { done } from "./dut.ts";
import type { Session } from "./session.ts";
import type { AnswerOf } from "./session-types.ts";

/**
 * A bench box that speaks the firmware protocol, as the equipment around one board.
 *
 *   inject heat rail shutter sense ←─ Injector Thermal Supply Beam, each for the board it is given
 */
export function injectorOver(session: Session, reaches: readonly string[]): Injector {
  return {
    name: session.name,
    reaches,
    arm: async (board, strike) => done(await session.ask({ kind: "c", name: "inject", board, ...strike })),
  };
}

export function thermalOver(session: Session, board: string): Thermal {
  const heat = async (on: boolean, temperatureC: number): Promise<Reply<null>> => {
    const setMilliC = Math.round(temperatureC * 1000);
    return done(await session.ask({ kind: "c", name: "heat", board, on, setMilliC }));
  };
  return {
    set: (temperatureC) => heat(true, temperatureC),
    off: () => heat(false, 0),
    read: async () =>
      valueOf(await sense(session, board), ({ objectMilliC, sinkMilliC }) => ({
        objectC: objectMilliC / 1000,
        sinkC: sinkMilliC / 1000,
      })),
  };
}

export function supplyOver(session: Session, board: string): Supply {
  const rail = async (on: boolean): Promise<Reply<RailReading>> =>
    valueOf(await session.ask({ kind: "c", name: "rail", board, on }), railReading);
  return {
    on: () => rail(true),
    off: () => rail(false),
    read: async () => valueOf(await sense(session, board), railReading),
  };
}

export function beamOver(session: Session, board: string): Beam {
  const shutter = async (open: boolean): Promise<Reply<null>> =>
    done(await session.ask({ kind: "c", name: "shutter", open }));
  return {
    open: () => shutter(true),
    close: () => shutter(false),
    read: async () =>
      valueOf(
        await sense(session, board),
        ({ shutterOpen, fluencePerCm2, fluxPerCm2PerSecond }): BeamReading => ({
          open: shutterOpen,
          fluencePerCm2,
          fluxPerCm2PerSecond,
        }),
      ),
  };
}

function sense(session: Session, board: string): Promise<Reply<AnswerOf<"sense">>> {
  return session.ask({ kind: "c", name: "sense", board });
}

function railReading({ on, milliV, milliA }: RailReading): RailReading {
  return { on, milliV, milliA };
}

function valueOf<A, B>(reply: Reply<A>, convert: (value: A) => B): Reply<B> {
  return reply.kind === "ok" ? { kind: "ok", value: convert(reply.value) } : reply;
}
