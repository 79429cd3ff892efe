import { describe, expect, test } from "vitest";
import { encode } from "../../firmware-protocol/codec.ts";
import { attach, bootId } from "./host.ts";
import type { Bare } from "./host.ts";

type Of<N extends Bare["name"]> = Extract<Bare, { readonly name: N }>;

const load: Of<"load"> = {
  name: "load",
  workload: "gemm-f32",
  seed: 1,
  refresh: "full",
  every: 1,
  elements: 10,
};
const strike: Of<"strike"> = {
  name: "strike",
  id: 1,
  target: "weights",
  word: 0,
  mask: 1,
  iteration: 0,
  cycle: 0,
};
const run: Of<"run"> = { name: "run", first: 0, iterations: 1, strikes: 0 };

describe("a session with a board", () => {
  test("begins with an empty line, then the boot event, host or no host", async () => {
    const host = attach();
    expect(await host.event("boot")).toMatchObject({
      seq: 1,
      boot: bootId,
      event: 1,
      boots: 7,
      cause: "power",
    });
    expect(host.first()).toMatch(/^\n\$e 1 5eed0001 0 boot ev=1 boots=7 cause=power\*[0-9a-f]{8}\n$/);
    expect(await host.stop()).toEqual({ why: "aborted" });
  });

  test("says who it is, what it can do and what it measures", async () => {
    const host = attach();
    expect(await host.ask({ name: "hello", protocol: 1, heartbeatMs: 500, leaseMs: 1_000 })).toMatchObject({
      name: "hello-ok",
      model: "test",
      serial: "TEST-1",
      accelerator: "cpu",
      boots: 7,
      cause: "power",
      event: 1,
      dropped: 0,
      capabilities: ["run", "strike"],
    });
    expect(await host.ask({ name: "workloads" })).toMatchObject({
      workloads: ["gemm-f32", "digits-f32", "scan-f32"],
    });
    expect(await host.ask({ name: "clock" })).toMatchObject({
      clockKHz: 100_000,
      powerMilliW: 1_234,
      throttle: 0x20,
    });
    expect(await host.ask({ name: "status" })).toMatchObject({
      state: "idle",
      iteration: 0,
      acked: 0,
      armed: 0,
      temperatureMilliC: 41_250,
      throttle: 0x20,
    });
    await host.stop();
  });

  test("makes a workload ready: targets with a self-check, and golden out of agreement", async () => {
    const host = attach();
    const loaded = await host.ask({
      name: "load",
      workload: "scan-f32",
      seed: 3,
      refresh: "full",
      every: 1,
      elements: 0,
    });
    expect(loaded).toMatchObject({ name: "load-ok", targets: 3, inputs: 8, outputs: 1_040, format: "f32" });
    const names = [];
    for (let index = 0; index < 3; index++) {
      const target = await host.ask({ name: "target", index });
      if (target.name === "target-ok") names.push([target.target, target.words, target.bits]);
    }
    expect(names).toEqual([
      ["weights", 1_024, 32],
      ["activations", 1_024, 32],
      ["control", 6, 32],
    ]);
    expect(host.world.occupied).toEqual([names.map(([name, words, bits]) => ({ name, words, bits }))]);
    const golden = await host.ask({ name: "golden", times: 3 });
    expect(golden).toMatchObject({ name: "golden-ok", cycles: 2_048, budget: 20_480 });
    expect(await host.ask({ name: "golden", times: 1 })).toMatchObject({
      digest: golden.name === "golden-ok" ? golden.digest : "",
    });
    expect(await host.ask({ name: "check" })).toMatchObject({ name: "check-ok", match: true });
    await host.stop();
  });

  test("the same seed loads the same state, another another; computing leaves it", async () => {
    const host = attach();
    const digests = [];
    for (const seed of [1, 1, 2]) {
      const loaded = await host.ask({
        name: "load",
        workload: "gemm-f32",
        seed,
        refresh: "none",
        every: 1,
        elements: 1,
      });
      await host.ask({ name: "golden", times: 1 });
      await host.run(0, 20);
      const restored = await host.ask({ name: "refresh", what: "weights" });
      expect(restored).toMatchObject({ stateDigest: loaded.name === "load-ok" ? loaded.stateDigest : "" });
      digests.push(restored.name === "refresh-ok" ? restored.stateDigest : "");
    }
    expect(digests[0]).toBe(digests[1]);
    expect(digests[0]).not.toBe(digests[2]);
    await host.stop();
  });

  test("a heartbeat comes every period, and at another one as soon as it is asked", async () => {
    const host = attach();
    expect((await host.event("heartbeat")).uptimeMs).toBe(1_000);
    expect((await host.event("heartbeat")).uptimeMs).toBe(2_000);
    await host.ask({ name: "hello", protocol: 1, heartbeatMs: 250, leaseMs: 10_000 });
    const beats = [];
    for (let i = 0; i < 4; i++) beats.push((await host.event("heartbeat")).uptimeMs);
    expect(beats).toEqual([2_250, 2_500, 2_750, 3_000]);
    await host.stop();
  });

  test("ends when its link does", async () => {
    const host = attach();
    await host.event("boot");
    await host.port.close();
    expect(await host.ended).toEqual({ why: "link-closed" });
  });

  test("reset is answered, then the boot is over", async () => {
    const host = attach();
    expect(await host.ask({ name: "reset" })).toMatchObject({ name: "reset-ok" });
    expect(await host.ended).toEqual({ why: "command" });
  });
});

