import type { Command, Message, MessageOf } from "../../../firmware-protocol/messages.ts";
import { mostFaultWords, outputName, workloadsInALine } from "../../../firmware-protocol/messages.ts";
import { axesFit } from "../../domain/strike.ts";
import { answerMs, demand, NotTried, workMs } from "./check.ts";
import type { Check, Subject } from "./check.ts";

/** Commands added within version 1: a device that refuses one as unknown is older, and a host does without. What it does know it must do rightly. */
const mostWorkloads = 1000;

export const workloadListChecks: readonly Check[] = [
  {
    name: "it tells all its workloads, five at a time, each once",
    async prove(subject) {
      const { workloads: first } = await subject.get({ kind: "c", name: "workloads" }, "workloads-ok");
      await demandKnown(subject, { kind: "c", name: "workloads-from", index: 0 });
      const from = async (index: number) =>
        (await subject.get({ kind: "c", name: "workloads-from", index }, "workloads-ok")).workloads;
      demand((await from(0)).join() === first.join(), "from 0 on it tells others than at first");
      const all = [...first];
      while (all.length % workloadsInALine === 0 && all.length > 0 && all.length < mostWorkloads) {
        const more = await from(all.length);
        if (more.length === 0) break;
        all.push(...more);
      }
      demand(new Set(all).size === all.length, `it tells one twice: ${all.join(", ")}`);
      demand((await from(all.length)).length === 0, "it tells of workloads beyond its last");
    },
  },
];

export const spaceChecks: readonly Check[] = [
  {
    name: "its spaces are those of its targets",
    async prove(subject) {
      await subject.prepare();
      await demandKnown(subject, { kind: "c", name: "space", index: 0 });
      const { targets } = subject.prepared();
      for (const [index, { target, words, bits }] of targets.entries()) {
        const space = await subject.get({ kind: "c", name: "space", index }, "space-ok");
        demand(
          space.target === target && space.words === words && space.bits === bits,
          `target ${index} is ${target}, ${words} words of ${bits} bits, and its space ${space.target}, ${space.words} of ${space.bits}`,
        );
      }
      await subject.refused({ kind: "c", name: "space", index: targets.length }, "out-of-range");
    },
  },
];

export const shapeChecks: readonly Check[] = [
  {
    name: "its shapes lay out as many words as there are",
    async prove(subject) {
      await subject.prepare();
      await demandKnown(subject, { kind: "c", name: "shape", of: outputName });
      const { loaded, targets } = subject.prepared();
      const spaces = targets.map(({ target, words }) => ({ of: target, words }));
      for (const { of, words } of [...spaces, { of: outputName, words: loaded.outputs }]) {
        const { axes } = await subject.get({ kind: "c", name: "shape", of }, "shape-ok");
        const told = axes.map(({ name, size }) => `${name}:${size}`).join("/");
        demand(axesFit(axes, words), `${of} has ${words} words, and its shape is ${told}`);
      }
      demand(!targets.some(({ target }) => target === outputName), "a target is named 'output'");
      await subject.refused({ kind: "c", name: "shape", of: "no-such-target" }, "unknown-target");
    },
  },
];

