import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { FieldType, InfluxDB } from "influx";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkInflux } from "../../src/records/influx-check.ts";
import { replayRecord } from "../../src/records/influx-replay.ts";
import type { FieldKind } from "../../src/records/influx-schema.ts";
import { measurements } from "../../src/records/influx-schema.ts";
import type { InfluxServer } from "../../src/records/influx-server.ts";
import { influxServer } from "../../src/records/influx-server.ts";
import type { Influxd } from "../influxd.ts";
import { ask, makeInfluxd } from "../influxd.ts";
import type { Rows } from "./influx-place.ts";
import { aServer, begin, contents, nobody, obstacleOf, pointsOf, serverAt, ship } from "./influx-place.ts";
import { longRun } from "./long-run.ts";
import { campaign, campaignStart, runStart, strike } from "./some-records.ts";

const place = aServer();

describe("points on a real server", () => {
  test("are the same whether the influx package writes them or radrig's own lines", async () => {
    const { journal, uuid } = await begin(place);
    const records = [
      ...campaign(20),
      { ...strike(1, 77, 90_000), detail: 'one " alone, back\\slash, comma=equals ü \u{1f4a5} \\' },
    ];
    journal.append(records);
    await journal.close();
    await replayRecord(place.folder, serverAt(place));
    const own = await contents(place);
    place.database = `${place.database}p`;
    const types: Readonly<Record<FieldKind, FieldType>> = {
      integer: FieldType.INTEGER,
      float: FieldType.FLOAT,
      flag: FieldType.BOOLEAN,
      text: FieldType.STRING,
    };
    const client = new InfluxDB({
      host: "127.0.0.1",
      port: Number(new URL(place.influxd.origin).port),
      database: place.database,
      schema: Object.entries(measurements).map(([measurement, shape]) => ({
        measurement,
        tags: [...shape.tags, "record", "campaign", "rig", "source", "run", "dut"],
        fields: Object.fromEntries(Object.entries(shape.fields).map(([name, kind]) => [name, types[kind]])),
      })),
    });
    await client.createDatabase(place.database);
    const points = pointsOf(records, uuid).map(({ measurement, tags, seq, fields, timestampNs }) => ({
      measurement,
      tags: { ...tags },
      // In a line of radrig's, what is empty is left out, and a line end is a space.
      fields: {
        seq,
        ...Object.fromEntries(
          Object.entries(fields)
            .filter(([, value]) => value !== "")
            .map(([key, value]) => [
              key,
              typeof value === "string" ? value.replaceAll(/\p{Cc}/gu, " ") : value,
            ]),
        ),
      },
      timestamp: timestampNs,
    }));
    await client.writePoints(points);
    expect(await contents(place)).toEqual(own);
  });

  test("a thousand events within one millisecond are a thousand points", async () => {
    const { journal } = await begin(place);
    journal.append([
      campaignStart(),
      runStart(1, 1),
      ...Array.from({ length: 1000 }, (_, k) => strike(1, k + 1, 5_000_000)),
    ]);
    await journal.close();
    await replayRecord(place.folder, serverAt(place));
    const answer = (await ask(
      place.influxd.origin,
      place.database,
      "SELECT COUNT(seq) FROM see_inject",
    )) as Rows;
    expect(answer.results[0].series![0]!.values[0]![1]).toBe(1000);
  });

  test("a run with everything in it has at most 500 series", async () => {
    const { journal } = await begin(place);
    const outcomes = [
      "masked",
      "sdcTolerable",
      "sdcCritical",
      "dueDetected",
      "dueCrash",
      "dueHang",
      "unattributed",
      null,
    ] as const;
    const more = Array.from({ length: 2000 }, (_, k) => ({
      ...strike(1, k + 1, 100_000 + k, outcomes[k % 8]),
      detail: `detail ${k}`,
    }));
    journal.append([...campaign(20), ...more]);
    await journal.close();
    await replayRecord(place.folder, serverAt(place));
    const answer = (await ask(place.influxd.origin, place.database, "SHOW SERIES EXACT CARDINALITY")) as Rows;
    const series = answer.results[0].series!.reduce((sum, { values }) => sum + Number(values[0]![0]), 0);
    expect(series).toBeGreaterThan(20);
    expect(series).toBeLessThanOrEqual(500);
  });

  test("a replay without a server ends with the mend and does not wait", async () => {
    const { journal } = await begin(place);
    journal.append(longRun(5));
    await journal.close();
    await expect(replayRecord(place.folder, nobody)).rejects.toMatchObject({
      code: "environment",
      message: expect.stringContaining("no server is running") as string,
    });
  });

  test("a body larger than the server takes is sent in parts", async () => {
    const small = await makeInfluxd({ maxBody: 5000 });
    await small.start();
    const { journal, uuid } = await begin(place);
    journal.append(longRun(100));
    await journal.close();
    const result = await replayRecord(place.folder, influxServer(`${small.origin}/${place.database}`, {}));
    expect(result).toMatchObject({ points: pointsOf(longRun(100), uuid).length, rejected: 0 });
    await small.remove();
  });
});

