import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Rec } from "../../src/domain/records.ts";
import { epochOf, pointMaker } from "../../src/records/influx-points.ts";
import { createPoster } from "../../src/records/influx-post.ts";
import type { Measurement, Point } from "../../src/records/influx-schema.ts";
import { commonTags, measurements } from "../../src/records/influx-schema.ts";
import { influxServer } from "../../src/records/influx-server.ts";
import type { StampedRec } from "../../src/records/journal-line.ts";
import { toLine } from "../../src/records/line-protocol.ts";
import { campaign, strike, telemetry } from "./some-records.ts";

function stamped(records: readonly Rec[]): readonly StampedRec[] {
  return records.map((record, seq) => ({ ...record, seq }));
}

function pointsOf(records: readonly Rec[]): readonly Point[] {
  const maker = pointMaker("0190-uuid");
  return stamped(records).flatMap((record) => maker.points(record));
}

describe("the points of a record", () => {
  test("are, line by line, what was worked out by hand", () => {
    const lines = pointsOf([
      ...campaign().slice(0, 3),
      strike(1, 5, 2000, "sdcCritical"),
      telemetry(1, 3000, 8),
    ]).map(toLine);
    const common = "record=0190-uuid,campaign=first-light,rig=emulated,source=emu";
    const run = `${common},run=0001,dut=a`;
    expect(lines).toEqual([
      `see_run,${common},state=start seq=0i,comment="First light, “α”" 946684800000000000`,
      `see_run,${common},state=armed seq=1i,comment="from idle" 946684800000000001`,
      `see_run,${run},state=start seq=2i,workload="gemm-f32",segment=0i 946684800000001000`,
      `see_inject,${run},workload=gemm-f32,target=weights,model=all,class=sdcCritical seq=3i,fault_idx=5i,word=5i,component="single-bit",struck="word 5: 00000001 → 00000003",mask="0x00000020",iter=1i,cycle=5i,via="board",acked=true,outcome="sdcCritical",effect="seu",primary=true,n_bad=1i,n_nan=0i,corrected=0i,detectors=0i,t_die_c=45.25,weight=1 946684800000002000`,
      `see_iter,${run},workload=gemm-f32 seq=4i,iter_now=8i,clean_now=7i,boot_count=1i,state="running" 946684800000003000`,
      `see_thermal,${run},sensor=die seq=4i,t_c=44.5,set_c=45 946684800000003000`,
      `see_accel,${run},dev=cpu seq=4i,throttle_bits=0i 946684800000003000`,
      `see_link,${run} seq=4i,frames=10i,crc_err=1i,seq_gap=0i,dropped_bytes=7i 946684800000003000`,
      `see_rail,${run},rail=main seq=4i,v_v=12.01,i_a=0.35,p_w=4.2035,on=true 946684800000003000`,
    ]);
  });

  test("use no tag or field that the schema lacks, and no name is both", () => {
    for (const { measurement, tags, fields } of pointsOf(campaign())) {
      const shape = measurements[measurement];
      const known: readonly string[] = [...commonTags, ...shape.tags];
      for (const tag of Object.keys(tags)) expect(known).toContain(tag);
      for (const field of Object.keys(fields)) expect(Object.keys(shape.fields)).toContain(field);
    }
    for (const { tags, fields } of Object.values(measurements))
      for (const tag of [...commonTags, ...tags]) expect(Object.keys(fields)).not.toContain(tag);
  });

  test("every type of record leaves a trace, and every measurement is used", () => {
    const all = stamped(campaign());
    const maker = pointMaker("u");
    const used = new Set<Measurement>();
    for (const record of all) {
      const points = maker.points(record);
      expect([record.type, points.length > 0]).toEqual([record.type, true]);
      for (const { measurement } of points) used.add(measurement);
    }
    expect([...used].sort()).toEqual(Object.keys(measurements).sort());
  });

  test("a thousand events in one millisecond have a thousand times", () => {
    const events = Array.from({ length: 1000 }, (_, k) => strike(1, k + 1, 5_000_000 + k));
    const points = pointsOf([...campaign().slice(0, 3), ...events]).slice(3);
    expect(new Set(points.map(({ timestampNs }) => timestampNs)).size).toBe(1000);
  });

  test("numbers that are none are left out, as are integers that are none", () => {
    const [line] = pointsOf([
      ...campaign().slice(0, 3),
      { ...telemetry(1, 9, 0.5), dieC: Number.NaN, rail: null },
    ])
      .slice(3)
      .map(toLine);
    const series =
      "see_iter,record=0190-uuid,campaign=first-light,rig=emulated,source=emu,run=0001,dut=a,workload=gemm-f32";
    expect(line).toBe(`${series} seq=3i,boot_count=1i,state="running" 946684800000000009`);
  });

  test("a time has every digit that the epoch tells", () => {
    expect(epochOf("2026-11-23T22:39:00.123456789Z")).toBe(1795473540123456789n);
    expect(epochOf("2000-01-01T00:00:00Z")).toBe(946684800000000000n);
    expect(epochOf("2026-11-23T22:39:00.5Z")).toBe(1795473540500000000n);
    expect(() => epochOf("yesterday")).toThrow(/expected a time/);
  });
});

