import { afterEach, describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { misbehaviourSchema } from "../../src/emulator/world-schema.ts";
import { emulateInMemory } from "../../src/emulator/in-memory.ts";
import type { Emulation } from "../../src/emulator/in-memory.ts";
import { benchSpec } from "./bench-spec.ts";
import { listenOn } from "./listener.ts";
import type { Listener } from "./listener.ts";
import { ticker } from "./ticker.ts";

const devices = { boards: [{ board: "a", serial: "EMU-A", port: "a" }], boxes: [] };
let open: Emulation[] = [];

afterEach(async () => {
  await Promise.all(open.map((emulation) => emulation.close()));
  open = [];
});

async function bench(
  misbehave: readonly unknown[],
): Promise<{ clock: Clock; emulation: Emulation; host: Listener }> {
  const clock = virtualClock();
  const emulation = emulateInMemory(benchSpec({}, { misbehave }), devices, clock, 1, { agent: ticker });
  open.push(emulation);
  return { clock, emulation, host: listenOn(await emulation.openPort("a")()) };
}

/** What was heard, a word a line. */
function tale(host: Listener): string[] {
  return host.heard.map((message) => (message.kind === "garbled" ? message.reason : message.name));
}

describe("a board that misbehaves", () => {
  test("well-behaved, for comparison: boot, then a log every 100 ms, no byte more", async () => {
    const { clock, host } = await bench([]);
    await clock.sleep(1_050);
    expect(tale(host)).toEqual(["boot", ...new Array<string>(10).fill("log")]);
    expect(host.bytes()).toBe(1 + host.lines.join("\n").length + 1);
  });

  test("garbage-flood: that many bytes, every value among them, once; then well-formed lines again", async () => {
    const { clock, host } = await bench([{ do: "garbage-flood", afterEvents: 4, bytes: 50_000 }]);
    await clock.sleep(1_050);
    const good = host.heard.filter((message) => message.kind !== "garbled");
    const goodBytes = host.lines.filter((_, i) => host.heard[i]!.kind !== "garbled").join("\n").length + 1;
    expect(good.length).toBeGreaterThanOrEqual(9);
    // All but the floods' bytes are lines of the board, of which at most one stuck to the flood's tail.
    expect(host.bytes() - goodBytes).toBeGreaterThanOrEqual(50_000);
    expect(host.bytes() - goodBytes).toBeLessThan(50_000 + 300);
    expect(new Set(host.lines.join("")).size).toBeGreaterThan(250);
    await clock.sleep(1_000);
    expect(tale(host).slice(-10)).toEqual(new Array<string>(10).fill("log"));
  });

  test("torn-line: the line after the third event is cut in half and sticks to the next; one event number is missing", async () => {
    const { clock, host } = await bench([{ do: "torn-line", afterEvents: 3 }]);
    await clock.sleep(750);
    expect(tale(host)).toEqual(["boot", "log", "log", "bad-character", "log", "log", "log"]);
    const glued = host.lines[3]!;
    expect(glued).toMatch(/^\$e 4 .*\$e 5 /);
    expect(glued.match(/\$e/g)).toHaveLength(2);
  });

  test("silent-hang: neither speaks nor hears until it is over, and loses what it said meanwhile", async () => {
    const { clock, host } = await bench([{ do: "silent-hang", atSeconds: 0.35, goneMs: 1_000 }]);
    await clock.sleep(600);
    expect(tale(host)).toEqual(["boot", "log", "log", "log"]);
    await host.say({ kind: "c", name: "stop" });
    await clock.sleep(1_050);
    expect(tale(host)).toEqual(["boot", "log", "log", "log", "log", "log", "log"]);
    expect(host.heard.slice(3, 5)).toMatchObject([{ event: 4 }, { event: 15 }]);
    await host.say({ kind: "c", name: "stop" });
    expect(await host.next("stop-ok")).toMatchObject({ re: 2 });
  });

  test("silent-hang without end: only power brings the board back", async () => {
    const { clock, emulation, host } = await bench([{ do: "silent-hang", afterEvents: 2, goneMs: -1 }]);
    await host.next("log");
    await host.say({ kind: "c", name: "reset" });
    await clock.sleep(3_600_000);
    expect(tale(host)).toEqual(["boot", "log"]);
    emulation.world.rail("a", false);
    await clock.sleep(4_000);
    emulation.world.rail("a", true);
    expect(await host.next("boot", ({ boots }) => boots === 2)).toMatchObject({ cause: "power" });
  });

  test("reboot-mid-line: half a line, a line end, and a boot that says brownout", async () => {
    const { clock, host } = await bench([{ do: "reboot-mid-line", afterEvents: 3 }]);
    await clock.sleep(750);
    expect(tale(host)).toEqual(["boot", "log", "log", "no-crc", "boot", "log"]);
    expect(host.lines[3]).toMatch(/^\$e 4 [0-9a-f]{8} 300 l?o?g?/);
    expect(host.lines[3]!.length).toBeLessThan(40);
    expect(host.heard[4]).toMatchObject({ boots: 2, cause: "brownout", event: 1 });
  });

  test("hidden-reboot: no boot line gets out, only the boot id changes", async () => {
    const { clock, host } = await bench([{ do: "hidden-reboot", afterEvents: 3 }]);
    await clock.sleep(750);
    expect(tale(host)).toEqual(["boot", "log", "log", "log", "log"]);
    const ids = host.heard.map((message) => (message.kind === "garbled" ? 0 : message.boot));
    expect(new Set(ids.slice(0, 3)).size).toBe(1);
    expect(new Set(ids.slice(3)).size).toBe(1);
    expect(ids[3]).not.toBe(ids[0]);
    expect(host.heard[3]).toMatchObject({ seq: 2, event: 2 });
  });

  test("clock-step: uptime jumps, everything else goes on, every line has a good CRC", async () => {
    const { clock, host } = await bench([{ do: "clock-step", afterEvents: 3, stepMs: 5_000_000 }]);
    await clock.sleep(550);
    expect(tale(host)).toEqual(["boot", ...new Array<string>(5).fill("log")]);
    const uptimes = host.heard.map((message) => (message.kind === "garbled" ? 0 : message.uptimeMs));
    expect(uptimes).toEqual([0, 100, 200, 5_000_300, 5_000_400, 5_000_500]);
    await host.say({ kind: "c", name: "reset" });
    expect(await host.next("boot", ({ boots }) => boots === 2)).toMatchObject({ uptimeMs: 0 });
    const back = await bench([{ do: "clock-step", afterEvents: 3, stepMs: -3_600_000 }]);
    await back.clock.sleep(350);
    expect(back.host.heard[3]).toMatchObject({ uptimeMs: 2 ** 40 - 3_600_000 + 300 });
  });

  test("port-vanishes: the port closes, its name opens no more, and the device is found under the new one", async () => {
    const { clock, emulation, host } = await bench([
      { do: "port-vanishes", afterEvents: 3, goneMs: 500, newName: "a-other" },
    ]);
    await host.ended;
    expect(clock.nowNs()).toBe(200e6);
    await expect(emulation.openPort("a")()).rejects.toMatchObject({ code: "port_missing" });
    await clock.sleep(499);
    await expect(emulation.openPort("a-other")()).rejects.toMatchObject({ code: "port_missing" });
    await clock.sleep(2);
    await expect(emulation.openPort("a")()).rejects.toMatchObject({ code: "port_missing" });
    expect(emulation.ports()).toEqual([{ name: "a-other", serial: "EMU-A" }]);
    const again = listenOn(await emulation.openPort("a-other")());
    // The same board in the same boot: it has gone on meanwhile.
    expect(await again.next("log")).toMatchObject({
      event: 9,
      boot: (host.heard[0] as { boot: number }).boot,
    });
  });

  test("a misbehaviour that does not say when, or says it twice, is refused", () => {
    const refusal = (fault: object): unknown =>
      misbehaviourSchema.safeParse({ do: "torn-line", ...fault }).error?.issues[0];
    expect(refusal({})).toMatchObject({ message: "say when: either afterEvents or atSeconds" });
    expect(refusal({ afterEvents: 1, atSeconds: 1 })).toBeDefined();
    expect(refusal({ atSeconds: 0 })).toBeUndefined();
  });

  test("each misbehaviour comes once, several in their order", async () => {
    const { clock, host } = await bench([
      { do: "torn-line", afterEvents: 2 },
      { do: "hidden-reboot", afterEvents: 6 },
      { do: "garbage-flood", atSeconds: 2, bytes: 1 },
    ]);
    await clock.sleep(5_050);
    expect(new Set(host.heard.map((message) => (message.kind === "garbled" ? 0 : message.boot))).size).toBe(
      3,
    );
    expect(host.heard.filter((message) => message.kind === "garbled")).toHaveLength(2);
  });
});
