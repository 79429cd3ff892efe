import { afterEach, describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { bootIdOf } from "../../src/emulator/board-life.ts";
import { emulateInMemory } from "../../src/emulator/in-memory.ts";
import type { Emulation } from "../../src/emulator/in-memory.ts";
import { benchSpec } from "./bench-spec.ts";
import { listenOn } from "./listener.ts";
import type { Listener } from "./listener.ts";
import { ticker } from "./ticker.ts";

const devices = {
  boards: [
    { board: "a", serial: "EMU-A", port: "a" },
    { board: "b", serial: "EMU-B", port: "b" },
  ],
  boxes: [],
};
let open: Emulation[] = [];

afterEach(async () => {
  await Promise.all(open.map((emulation) => emulation.close()));
  open = [];
});

async function bench(seed = 1): Promise<{ clock: Clock; emulation: Emulation; host: Listener }> {
  const clock = virtualClock();
  const emulation = emulateInMemory(benchSpec(), devices, clock, seed, { agent: ticker });
  open.push(emulation);
  return { clock, emulation, host: listenOn(await emulation.openPort("a")()) };
}

describe("the life of a board", () => {
  test("rail off kills it at once, rail on boots it after its boot time with cause power", async () => {
    const { clock, emulation, host } = await bench();
    await clock.sleep(250);
    emulation.world.rail("a", false);
    await clock.sleep(4_000);
    expect(host.heard).toHaveLength(3);
    emulation.world.rail("a", true);
    const boot = await host.next("boot", ({ boots }) => boots === 2);
    expect(boot).toMatchObject({ cause: "power", uptimeMs: 0, seq: 1, boot: bootIdOf(1, "a", 2) });
    expect(clock.nowNs()).toBe((250 + 4_000 + 300) * 1e6);
  });

  test("off and on again within its boot time, and off while it boots, end in one clean boot", async () => {
    const { clock, emulation, host } = await bench();
    await clock.sleep(50);
    emulation.world.rail("a", false);
    emulation.world.rail("a", true);
    await clock.sleep(100);
    emulation.world.rail("a", false);
    await clock.sleep(100);
    emulation.world.rail("a", true);
    await host.next("boot", ({ boots }) => boots === 2);
    expect(clock.nowNs()).toBe(550e6);
    await clock.sleep(10_000);
    expect(
      host.heard.filter((message) => message.kind !== "garbled" && message.name === "boot"),
    ).toHaveLength(2);
  });

  test("a reset by command boots it again with that cause and another boot id", async () => {
    const { host } = await bench();
    const first = await host.next("boot");
    await host.say({ kind: "c", name: "reset" });
    const second = await host.next("boot");
    expect(second).toMatchObject({ boots: 2, cause: "command" });
    expect(second.boot).not.toBe(first.boot);
  });

  test("goes on while nobody is plugged in, and for whoever comes next", async () => {
    const { clock, emulation, host } = await bench();
    await clock.sleep(250);
    await expect(emulation.openPort("a")()).rejects.toMatchObject({ code: "port_busy" });
    await host.close();
    await clock.sleep(1_000);
    const again = listenOn(await emulation.openPort("a")());
    expect(await again.next("log")).toMatchObject({ event: 14, uptimeMs: 1_300 });
    expect(host.heard).toHaveLength(3);
  });

  test("a host that does not read fills no memory and does not stop the board", async () => {
    const { clock, emulation } = await bench();
    const deaf = await emulation.openPort("b")();
    await clock.sleep(3_600_000);
    await deaf.close();
    const again = listenOn(await emulation.openPort("b")());
    expect(await again.next("log")).toMatchObject({ event: 36_002 });
  });

  test("boot ids differ from boot to boot, from board to board, from seed to seed, and are never 0", () => {
    const ids = [1, 2].flatMap((seed) =>
      ["a", "b"].flatMap((board) => [1, 2, 3].map((boots) => bootIdOf(seed, board, boots))),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(0);
  });

  test("one seed gives one course of events, byte for byte; another does not", async () => {
    const course = async (seed: number): Promise<string> => {
      const { clock, emulation, host } = await bench(seed);
      await clock.sleep(500);
      emulation.world.rail("a", false);
      await clock.sleep(500);
      emulation.world.rail("a", true);
      await clock.sleep(1_000);
      return host.lines.join("\n");
    };
    const one = await course(1);
    expect(await course(1)).toBe(one);
    expect(await course(2)).not.toBe(one);
  });

  test("an agent that breaks is not hidden: closing the emulation says so", async () => {
    const clock = virtualClock();
    const emulation = emulateInMemory(benchSpec(), devices, clock, 1, {
      agent: () => Promise.reject(new Error("broken agent")),
    });
    await clock.sleep(10);
    await expect(emulation.close()).rejects.toThrow("broken agent");
  });

  test("a board that the emulation does not have is an error that names it", () => {
    const boards = [{ board: "nobody", serial: "X", port: "x" }];
    expect(() =>
      emulateInMemory(benchSpec(), { boards, boxes: [] }, virtualClock(), 1, { agent: ticker }),
    ).toThrow(/nobody/);
  });
});
