import { expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import type { BenchFaultName } from "../../src/domain/equipment.ts";
import type { OpenPort, Port } from "../../src/domain/link.ts";
import { koradDriver } from "../../src/instruments/korad.ts";
import { memoryPair } from "../../src/link/memory.ts";
import { InstrumentSession } from "../../src/rig/instrument-session.ts";

/** A supply that can be pulled out, and another put in its place; words are those of libsigrok. */
function bench(serial: string | null = null) {
  const clock = virtualClock();
  const told: { what: BenchFaultName; detail: string }[] = [];
  const its = {
    identity: "KORAD KA3005P V5.5",
    port: null as Port | null,
    isMute: false,
    isStuck: false,
    written: 0,
    heard: [] as string[],
  };
  const open: OpenPort = () => {
    const [memory, device] = memoryPair("supply");
    const host: Port = {
      ...memory,
      write: (bytes) => {
        if (!its.isStuck) return memory.write(bytes);
        its.written++;
        return new Promise(() => undefined);
      },
    };
    its.port = device;
    void (async () => {
      for await (const chunk of device.chunks) {
        its.heard.push(Buffer.from(chunk).toString("latin1"));
        const said = answers(its.identity)[Buffer.from(chunk).toString("latin1")];
        if (!its.isMute && said !== undefined) await device.write(Buffer.from(said, "latin1"));
      }
    })();
    return Promise.resolve(host);
  };
  const session = new InstrumentSession({
    name: "psu",
    serial,
    driver: koradDriver,
    settings: { ...koradDriver.schema.parse({}), baud: null, answerMs: 500 },
    clock,
    open,
    capture: null,
    tell: (what, _sinceNs, detail) => told.push({ what, detail }),
  });
  return { session, clock, told, its };
}

const answers = (identity: string): Readonly<Record<string, string>> => ({
  "*IDN?": identity,
  "STATUS?": "\x41",
  "VSET1?": "05.00",
  "ISET1?": "0.500",
  "VOUT1?": "05.00",
  "IOUT1?": "0.125",
});

const words = (told: readonly { what: BenchFaultName }[]): BenchFaultName[] => told.map(({ what }) => what);

test("what comes back must be what was there: another model on the same port is told, and not spoken to", async () => {
  for (const other of ["TENMA 72-2540 V2.1", "KORAD KA3005P V5.5 SN:4711"]) {
    const { session, clock, told, its } = bench();
    its.identity = "KORAD KA3005P V5.5 SN:4710";
    await session.connect();
    const first = its.identity;
    its.identity = other;
    await its.port!.close();
    await clock.sleep(10_000);
    expect(words(told).slice(0, 2)).toEqual(["unplugged", "identity_differs"]);
    expect(told[1]!.detail).toMatch(/KORAD KA3005P.* was there/);
    expect(await session.verb((instrument) => instrument.prove())).toMatchObject({ kind: "silence" });
    its.identity = first;
    await clock.sleep(10_000);
    expect(words(told).at(-1)).toBe("back");
    expect(session.identity).toMatchObject({ model: "KORAD KA3005P", serial: "4710" });
    await session.close();
  }
});

test("new firmware is no other instrument, nor is one whose serial number is not told", async () => {
  for (const again of ["KORAD KA3005P V5.8", "KORAD KA3005P V5.5"]) {
    const { session, clock, told, its } = bench();
    its.identity = "KORAD KA3005P V5.5 SN:4710";
    await session.connect();
    its.identity = again;
    await its.port!.close();
    await clock.sleep(10_000);
    expect(words(told)).toEqual(["unplugged", "back"]);
    await session.close();
  }
});

test("a device that has stopped reading is told as silent, and what waits for it fills no memory", async () => {
  const { session, told, its } = bench();
  await session.connect();
  its.isStuck = true;
  for (let n = 0; n < 300; n++)
    expect(await session.verb((instrument) => instrument.prove())).toMatchObject({ kind: "silence" });
  expect(words(told)).toEqual(["silent"]);
  expect(its.written).toBeLessThanOrEqual(64);
  await session.close();
});

test("a silent one is asked again until it answers, though nobody asks it any more", async () => {
  const { session, clock, told, its } = bench();
  await session.connect();
  its.isMute = true;
  for (let n = 0; n < 3; n++) await session.verb((instrument) => instrument.prove());
  await clock.sleep(60_000);
  expect(words(told)).toEqual(["silent"]);
  its.isMute = false;
  await clock.sleep(5_000);
  expect(words(told)).toEqual(["silent", "back"]);
  await session.close();
});

test("a port that comes back with nobody behind it is silent, and that is told once", async () => {
  const { session, clock, told, its } = bench();
  await session.connect();
  its.isMute = true;
  await its.port!.close();
  await clock.sleep(3_600_000);
  its.isMute = false;
  await clock.sleep(10_000);
  expect(words(told)).toEqual(["unplugged", "silent", "back"]);
  await session.close();
});

test("what waits in the queue when another instrument is plugged in never reaches it", async () => {
  const { session, clock, its } = bench();
  await session.connect();
  its.identity = "TENMA 72-2540 V2.1";
  its.heard = [];
  await its.port!.close();
  // Asked all the time, also while it is asked who it is.
  for (let asked = 0; asked < 500; asked++) {
    void session.verb<unknown>((instrument) =>
      instrument.kind === "supply" ? instrument.rail(1).off() : instrument.prove(),
    );
    await clock.sleep(10);
  }
  expect(new Set(its.heard)).toEqual(new Set(["*IDN?"]));
  await session.close();
});

test("one whose power comes with its board's is asked until it is up, and no longer than was said", async () => {
  const { session, clock, told, its } = bench();
  its.isMute = true;
  void clock.sleep(6000).then(() => (its.isMute = false));
  await session.connect(undefined, 10_000);
  expect(session.identity?.model).toContain("KA3005P");
  expect(words(told)).toEqual([]);
  await session.close();

  const dead = bench();
  dead.its.isMute = true;
  await expect(dead.session.connect(undefined, 10_000)).rejects.toThrow(/no answer/);
  expect(dead.clock.nowNs()).toBeGreaterThan(10_000 * 1e6);
  expect(dead.clock.nowNs()).toBeLessThan(15_000 * 1e6);
});
