import type { Bench, Station } from "../domain/capabilities.ts";
import type { Beam, RailReading, Supply } from "../domain/equipment.ts";
import { noShutter } from "../domain/equipment.ts";
import type { Reply } from "../domain/reply.ts";
import { refused, valueOf } from "../domain/reply.ts";

/** A verb that must be obeyed is given so often. */
const tries = 3;

/** Shuts every beam of the bench; answers what did not obey, in words. Never throws. */
export function shutBeams(bench: Bench): Promise<readonly string[]> {
  return every(bench, async (name, { beam }) => [
    await obeyed(`the beam shutter at '${name}' did not close`, () =>
      beam === null ? undefined : shut(beam),
    ),
  ]);
}

/** Where a person or the facility has the shutter, there is only to see whether it is closed. */
async function shut(beam: Beam): Promise<Reply<null>> {
  const reply = await beam.close();
  if (reply.kind !== "refused" || reply.reason !== noShutter) return reply;
  const reading = await beam.read();
  if (reading.kind !== "ok") return reading;
  return reading.value.open
    ? refused("this rig has no shutter, and the beam is on")
    : { kind: "ok", value: null };
}

/**
 * Beam shut, heaters off. After an abort the rails go too: nobody is left who would notice a latch-up. One device that
 * does not answer keeps no other from being told; what did not obey is answered, in words. Never throws.
 */
export async function safeState(bench: Bench, railsToo: boolean): Promise<readonly string[]> {
  const open = await shutBeams(bench);
  const rest = await every(bench, async (name, { thermal, rails }) => {
    const { problems } = await cutBoard(name, { thermal, rails: railsToo ? rails : [] });
    return problems;
  });
  return [...open, ...rest];
}

export interface BoardCut {
  /** What did not obey, in words; empty: heater and rails are off, as far as their devices can be seen. */
  readonly problems: readonly string[];
  /** By rail, as it was last seen; null: it did not answer. */
  readonly readings: ReadonlyMap<string, RailReading | null>;
}

/** Heater off, rails off, side by side. Never throws. */
export async function cutBoard(
  name: string,
  { thermal, rails }: Pick<Station, "thermal" | "rails">,
): Promise<BoardCut> {
  const readings = new Map<string, RailReading | null>();
  const off = async (rail: Supply): Promise<Reply<RailReading>> => {
    const reply = await rail.off();
    readings.set(rail.name, valueOf(reply));
    return reply.kind === "ok" && reply.value.on ? refused("it is still on") : reply;
  };
  const heater = obeyed(`the heater of '${name}' did not go off`, () => thermal?.off());
  const found: (string | null)[] = [];
  for (const rail of [...rails].reverse())
    found.push(await obeyed(`the rail '${rail.name}' of '${name}' did not go off`, () => off(rail)));
  return { problems: [await heater, ...found].filter((problem) => problem !== null), readings };
}

type Deeds = (name: string, station: Station) => Promise<readonly (string | null)[]>;

async function every(bench: Bench, deeds: Deeds): Promise<readonly string[]> {
  const all = await Promise.all([...bench.stations].map(([name, station]) => deeds(name, station)));
  return all.flat().filter((problem) => problem !== null);
}

async function obeyed(
  problem: string,
  deed: () => Promise<Reply<unknown>> | undefined,
): Promise<string | null> {
  let why = "";
  for (let attempt = 1; attempt <= tries; attempt++) {
    try {
      const reply = await deed();
      if (reply === undefined || reply.kind === "ok") return null;
      why = reply.kind === "refused" ? `refused: ${reply.reason}` : "no answer";
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
  }
  return `${problem} (${why}): see to it by hand`;
}
