import { answerMs, demand, NotTried, workMs } from "./check.ts";
import type { Check, Subject } from "./check.ts";
import { demandKnown } from "./addition-checks.ts";
import type { Message } from "../../../firmware-protocol/messages.ts";

/** More iterations than it may do with an error in its state. */
const iterations = 4;

/** `run-to-error`: a strike that stays makes every iteration wrong, and the board must end at the first of them. */
export const runToErrorChecks: readonly Check[] = [
  {
    name: "run-to-error ends after the first wrong iteration, and goes on where none is",
    async prove(subject) {
      await subject.prepare(1, "none");
      // Beyond the last iteration: a board that knows it refuses it for that.
      const beyond = { kind: "c", name: "run-to-error", first: 0xffffffff, iterations: 2 } as const;
      await demandKnown(subject, beyond);
      await subject.refused(beyond, "out-of-range");
      const clean = (await runToError(subject, 0)).at(-1);
      demand(
        clean?.name === "done" && clean.why === "finished" && clean.iterations === iterations,
        `with nothing wrong it ended ${doneInWords(clean)}, not after ${iterations} iterations`,
      );
      const first = await lastingError(subject);
      const events = await runToError(subject, first);
      const result = events.find((event) => event.name === "result");
      const done = events.at(-1);
      demand(result?.name === "result", "it ended without the evidence of the wrong iteration");
      demand(result.iteration === first, `the evidence is of iteration ${result.iteration}, not ${first}`);
      demand(
        done?.name === "done" && done.why === "stopped" && done.iterations === 1,
        `with an error from the first iteration on it ended ${doneInWords(done)}, not stopped after 1`,
      );
      await refusedWhileArmed(subject);
    },
  },
];

/** Its events; every one of them is told before `done`. */
async function runToError(subject: Subject, first: number): Promise<readonly Message[]> {
  const mark = subject.probe.mark();
  await subject.get({ kind: "c", name: "run-to-error", first, iterations }, "run-to-error-ok");
  const done = await subject.probe.firstNamed(mark, "done", workMs);
  demand(done !== null, `a run-to-error of ${iterations} iterations did not end within ${workMs} ms`);
  return subject.probe.since(mark).filter((message) => message.kind === "e");
}

/** Strikes until one stays in state that nothing restores; the iteration it shows in, again and again. */
async function lastingError(subject: Subject): Promise<number> {
  for (const { target, word, mask, iteration, cycle } of subject.prepared().targets) {
    const id = subject.nextStrikeId();
    await subject.get({ kind: "c", name: "strike", id, target, word, mask, iteration, cycle }, "strike-ok");
    const struck = (await subject.run(iteration, 1, 1)).at(-1);
    if (struck?.name === "done" && struck.why === "finished") {
      const again = await subject.run(iteration, 1, 0);
      const isWrong = again.some((event) => event.name === "result" && event.wrong > 0);
      const done = again.at(-1);
      if (isWrong && done?.name === "done" && done.why === "finished") return iteration;
    }
    await subject.get({ kind: "c", name: "refresh", what: "full" }, "refresh-ok", workMs);
  }
  throw new NotTried("no self-check of its targets leaves an error that stays");
}

async function refusedWhileArmed(subject: Subject): Promise<void> {
  await subject.get({ kind: "c", name: "refresh", what: "full" }, "refresh-ok", workMs);
  const { target, word, mask, iteration: first, cycle } = subject.prepared().targets[0]!;
  const id = subject.nextStrikeId();
  const strike = { kind: "c", name: "strike", id, target, word, mask, iteration: first, cycle } as const;
  await subject.get(strike, "strike-ok");
  await subject.refused({ kind: "c", name: "run-to-error", first, iterations: 1 }, "strikes-differ");
  await subject.get({ kind: "c", name: "stop" }, "stop-ok", answerMs);
}

function doneInWords(done: Message | undefined): string {
  return done?.name === "done" ? `${done.why} after ${done.iterations}` : "without done";
}
