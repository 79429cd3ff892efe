import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { scaledClock } from "../../src/cli/clocks.ts";
import { nsPerMs } from "../../src/domain/clock.ts";
import { randomStream } from "../../src/domain/random.ts";
import type { Reply } from "../../src/domain/reply.ts";
import { ptySocket } from "../../src/emulator/pty-socket.ts";
import { wire as cable } from "../../src/emulator/wire.ts";
import { drivers } from "../../src/instruments/all.ts";
import type { InstrumentKind } from "../../src/instruments/driver.ts";
import { ptyPort } from "../../src/link/serial.ts";
import { bytesHeld } from "./bytes-held.ts";
import type { Fixture } from "./fixture.ts";
import { fixtures } from "./fixtures/all.ts";
import { drivenOver, emulatedOn, instrumentBench } from "./instrument-bench.ts";
import type { InstrumentBench } from "./instrument-bench.ts";
import {
  afterGarbage,
  byteByByte,
  cutAt,
  delayed,
  doubled,
  dropped,
  garbage,
  glued,
  joined,
  mutating,
  smooth,
} from "./rough-wire.ts";
import type { Exchange, Rough } from "./rough-wire.ts";
import { verbsOf } from "./verbs.ts";
import type { Verb } from "./verbs.ts";

/**
 * The conformance suite of one kind: every driver of the registry that is of this kind, with its emulated instrument, over wires that
 * are smooth, cut at every byte, slow, doubling, deaf, glued, noisy and torn out; fuzzed; and once over a pseudo-terminal.
 *
 *   test/instruments/conformance-<kind>.test.ts ─→ conformance(kind) ─→ registry ∩ fixtures, variants ─→ tests
 *
 * `variants`: other dialects and units of a protocol that the suite runs for as well.
 */
export function conformance(kind: InstrumentKind, ...variants: readonly Fixture[]): void {
  const registered = drivers
    .filter((driver) => driver.kind === kind)
    .map(({ protocol, title }) => ({ ...fixtureOf(protocol), title }));
  const others = variants.map((fixture) => ({ title: JSON.stringify(fixture.settings ?? {}), ...fixture }));
  describe.each([...registered, ...others])("$protocol ($title)", (fixture) => {
    describe("in memory", () => overRoughWires(fixture));
    describe("fuzzed", () => fuzzed(fixture));
    test("over a pseudo-terminal, on the wall's time, each verb does its work", () => overPty(fixture));
  });
}

export function fixtureOf(protocol: string): Fixture {
  const fixture = fixtures.find((one) => one.protocol === protocol);
  if (fixture === undefined)
    throw new Error(`driver '${protocol}' has no fixture: add one to test/instruments/fixtures/all.ts`);
  return fixture;
}

/** So many positions at which a reply is cut in two; longer replies are cut everywhere by `byteByByte`. */
const cuts = 40;

