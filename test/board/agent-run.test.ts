import { describe, expect, test } from "vitest";
import type { Message, MessageOf } from "../../firmware-protocol/messages.ts";
import type { Accelerator, LoadedWorkload } from "../../src/board/accelerators/accelerator.ts";
import { cpuAccelerator } from "../../src/board/accelerators/cpu.ts";
import { attach } from "./host.ts";
import type { Host, StrikeAt } from "./host.ts";

const onWeights: StrikeAt = {
  id: 1,
  target: "weights",
  word: 17,
  mask: 0x00800000,
  iteration: 3,
  cycle: 3_500,
};
const masked: StrikeAt = { id: 2, target: "weights", word: 0, mask: 1, iteration: 0, cycle: 4_096 };
const runaway: StrikeAt = { id: 3, target: "control", word: 1, mask: 0x80000000, iteration: 4, cycle: 10 };
const trap: StrikeAt = { id: 4, target: "control", word: 6, mask: 0x40000000, iteration: 0, cycle: 1_000 };

function resultIn(events: readonly Message[]): MessageOf<"result"> {
  const result = events.find((event) => event.name === "result");
  if (result?.name !== "result") throw new Error("no result");
  return result;
}

async function loadedDigest(host: Host): Promise<string> {
  const refreshed = await host.ask({ name: "refresh", what: "full" });
  return refreshed.name === "refresh-ok" ? refreshed.stateDigest : "";
}

