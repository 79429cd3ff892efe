import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lineBatches } from "../../src/records/influx-feed.ts";
import { replayRecord } from "../../src/records/influx-replay.ts";
import { influxServer } from "../../src/records/influx-server.ts";
import { createJournal, journalPath } from "../../src/records/journal.ts";
import { recordUuid } from "../../src/records/record-folder.ts";
import { ask, makeInfluxd } from "../influxd.ts";
import { longRun } from "../records/long-run.ts";
import { rowOf } from "./row.ts";
import type { BenchRow } from "./row.ts";

/**
 * Points a second that a real InfluxDB on this machine has taken: from the journal's file through check, shape, points and
 * lines; and the same bodies, made beforehand, by a bare HTTP writer. In turns, each into a new database.
 */
const windows = 7;
const strikes = 60_000;

export async function influxBench(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), "radrig-bench-"));
  const influxd = await makeInfluxd();
  try {
    await influxd.start();
    const journal = await createJournal(folder);
    for (const records of inParts(longRun(strikes))) {
      journal.append(records);
      await journal.durable();
    }
    await journal.close();
    const bodies: Buffer[] = [];
    let points = 0;
    for await (const { lines } of lineBatches(journalPath(folder), await recordUuid(folder), {
      fromSeq: 0,
    })) {
      bodies.push(lines.bytes);
      points += lines.count;
    }
    const ours: number[] = [];
    const bare: number[] = [];
    // The first turn of each warms the machine and is not counted.
    for (let window = -1; window < windows; window++) {
      const mine = await timed(influxd.origin, `ours${window + 1}`, points, async (database) => {
        await replayRecord(folder, influxServer(`${influxd.origin}/${database}`, {}));
      });
      const theirs = await timed(influxd.origin, `bare${window + 1}`, points, (database) =>
        postAll(influxd.origin, database, bodies),
      );
      if (window < 0) continue;
      ours.push(mine);
      bare.push(theirs);
    }
    return [
      rowOf("InfluxDB: from the journal", "points/s", ours, { bare, aim: { atLeast: 0.8 } }),
      rowOf("InfluxDB: bare HTTP writer, bodies made beforehand", "points/s", bare),
    ];
  } finally {
    await influxd.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Points a second; that all are there is looked at each time. */
async function timed(
  origin: string,
  database: string,
  points: number,
  way: (database: string) => Promise<void>,
): Promise<number> {
  await ask(origin, "", `CREATE DATABASE ${database}`);
  const from = performance.now();
  await way(database);
  const ms = performance.now() - from;
  const counted = JSON.stringify(await ask(origin, database, "SELECT COUNT(seq) FROM see_inject"));
  if (!counted.includes(`,${strikes}]`)) throw new Error(`${database} lacks points: ${counted}`);
  await ask(origin, "", `DROP DATABASE ${database}`);
  return points / (ms / 1000);
}

async function postAll(origin: string, database: string, bodies: readonly Buffer[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (const body of bodies)
    await new Promise<void>((resolve, reject) => {
      const sent = request(
        `${origin}/write?db=${database}&precision=ns`,
        { agent, method: "POST" },
        (response) => {
          response.resume();
          response.on("end", () =>
            response.statusCode === 204 ? resolve() : reject(new Error(String(response.statusCode))),
          );
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  agent.destroy();
}

function* inParts<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += 1000) yield list.slice(at, at + 1000);
}