function overRoughWires(fixture: Fixture): void {
  const { answerMs = 1_000, longestVerbMs = 60_000, unasked = false, doublingHarms } = fixture;
  /** Of what speaks unasked no reply can be doubled or dropped. */
  const askedOnly = unasked ? (): void => undefined : test;

  test("identifies itself, proves itself, and each verb does its work", async () => {
    const bench = instrumentBench(fixture);
    expect(await bench.instrument.identify()).toMatchObject({ kind: "ok", value: fixture.identity });
    await eachVerbWorks(bench, fixture);
    for (const lack of bench.instrument.lacks) expect(lack).not.toBe("");
  });

  test.each<[string, Rough]>([
    ["every byte is a chunk", byteByByte()],
    ["every byte is a chunk, a millisecond apart", byteByByte(1)],
    ["whole replies are one chunk", glued],
    ["replies take half of the deadline", delayed(answerMs / 2)],
  ])("each verb does its work when %s", async (_, rough) => {
    await eachVerbWorks(instrumentBench(fixture, rough), fixture);
  });

  test(`each verb does its work when replies are cut in two anywhere in their first ${cuts} bytes`, async () => {
    for (let at = 1; at <= cuts; at++) await eachVerbWorks(instrumentBench(fixture, cutAt(at, 5)), fixture);
  });

  askedOnly("doubled replies do no harm, or tell no untruth", async () => {
    const bench = instrumentBench(fixture, doubled);
    if (doublingHarms === undefined) await eachVerbWorks(bench, fixture);
    else await noVerbLies(bench, fixture);
    await recovers(bench, fixture);
  });

  test("replies beyond the deadline, and garbage before them, tell no untruth, and are got over", async () => {
    for (const rough of [delayed(answerMs * 1.5), afterGarbage(randomStream(1, "garbage"))]) {
      const bench = instrumentBench(fixture, rough);
      await noVerbLies(bench, fixture);
      await recovers(bench, fixture);
    }
  });

  askedOnly("dropped replies are silence in bounded time, and are got over", async () => {
    const bench = instrumentBench(fixture, dropped);
    for (const verb of verbsOf(bench.instrument, fixture)) {
      const beganNs = bench.clock.nowNs();
      expect([verb.name, (await verb.deed()).kind]).toEqual([verb.name, "silence"]);
      expect((bench.clock.nowNs() - beganNs) / nsPerMs).toBeLessThanOrEqual(longestVerbMs);
    }
    await recovers(bench, fixture);
  });

  test("once its chunks end, in the middle of a verb or before it, a verb is silence at once", async () => {
    const names = verbsOf(instrumentBench(fixture).instrument, fixture).map(({ name }) => name);
    for (const name of names) {
      const bench = instrumentBench(fixture, dropped);
      const verb = verbsOf(bench.instrument, fixture).find((one) => one.name === name)!;
      const asked = verb.deed();
      if (!unasked) await bench.clock.sleep(answerMs / 10);
      bench.wire.pull();
      const pulledNs = bench.clock.nowNs();
      expect([name, (await asked).kind]).toEqual([name, "silence"]);
      expect([name, (await verb.deed()).kind]).toEqual([name, "silence"]);
      expect(bench.clock.nowNs() - pulledNs).toBeLessThanOrEqual(nsPerMs);
      await bench.life;
    }
  });
}

const fuzzRuns = 120;
const floodMB = 16;

function fuzzed(fixture: Fixture): void {
  const { longestVerbMs = 60_000 } = fixture;

  test(`in ${fuzzRuns} runs no mutated reply hangs it, throws, or counts as success unless it is well-formed`, async () => {
    let changed = 0;
    for (let run = 1; run <= fuzzRuns; run++) {
      const bench = instrumentBench(fixture, mutating(randomStream(run, "mutations")));
      for (const { name, deed, claims = () => true } of verbsOf(bench.instrument, fixture)) {
        const first = bench.wire.exchanges.length;
        const beganNs = bench.clock.nowNs();
        const reply = await deed();
        expect((bench.clock.nowNs() - beganNs) / nsPerMs).toBeLessThanOrEqual(longestVerbMs * 4);
        const unfit = illFounded(bench.wire.exchanges.slice(first), fixture);
        changed += unfit.length;
        if (reply.kind === "ok" && claims(reply.value as never) && fixture.unasked !== true)
          expect(unfit, `run ${run}: '${name}' succeeded`).toEqual([]);
      }
      bench.wire.pull();
    }
    // A check that cannot fail is none: mutations must have done some harm.
    if (fixture.unasked !== true) expect(changed).toBeGreaterThan(fuzzRuns / 4);
  });

  test(`${floodMB} MB of garbage fill no memory, and are got over`, async () => {
    const bench = instrumentBench(fixture);
    const random = randomStream(1, "flood");
    const blocks = [
      garbage(random, 65_536),
      new Uint8Array(65_536).fill(0xff),
      new Uint8Array(65_536).fill(0x21),
    ];
    const verb = verbsOf(bench.instrument, fixture)[0]!;
    const before = bytesHeld();
    let most = 0;
    for (let mb = 0; mb < floodMB; mb++) {
      const asked = verb.deed();
      for (let block = 0; block < 16; block++) await bench.wire.pour(blocks[block % blocks.length]!);
      await asked;
      if (mb % 4 === 3) most = Math.max(most, bytesHeld() - before);
    }
    expect(most).toBeLessThan(6e6);
    await recovers(bench, fixture);
  });
}