describe("a run", () => {
  test("of one struck iteration: parts, result, done, in that order and numbered without a gap", async () => {
    const host = attach();
    await host.prepare("gemm-f32");
    const pristine = await loadedDigest(host);
    const events = await host.strike(onWeights);
    expect(events.map((event) => event.name).join(" ")).toMatch(/^struck( elements)+ result done$/);
    expect(events.map((event) => ("event" in event ? event.event : 0))).toEqual(
      events.map((_, at) => at + 2),
    );
    const struck = events[0]!;
    if (struck.name !== "struck") throw new Error("no struck");
    expect((struck.before ^ struck.after) >>> 0).toBe(0x00800000);
    const result = resultIn(events);
    expect(result).toMatchObject({
      iteration: 3,
      id: 1,
      end: "ok",
      stateDigest: pristine,
      cycles: 4_096,
      truncated: false,
    });
    expect(result.parts).toBe(events.length - 2);
    // B[1][1] is used once a row; what was computed of column 1 before the strike stays right.
    expect(result.wrong).toBeGreaterThan(0);
    expect(result.temperatureMilliC).toBe(41_250);
    expect(events.at(-1)).toMatchObject({ why: "finished", iterations: 1, clean: 0, cycles: 4_096 });
    await host.stop();
  });

  test("lists every differing element that fits, and says when it does not", async () => {
    const host = attach();
    await host.ask({ name: "load", workload: "gemm-f32", seed: 42, refresh: "full", every: 1, elements: 6 });
    await host.ask({ name: "golden", times: 1 });
    const events = await host.strike({ ...onWeights, mask: 0x40000000, cycle: 0 });
    const listed = events.flatMap((event) => (event.name === "elements" ? event.elements : []));
    expect(listed.map((element) => element.index)).toEqual([1, 17, 33, 49, 65, 81]);
    expect(resultIn(events)).toMatchObject({ wrong: 16, truncated: true, parts: 3 });
    await host.stop();
  });

  test("a masked strike has its result too: golden digest, nothing wrong, a clean iteration", async () => {
    const host = attach();
    await host.prepare("gemm-f32");
    const first = resultIn(await host.strike(masked));
    const second = resultIn(await host.strike({ ...masked, id: 5, cycle: 40_000 }));
    expect(first).toMatchObject({ wrong: 0, nan: 0, truncated: false, parts: 1 });
    expect(second.digest).toBe(first.digest);
    expect(await host.event("heartbeat")).toMatchObject({ clean: 1 });
    await host.stop();
  });

  test("what is not a number is counted, and has one spelling", async () => {
    const host = attach();
    await host.prepare("gemm-f32");
    const [struck] = await host.strike({ ...onWeights, cycle: 0 });
    const before = struck?.name === "struck" ? struck.before : 0;
    // All bits of the exponent set, and something below them.
    const events = await host.strike({ ...onWeights, id: 2, mask: (~before & 0x7f800000) >>> 0, cycle: 0 });
    expect(resultIn(events)).toMatchObject({ wrong: 16, nan: 16 });
    const listed = events.flatMap((event) => (event.name === "elements" ? event.elements : []));
    expect(new Set(listed.map((element) => element.got))).toEqual(new Set([0x7fc00000]));
    await host.stop();
  });

  test("a classifier tells the scores it wanted and got, best first", async () => {
    const host = attach();
    await host.prepare("digits-f32");
    const target = await host.ask({ name: "target", index: 0 });
    if (target.name !== "target-ok") throw new Error("no target");
    const { word, mask, iteration, cycle } = target;
    const events = await host.strike({ id: 1, target: "weights", word, mask, iteration, cycle });
    const scores = events.find((event) => event.name === "scores");
    if (scores?.name !== "scores") throw new Error("no scores");
    for (const ranking of [scores.want, scores.got]) {
      const values = ranking.map((score) => new Float32Array(Uint32Array.of(score.bits).buffer)[0]!);
      expect(values).toEqual([...values].sort((a, b) => b - a));
      expect(new Set(ranking.map((score) => score.label)).size).toBe(5);
    }
    expect(scores.got[0]!.label).not.toBe(scores.want[0]!.label);
    await host.stop();
  });

  test("many iterations: only what is struck or wrong is reported, the rest is counted clean", async () => {
    const host = attach();
    await host.prepare("gemm-f32");
    for (const iteration of [7, 2_000])
      await host.ask({ name: "strike", ...masked, id: iteration, iteration });
    await host.ask({ name: "strike", ...onWeights, iteration: 500 });
    const events = await host.run(5, 3_000, 3);
    expect(events.filter((event) => event.name === "result")).toMatchObject([
      { iteration: 7, id: 7, wrong: 0 },
      { iteration: 500, id: 1 },
      { iteration: 2_000, id: 2_000, wrong: 0 },
    ]);
    expect(events.at(-1)).toMatchObject({ iterations: 3_000, clean: 2_999, cycles: 3_000 * 4_096 });
    expect(host.world.busyTold).toEqual([true, false, true, false]);
    await host.stop();
  });

  test("takes its device time: cycles at the board's clock", async () => {
    const host = attach();
    await host.prepare("gemm-f32");
    const before = host.clock.nowNs();
    await host.run(0, 1_000);
    expect((host.clock.nowNs() - before) / 1e6).toBeCloseTo((1_000 * 4_096) / 100_000, 3);
    await host.stop();
  });

  test("several strikes of one iteration make one result, of the lowest id", async () => {
    const host = attach();
    await host.prepare("gemm-f32");
    await host.ask({ name: "strike", ...onWeights, id: 9, cycle: 100 });
    await host.ask({ name: "strike", ...onWeights, id: 8, word: 18, cycle: 50 });
    const events = await host.run(3, 1, 2);
    expect(events.filter((event) => event.name === "struck")).toMatchObject([{ id: 8 }, { id: 9 }]);
    expect(resultIn(events)).toMatchObject({ id: 8 });
    await host.stop();
  });

  test("a runaway spends its budget and the watchdog resets the board; heartbeats go on, the strike was confirmed", async () => {
    const slow = attach();
    slow.world.clockKHz = () => 4;
    await slow.prepare("gemm-f32");
    await slow.ask({ name: "hello", protocol: 1, heartbeatMs: 1_000, leaseMs: 60_000 });
    await slow.ask({ name: "strike", ...runaway });
    const from = slow.heard.length;
    const before = slow.clock.nowNs();
    await slow.ask({ name: "run", first: 4, iterations: 1, strikes: 1 });
    for (let beat = 0; beat < 9; beat++)
      expect(await slow.event("heartbeat")).toMatchObject({ state: "running", iteration: 4 });
    expect(await slow.ended).toEqual({ why: "watchdog" });
    // 40,960 cycles at 4 kHz are 10 s.
    expect((slow.clock.nowNs() - before) / 1e9).toBeCloseTo(10.24, 2);
    expect(slow.heard.slice(from).filter((message) => message.kind === "e")).toEqual([]);
  });

  test("a trap is evidence; nothing is restored, the board is faulted until it is", async () => {
    const host = attach();
    await host.prepare("gemm-f32");
    const pristine = await loadedDigest(host);
    await host.ask({ name: "strike", ...trap });
    await host.ask({ name: "strike", ...masked, id: 6, iteration: 0, cycle: 2_000 });
    await host.ask({ name: "strike", ...masked, id: 7, iteration: 9 });
    const events = await host.run(0, 50, 3);
    expect(events.map((event) => event.name)).toEqual([
      "struck",
      "struck",
      "elements",
      "elements",
      "result",
      "done",
    ]);
    const result = resultIn(events);
    expect(result).toMatchObject({ end: "trap", cycles: 1_000, truncated: true });
    expect(result.stateDigest).not.toBe(pristine);
    expect(events.at(-1)).toMatchObject({ why: "trap", iterations: 1, clean: 0 });
    expect(await host.ask({ name: "status" })).toMatchObject({ state: "faulted", armed: 0 });
    for (const command of [
      { name: "golden", times: 1 },
      { name: "check" },
      { name: "run", first: 0, iterations: 1, strikes: 0 },
      { name: "strike", ...masked },
    ] as const)
      expect(await host.ask(command)).toMatchObject({ reason: "faulted" });
    await host.ask({ name: "refresh", what: "weights" });
    expect(await host.ask({ name: "check" })).toMatchObject({ reason: "faulted" });
    expect(await host.ask({ name: "refresh", what: "full" })).toMatchObject({ stateDigest: pristine });
    expect(await host.ask({ name: "check" })).toMatchObject({ name: "check-ok", match: true });
    await host.stop();
  });

  test("stop ends it after the iteration in work, and later iterations start from a sound state", async () => {
    const host = attach();
    await host.prepare("gemm-f32");
    await host.ask({ name: "run", first: 0, iterations: 0, strikes: 0 });
    await host.event("heartbeat");
    expect(await host.ask({ name: "stop" })).toMatchObject({ name: "stop-ok" });
    const done = await host.event("done");
    expect(done).toMatchObject({ why: "stopped", clean: done.iterations });
    expect(done.iterations).toBeGreaterThan(1_000);
    expect(await host.ask({ name: "status" })).toMatchObject({
      state: "ready",
      iteration: done.iterations - 1,
    });
    await host.stop();
  });

  test("a run for ever ends after the last number", async () => {
    const host = attach();
    await host.prepare("gemm-f32");
    const events = await host.run(4_294_967_290, 0);
    expect(events).toMatchObject([{ name: "done", why: "finished", iterations: 6 }]);
    await host.stop();
  });

  test("ends when the host is silent for its lease; any command of its boot renews it", async () => {
    const host = attach();
    await host.prepare("gemm-f32");
    await host.ask({ name: "hello", protocol: 1, heartbeatMs: 100, leaseMs: 300 });
    await host.ask({ name: "run", first: 0, iterations: 0, strikes: 0 });
    const started = host.clock.nowNs();
    for (let beat = 0; beat < 10; beat++) {
      await host.event("heartbeat");
      host.send({ name: "ack", event: 0 });
    }
    const heard = host.clock.nowNs();
    expect(heard - started).toBeGreaterThan(900e6);
    await host.event("heartbeat");
    host.send({ name: "status" }, 0xbad);
    expect(await host.event("done")).toMatchObject({ why: "lease" });
    expect((host.clock.nowNs() - heard) / 1e6).toBeCloseTo(300, -1);
    expect(await host.ask({ name: "status" })).toMatchObject({ state: "ready" });
    await host.stop();
  });
});