describe("the check", () => {
  const names = async (to: InfluxServer, mayCreate = false): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { name, ok, mend } of checkInflux(to, { mayCreate })) {
      found.push(`${name} ${ok ? "ok" : "bad"}`);
      expect(mend === null).toBe(ok);
    }
    return found;
  };

  test("goes the whole way there and back, and names what is missing", async () => {
    expect(await names(serverAt(place))).toEqual(["server ok", "login ok", "database bad"]);
    expect(await names(serverAt(place), true)).toEqual([
      "server ok",
      "login ok",
      "database ok",
      "write ok",
      "read back ok",
    ]);
    expect(await names(nobody)).toEqual(["server bad"]);
  });

  test("finds a server that takes points and loses them", async () => {
    const web = createServer((request, response) => {
      let asked = request.url!;
      request.on("data", (text) => (asked += String(text)));
      request.on("end", () => {
        const databases = { series: [{ columns: ["name"], values: [["db"]] }] };
        if (!asked.startsWith("/query")) response.writeHead(204).end();
        else response.end(JSON.stringify({ results: [/show/i.test(asked) ? databases : {}] }));
      });
    }).listen(0, "127.0.0.1");
    await once(web, "listening");
    const address = web.address() as AddressInfo;
    expect(await names(influxServer(`http://127.0.0.1:${address.port}/db`, {}))).toEqual([
      "server ok",
      "login ok",
      "database ok",
      "write ok",
      "read back bad",
    ]);
    web.close();
  });
});

describe("a server with a login", () => {
  let guarded: Influxd;
  const admin = { user: "ann", password: "p4ss w:rd" };
  beforeAll(async () => {
    guarded = await makeInfluxd({ auth: true });
    await guarded.start();
    await ask(guarded.origin, "", `CREATE USER "ann" WITH PASSWORD 'p4ss w:rd' WITH ALL PRIVILEGES`);
    await ask(guarded.origin, "", `CREATE USER "bob" WITH PASSWORD 'bob'`, admin);
  });
  afterAll(() => guarded.remove());

  const as = (user: string, password: string): InfluxServer =>
    influxServer(`${guarded.origin}/${place.database}`, {
      RADRIG_INFLUX_USER: user,
      RADRIG_INFLUX_PASSWORD: password,
    });

  test("takes the points of who may write, and refuses the others with the mend; no word of a password anywhere", async () => {
    const { journal, uuid } = await begin(place);
    journal.append(longRun(10));
    await journal.durable();
    const words: string[] = [];
    for (const refused of [
      influxServer(`${guarded.origin}/${place.database}`, {}),
      as("ann", "s3cret"),
      as("bob", "bob"),
    ]) {
      const shipper = ship(place, journal, uuid, refused);
      words.push(await obstacleOf(shipper, /refuses the login|has no database/));
      expect(words.at(-1)).toMatch(/RADRIG_INFLUX_USER|CREATE DATABASE/);
      const end = await shipper.finish(0);
      expect(end.delivered).toBe(0);
      await expect(replayRecord(place.folder, refused)).rejects.toMatchObject({ code: "environment" });
      for await (const { found, mend } of checkInflux(refused)) words.push(`${found} ${mend ?? ""}`);
    }
    const shipper = ship(place, journal, uuid, as("ann", admin.password));
    await shipper.caughtUp();
    words.push(
      JSON.stringify(shipper.lag()),
      await readFile(join(place.folder, "influx-cursor.json"), "utf8"),
    );
    expect(shipper.lag()).toMatchObject({ recordsBehind: 0, lastError: null });
    for (const secret of ["s3cret", "p4ss", "ann:"]) expect(words.join("\n")).not.toContain(secret);
    await journal.close();
    await shipper.finish(1000);
  });
});
