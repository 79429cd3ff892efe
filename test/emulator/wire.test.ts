import { describe, expect, test } from "vitest";
import type { Port } from "../../src/domain/link.ts";
import { wire } from "../../src/emulator/wire.ts";
import { memoryPair } from "../../src/link/memory.ts";

const text = (chunk: Uint8Array): string => Buffer.from(chunk).toString("latin1");
const bytes = (words: string): Uint8Array => Buffer.from(words, "latin1");

async function read(port: Port, chunks: number): Promise<string[]> {
  const got: string[] = [];
  for await (const chunk of port.chunks) if (got.push(text(chunk)) === chunks) break;
  return got;
}

describe("the wire between a device and its host", () => {
  test("carries bytes both ways", async () => {
    const cable = wire("w");
    const [host, end] = memoryPair("w");
    cable.plug(end);
    const device = cable.device();
    await host.write(bytes("down"));
    await device.write(bytes("up"));
    expect(await read(device, 1)).toEqual(["down"]);
    expect(await read(host, 1)).toEqual(["up"]);
  });

  test("the end of an earlier boot hears and says nothing more", async () => {
    const cable = wire("w");
    const [host, end] = memoryPair("w");
    cable.plug(end);
    const old = cable.device();
    const booted = cable.device();
    expect(await read(old, 1)).toEqual([]);
    await old.write(bytes("ghost"));
    await booted.write(bytes("alive"));
    expect(await read(host, 1)).toEqual(["alive"]);
  });

  test("what is said while nobody is plugged in is gone; another host gets what follows", async () => {
    const cable = wire("w");
    const device = cable.device();
    await device.write(bytes("lost"));
    const [first, firstEnd] = memoryPair("w");
    const pull = cable.plug(firstEnd);
    await device.write(bytes("one"));
    expect(await read(first, 1)).toEqual(["one"]);
    pull();
    await device.write(bytes("lost"));
    const [second, secondEnd] = memoryPair("w");
    cable.plug(secondEnd);
    pull();
    await device.write(bytes("two"));
    expect(await read(second, 1)).toEqual(["two"]);
  });

  test("a host that takes nothing gets 64 KiB and a write more, then the lines are dropped, until it takes again", async () => {
    const taken: (() => void)[] = [];
    let offered = 0;
    const stuck: Port = {
      name: "stuck",
      chunks: memoryPair("never")[0].chunks,
      write: (chunk) => {
        offered += chunk.length;
        return new Promise((resolve) => taken.push(resolve));
      },
      close: () => Promise.resolve(),
    };
    const cable = wire("w");
    cable.plug(stuck);
    const device = cable.device();
    for (let i = 0; i < 1_000; i++) await device.write(new Uint8Array(1_024));
    expect(offered).toBe(65 * 1_024);
    for (const take of taken) take();
    await Promise.resolve();
    await device.write(new Uint8Array(1));
    expect(offered).toBe(65 * 1_024 + 1);
  });
});
