import type { RailReading, Supply } from "../domain/equipment.ts";
import type { GuardedStation } from "../domain/guarded.ts";
import type { Reply } from "../domain/reply.ts";

/** What became of one rail that was told to go off or on. */
export interface RailDone {
  readonly station: string;
  readonly rail: string;
  readonly device: string;
  /** null: it did not answer, or did not obey. */
  readonly on: boolean | null;
  /** How far that is known: `measured`, `reported`, or only `commanded`. */
  readonly known: "measured" | "reported" | "commanded";
  readonly milliV: number | null;
  readonly milliA: number | null;
  readonly detail: string;
}

type Stations = ReadonlyMap<string, GuardedStation>;

const tries = 3;

/**
 * Everything that can harm a board, off: rails first, all stations side by side, then heaters and shutters. What does not obey
 * is tried again and keeps nothing else waiting. Never throws.
 */
export async function cutAll(stations: Stations): Promise<readonly RailDone[]> {
  const rails = await Promise.all([...stations].map(([name, station]) => railsOff(name, station)));
  await Promise.all(
    [...stations.values()].map(async ({ thermal, beam }) => {
      await Promise.all([attempt(() => beam?.close()), attempt(() => thermal?.off())]);
    }),
  );
  return rails.flat();
}

/** Off in the other order than on. */
export async function railsOff(name: string, { rails }: GuardedStation): Promise<readonly RailDone[]> {
  const done: RailDone[] = [];
  for (const rail of [...rails].reverse())
    done.push(
      doneOf(
        name,
        rail,
        await attempt(
          () => rail.off(),
          ({ on }) => !on,
        ),
      ),
    );
  return done.reverse();
}

/** What trips is armed first. The rest of 4 s is the rail's own. */
export async function railsOn(name: string, { rails }: GuardedStation): Promise<readonly RailDone[]> {
  const done: RailDone[] = [];
  for (const rail of rails) {
    await attempt(() => rail.arm());
    done.push(
      doneOf(
        name,
        rail,
        await attempt(
          () => rail.on(),
          ({ on }) => on,
        ),
      ),
    );
  }
  return done;
}

export async function readRails(name: string, { rails }: GuardedStation): Promise<readonly RailDone[]> {
  const done: RailDone[] = [];
  for (const rail of rails) done.push(doneOf(name, rail, await attempt(() => rail.read())));
  return done;
}

/** One line for a person: `dut main off (measured: 3 mV)`. */
export function railLine({ station, rail, on, known, milliV, milliA, detail }: RailDone): string {
  if (on === null) return `${station} ${rail}: NOT KNOWN, ${detail}: see to it by hand`;
  const measured = [
    ...(milliV === null ? [] : [`${milliV.toFixed(0)} mV`]),
    ...(milliA === null ? [] : [`${milliA.toFixed(0)} mA`]),
  ].join(", ");
  const wrong = detail === "" ? "" : `: ${detail}: see to it by hand`;
  return `${station} ${rail} ${on ? "on" : "off"} (${known}${measured === "" ? "" : `: ${measured}`})${wrong}`;
}

function doneOf(station: string, rail: Supply, reply: Reply<RailReading> | null): RailDone {
  const value = reply?.kind === "ok" ? reply.value : null;
  return {
    station,
    rail: rail.name,
    device: rail.device,
    on: value?.on ?? null,
    known: rail.verifies.output,
    milliV: value?.milliV ?? null,
    milliA: value?.milliA ?? null,
    detail: value !== null || reply === null ? "" : reply.kind === "refused" ? reply.reason : "no answer",
  };
}

/** The deed until it is obeyed and shows what is `wanted`; the last reply otherwise, null where there was nothing to do. */
async function attempt<T>(
  deed: () => Promise<Reply<T>> | undefined,
  wanted: (value: T) => boolean = () => true,
): Promise<Reply<T> | null> {
  let last: Reply<T> | null = null;
  for (let attempts = 0; attempts < tries; attempts++) {
    try {
      const reply = await deed();
      if (reply === undefined) return null;
      last = reply;
      if (reply.kind === "ok" && wanted(reply.value)) return reply;
    } catch (error) {
      last = { kind: "refused", reason: error instanceof Error ? error.message : String(error) };
    }
  }
  return last;
}