describe("strikes from outside", () => {
  test("are none of the host's: no struck, id 0, a result only where the output differs", async () => {
    const host = attach();
    await host.prepare("gemm-f32");
    host.world.due.push({ ...onWeights, id: 77, iteration: 3 }, { ...masked, id: 78, iteration: 4 });
    const events = await host.run(0, 8);
    expect(events.map((event) => event.name).filter((name) => name !== "elements")).toEqual([
      "result",
      "done",
    ]);
    expect(resultIn(events)).toMatchObject({ iteration: 3, id: 0 });
    expect(events.at(-1)).toMatchObject({ iterations: 8, clean: 7 });
    await host.stop();
  });

  test("do to the output what the host's own do", async () => {
    const host = attach();
    await host.prepare("gemm-f32");
    const own = resultIn(await host.strike(onWeights));
    host.world.due.push({ ...onWeights, id: 0 });
    const foreign = resultIn(await host.run(3, 1));
    expect(foreign).toMatchObject({ digest: own.digest, wrong: own.wrong, stateDigest: own.stateDigest });
    await host.stop();
  });
});

describe("a run to the first error", () => {
  test("ends with the evidence of it, and begins again clean once that is restored", async () => {
    const host = attach({ onlyStrikesChangeMemory: false });
    await host.prepare("gemm-f32", "none");
    host.world.due.push({ ...onWeights, id: 0 });
    const toError = async (first: number, iterations: number): Promise<readonly Message[]> => {
      const from = host.heard.length;
      expect((await host.ask({ name: "run-to-error", first, iterations })).name).toBe("run-to-error-ok");
      await host.event("done");
      return host.heard.slice(from).filter(({ kind }) => kind === "e");
    };
    const events = await toError(0, 0);
    expect(resultIn(events)).toMatchObject({ iteration: 3, id: 0 });
    expect(events.filter(({ name }) => name === "result").length).toBe(1);
    expect(events.at(-1)).toMatchObject({ why: "stopped", iterations: 4, clean: 3 });
    // Nothing was restored: the next iteration is wrong, too.
    expect((await toError(4, 0)).at(-1)).toMatchObject({ why: "stopped", iterations: 1, clean: 0 });
    await host.ask({ name: "refresh", what: "full" });
    expect((await toError(5, 20)).at(-1)).toMatchObject({ why: "finished", iterations: 20, clean: 20 });
    await host.ask({ name: "strike", ...masked });
    expect(await host.ask({ name: "run-to-error", first: 0, iterations: 1 })).toMatchObject({
      reason: "strikes-differ",
    });
    await host.stop();
  });
});

