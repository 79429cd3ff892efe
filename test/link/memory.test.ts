import { describe, expect, test } from "vitest";
import { queueMark } from "../../src/link/chunk-queue.ts";
import { memoryPair } from "../../src/link/memory.ts";
import { textOf } from "./ports.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

describe("a pair in memory", () => {
  test("what one end writes the other reads, in order, both ways", async () => {
    const [host, device] = memoryPair("pair");
    await host.write(bytes("to the device"));
    await device.write(bytes("one "));
    await device.write(bytes("two"));
    await host.close();
    expect(await textOf(device)).toBe("to the device");
    expect(await textOf(host)).toBe("one two");
  });

  test("closing either end ends both, and what was written before can still be read", async () => {
    for (const end of [0, 1] as const) {
      const pair = memoryPair("pair");
      await pair[0].write(bytes("a"));
      await pair[1].write(bytes("b"));
      await pair[end].close();
      await pair[end].close();
      await pair[0].write(bytes("swallowed"));
      expect(await textOf(pair[1])).toBe("a");
      expect(await textOf(pair[0])).toBe("b");
    }
  });

  test("a reader waiting for the next chunk gets it, and the end", async () => {
    const [host, device] = memoryPair("pair");
    const reading = textOf(host);
    await device.write(bytes("later"));
    await device.close();
    expect(await reading).toBe("later");
  });

  test("a writer waits while the far end leaves more than the mark unread, and writers keep their order", async () => {
    const [host, device] = memoryPair("pair");
    const done: number[] = [];
    const chunk = new Uint8Array(queueMark);
    const writes = [1, 2, 3, 4].map((number) =>
      device.write(chunk.fill(number).slice()).then(() => done.push(number)),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toEqual([1]);
    const seen: number[] = [];
    for await (const read of host.chunks) {
      seen.push(read[0]!);
      if (seen.length === 4) break;
    }
    await Promise.all(writes);
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(done).toEqual([1, 2, 3, 4]);
  });

  test("a writer that waits is let go when the pair closes", async () => {
    const [host, device] = memoryPair("pair");
    const writes = [1, 2, 3].map(() => device.write(new Uint8Array(queueMark)));
    await host.close();
    await Promise.all(writes);
    expect(host.name).toBe("pair");
  });
});
