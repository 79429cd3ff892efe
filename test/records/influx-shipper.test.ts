import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { replayRecord } from "../../src/records/influx-replay.ts";
import { openJournal } from "../../src/records/journal.ts";
import { ask } from "../influxd.ts";
import type { Rows } from "./influx-place.ts";
import { aServer, begin, contents, nobody, obstacleOf, pointsOf, serverAt, ship } from "./influx-place.ts";
import { longRun } from "./long-run.ts";
import { campaign, strike } from "./some-records.ts";

const place = aServer();

describe("the shipper", () => {
  test("brings every point, and a replay adds none and changes none, however often", async () => {
    const { journal, uuid } = await begin(place);
    const shipper = ship(place, journal, uuid);
    for (const record of campaign(50)) {
      journal.append([record]);
      await journal.durable();
    }
    await shipper.caughtUp();
    const points = pointsOf(campaign(50), uuid).length;
    expect(shipper.lag()).toEqual({
      recordsBehind: 0,
      bytesBehind: 0,
      seconds: 0,
      delivered: points,
      rejected: 0,
      lastError: null,
    });
    await journal.close();
    await shipper.finish(10_000);
    const first = await contents(place);
    expect(first.rows).toBe(points);
    for (let k = 0; k < 2; k++) {
      expect(await replayRecord(place.folder, serverAt(place))).toMatchObject({
        records: journal.records,
        points,
        rejected: 0,
      });
      expect(await contents(place)).toEqual(first);
    }
  });

  test(
    "an hour without a server at 30 points a second and more: none is lost, and the lag is shown",
    { timeout: 120_000 },
    async () => {
      const { journal, uuid } = await begin(place);
      const shipper = ship(place, journal, uuid);
      const records = longRun(50_000);
      const [half, most] = [2000, 100_000];
      journal.append(records.slice(0, half));
      await journal.durable();
      await shipper.caughtUp();
      await place.influxd.stop(true);
      for (let at = half; at < most; at += 1000) journal.append(records.slice(at, Math.min(most, at + 1000)));
      await journal.durable();
      const behind = shipper.lag();
      expect(behind.recordsBehind).toBe(most - half);
      expect(await obstacleOf(shipper, /no server is running/)).toContain(serverAt(place).name);
      const waiting =
        pointsOf(records.slice(0, most), uuid).length - pointsOf(records.slice(0, half), uuid).length;
      expect(waiting).toBeGreaterThanOrEqual(100_000);
      await place.influxd.start();
      for (let at = most; at < records.length; at += 1000) journal.append(records.slice(at, at + 1000));
      await journal.close();
      const end = await shipper.finish(60_000);
      const points = pointsOf(records, uuid).length;
      expect(end).toMatchObject({
        recordsBehind: 0,
        bytesBehind: 0,
        seconds: 0,
        rejected: 0,
        lastError: null,
      });
      const counted = (await ask(
        place.influxd.origin,
        place.database,
        "SELECT COUNT(seq) FROM /.*/",
      )) as Rows;
      expect(counted.results[0].series!.reduce((sum, { values }) => sum + Number(values[0]![1]), 0)).toBe(
        points,
      );
    },
  );

  test("goes on from its cursor after a restart, and sends nothing twice", async () => {
    const records = longRun(300);
    const { journal, uuid } = await begin(place);
    journal.append(records.slice(0, 200));
    const first = ship(place, journal, uuid);
    await journal.close();
    const { delivered } = await first.finish(10_000);
    const { journal: again } = await openJournal(place.folder);
    const second = ship(place, again, uuid);
    again.append(records.slice(200));
    await again.close();
    const end = await second.finish(10_000);
    expect(delivered + end.delivered).toBe(pointsOf(records, uuid).length);
    expect((await contents(place)).rows).toBe(pointsOf(records, uuid).length);
    // Another server's cursor is none.
    place.database = `${place.database}b`;
    const { journal: third } = await openJournal(place.folder);
    const elsewhere = ship(place, third, uuid);
    await third.close();
    expect((await elsewhere.finish(10_000)).delivered).toBe(pointsOf(records, uuid).length);
  });

  test("a killed writer's cursor does no harm, whatever is left of it", async () => {
    const { journal, uuid } = await begin(place);
    journal.append(longRun(20));
    await journal.close();
    const points = pointsOf(longRun(20), uuid).length;
    for (const left of [
      "",
      "{",
      "null",
      `{"server":"${serverAt(place).name}","record":"${uuid}","seq":1e9,"offset":1e9}`,
    ]) {
      await writeFile(join(place.folder, "influx-cursor.json"), left);
      const { journal: again } = await openJournal(place.folder);
      const shipper = ship(place, again, uuid);
      await again.close();
      expect(await shipper.finish(10_000)).toMatchObject({ delivered: points, recordsBehind: 0 });
    }
  });

  test("a missing database that it may not make is named with the mend, and used once it is there", async () => {
    const { journal, uuid } = await begin(place);
    const shipper = ship(place, journal, uuid, serverAt(place), false);
    journal.append(longRun(5));
    await journal.durable();
    expect(await obstacleOf(shipper, /has no database/)).toContain(`CREATE DATABASE "${place.database}"`);
    await ask(place.influxd.origin, place.database, `CREATE DATABASE "${place.database}"`);
    await shipper.caughtUp();
    expect(shipper.lag()).toMatchObject({ recordsBehind: 0, lastError: null });
    await journal.close();
    await shipper.finish(1000);
  });

  test("a type conflict costs the points that meet it and no others; they are kept with the reason", async () => {
    await ask(place.influxd.origin, place.database, `CREATE DATABASE "${place.database}"`);
    // Somebody has these as other types already, in the same shard: the server knows a field's type week by week.
    const y2000 = "946684800000000000";
    const foreign = `see_thermal,sensor=x t_c=1i ${y2000}\nsee_inject,class=masked t_die_c="warm" ${y2000}`;
    await fetch(`${place.influxd.origin}/write?db=${place.database}`, { method: "POST", body: foreign });
    const records = [...longRun(100), { ...strike(1, 101, 10_000), dieC: null }];
    const { journal, uuid } = await begin(place);
    journal.append(records);
    const shipper = ship(place, journal, uuid);
    await journal.close();
    const end = await shipper.finish(10_000);
    const points = pointsOf(records, uuid);
    const conflicting = points.filter(
      ({ measurement, fields }) =>
        measurement === "see_thermal" || (measurement === "see_inject" && fields["t_die_c"] !== null),
    );
    expect(conflicting).toHaveLength(110);
    expect(end).toMatchObject({
      recordsBehind: 0,
      delivered: points.length - 110,
      rejected: 110,
      lastError: null,
    });
    expect((await contents(place)).rows).toBe(points.length - 110 + 2);
    const kept = (await readFile(join(place.folder, "influx-rejected.lp"), "utf8")).trimEnd().split("\n");
    expect(kept.filter((line) => !line.startsWith("#"))).toHaveLength(110);
    expect(kept.filter((line) => line.startsWith("#")).join()).toMatch(
      /field type conflict.*t_c.*is type float, already exists as type integer/,
    );
  });

  test("is ended by its patience when the server stays away, and says what is missing", async () => {
    const { journal, uuid } = await begin(place);
    const shipper = ship(place, journal, uuid, nobody);
    journal.append(longRun(5));
    await journal.close();
    expect(await shipper.finish(30)).toMatchObject({
      recordsBehind: journal.records,
      lastError: expect.stringContaining("127.0.0.1:9") as string,
    });
  });
});
