import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import { randomStream } from "../../src/domain/random.ts";
import {
  byteByByte,
  cutAt,
  delayed,
  doubled,
  dropped,
  glued,
  mutate,
  roughWire,
  smooth,
} from "./rough-wire.ts";
import type { Rough } from "./rough-wire.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** Two chunks are sent at once, `ab` and `cde`: what the driver reads, and when (ms). */
async function received(rough: Rough): Promise<[string, number][]> {
  const clock = virtualClock();
  const wire = roughWire("wire", clock, rough);
  const seen: [string, number][] = [];
  const reading = (async () => {
    for await (const chunk of wire.host.chunks)
      seen.push([Buffer.from(chunk).toString("latin1"), clock.nowNs() / 1e6]);
  })();
  await wire.host.write(bytes("?"));
  await wire.device.write(bytes("ab"));
  await wire.device.write(bytes("cde"));
  await clock.sleep(5_000);
  expect(wire.exchanges.map(({ command }) => Buffer.from(command).toString())).toEqual(["", "?"]);
  expect(wire.exchanges[1]!.delivered.map((chunk) => Buffer.from(chunk).toString("latin1"))).toEqual(
    seen.map(([text]) => text),
  );
  wire.pull();
  await reading;
  return seen;
}

describe("a rough wire", () => {
  test.each<[string, Rough, [string, number][]]>([
    [
      "smooth",
      smooth,
      [
        ["ab", 0],
        ["cde", 0],
      ],
    ],
    [
      "byte by byte",
      byteByByte(),
      [
        ["a", 0],
        ["b", 0],
        ["c", 0],
        ["d", 0],
        ["e", 0],
      ],
    ],
    [
      "byte by byte, slowly",
      byteByByte(2),
      [
        ["a", 2],
        ["b", 4],
        ["c", 6],
        ["d", 8],
        ["e", 10],
      ],
    ],
    [
      "cut",
      cutAt(3, 5),
      [
        ["abc", 20],
        ["de", 25],
      ],
    ],
    ["glued", glued, [["abcde", 20]]],
    [
      "delayed, in order",
      delayed(1_500),
      [
        ["ab", 1_500],
        ["cde", 3_000],
      ],
    ],
    ["doubled", doubled, [["abcdeabcde", 20]]],
    ["dropped", dropped, []],
  ])("%s", async (_, rough, expected) => {
    expect(await received(rough)).toEqual(expected);
  });

  test("a command reaches the instrument whole, and a pulled cable ends both ends", async () => {
    const wire = roughWire("wire", virtualClock(), dropped);
    await wire.host.write(bytes("*IDN?\n"));
    const heard: string[] = [];
    for await (const chunk of wire.device.chunks) {
      heard.push(Buffer.from(chunk).toString());
      wire.pull();
    }
    expect(heard).toEqual(["*IDN?\n"]);
    for await (const chunk of wire.host.chunks) expect.fail(`read ${chunk.length} bytes`);
  });

  test("mutations repeat with their seed, and most change something", () => {
    const reply = bytes("!02000341C7D70AD51F\r");
    const once = (seed: number): string =>
      Buffer.from(mutate(reply, bytes("old"), randomStream(seed))).toString("hex");
    const all = Array.from({ length: 200 }, (_, seed) => once(seed));
    expect(all).toEqual(Array.from({ length: 200 }, (_, seed) => once(seed)));
    expect(all.filter((mutated) => mutated !== Buffer.from(reply).toString("hex")).length).toBeGreaterThan(
      190,
    );
  });
});
