import type { BoardEvent, Message } from "../../../firmware-protocol/messages.ts";
import { answerMs, demand, NotTried, workMs } from "./check.ts";
import type { Check, Subject } from "./check.ts";

/** Events kept until acknowledged, heartbeats, the lease: what lets a host crash and a cable be pulled. */
export const eventChecks: readonly Check[] = [
  {
    name: "events are kept, and sent again with their numbers when asked",
    async prove(subject) {
      await subject.prepare();
      const sent = [...(await subject.run(0, 1, 0)), ...(await subject.run(1, 1, 0))];
      const again = await resent(subject, eventOf(sent[0]!));
      demand(again.length === sent.length, `${again.length} came again of ${sent.length}`);
      demand(
        again.every((m, i) => sameEvent(m, sent[i]!)),
        "what came again is not what was sent",
      );
      demand(
        (await resent(subject, eventOf(sent.at(-1)!))).length === 1,
        "resend does not begin at the event asked for",
      );
      demand(
        (await resent(subject, 0)).length === sent.length,
        "resend from 0 does not give all that is kept",
      );
    },
  },
  {
    name: "acknowledged events are forgotten up to the number, others are not",
    async prove(subject) {
      await subject.prepare();
      const sent = [...(await subject.run(0, 1, 0)), ...(await subject.run(1, 1, 0))];
      const { probe } = subject;
      probe.tell({ kind: "c", name: "ack", event: eventOf(sent.at(-1)!) + 1000 });
      probe.tell({ kind: "c", name: "ack", event: eventOf(sent.at(-1)!) }, (probe.boot ^ 1) >>> 0);
      demand(
        (await resent(subject, 0)).length === sent.length,
        "an ack out of range or of another boot was obeyed",
      );
      const mark = probe.mark();
      const ack = probe.tell({ kind: "c", name: "ack", event: eventOf(sent[0]!) });
      demand(
        (await resent(subject, 0)).length === sent.length - 1,
        "ack did not forget just the events up to it",
      );
      const answered = probe.since(mark).some((m) => m.kind === "a" && m.re === ack);
      demand(!answered, "ack was answered");
    },
  },
  {
    name: "at least 64 events are kept",
    async prove(subject) {
      await subject.prepare();
      let kept = 0;
      for (let i = 0; kept < 64; i++) kept += (await subject.run(i, 1, 0)).length;
      const again = (await resent(subject, 0)).length;
      demand(again >= 64, `${again} of ${kept} are kept`);
      await subject.acknowledgeAll();
    },
  },
  {
    name: "a pulled cable loses no event",
    async prove(subject) {
      const { probe } = subject;
      if (probe.closingEndsDevice) throw new NotTried("closing this link ends the device");
      await subject.prepare();
      const { event: before } = await subject.get({ kind: "c", name: "status" }, "status-ok");
      await subject.get({ kind: "c", name: "run", first: 0, iterations: 3, strikes: 0 }, "run-ok");
      const boot = probe.boot;
      await probe.disconnect();
      await probe.clock.sleep(200);
      await probe.connect();
      await subject.greet();
      demand(probe.boot === boot, "attaching again booted it");
      const mark = probe.mark();
      const waited = await probe.first(mark, (m) => m.kind === "t" && m.state !== "running", workMs);
      demand(waited !== null, "the run never ended");
      const again = await resent(subject, before + 1);
      demand(
        again.some(({ name }) => name === "done"),
        "the done of the run is not among what is kept",
      );
    },
  },
  {
    name: "heartbeats come at the period that hello asked for, also while it computes",
    async prove(subject) {
      await subject.prepare();
      await subject.greet({ heartbeatMs: 100 });
      for (const state of ["ready", "running"] as const) {
        if (state === "running")
          await subject.get({ kind: "c", name: "run", first: 0, iterations: 0, strikes: 0 }, "run-ok");
        const mark = subject.probe.mark();
        await subject.probe.clock.sleep(2000);
        const beats = subject.probe.since(mark).filter((m) => m.kind === "t" && m.state === state).length;
        demand(beats >= 14 && beats <= 26, `${beats} heartbeats came in 2 s at a period of 100 ms, ${state}`);
      }
      const mark = subject.probe.mark();
      await subject.get({ kind: "c", name: "stop" }, "stop-ok");
      await subject.probe.firstNamed(mark, "done", workMs);
      await subject.greet();
    },
  },
  {
    name: "a running board whose host is silent stops by itself, and keeps what it has",
    async prove(subject) {
      await subject.prepare();
      await subject.greet({ leaseMs: 500 });
      const mark = subject.probe.mark();
      await subject.get({ kind: "c", name: "run", first: 0, iterations: 0, strikes: 0 }, "run-ok");
      const done = await subject.probe.firstNamed(mark, "done", 500 + workMs);
      demand(done?.why === "lease", `the run ended ${done === null ? "never" : done.why}`);
      await subject.greet();
      const { state } = await subject.get({ kind: "c", name: "status" }, "status-ok");
      demand(state === "ready", `the state is ${state}, not ready`);
      await subject.run(0, 1, 0);
    },
  },
  {
    name: "a host that speaks keeps a run alive",
    async prove(subject) {
      await subject.greet({ leaseMs: 500 });
      const mark = subject.probe.mark();
      await subject.get({ kind: "c", name: "run", first: 0, iterations: 0, strikes: 0 }, "run-ok");
      for (let i = 0; i < 10; i++) {
        await subject.probe.clock.sleep(150);
        await subject.get({ kind: "c", name: "status" }, "status-ok");
      }
      const ended = subject.probe.since(mark).some((m) => m.kind === "e" && m.name === "done");
      demand(!ended, "the run ended though commands came");
      await subject.get({ kind: "c", name: "stop" }, "stop-ok");
      await subject.probe.firstNamed(mark, "done", workMs);
      await subject.greet();
    },
  },
];

async function resent(subject: Subject, event: number): Promise<readonly (Message & BoardEvent)[]> {
  const { probe } = subject;
  const mark = probe.mark();
  const answer = await probe.ask({ kind: "c", name: "resend", event }, answerMs);
  demand(answer?.name === "resend-ok", "resend was not answered resend-ok");
  const events = (): readonly (Message & BoardEvent)[] =>
    probe.since(mark).filter((m): m is Message & BoardEvent => m.kind === "e");
  await probe.first(mark, () => events().length >= answer.events, answerMs);
  const came = events();
  demand(came.length >= answer.events, `resend-ok tells ${answer.events} events, ${came.length} came`);
  return came.slice(0, answer.events);
}

function eventOf(message: Message): number {
  demand(message.kind === "e", "not an event");
  return message.event;
}

/** All but what is the line's own. */
function sameEvent(a: Message, b: Message): boolean {
  const bare = (message: Message): string => JSON.stringify({ ...message, seq: 0, uptimeMs: 0 });
  return bare(a) === bare(b);
}
