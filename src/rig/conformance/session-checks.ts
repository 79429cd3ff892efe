import { encode } from "../../../firmware-protocol/codec.ts";
import { answerMs, demand, told } from "./check.ts";
import type { Check, Subject } from "./check.ts";

/** Hello, heads, refusals, lines that must have no effect: what every device does, whatever it is able to do. */
export const sessionChecks: readonly Check[] = [
  {
    name: "hello is answered with version 1 and the device's own names",
    async prove(subject) {
      const hello = await subject.greet();
      demand(hello.protocol === 1, `its version is ${hello.protocol}`);
      demand(hello.boot !== 0, "its boot id is 0");
    },
  },
  {
    name: "hello disturbs nothing: boot id, events and state stay as they are",
    async prove(subject) {
      const before = await subject.get({ kind: "c", name: "status" }, "status-ok");
      await subject.greet();
      const after = await subject.get({ kind: "c", name: "status" }, "status-ok");
      demand(before.boot === after.boot, "the boot id changed");
      demand(before.event === after.event && before.state === after.state, "events or state changed");
    },
  },
  {
    name: "hello of another version is refused for bad-version",
    prove: (subject) =>
      subject.refused(
        { kind: "c", name: "hello", protocol: 2, heartbeatMs: 500, leaseMs: 60_000 },
        "bad-version",
      ),
  },
  {
    name: "a command for another boot is refused for wrong-boot, one for any boot is not",
    async prove(subject) {
      const other = subject.probe.boot === 1 ? 2 : 1;
      await subject.refused({ kind: "c", name: "status" }, "wrong-boot", other);
      const any = await subject.probe.ask({ kind: "c", name: "status" }, answerMs, 0);
      demand(any?.name === "status-ok", `status for any boot got ${told(any)}`);
    },
  },
  {
    name: "a command it does not know is refused for unknown-command, by its name",
    prove: (subject) => refusedBody(subject, "dance step=1", "dance", "unknown-command"),
  },
  {
    name: "fields that are missing, misspelled, out of order or too many are refused for bad-field",
    async prove(subject) {
      for (const rest of [
        "resend",
        "resend ev=01",
        "resend ev=-1",
        "resend ev=4294967296",
        "resend ev=1 x=1",
        "hello hb=500 v=1 lease=60000",
      ])
        await refusedBody(subject, rest, rest.split(" ")[0]!, "bad-field");
    },
  },
  {
    name: "lines that are not accepted have no effect, and the next good one is answered",
    async prove(subject) {
      const { probe } = subject;
      const good = encode({ seq: 900, boot: probe.boot, uptimeMs: 0 }, { kind: "c", name: "status" });
      const mark = probe.mark();
      probe.raw("");
      probe.raw("\xff\xfe\x00garbage");
      probe.raw(good.slice(0, 9));
      probe.raw(good.slice(1));
      probe.raw(good.toUpperCase());
      probe.raw(`${good}0`);
      probe.raw("x".repeat(700));
      for (let at = 1; at < good.length; at++)
        probe.raw(good.slice(0, at) + String.fromCharCode(good.charCodeAt(at) ^ 1) + good.slice(at + 1));
      const answer = await probe.answer(probe.tell({ kind: "c", name: "status" }), mark, answerMs);
      demand(answer?.name === "status-ok", `status after them got ${told(answer)}`);
      const answers = probe.since(mark).filter((message) => message.kind === "a");
      demand(answers.length === 1, `${answers.length} answers came to 1 good command`);
    },
  },
  {
    name: "every command is answered once, in the order told",
    async prove(subject) {
      const { probe } = subject;
      const mark = probe.mark();
      const told = [1, 2, 3, 4, 5, 6, 7, 8].map((i) =>
        probe.tell({ kind: "c", name: i % 2 === 0 ? "status" : "clock" }),
      );
      await probe.answer(told.at(-1)!, mark, answerMs);
      const answered = probe.since(mark).flatMap((message) => (message.kind === "a" ? [message.re] : []));
      demand(answered.join() === told.join(), `answers came to ${answered.join()}, not to ${told.join()}`);
    },
  },
  {
    name: "what it lacks the capability for is refused for not-able",
    async prove(subject) {
      const board = "some-board";
      if (!subject.can("heat"))
        await subject.refused({ kind: "c", name: "heat", board, on: false, setMilliC: 0 }, "not-able");
      if (!subject.can("rail"))
        await subject.refused({ kind: "c", name: "rail", board, on: false }, "not-able");
      if (!subject.can("beam"))
        await subject.refused({ kind: "c", name: "shutter", open: false }, "not-able");
      if (!subject.can("run")) await subject.refused({ kind: "c", name: "check" }, "not-able");
    },
  },
  {
    name: "a box says so of a board that it does not know",
    async prove(subject) {
      if (subject.can("heat") || subject.can("rail") || subject.can("inject") || subject.can("beam"))
        await subject.refused({ kind: "c", name: "sense", board: "no-such-board" }, "unknown-board");
      else await subject.refused({ kind: "c", name: "sense", board: "no-such-board" }, "not-able");
    },
  },
];

async function refusedBody(subject: Subject, rest: string, command: string, reason: string): Promise<void> {
  const mark = subject.probe.mark();
  const answer = await subject.probe.answer(subject.probe.tellBody(rest), mark, answerMs);
  demand(
    answer?.name === "refused" && answer.reason === reason && answer.command === command,
    `'${rest}' got ${told(answer)}, not refused for ${reason} by its name`,
  );
}