describe("refusals", () => {
  interface Case {
    readonly after?: readonly Bare[];
    readonly command: Bare;
    readonly boot?: number;
    readonly why: string;
  }
  const ready = [load, { name: "golden", times: 1 }] as const;
  const running = [...ready, { ...run, iterations: 0 }] as const;
  const cases: Record<string, Case> = {
    "another boot": { command: { name: "status" }, boot: 0xbad, why: "wrong-boot" },
    "another boot comes before another version": {
      command: { name: "hello", protocol: 2, heartbeatMs: 1, leaseMs: 1 },
      boot: 0xbad,
      why: "wrong-boot",
    },
    "another version": {
      command: { name: "hello", protocol: 2, heartbeatMs: 1, leaseMs: 1 },
      why: "bad-version",
    },
    "a heartbeat too fast": {
      command: { name: "hello", protocol: 1, heartbeatMs: 9, leaseMs: 100 },
      why: "out-of-range",
    },
    "a heartbeat too slow": {
      command: { name: "hello", protocol: 1, heartbeatMs: 60_001, leaseMs: 100 },
      why: "out-of-range",
    },
    "a lease too short": {
      command: { name: "hello", protocol: 1, heartbeatMs: 10, leaseMs: 99 },
      why: "out-of-range",
    },
    "a bench box's deed": { command: { name: "sense", board: "cpu" }, why: "not-able" },
    "its injection": { command: { ...strike, name: "inject", board: "cpu" }, why: "not-able" },
    "target of nothing": { command: { name: "target", index: 0 }, why: "not-loaded" },
    "golden of nothing": { command: { name: "golden", times: 0 }, why: "not-loaded" },
    "check of nothing": { command: { name: "check" }, why: "not-loaded" },
    "strike on nothing": { command: strike, why: "not-loaded" },
    "run of nothing": { command: run, why: "not-loaded" },
    "refresh of nothing": { command: { name: "refresh", what: "full" }, why: "not-loaded" },
    "check before golden": { after: [load], command: { name: "check" }, why: "no-golden" },
    "strike before golden": { after: [load], command: strike, why: "no-golden" },
    "run before golden": { after: [load], command: run, why: "no-golden" },
    "no such workload": { command: { ...load, workload: "gemm" }, why: "unknown-workload" },
    "refresh after 0 iterations": { command: { ...load, every: 0 }, why: "out-of-range" },
    "golden made 0 times": { after: [load], command: { name: "golden", times: 0 }, why: "out-of-range" },
    "no such target by number": { after: [load], command: { name: "target", index: 3 }, why: "out-of-range" },
    "no such target": { after: ready, command: { ...strike, target: "cache" }, why: "unknown-target" },
    "strike 0": { after: ready, command: { ...strike, id: 0 }, why: "out-of-range" },
    "no bits": { after: ready, command: { ...strike, mask: 0 }, why: "out-of-range" },
    "a word beyond": { after: ready, command: { ...strike, word: 256 }, why: "out-of-range" },
    "a cycle beyond the budget": { after: ready, command: { ...strike, cycle: 40_961 }, why: "out-of-range" },
    "more strikes than armed": { after: ready, command: { ...run, strikes: 1 }, why: "strikes-differ" },
    "fewer strikes than armed": { after: [...ready, strike], command: run, why: "strikes-differ" },
    "a strike before the run": {
      after: [...ready, strike],
      command: { ...run, first: 1, strikes: 1 },
      why: "out-of-range",
    },
    "a strike after the run": {
      after: [...ready, { ...strike, iteration: 1 }],
      command: { ...run, strikes: 1 },
      why: "out-of-range",
    },
    "iterations beyond numbers": {
      after: ready,
      command: { ...run, first: 4_294_967_295, iterations: 2 },
      why: "out-of-range",
    },
    "load while running": { after: running, command: load, why: "busy" },
    "target while running": { after: running, command: { name: "target", index: 0 }, why: "busy" },
    "golden while running": { after: running, command: { name: "golden", times: 1 }, why: "busy" },
    "check while running": { after: running, command: { name: "check" }, why: "busy" },
    "strike while running": { after: running, command: strike, why: "busy" },
    "run while running": { after: running, command: run, why: "busy" },
    "refresh while running": { after: running, command: { name: "refresh", what: "full" }, why: "busy" },
  };

  test.each(Object.entries(cases))("%s", async (_, { after = [], command, boot, why }) => {
    const host = attach();
    for (const before of after) expect((await host.ask(before)).name).toBe(`${before.name}-ok`);
    const re = host.send(command, boot);
    const answer = await host.until(
      (message): message is typeof message => message.kind === "a" && message.re === re,
    );
    expect(answer).toMatchObject({ name: "refused", command: command.name, reason: why });
    await host.stop();
  });

  test("armed strikes survive a run refused; the 65th is one too many; the same id takes its place", async () => {
    const host = attach();
    await host.prepare("gemm-f32");
    for (let id = 1; id <= 64; id++)
      expect(await host.ask({ ...strike, id })).toMatchObject({ name: "strike-ok", id });
    expect(await host.ask({ ...strike, id: 65 })).toMatchObject({ reason: "strikes-full" });
    expect(await host.ask({ ...strike, id: 64, word: 9 })).toMatchObject({ name: "strike-ok" });
    expect(await host.ask(run)).toMatchObject({ reason: "strikes-differ" });
    expect(await host.ask({ name: "status" })).toMatchObject({ armed: 64 });
    await host.ask({ name: "stop" });
    expect(await host.ask({ name: "status" })).toMatchObject({ armed: 0 });
    await host.stop();
  });

  test("a command unknown or misspelled is refused by its name, anything else passed over", async () => {
    const host = attach();
    const status = encode({ seq: 1, boot: 0, uptimeMs: 0 }, { kind: "c", name: "status" });
    const heartbeatOfItsOwn = "$t 3 5eed0001 1000 heartbeat state=idle";
    await host.raw(`\n\r\n${"\xff".repeat(5_000)}\n$$$\n${status.slice(0, -1)}0\n${heartbeatOfItsOwn}\n`);
    await host.raw("$c 2 5eed0001 33 dance ev=1*b0b6210f\n$c 2 5eed0001 33 ack ev=01*99c9c3e4\n");
    const answers = [];
    for (let i = 0; i < 2; i++) answers.push(await host.event("refused"));
    expect(answers).toMatchObject([
      { re: 2, command: "dance", reason: "unknown-command" },
      { re: 2, command: "ack", reason: "bad-field" },
    ]);
    expect(await host.ask({ name: "status" })).toMatchObject({ name: "status-ok" });
    expect(host.heard.filter((message) => message.kind === "a")).toHaveLength(3);
    await host.stop();
  });
});
