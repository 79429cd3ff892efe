import { demand, workMs } from "./check.ts";
import type { Check } from "./check.ts";

const run = { kind: "c", name: "run", first: 0, iterations: 1, strikes: 0 } as const;
const check = { kind: "c", name: "check" } as const;

/** Load, targets, golden, runs without strikes: what a device that can `run` does. */
export const workChecks: readonly Check[] = [
  {
    name: "reset is answered, then it boots anew: boot id new, count one higher, cause command, event 1, idle",
    async prove(subject) {
      const { probe } = subject;
      const before = await subject.greet();
      const mark = probe.mark();
      await subject.get({ kind: "c", name: "reset" }, "reset-ok");
      const boot = await probe.firstNamed(mark, "boot", workMs);
      demand(boot !== null, `no boot event came within ${workMs} ms`);
      demand(boot.boot !== before.boot, "the boot id is the same as before");
      demand(boot.event === 1, `the boot event has number ${boot.event}`);
      demand(boot.boots === before.boots + 1, `boots went from ${before.boots} to ${boot.boots}`);
      demand(boot.cause === "command", `the cause is ${boot.cause}`);
      await subject.greet();
      demand(probe.boot === boot.boot, "hello tells another boot id than the boot event");
      const { state } = await subject.get({ kind: "c", name: "status" }, "status-ok");
      demand(state === "idle", `the state is ${state}`);
      await subject.refused(run, "not-loaded");
      await subject.refused({ kind: "c", name: "golden", times: 1 }, "not-loaded");
      await subject.refused({ kind: "c", name: "target", index: 0 }, "not-loaded");
    },
  },
  {
    name: "it offers workloads, and refuses those it does not",
    async prove(subject) {
      const { workloads } = await subject.get({ kind: "c", name: "workloads" }, "workloads-ok");
      demand(workloads.length > 0, "it names none");
      if (subject.workload === "") subject.workload = workloads[0]!;
      demand(
        workloads.includes(subject.workload),
        `${subject.workload} is not among ${workloads.join(", ")}`,
      );
      const load = { kind: "c", name: "load", seed: 1, refresh: "full", elements: 10 } as const;
      await subject.refused({ ...load, workload: "no-such-workload", every: 1 }, "unknown-workload");
      await subject.refused({ ...load, workload: subject.workload, every: 0 }, "out-of-range");
    },
  },
  {
    name: "load gives the same state for the same seed, and its targets in full",
    async prove(subject) {
      const first = await subject.load(1);
      await subject.load(2);
      const again = await subject.load(1);
      demand(first.stateDigest === again.stateDigest, "one seed gave two states");
      demand(first.targets >= 1 && first.inputs >= 1 && first.outputs >= 1, "a count is 0");
      const targets = [];
      for (let index = 0; index < Math.min(first.targets, 64); index++)
        targets.push(await subject.get({ kind: "c", name: "target", index }, "target-ok"));
      for (const { target, words, bits, word, mask } of targets) {
        demand(words >= 1 && bits >= 1 && bits <= 32, `${target} has ${words} words of ${bits} bits`);
        demand(
          word < words && mask !== 0 && mask < 2 ** bits,
          `the self-check strike of ${target} lies outside it`,
        );
      }
      await subject.refused({ kind: "c", name: "target", index: first.targets }, "out-of-range");
      subject.targets = targets;
    },
  },
  {
    name: "without golden it neither runs nor checks nor arms",
    async prove(subject) {
      await subject.refused(run, "no-golden");
      await subject.refused(check, "no-golden");
    },
  },
  {
    name: "golden is the same every time, within its budget, and check finds it",
    async prove(subject) {
      await subject.refused({ kind: "c", name: "golden", times: 0 }, "out-of-range");
      await subject.prepare();
      const { golden } = subject;
      const again = await subject.get({ kind: "c", name: "golden", times: 3 }, "golden-ok", workMs);
      demand(golden?.digest === again.digest, "two goldens have two digests");
      demand(
        again.cycles > 0 && again.cycles < again.budget,
        `${again.cycles} cycles in a budget of ${again.budget}`,
      );
      const checked = await subject.get(check, "check-ok", workMs);
      demand(checked.match && checked.digest === again.digest, "check does not match golden");
    },
  },
  {
    name: "a run without strikes finishes clean, without a result",
    async prove(subject) {
      const inputs = subject.loaded?.inputs ?? 1;
      const events = await subject.run(0, inputs + 1, 0);
      const done = events.at(-1);
      demand(done?.name === "done" && done.why === "finished", "it does not end in done why=finished");
      demand(done.iterations === inputs + 1, `done tells ${done.iterations} of ${inputs + 1} iterations`);
      demand(done.clean === done.iterations, `${done.clean} of ${done.iterations} were clean`);
      demand(done.cycles > 0, "it took no cycles");
      const results = events.filter(({ name }) => name === "result").length;
      demand(results === 0, `${results} results of clean iterations came`);
    },
  },
  {
    name: "a run without end goes on until stopped; meanwhile it answers, and refuses what would disturb",
    async prove(subject) {
      const mark = subject.probe.mark();
      await subject.get({ ...run, iterations: 0 }, "run-ok");
      const status = await subject.get({ kind: "c", name: "status" }, "status-ok");
      demand(status.state === "running", `the state is ${status.state}`);
      await subject.refused({ ...run, iterations: 0 }, "busy");
      await subject.refused({ kind: "c", name: "refresh", what: "full" }, "busy");
      await subject.get({ kind: "c", name: "stop" }, "stop-ok");
      const done = await subject.probe.firstNamed(mark, "done", workMs);
      demand(done?.why === "stopped", `it ended ${done === null ? "never" : done.why}`);
    },
  },
  {
    name: "a run that would pass the last iteration number is out of range",
    prove: (subject) => subject.refused({ ...run, first: 4_294_967_295, iterations: 2 }, "out-of-range"),
  },
  {
    name: "clock, power and throttle bits can be read back",
    async prove(subject) {
      const { clockKHz } = await subject.get({ kind: "c", name: "clock" }, "clock-ok");
      demand(clockKHz > 0, "the clock stands still");
    },
  },
];