async function overPty(fixture: Fixture): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "radrig-instrument-"));
  const clock = scaledClock(fixture.ptyTimeScale ?? 1);
  const far = cable(fixture.protocol);
  const uart = far.device();
  const { life } = emulatedOn(uart, fixture, clock);
  const socket = ptySocket(join(folder, "port"), far);
  try {
    const port = await ptyPort(socket.name)();
    // Deadlines are not what is tried here, and the machine may be busy.
    const instrument = drivenOver(port, { ...fixture, answerMs: 20_000 }, clock);
    for (const { name, deed, wrong } of verbsOf(instrument, fixture)) {
      const reply = await deed();
      expect([name, reply.kind, faultOf(reply, wrong)]).toEqual([name, "ok", null]);
    }
    await port.close();
  } finally {
    socket.close();
    await uart.close();
    await life;
    rmSync(folder, { recursive: true });
  }
}

async function eachVerbWorks(bench: InstrumentBench, fixture: Fixture): Promise<void> {
  for (const { name, deed, wrong } of verbsOf(bench.instrument, fixture)) {
    const reply = await deed();
    expect([name, reply, faultOf(reply, wrong)]).toEqual([
      name,
      expect.objectContaining({ kind: "ok" }),
      null,
    ]);
  }
}

/** A verb need not succeed; where it does, its value is true. */
async function noVerbLies(bench: InstrumentBench, fixture: Fixture): Promise<void> {
  const { longestVerbMs = 60_000 } = fixture;
  for (const { name, deed, wrong } of verbsOf(bench.instrument, fixture)) {
    const beganNs = bench.clock.nowNs();
    const reply = await deed();
    // What depends on a verb that failed has nothing to be held against.
    if (reply.kind !== "ok") return;
    expect([name, faultOf(reply, wrong)]).toEqual([name, null]);
    expect((bench.clock.nowNs() - beganNs) / nsPerMs).toBeLessThanOrEqual(longestVerbMs);
  }
}

/** Over a wire that is smooth again, one of three tries succeeds, and then each verb does. */
async function recovers(bench: InstrumentBench, fixture: Fixture): Promise<void> {
  bench.wire.rough = smooth;
  const kinds: string[] = [];
  while (kinds.length < 3 && kinds.at(-1) !== "ok") kinds.push((await bench.instrument.identify()).kind);
  expect(kinds.at(-1)).toBe("ok");
  await eachVerbWorks(bench, fixture);
}

function faultOf(reply: Reply<unknown>, wrong: Verb["wrong"]): string | null {
  return reply.kind === "ok" ? wrong(reply.value as never) : null;
}

/** The commands of a verb that were never, however often repeated, replied to well; in hexadecimal, with what came instead. */
export function illFounded(exchanges: readonly Exchange[], fixture: Fixture): string[] {
  const { sameCommand = hex, isWellFormedReply } = fixture;
  const founded = new Map<string, boolean>();
  const last = new Map<string, string>();
  for (const { command, delivered } of exchanges) {
    const key = sameCommand(command);
    const reply = joined(delivered);
    founded.set(key, founded.get(key) === true || isWellFormedReply(command, reply));
    last.set(key, `${hex(command)} ─→ ${hex(reply)}`);
  }
  return [...founded].filter(([, well]) => !well).map(([key]) => last.get(key)!);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
