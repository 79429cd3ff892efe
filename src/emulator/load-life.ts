import type { Clock } from "../domain/clock.ts";
import { nsPerMs, nsPerSecond } from "../domain/clock.ts";
import { occurrencesOf } from "./load-events.ts";
import type { BoardRails, ExtraLoad } from "./rail.ts";
import type { RailTruth } from "./truth.ts";
import type { LoadEvent } from "./world-schema.ts";

/**
 * What befalls one board's rails by the clock: events as the rig file says them, their ends, supplies that trip.
 *
 *   events ─┐
 *   ends ───┼→ the next one due ─clock→ rails ─turn→ world
 *   trips ──┘
 *
 * Each takes effect at its own time, whoever notices it first: the wake that was set for it, or a question asked of the world.
 */
export interface LoadLife {
  /** Everything that has fallen due by now, in order of time. */
  catchUp(): void;
  /** This befalls a rail now, beside what the rig file says. */
  befall(event: Befalling, atNs: number): void;
  /** Something has changed: the next one due may be another. */
  arm(): void;
  close(): void;
}

export type Befalling = Pick<LoadEvent, "do" | "rail" | "milliA" | "forSeconds" | "board">;

export interface LoadHooks {
  readonly clock: Clock;
  readonly rails: BoardRails;
  readonly events: readonly LoadEvent[];
  /** Rails have changed at this time: a new law. */
  turn(atNs: number): void;
  tell(line: Omit<RailTruth, "board">): void;
  /** The board falls silent until it has no power. */
  hang(): void;
}

interface Due {
  readonly atNs: number;
  readonly act: () => void;
}

export function loadLife(hooks: LoadHooks): LoadLife {
  const { clock, rails } = hooks;
  const coming = occurrencesOf(hooks.events);
  const ends: Due[] = [];
  let armedNs: number | null = null;
  let disarm: () => void = () => undefined;
  let closed = false;

  const begin = (event: Befalling, atNs: number): void => {
    const rail = event.rail ?? rails.first();
    const latched = event.do === "latch-up" || event.do === "micro-latch-up";
    const load: ExtraLoad = { latched, milliA: event.milliA };
    const happened = rails.add(rail, load, atNs);
    hooks.tell({ rail, did: happened ? event.do : "missed", milliA: event.milliA, sinceNs: atNs, tNs: atNs });
    if (happened && latched && event.board === "hangs") hooks.hang();
    if (latched || event.forSeconds === undefined) return;
    const endNs = atNs + Math.round(event.forSeconds * nsPerSecond);
    const end = (): void => {
      rails.remove(rail, load);
      hooks.tell({ rail, did: "step-ended", milliA: event.milliA, sinceNs: atNs, tNs: endNs });
    };
    ends.push({ atNs: endNs, act: end });
    ends.sort((a, b) => a.atNs - b.atNs);
  };
  const next = (): Due | null => {
    const event = coming.next();
    const tripNs = rails.nextTripNs();
    const candidates: Due[] = [];
    if (tripNs !== null) candidates.push({ atNs: tripNs, act: () => rails.trip(tripNs) });
    if (ends[0] !== undefined) candidates.push({ atNs: ends[0].atNs, act: () => ends.shift()!.act() });
    if (event !== null)
      candidates.push({
        atNs: event.atNs,
        act: () => {
          coming.take();
          begin(event.event, event.atNs);
        },
      });
    return candidates.reduce<Due | null>(
      (first, due) => (first === null || due.atNs < first.atNs ? due : first),
      null,
    );
  };
  const life: LoadLife = {
    befall: (event, atNs) => {
      begin(event, atNs);
      hooks.turn(atNs);
      life.arm();
    },
    catchUp: () => {
      if (armedNs === null || armedNs > clock.nowNs()) return;
      for (let due = next(); due !== null && due.atNs <= clock.nowNs(); due = next()) {
        due.act();
        hooks.turn(due.atNs);
      }
      life.arm();
    },
    arm: () => {
      const atNs = closed ? null : (next()?.atNs ?? null);
      if (atNs === armedNs) return;
      disarm();
      armedNs = atNs;
      if (atNs === null) return;
      const changed = new AbortController();
      disarm = () => changed.abort();
      void clock.sleep((atNs - clock.nowNs()) / nsPerMs, changed.signal).then(() => {
        if (!changed.signal.aborted) life.catchUp();
      });
    },
    close: () => {
      closed = true;
      life.arm();
    },
  };
  return life;
}
