import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { Rec } from "../../src/domain/records.ts";
import { pointMaker } from "../../src/records/influx-points.ts";
import type { Point } from "../../src/records/influx-schema.ts";
import type { InfluxServer } from "../../src/records/influx-server.ts";
import { influxServer } from "../../src/records/influx-server.ts";
import type { Shipper } from "../../src/records/influx-shipper.ts";
import { startShipper } from "../../src/records/influx-shipper.ts";
import type { Journal } from "../../src/records/journal.ts";
import { createJournal } from "../../src/records/journal.ts";
import { beginSegment } from "../../src/records/record-folder.ts";
import type { Influxd } from "../influxd.ts";
import { ask, makeInfluxd } from "../influxd.ts";

export interface Rows {
  readonly results: readonly [
    {
      readonly series?: readonly {
        readonly name: string;
        readonly values: readonly (readonly unknown[])[];
      }[];
    },
  ];
}

/** For each test a folder and a database of its own, on one real server for the whole file. */
export interface Place {
  readonly influxd: Influxd;
  readonly folder: string;
  database: string;
}

export function aServer(): Place {
  const place = { influxd: undefined as unknown as Influxd, folder: "", database: "" };
  let made = 0;
  beforeAll(async () => {
    place.influxd = await makeInfluxd();
    await place.influxd.start();
  });
  afterAll(() => place.influxd.remove());
  beforeEach(async () => {
    place.folder = await mkdtemp(join(tmpdir(), "radrig-influx-"));
    place.database = `db${++made}`;
  });
  afterEach(() => rm(place.folder, { recursive: true, force: true }));
  return place;
}

export function serverAt(place: Place): InfluxServer {
  return influxServer(`${place.influxd.origin}/${place.database}`, {});
}

/** Nobody listens on the discard port. */
export const nobody = influxServer("http://127.0.0.1:9/db", {});

export async function begin(place: Place): Promise<{ readonly journal: Journal; readonly uuid: string }> {
  const { uuid } = await beginSegment(place.folder, {
    tool: "t",
    gitSha: null,
    wallStartUtc: "2026-01-01T00:00:00.000Z",
  });
  return { journal: await createJournal(place.folder), uuid };
}

export function ship(
  place: Place,
  journal: Journal,
  recordUuid: string,
  server = serverAt(place),
  mayCreate = true,
): Shipper {
  const backOff = { firstMs: 5, longestMs: 50 };
  return startShipper({ folder: place.folder, recordUuid, journal, server, mayCreate, backOff, gatherMs: 1 });
}

/** Every row of every measurement: how many, and a digest of all of them. */
export async function contents(place: Place): Promise<{ readonly rows: number; readonly digest: string }> {
  const answer = (await ask(place.influxd.origin, place.database, "SELECT * FROM /.*/")) as Rows;
  const series = answer.results[0].series ?? [];
  return {
    rows: series.reduce((sum, { values }) => sum + values.length, 0),
    digest: createHash("sha256").update(JSON.stringify(series)).digest("hex"),
  };
}

/** Resolves when the shipper's own word about what stands in the way fits. */
export async function obstacleOf(shipper: Shipper, pattern: RegExp): Promise<string> {
  for (;;) {
    const { lastError } = shipper.lag();
    if (lastError !== null && pattern.test(lastError)) return lastError;
    await new Promise(setImmediate);
  }
}

export function pointsOf(records: readonly Rec[], uuid: string): readonly Point[] {
  const maker = pointMaker(uuid);
  return records.flatMap((record, seq) => maker.points({ ...record, seq }));
}