export const faultChecks: readonly Check[] = [
  {
    name: "faults outside what exists are refused",
    async prove(subject) {
      await subject.prepare();
      const { targets, golden } = subject.prepared();
      const { target, words, bits } = targets[0]!;
      const fault = faultOn(subject, target, { words: 1 });
      await demandKnown(subject, fault);
      await subject.refused({ ...fault, target: "no-such-target" }, "unknown-target");
      await subject.refused({ ...fault, id: 0 }, "out-of-range");
      await subject.refused({ ...fault, mask: 0 }, "out-of-range");
      if (bits < 32) await subject.refused({ ...fault, mask: 2 ** bits }, "out-of-range");
      await subject.refused({ ...fault, word: words }, "out-of-range");
      await subject.refused({ ...fault, words: 0 }, "out-of-range");
      await subject.refused({ ...fault, words: mostFaultWords + 1 }, "out-of-range");
      await subject.refused({ ...fault, words: 2, step: 0 }, "out-of-range");
      await subject.refused({ ...fault, words: 2, step: words }, "out-of-range");
      await subject.refused({ ...fault, cycle: golden.budget + 1 }, "out-of-range");
      await subject.get({ kind: "c", name: "stop" }, "stop-ok");
    },
  },
  {
    name: "a fault of several words is one strike, with a struck for each word, in their order",
    async prove(subject) {
      await subject.prepare();
      const { targets } = subject.prepared();
      const { target, words: all, bits } = targets[0]!;
      const words = Math.min(all, 8);
      const mask = bits >= 32 ? 0xffffffff : 2 ** bits - 1;
      const fault = { ...faultOn(subject, target, { words }), mask };
      await demandKnown(subject, fault);
      const singly = await struckSingly(subject, target, words, mask);
      const struck = await struckBy(subject, fault);
      demand(struck.length === words, `${struck.length} struck came of ${words} words`);
      struck.forEach(({ id, before, after }, i) => {
        demand(id === fault.id, `struck ${i + 1} is of strike ${id}`);
        demand((before ^ after) >>> 0 === mask, `other bits were flipped than asked in word ${i + 1}`);
        demand(before === singly[i], "the words are not struck in their order");
      });
    },
  },
  ...(["put", "hold"] as const).map((manner): Check => ({
    name: `what is ${manner === "put" ? "put" : "held"} is there, other bits stay, and full refresh takes it back`,
    async prove(subject) {
      await subject.prepare(1, "none");
      const { loaded, targets } = subject.prepared();
      const { target, bits } = targets[0]!;
      const mask = bits >= 32 ? 0xaaaaaaaa : 0xaaaaaaaa % 2 ** bits;
      const value = (0xcccccccc & mask) >>> 0;
      const fault = { ...faultOn(subject, target, { words: 1 }), mask, manner, value };
      await demandKnown(subject, fault);
      const [struck] = await struckBy(subject, fault);
      demand(struck !== undefined, "no struck came");
      const want = ((struck.before & ~mask) | value) >>> 0;
      demand(struck.after === want, `the word is ${hex(struck.after)} afterwards, not ${hex(want)}`);
      const { stateDigest } = await subject.get(
        { kind: "c", name: "refresh", what: "full" },
        "refresh-ok",
        workMs,
      );
      demand(stateDigest === loaded.stateDigest, "full refresh did not restore the state");
      const events = await subject.run(0, loaded.inputs, 0);
      const done = events.at(-1);
      demand(done?.name === "done" && done.clean === loaded.inputs, "it is not clean after a full refresh");
    },
  })),
];

type Fault = Extract<Command, { readonly name: "fault" }>;

function faultOn(subject: Subject, target: string, { words }: { readonly words: number }): Fault {
  const id = subject.nextStrikeId();
  const plain = { manner: "flip", value: 0, step: 1, word: 0, mask: 1, iteration: 0, cycle: 0 } as const;
  return { kind: "c", name: "fault", id, target, words, ...plain };
}

/** Refused as unknown or not able: it has no such thing, and says so. Armed, it is disarmed again. */
export async function demandKnown(
  subject: Subject,
  command: Exclude<Command, { name: "ack" }>,
): Promise<void> {
  const answer = await subject.probe.ask(command, answerMs);
  if (answer?.name === "refused" && answer.reason === "unknown-command")
    throw new NotTried(`it does not know ${command.name}: a host does without`);
  if (answer?.name === "refused" && answer.reason === "not-able")
    throw new NotTried(`it is not able to do this, and says so`);
  if (command.name === "fault") await subject.get({ kind: "c", name: "stop" }, "stop-ok");
}

/** The events of the words that this strike hits, in a run of its iteration. */
async function struckBy(subject: Subject, fault: Fault): Promise<readonly MessageOf<"struck">[]> {
  await subject.get(fault, "fault-ok");
  const { armed } = await subject.get({ kind: "c", name: "status" }, "status-ok");
  demand(armed === 1, `${armed} strikes are armed, not 1`);
  return struckAmong(await subject.run(fault.iteration, 1, 1));
}

/** The first words of a target as they are, each struck by itself. */
async function struckSingly(
  subject: Subject,
  target: string,
  words: number,
  mask: number,
): Promise<number[]> {
  const found: number[] = [];
  for (let word = 0; word < words; word++) {
    const id = subject.nextStrikeId();
    await subject.get(
      { kind: "c", name: "strike", id, target, word, mask, iteration: 0, cycle: 0 },
      "strike-ok",
    );
    const struck = struckAmong(await subject.run(0, 1, 1))[0];
    demand(struck !== undefined, `word ${word} was not struck`);
    found.push(struck.before);
    await subject.get({ kind: "c", name: "refresh", what: "full" }, "refresh-ok", workMs);
  }
  return found;
}

function struckAmong(events: readonly Message[]): readonly MessageOf<"struck">[] {
  return events.filter((event): event is MessageOf<"struck"> => event.name === "struck");
}

function hex(word: number): string {
  return word.toString(16).padStart(8, "0");
}
