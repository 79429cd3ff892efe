import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Message } from "../../firmware-protocol/messages.ts";
import { virtualClock } from "../../src/cli/clocks.ts";
import { emulatedAgent } from "../../src/emulator/emulated-agent.ts";
import { emulateInMemory } from "../../src/emulator/in-memory.ts";
import type { TruthLine } from "../../src/emulator/truth.ts";
import { ptyPort } from "../../src/link/serial.ts";
import { benchSpec } from "./bench-spec.ts";
import { listenOn } from "./listener.ts";
import type { Listener } from "./listener.ts";
import { ptyBench } from "./pty-bench.ts";
import type { PtyBench } from "./pty-bench.ts";

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function bench(...args: Parameters<typeof ptyBench>): Promise<PtyBench> {
  const made = ptyBench(...args);
  cleanups.push(() => made.emulation.close());
  await made.emulation.ready;
  return made;
}

async function plugIn(path: string): Promise<Listener> {
  const host = listenOn(await ptyPort(path)());
  cleanups.push(() => host.close());
  return host;
}

/** Processes of boards that this one has started. */
function boardProcesses(parent = process.pid): number[] {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name))
    .filter((pid) => {
      try {
        // After the name in brackets, which may hold anything: state, parent.
        const parentPid = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)!.split(" ")[1];
        return (
          Number(parentPid) === parent &&
          readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("board-process")
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

const hello = { kind: "c", name: "hello", protocol: 1, heartbeatMs: 500, leaseMs: 60_000 } as const;

describe("an emulated bench over pseudo-terminals", () => {
  test("each device answers behind its symlink, through serialport, under its serial number", async () => {
    const { port, emulation } = await bench();
    const said = await Promise.all(
      ["a", "b", "box"].map(async (name) => {
        const host = await plugIn(port(name));
        await host.say(hello);
        return (await host.next("hello-ok")).serial;
      }),
    );
    expect(said).toEqual(["EMU-A", "EMU-B", "EMU-BOX"]);
    expect(emulation.ports().map(({ name }) => name)).toEqual(["a", "b", "box"].map(port));
    expect(boardProcesses()).toHaveLength(2);
  });

  test("a port outlives its hosts: closed and opened again, it is the same board in the same boot", async () => {
    const { port } = await bench();
    const first = await plugIn(port("a"));
    await first.say(hello);
    const { boot } = await first.next("hello-ok");
    await first.close();
    const second = await plugIn(port("a"));
    await second.say(hello);
    expect(await second.next("hello-ok")).toMatchObject({ boot, boots: 1 });
  });

  test("a latch-up that trips its supply kills the board's process, and after a rest the rail carries the board alone", async () => {
    const { emulation, port } = await bench({ events: [{ do: "latch-up", atSeconds: 0.5, milliA: 2_000 }] });
    const board = await plugIn(port("a"));
    await board.next("heartbeat");
    const { world } = emulation;
    const tripped = new Promise<number>((resolve) => {
      world.onLaw("a", ({ powered, sinceNs }) => {
        if (!powered) resolve(sinceNs);
      });
    });
    expect(world.railState("a", "main").milliA).toBeGreaterThan(2_000);
    world.feed("a", "main", { trip: { milliA: 1_200, delayMs: 500 } });
    const armedNs = world.law("a").sinceNs;
    // At the very time its delay ended, however late this process got to it.
    expect(await tripped).toBe(armedNs + 500e6);
    expect(world.railState("a", "main")).toMatchObject({ output: false, tripped: true, milliA: 0 });
    expect(boardProcesses()).toHaveLength(1);
    // Half a second of the world, by the heartbeats of the other board.
    const other = await plugIn(port("b"));
    for (let beats = 0; beats < 3; beats++) await other.next("heartbeat");
    world.feed("a", "main", { output: true });
    expect(await board.next("boot")).toMatchObject({ cause: "power" });
    expect(world.railState("a", "main").milliA).toBeLessThan(1_000);
  });

  test("rail off kills the board's process, rail on starts one that boots with cause power", async () => {
    const { port, emulation } = await bench();
    const [board, box] = [await plugIn(port("a")), await plugIn(port("box"))];
    await board.next("heartbeat");
    await box.say({ kind: "c", name: "rail", board: "a", on: false });
    expect(await box.next("rail-ok")).toMatchObject({ on: false, milliA: 0 });
    await box.say({
      kind: "c",
      name: "inject",
      board: "a",
      id: 1,
      target: "control",
      word: 0,
      mask: 1,
      iteration: 0,
      cycle: 0,
    });
    expect(await box.next("refused")).toMatchObject({ reason: "rail-off" });
    // What is told to a dead board is lost, not kept for the next one.
    await board.say({ kind: "c", name: "reset" });
    await box.next("heartbeat");
    expect(boardProcesses()).toHaveLength(1);
    emulation.world.rail("a", true);
    expect(await board.next("boot", ({ boots }) => boots === 2)).toMatchObject({ cause: "power", seq: 1 });
    expect(boardProcesses()).toHaveLength(2);
    await board.say(hello);
    expect(await board.next("hello-ok")).toMatchObject({ boots: 2 });
  });

  test("a reset by command is a new boot of the same process", async () => {
    const { port } = await bench();
    const board = await plugIn(port("a"));
    await board.say({ kind: "c", name: "reset" });
    expect(await board.next("boot", ({ boots }) => boots === 2)).toMatchObject({ cause: "command" });
  });

  test("acknowledged events stand in the board's own log", async () => {
    const { port, folder } = await bench({}, { eventLog: true });
    const board = await plugIn(port("a"));
    await board.say(hello);
    const { boot } = await board.next("hello-ok");
    await board.say({ kind: "c", name: "ack", event: 1 }, boot);
    await board.answer(await board.say({ kind: "c", name: "status" }, boot));
    const log = readFileSync(join(folder, "a-events.jsonl"), "utf8").trim().split("\n");
    expect(log.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { bootId: boot, name: "boot", event: 1 },
    ]);
  });

  test("strikes of the injector end as in memory, one by one", async () => {
    const truths: TruthLine[][] = [[], []];
    const { port } = await bench({}, { truth: (line) => void truths[0]!.push(line) });
    const overPtys = await struckResults(await plugIn(port("a")), await plugIn(port("box")));

    const emulation = emulateInMemory(
      benchSpec(),
      {
        boards: [{ board: "a", serial: "EMU-A", port: "a" }],
        boxes: [{ serial: "EMU-BOX", port: "box" }],
      },
      virtualClock(),
      1,
      { agent: emulatedAgent, truth: (line) => void truths[1]!.push(line) },
    );
    cleanups.push(() => emulation.close());
    const inMemory = await struckResults(
      listenOn(await emulation.openPort("a")()),
      listenOn(await emulation.openPort("box")()),
    );
    expect(overPtys).toEqual(inMemory);
    for (const end of ['"why":"finished"', '"end":"trap"', '"cause":"watchdog"', '"clean":1'])
      expect(inMemory.join("\n")).toContain(end);
    const bare = truths.map((truth) => truth.map(({ tNs: _, ...line }) => line));
    expect(bare[0]).toHaveLength(24);
    expect(bare[0]).toEqual(bare[1]);
  });

  test("port-vanishes: the line hangs up, the symlink goes, another comes, and the board has gone on", async () => {
    const { port } = await bench({
      misbehave: [{ do: "port-vanishes", afterEvents: 2, goneMs: 2_000, newName: "a-again" }],
    });
    const before = await plugIn(port("a"));
    const boot = await secondEvent(before);
    const box = await plugIn(port("box"));
    await before.ended;
    await expect(ptyPort(port("a"))()).rejects.toMatchObject({ code: "port_missing" });
    while (!isThere(port("a-again"))) await box.next("heartbeat");
    const after = await plugIn(port("a-again"));
    await after.say(hello);
    expect(await after.next("hello-ok")).toMatchObject({ boot, boots: 1 });
  });

  test("reboot-mid-line: half a line, then a boot that says brownout", async () => {
    const { port } = await bench({ misbehave: [{ do: "reboot-mid-line", afterEvents: 2 }] });
    const board = await plugIn(port("a"));
    await secondEvent(board);
    const boot = await board.next("boot", ({ boots }) => boots === 2);
    expect(boot).toMatchObject({ cause: "brownout", seq: 1 });
    const at = board.heard.indexOf(boot);
    expect(board.heard[at - 1]).toMatchObject({ kind: "garbled" });
    expect(board.lines[at - 1]).toMatch(/^\$t /);
  });

  test("hidden-reboot: no boot line gets out, only the boot id changes", async () => {
    const { port } = await bench({ misbehave: [{ do: "hidden-reboot", afterEvents: 2 }] });
    const board = await plugIn(port("a"));
    const boot = await secondEvent(board);
    const first = await board.nextThat((message) => message.boot !== boot);
    expect(first).toMatchObject({ kind: "t", seq: 2, event: 1, boots: 2 });
  });

  test("what stands in the way of a port is not overwritten, except a symlink left behind", async () => {
    const folder = mkdtempSync(join(tmpdir(), "radrig-ptys-"));
    mkdirSync(join(folder, "ports"));
    symlinkSync("/dev/pts/999", join(folder, "ports", "a"));
    const made = ptyBench({}, { folder });
    await made.emulation.ready;
    await made.emulation.close();
    expect(readdirSync(join(folder, "ports"))).toEqual([]);
    writeFileSync(join(folder, "ports", "b"), "not ours");
    expect(() => ptyBench({}, { folder })).toThrow(/cannot put an emulated port at .*ports\/b/);
    expect(readdirSync(join(folder, "ports"))).toEqual(["b"]);
    expect(readFileSync(join(folder, "ports", "b"), "utf8")).toBe("not ours");
    // The board that had been put up before the fault is killed; it is gone when its parent has seen it go.
    await vi.waitFor(() => expect(boardProcesses()).toEqual([]));
  });

  test("a board's process that breaks ends the emulation and says which", async () => {
    const { emulation } = await bench();
    process.kill(boardProcesses()[0]!, "SIGKILL");
    await expect(emulation.ended).rejects.toMatchObject({
      code: "environment",
      message: expect.stringMatching(/board '[ab]' ended by SIGKILL/) as string,
    });
    expect(emulation.ports()).toEqual([]);
    cleanups.length = 0;
  });
});

describe("a process that holds an emulated bench", () => {
  const program = resolve(import.meta.dirname, "../../dist/test/emulator/hold-bench.js");

  test.each(["SIGTERM", "SIGKILL"] as const)("takes its boards with it when it gets %s", async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), "radrig-ptys-"));
    const holder = spawn(process.execPath, [program, folder], { stdio: ["ignore", "pipe", "inherit"] });
    await once(holder.stdout, "data");
    expect(boardProcesses(holder.pid)).toHaveLength(2);
    holder.kill(signal);
    // Closed when the last process that inherited its output is gone: the boards' too.
    await once(holder, "close");
    if (signal === "SIGTERM") {
      expect(holder.exitCode).toBe(0);
      expect(readdirSync(join(folder, "ports"))).toEqual([]);
    }
  });
});

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Two dozen strikes on control state through the bench box, and what the board told of each, without times and its die's temperature. */
async function struckResults(board: Listener, box: Listener): Promise<string[]> {
  let boot = await prepared(board);
  const told: string[] = [];
  for (let id = 1; id <= 24; id++) {
    const strike = { target: "control", word: id % 8, mask: 1 << (id % 13), iteration: id, cycle: id * 100 };
    const armed = await box.answer(await box.say({ kind: "c", name: "inject", board: "a", id, ...strike }));
    expect(armed.name).toBe("inject-ok");
    const run = await board.say({ kind: "c", name: "run", first: id, iterations: 1, strikes: 0 }, boot);
    expect((await board.answer(run)).name).toBe("run-ok");
    const end = await board.nextThat((message) => message.name === "done" || isReboot(message));
    const results = board.heard.filter(
      (message) => message.kind === "e" && message.name === "result" && message.iteration === id,
    );
    told.push([end, ...results].map(timeless).join(" "));
    if (end.name !== "done" || end.why === "trap") boot = await prepared(board);
  }
  return told;
}

function isReboot(message: Message): boolean {
  return message.name === "boot" && message.boots > 1;
}

function timeless(message: object): string {
  return JSON.stringify({ ...message, seq: 0, uptimeMs: 0, event: 0, temperatureMilliC: 0 });
}

/** Makes a board that has booted tell of a second event, the end of a run. Answers its boot id. */
async function secondEvent(board: Listener): Promise<number> {
  const boot = await prepared(board);
  await board.say({ kind: "c", name: "run", first: 0, iterations: 1, strikes: 0 }, boot);
  return boot;
}

/** Loaded, with its golden output; answers the boot id. */
async function prepared(board: Listener): Promise<number> {
  const { boot } = await board.answer(await board.say(hello));
  const load = { workload: "gemm-f32", seed: 7, refresh: "full", every: 1, elements: 5 } as const;
  await board.answer(await board.say({ kind: "c", name: "load", ...load }, boot));
  expect((await board.answer(await board.say({ kind: "c", name: "golden", times: 1 }, boot))).name).toBe(
    "golden-ok",
  );
  return boot;
}
