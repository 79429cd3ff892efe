import type {
  Beam,
  BeamReading,
  Injector,
  RailReading,
  Supply,
  Thermal,
  ThermalLimits,
} from "../domain/equipment.ts";
import type { Reply } from "../domain/reply.ts";
import { done } from "../domain/reply.ts";
import type { RailPlace } from "./equipment.ts";
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
    space: null,
    arm: async (board, strike) => {
      const reply = await session.ask({ kind: "c", name: "inject", board, ...strike });
      return reply.kind === "ok" ? { kind: "ok", value: armed } : reply;
    },
    // The board restores what it struck with the refresh that follows its iteration.
    release: () => Promise.resolve({ kind: "ok", value: nothingLeft }),
  };
}

const unseen = { address: null, before: null, after: null, dwellMs: null, restored: null, detail: "" };
const armed = { ...unseen, confirmed: true, observations: ["inject-ok"] };
const nothingLeft = { ...unseen, confirmed: true, observations: [] };

export function thermalOver(session: Session, board: string, limits: ThermalLimits): Thermal {
  let set: number | null = null;
  const heat = async (on: boolean, temperatureC: number): Promise<Reply<null>> => {
    const setMilliC = Math.round(temperatureC * 1000);
    const reply = done(await session.ask({ kind: "c", name: "heat", board, on, setMilliC }));
    if (reply.kind === "ok") set = on ? temperatureC : null;
    return reply;
  };
  return {
    name: session.name,
    zone: `${session.name}:${board}`,
    limits,
    // It heats as fast as it can: whoever wants it slower walks the set point.
    set: (temperatureC, rateCPerMinute = null) =>
      rateCPerMinute === null
        ? heat(true, temperatureC)
        : Promise.resolve({ kind: "refused", reason: "no-ramp" }),
    off: () => heat(false, 0),
    read: async () =>
      valueOf(await sense(session, board), ({ objectMilliC, sinkMilliC }) => ({
        objectC: objectMilliC / 1000,
        sinkC: sinkMilliC / 1000,
        setC: set,
        on: set !== null,
        outputPercent: null,
        stable: null,
        faults: [],
      })),
  };
}

/** A box knows one rail a board: it switches and measures, and trips on nothing. */
export function supplyOver(
  session: Session,
  board: string,
  place: Omit<RailPlace, "verifies" | "most">,
): Supply {
  const rail = async (on: boolean): Promise<Reply<RailReading>> =>
    valueOf(await session.ask({ kind: "c", name: "rail", board, on }), railReading);
  return {
    ...place,
    most: null,
    verifies: { output: "measured", current: "measured", trip: "none", deadMan: false },
    arm: () =>
      Promise.resolve({
        kind: "ok",
        value: { milliA: null, verified: "none", detail: "a bench box has no over-current trip" },
      }),
    on: () => rail(true),
    off: () => rail(false),
    read: async () => valueOf(await sense(session, board), railReading),
  };
}

export function beamOver(session: Session, board: string): Beam {
  const shutter = async (open: boolean): Promise<Reply<null>> =>
    done(await session.ask({ kind: "c", name: "shutter", open }));
  return {
    devices: [session.name],
    lagSeconds: 0,
    open: () => shutter(true),
    close: () => shutter(false),
    // It counts particles: in the dark it shows nothing.
    zero: () => Promise.resolve({ kind: "ok", value: null }),
    read: async () =>
      valueOf(
        await sense(session, board),
        ({ shutterOpen, fluencePerCm2, fluxPerCm2PerSecond }): BeamReading => ({
          open: shutterOpen,
          fluencePerCm2,
          fluxPerCm2PerSecond,
          gapSeconds: 0,
          restarts: 0,
          relUncertainty1Sigma: null,
        }),
      ),
  };
}

function sense(session: Session, board: string): Promise<Reply<AnswerOf<"sense">>> {
  return session.ask({ kind: "c", name: "sense", board });
}

function railReading({
  on,
  milliV,
  milliA,
}: Pick<AnswerOf<"sense">, "on" | "milliV" | "milliA">): RailReading {
  return { on, milliV, milliA, regulating: null, tripped: null };
}

function valueOf<A, B>(reply: Reply<A>, convert: (value: A) => B): Reply<B> {
  return reply.kind === "ok" ? { kind: "ok", value: convert(reply.value) } : reply;
}