describe("refresh policies", () => {
  /** Which of twelve iterations were wrong after a strike in the first, that stays until restored. */
  async function wrongIterations(
    refresh: "full" | "weights" | "inputs" | "none",
    every: number,
    target: string,
  ): Promise<number[]> {
    const host = attach({ onlyStrikesChangeMemory: false });
    await host.prepare("gemm-f32", refresh, every);
    host.world.due.push({ target, word: 0, mask: 0x40000000, cycle: 0, id: 0, iteration: 0 });
    const events = await host.run(0, 12);
    expect(events.at(-1)).toMatchObject({ iterations: 12 });
    await host.stop();
    return events.flatMap((event) => (event.name === "result" ? [event.iteration] : []));
  }
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, iteration) => iteration);

  test.each([
    ["full", 1, "weights", upTo(1)],
    ["full", 5, "weights", upTo(5)],
    ["weights", 1, "weights", upTo(1)],
    ["inputs", 1, "weights", upTo(12)],
    ["none", 1, "weights", upTo(12)],
    // An input comes round every 8 iterations.
    ["full", 1, "activations", [0]],
    ["inputs", 9, "activations", [0, 8]],
    ["inputs", 8, "activations", [0]],
    ["weights", 1, "activations", [0, 8]],
    ["none", 1, "activations", [0, 8]],
  ] as const)("%s every %s, struck in %s", async (refresh, every, target, wrong) => {
    expect(await wrongIterations(refresh, every, target)).toEqual(wrong);
  });

  test("check finds what a refresh left, because it restores all itself", async () => {
    const host = attach();
    await host.prepare("gemm-f32", "none");
    const pristine = await loadedDigest(host);
    host.world.due.push({ target: "weights", word: 0, mask: 0x40000000, cycle: 0, id: 0, iteration: 0 });
    const result = resultIn(await host.run(0, 1));
    expect(result.stateDigest).not.toBe(pristine);
    expect(await host.ask({ name: "refresh", what: "inputs" })).toMatchObject({
      stateDigest: result.stateDigest,
    });
    expect(await host.ask({ name: "check" })).toMatchObject({ match: true });
    expect(await host.ask({ name: "refresh", what: "inputs" })).toMatchObject({ stateDigest: pristine });
    await host.stop();
  });

  test("restores what particles changed that nobody told the board of", async () => {
    const cpu = cpuAccelerator("f32");
    const accelerator: Accelerator = { ...cpu, load: (name, seed) => unseenStrike(cpu.load(name, seed)!, 3) };
    const wrong: Record<string, number[]> = {};
    for (const refresh of ["full", "none"] as const) {
      const host = attach({ accelerator, onlyStrikesChangeMemory: false });
      await host.prepare("gemm-f32", refresh);
      const events = await host.run(0, 8);
      wrong[refresh] = events.flatMap((event) => (event.name === "result" ? [event.iteration] : []));
      await host.stop();
    }
    expect(wrong).toEqual({ full: [3], none: [3, 4, 5, 6, 7] });
  });

  test("a board whose memory only strikes can change reports the same, bit for bit", async () => {
    const runs = [];
    for (const onlyStrikesChangeMemory of [false, true]) {
      const host = attach({ onlyStrikesChangeMemory });
      await host.prepare("gemm-f32", "weights", 3);
      host.world.due.push({ target: "weights", word: 3, mask: 1, cycle: 9, id: 0, iteration: 100 });
      host.world.due.push({
        target: "activations",
        word: 3,
        mask: 0x40000000,
        cycle: 9,
        id: 0,
        iteration: 500,
      });
      await host.ask({ name: "strike", ...onWeights, iteration: 300 });
      runs.push(await host.run(0, 600, 1));
      await host.stop();
    }
    expect(runs[0]!.length).toBeGreaterThan(20);
    expect(runs[1]).toEqual(runs[0]);
  });
});

/** A particle in the iteration of this number after golden was made twice, of which the accelerator says nothing. */
function unseenStrike(loaded: LoadedWorkload, iteration: number): LoadedWorkload {
  let started = -2 * loaded.inputs;
  return {
    ...loaded,
    start: (input, strikes) => {
      const particle = { target: "weights", word: 0, mask: 0x40000000, cycle: 0, id: 0 };
      const execution = loaded.start(input, started++ === iteration ? [particle, ...strikes] : strikes);
      return {
        applied: [],
        output: execution.output,
        detectors: 0,
        corrected: 0,
        advance: (untilCycle) => execution.advance(untilCycle),
        get cycles() {
          return execution.cycles;
        },
      };
    },
  };
}
