import { afterEach, describe, expect, test } from "vitest";
import type { Payload } from "../../firmware-protocol/messages.ts";
import { virtualClock } from "../../src/cli/clocks.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { emulateInMemory } from "../../src/emulator/in-memory.ts";
import type { Emulation } from "../../src/emulator/in-memory.ts";
import { benchSpec } from "./bench-spec.ts";
import { listenOn } from "./listener.ts";
import type { Listener } from "./listener.ts";
import { ticker } from "./ticker.ts";

const devices = {
  boards: [{ board: "a", serial: "EMU-A", port: "a" }],
  boxes: [{ serial: "EMU-BOX", port: "box" }],
};
let open: Emulation[] = [];

afterEach(async () => {
  await Promise.all(open.map((emulation) => emulation.close()));
  open = [];
});

async function bench(): Promise<{ clock: Clock; emulation: Emulation; box: Listener }> {
  const clock = virtualClock();
  const emulation = emulateInMemory(benchSpec(), devices, clock, 1, { agent: ticker });
  open.push(emulation);
  return { clock, emulation, box: listenOn(await emulation.openPort("box")()) };
}

const inject = { board: "a", id: 1, target: "control", word: 3, mask: 1, iteration: 0, cycle: 0 } as const;

describe("the bench box", () => {
  test("says hello, and what it can do", async () => {
    const { box } = await bench();
    await box.say({ kind: "c", name: "hello", protocol: 1, heartbeatMs: 50, leaseMs: 1_000 });
    expect(await box.next("hello-ok")).toMatchObject({
      re: 1,
      serial: "EMU-BOX",
      boots: 1,
      cause: "power",
      event: 1,
      capabilities: ["inject", "heat", "rail", "beam"],
    });
  });

  test("heartbeats at the period asked for, from the hello on", async () => {
    const { clock, box } = await bench();
    await box.next("heartbeat");
    expect(clock.nowNs()).toBe(1_000e6);
    await clock.sleep(300);
    await box.say({ kind: "c", name: "hello", protocol: 1, heartbeatMs: 50, leaseMs: 1_000 });
    await box.next("heartbeat");
    await box.next("heartbeat");
    expect(clock.nowNs()).toBe(1_400e6);
    expect(box.heard.every((message) => message.kind !== "garbled")).toBe(true);
  });

  test("heats, switches, opens, senses", async () => {
    const { clock, box, emulation } = await bench();
    await box.say({ kind: "c", name: "heat", board: "a", on: true, setMilliC: 70_000 });
    await box.next("heat-ok");
    await box.say({ kind: "c", name: "shutter", open: true });
    expect(await box.next("shutter-ok")).toMatchObject({ open: true });
    await clock.sleep(4_000);
    await box.say({ kind: "c", name: "sense", board: "a" });
    expect(await box.next("sense-ok")).toMatchObject({
      objectMilliC: 45_000,
      sinkMilliC: 25_000,
      on: true,
      milliV: 5_000,
      milliA: 200,
      shutterOpen: true,
      fluencePerCm2: 4e7,
      fluxPerCm2PerSecond: 1e7,
    });
    await box.say({ kind: "c", name: "rail", board: "a", on: false });
    expect(await box.next("rail-ok")).toMatchObject({ on: false, milliV: 0, milliA: 0 });
    expect(emulation.world.law("a").powered).toBe(false);
    expect(emulation.world.law("b").powered).toBe(true);
  });

  test("arms strikes, and says why when it cannot", async () => {
    const { box } = await bench();
    const ask = async (change: object): Promise<string> => {
      const answer = await box.answer(await box.say({ kind: "c", name: "inject", ...inject, ...change }));
      return answer.name === "refused" ? answer.reason : answer.name;
    };
    expect(await ask({})).toBe("inject-ok");
    expect(await ask({ board: "nobody" })).toBe("unknown-board");
    expect(await ask({ target: "cache" })).toBe("unknown-target");
    expect(await ask({ word: 8 })).toBe("out-of-range");
    await box.say({ kind: "c", name: "rail", board: "a", on: false });
    expect(await ask({})).toBe("rail-off");
  });

  test.each<[Payload, string]>([
    [{ kind: "c", name: "hello", protocol: 2, heartbeatMs: 50, leaseMs: 1_000 }, "bad-version"],
    [{ kind: "c", name: "hello", protocol: 1, heartbeatMs: 9, leaseMs: 1_000 }, "out-of-range"],
    [{ kind: "c", name: "sense", board: "nobody" }, "unknown-board"],
    [{ kind: "c", name: "heat", board: "a", on: true, setMilliC: 900_000 }, "out-of-range"],
    [{ kind: "c", name: "golden", times: 1 }, "not-able"],
    [{ kind: "c", name: "strike", id: 1, target: "x", word: 0, mask: 1, iteration: 0, cycle: 0 }, "not-able"],
  ])("refuses %o: %s", async (command, reason) => {
    const { box } = await bench();
    const re = await box.say(command);
    expect(await box.next("refused")).toMatchObject({ re, command: command.name, reason });
  });

  test("passes over damaged lines, answers unknown and misspelled commands, obeys only its own boot", async () => {
    const { box, emulation } = await bench();
    await box.say({ kind: "c", name: "shutter", open: true }, 0x1234);
    expect(await box.next("refused")).toMatchObject({ command: "shutter", reason: "wrong-boot" });
    await box.close();
    const port = await emulation.openPort("box")();
    const again = listenOn(port);
    await port.write(
      Buffer.from(
        "$c 2 5eed0001 33 dance ev=1*b0b6210f\n$c 2 5eed0001 33 ack ev=01*99c9c3e4\n$c 2 5eed0001 33 ack ev=1*00000000\n\xff\xfe\n",
        "latin1",
      ),
    );
    expect(await again.next("refused")).toMatchObject({ re: 2, command: "dance", reason: "unknown-command" });
    await again.say({ kind: "c", name: "stop" });
    await again.next("stop-ok");
    expect(again.heard.filter((message) => message.kind === "a")).toHaveLength(2);
  });

  test("keeps its boot event until it is acknowledged", async () => {
    const { box } = await bench();
    await box.say({ kind: "c", name: "resend", event: 1 });
    expect(await box.next("resend-ok")).toMatchObject({ events: 1 });
    const { boot } = await box.next("boot");
    await box.say({ kind: "c", name: "ack", event: 1 }, boot);
    await box.say({ kind: "c", name: "resend", event: 1 });
    expect(await box.next("resend-ok")).toMatchObject({ events: 0 });
    await box.say({ kind: "c", name: "status" });
    expect(await box.next("status-ok")).toMatchObject({ state: "idle", acked: 1 });
  });

  test("a reset begins a new boot with the counter at zero, and leaves shutter and rails as they are", async () => {
    const { clock, box } = await bench();
    await box.say({ kind: "c", name: "shutter", open: true });
    await clock.sleep(10_000);
    await box.say({ kind: "c", name: "reset" });
    await box.next("reset-ok");
    expect(await box.next("boot", ({ boots }) => boots === 2)).toMatchObject({ cause: "command" });
    await clock.sleep(1_000);
    await box.say({ kind: "c", name: "sense", board: "a" });
    expect(await box.next("sense-ok")).toMatchObject({ shutterOpen: true, on: true, fluencePerCm2: 1e7 });
  });
});
