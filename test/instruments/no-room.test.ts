import { expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import { memoryPair } from "../../src/link/memory.ts";
import { fixtures } from "./fixtures/all.ts";
import { keysight } from "./fixtures/scpi.ts";
import { drivenOver } from "./instrument-bench.ts";
import { verbsOf } from "./verbs.ts";

/** A device behind a link with back-pressure (TCP, a child process) that stopped reading: what is written to it waits for ever. */
test.each(
  [...fixtures, keysight].map((fixture) => [`${fixture.protocol} ${fixture.title ?? ""}`, fixture] as const),
)(
  "%s: a device that takes no bytes is silence by the deadline, and no verb waits for ever",
  async (_, fixture) => {
    const clock = virtualClock();
    const [host] = memoryPair(fixture.protocol);
    const full = { ...host, write: () => new Promise<void>(() => undefined) };
    const instrument = drivenOver(full, fixture, clock);
    const { longestVerbMs = 60_000 } = fixture;
    for (const { name, deed } of verbsOf(instrument, fixture)) {
      const late = clock.sleep(longestVerbMs).then(() => ({ kind: "waits for ever" }));
      expect([name, (await Promise.race([deed(), late])).kind]).toEqual([name, "silence"]);
    }
    const asked = instrument.identify();
    await host.close();
    expect((await asked).kind).toBe("silence");
  },
);
