import { expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import { memoryPair } from "../../src/link/memory.ts";
import { bytesHeld } from "./bytes-held.ts";
import { fixtures } from "./fixtures/all.ts";
import { keysight } from "./fixtures/scpi.ts";
import { drivenOver, emulatedOn } from "./instrument-bench.ts";

/** A port may live for months: what one verb leaves behind is multiplied by millions. */
const verbs = 5_000;
/** Compiled code and the like: one reaction that is never forgotten is 300. */
const mostBytesEach = 200;

test.each(
  [...fixtures, keysight].map((fixture) => [`${fixture.protocol} ${fixture.title ?? ""}`, fixture] as const),
)(
  "%s: asked again and again, with an answer or without, it holds no more than at first",
  async (_, fixture) => {
    for (const silent of [true, false]) {
      const clock = virtualClock();
      const [host, device] = memoryPair(fixture.protocol);
      const instrument = drivenOver(host, fixture, clock);
      if (silent) void swallow(device.chunks);
      else emulatedOn(device, fixture, clock);
      const ask = async (times: number): Promise<void> => {
        for (let n = 0; n < times; n++) {
          const { kind } = await instrument.identify();
          if (kind !== (silent ? "silence" : "ok")) throw new Error(kind);
        }
      };
      await ask(2_000);
      const before = bytesHeld();
      await ask(verbs);
      const bytesEach = (bytesHeld() - before) / verbs;
      expect(bytesEach, silent ? "without an answer" : "with one").toBeLessThan(mostBytesEach);
      await host.close();
    }
  },
);

async function swallow(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks) continue;
}