describe("a line", () => {
  /** Anything, and what means something in a line far more often than chance has it. */
  const unit = fc.oneof(
    fc.constantFrom('"', "\\", ",", "=", " ", "\n", "a"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  );
  test("stays one line whatever texts hold, and no tag swallows what follows", () => {
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 300 }), fc.string({ unit, maxLength: 3000 }), (tag, text) => {
        const point: Point = {
          measurement: "see_log",
          tags: { campaign: tag, level: "info" },
          seq: 1,
          fields: { msg: text },
          timestampNs: "1",
        };
        const line = toLine(point);
        expect(line).not.toMatch(/[\p{Cc}]/u);
        const unescaped = line.replaceAll(/\\[\\ ,="]/g, "__");
        expect(unescaped).toMatch(/^see_log,(campaign=[^,= ]+,)?level=info seq=1i(,msg="[^"]+")? 1$/u);
        expect(line.length).toBeLessThan(2 * (128 + 2048) + 100);
      }),
      { numRuns: 500 },
    );
  });

  test("a long text is cut, and not in the middle of a character", () => {
    const line = toLine({
      measurement: "see_log",
      tags: {},
      seq: 1,
      fields: { msg: "x".repeat(2047) + "\u{1f4a5}y" },
      timestampNs: "1",
    });
    expect(line).toBe(`see_log seq=1i,msg="${"x".repeat(2047)}" 1`);
  });
});

describe("a server's address", () => {
  test("is told apart into its parts, and its name never holds a login", () => {
    const server = influxServer("http://[::1]:8086/proxy/my%20db/", {
      RADRIG_INFLUX_USER: "ann",
      RADRIG_INFLUX_PASSWORD: "s3cret",
    });
    expect(server).toMatchObject({
      host: "::1",
      port: 8086,
      path: "/proxy",
      database: "my db",
      hasLogin: true,
    });
    expect(server.login()).toEqual({ user: "ann", password: "s3cret" });
    expect(JSON.stringify(server)).not.toContain("s3cret");
    expect(influxServer("https://h/db", {}).port).toBe(443);
    expect(influxServer("http://h/db", {}).login()).toBeNull();
  });

  test.each([
    [
      "http://ann:s3cret@h:8086/db",
      {},
      /leave them out and set RADRIG_INFLUX_USER and RADRIG_INFLUX_PASSWORD/,
    ],
    ["http://:s3cret@h:8086/db", {}, /leave them out/],
    ["http://h:8086", {}, /names no database: expected http:\/\/h:8086\/database/],
    ["http://h:8086/", {}, /names no database/],
    ["http://h:8086/a%2Fb", {}, /names no database/],
    ["http://h:8086/%", {}, /names no database/],
    ["ftp://h/db", {}, /no URL/],
    ["h:8086/db s3cret", {}, /no URL/],
    ["http://h:8086/db?u=ann&p=s3cret", {}, /ends in/],
    ["http://h:8086/db", { RADRIG_INFLUX_PASSWORD: "s3cret" }, /RADRIG_INFLUX_USER is not/],
  ])("%s is refused with the mend, without repeating a password", (address, environment, message) => {
    expect(() => influxServer(address, environment)).toThrow(message);
    try {
      influxServer(address, environment);
    } catch (error) {
      expect(error).toMatchObject({ code: "config" });
      expect((error as Error).message).not.toContain("s3cret");
    }
  });
});

describe("what a server answers", () => {
  const cases: readonly (readonly [number, string, object])[] = [
    [204, "", { kind: "written" }],
    [400, '{"error":"partial write: x dropped=3"}', { kind: "rejected", dropped: 3 }],
    [400, '{"error":"unable to parse"}', { kind: "rejected", dropped: null }],
    [401, '{"error":"authorization failed"}', { kind: "login" }],
    [403, "{}", { kind: "login" }],
    [404, '{"error":"database not found: \\"x\\""}', { kind: "no_database" }],
    [404, "<html>nginx</html>", { kind: "down" }],
    [413, "", { kind: "too_large" }],
    [429, "", { kind: "down" }],
    [500, '{"error":"timeout"}', { kind: "down", reason: "it answers 500 timeout" }],
    [503, "x".repeat(10_000_000), { kind: "down" }],
    [302, "", { kind: "down" }],
  ];
  test.each(cases)("%i", async (status, body, expected) => {
    const web = createServer((request, response) => {
      request.resume();
      request.on("end", () => response.writeHead(status).end(body));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => web.once("listening", resolve));
    const poster = createPoster(
      influxServer(`http://127.0.0.1:${(web.address() as AddressInfo).port}/db`, {}),
    );
    const posted = await poster.post(Buffer.from("m f=1 1"));
    expect(posted).toMatchObject(expected);
    if ("reason" in posted) expect(posted.reason.length).toBeLessThan(400);
    poster.close();
    web.close();
  });

  test("a connection cut in the middle of the answer is a server that is down", async () => {
    const web = createServer((_, response) => {
      response.writeHead(204, { "content-length": "100" });
      response.write("x");
      response.destroy();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => web.once("listening", resolve));
    const poster = createPoster(
      influxServer(`http://127.0.0.1:${(web.address() as AddressInfo).port}/db`, {}),
    );
    expect(await poster.post(Buffer.from("m f=1 1"))).toMatchObject({ kind: "down" });
    poster.close();
    web.close();
  });
});
