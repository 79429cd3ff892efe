import type { MessageOf } from "../../../firmware-protocol/messages.ts";
import { demand, workMs } from "./check.ts";
import type { Check, Subject } from "./check.ts";

/** Strikes and their evidence: what a device that can `strike` does. */
export const strikeChecks: readonly Check[] = [
  {
    name: "strikes outside what exists are refused",
    async prove(subject) {
      await subject.prepare();
      const { target, words, bits } = subject.prepared().targets[0]!;
      const strike = {
        kind: "c",
        name: "strike",
        id: 1,
        target,
        word: 0,
        mask: 1,
        iteration: 0,
        cycle: 0,
      } as const;
      await subject.refused({ ...strike, target: "no-such-target" }, "unknown-target");
      await subject.refused({ ...strike, id: 0 }, "out-of-range");
      await subject.refused({ ...strike, mask: 0 }, "out-of-range");
      await subject.refused({ ...strike, word: words }, "out-of-range");
      if (bits < 32) await subject.refused({ ...strike, mask: 2 ** bits }, "out-of-range");
      await subject.refused({ ...strike, cycle: subject.prepared().golden.budget + 1 }, "out-of-range");
    },
  },
  {
    name: "a strike is armed, not applied; the same id takes its place; run counts them; stop disarms",
    async prove(subject) {
      const mark = subject.probe.mark();
      const strike = selfCheckOf(subject, 0);
      await subject.get(strike, "strike-ok");
      await subject.get(strike, "strike-ok");
      const armed = async (): Promise<number> =>
        (await subject.get({ kind: "c", name: "status" }, "status-ok")).armed;
      demand((await armed()) === 1, `${await armed()} are armed, not 1`);
      await subject.refused(
        { kind: "c", name: "run", first: strike.iteration, iterations: 1, strikes: 2 },
        "strikes-differ",
      );
      demand((await armed()) === 1, "a refused run disarmed it");
      await subject.get({ kind: "c", name: "stop" }, "stop-ok");
      demand((await armed()) === 0, "stop left it armed");
      const struck = subject.probe.since(mark).some((m) => m.kind === "e" && m.name === "struck");
      demand(!struck, "it was applied without a run");
    },
  },
  {
    name: "the self-check strike of every target is applied and shows: never masked",
    async prove(subject) {
      for (let index = 0; index < subject.prepared().targets.length; index++) {
        await subject.prepare();
        await proveSelfCheck(subject, index);
      }
    },
  },
  {
    name: "a struck iteration gives exactly one result even if nothing differs, with its state restored",
    async prove(subject) {
      await subject.prepare();
      const strike = { ...selfCheckOf(subject, 0), cycle: subject.prepared().golden.budget };
      await subject.get(strike, "strike-ok");
      const events = await subject.run(strike.iteration, 1, 1);
      const names = events.map(({ name }) => name).filter((name) => name !== "scores" && name !== "log");
      demand(names.join() === "struck,result,done", `its events are ${names.join(", ")}`);
      const result = events.find((m): m is MessageOf<"result"> => m.name === "result");
      demand(result?.wrong === 0 && result.end === "ok", "a strike after the last step changed the output");
      demand(
        result.stateDigest === subject.prepared().loaded.stateDigest,
        "full refresh did not restore the state",
      );
      const checked = await subject.get({ kind: "c", name: "check" }, "check-ok", workMs);
      demand(checked.match, "check does not match golden afterwards");
    },
  },
  {
    name: "with refresh none an error stays until the host refreshes",
    async prove(subject) {
      await subject.prepare(1, "none");
      const strike = { ...selfCheckOf(subject, 0), cycle: subject.prepared().golden.budget };
      await subject.get(strike, "strike-ok");
      const events = await subject.run(strike.iteration, 1, 1);
      const result = events.find((m): m is MessageOf<"result"> => m.name === "result");
      demand(result !== undefined, "no result came");
      demand(
        result.stateDigest !== subject.prepared().loaded.stateDigest,
        "the state digest does not show the flipped bits",
      );
      const refreshed = await subject.get({ kind: "c", name: "refresh", what: "full" }, "refresh-ok", workMs);
      demand(
        refreshed.stateDigest === subject.prepared().loaded.stateDigest,
        "refresh full did not restore the state",
      );
    },
  },
];

function selfCheckOf(subject: Subject, index: number) {
  const { target, word, mask, iteration, cycle } = subject.prepared().targets[index]!;
  return {
    kind: "c",
    name: "strike",
    id: subject.nextStrikeId(),
    target,
    word,
    mask,
    iteration,
    cycle,
  } as const;
}

async function proveSelfCheck(subject: Subject, index: number): Promise<void> {
  const strike = selfCheckOf(subject, index);
  const { target, iteration } = strike;
  await subject.get(strike, "strike-ok");
  const events = (await subject.run(iteration, 1, 1)).filter(({ name }) => name !== "log");
  const at = events.findIndex(({ name }) => name === "result");
  const result = events[at] as MessageOf<"result"> | undefined;
  demand(result !== undefined, `${target}: no result came`);
  demand(
    result.id === strike.id && result.iteration === iteration,
    `${target}: the result is of another strike`,
  );
  demand(result.end === "trap" || result.wrong > 0, `${target}: its self-check strike is masked`);
  const parts = events.slice(0, at) as readonly MessageOf<"struck" | "elements" | "scores">[];
  demand(
    parts.length === result.parts,
    `${target}: ${parts.length} parts came, the result tells ${result.parts}`,
  );
  demand(
    parts.every((part, i) => part.event === result.event - result.parts + i && part.iteration === iteration),
    `${target}: the parts do not stand straight before their result`,
  );
  const struck = parts.find((part): part is MessageOf<"struck"> => part.name === "struck");
  demand(struck?.id === strike.id, `${target}: no struck event tells of it`);
  demand(
    (struck.before ^ struck.after) >>> 0 === strike.mask,
    `${target}: other bits were flipped than asked`,
  );
  const listed = parts.flatMap((part) => (part.name === "elements" ? part.elements : []));
  demand(
    listed.length === Math.min(result.wrong, 10) || result.truncated,
    `${target}: ${listed.length} elements are listed of ${result.wrong}, and cut is not set`,
  );
  demand(
    listed.every(
      ({ index: at, expected, got }, i) => expected !== got && (i === 0 || at > listed[i - 1]!.index),
    ),
    `${target}: the elements are not different ones by rising index`,
  );
  const done = events.at(-1);
  demand(done?.name === "done", `${target}: no done follows`);
  if (result.end !== "trap") {
    demand(
      done.why === "finished" && done.clean === 0,
      `${target}: done tells ${done.why}, ${done.clean} clean`,
    );
    demand(
      result.stateDigest === subject.prepared().loaded.stateDigest,
      `${target}: full refresh did not restore the state`,
    );
    return;
  }
  demand(done.why === "trap", `${target}: after a trap done tells ${done.why}`);
  await subject.refused({ kind: "c", name: "run", first: 0, iterations: 1, strikes: 0 }, "faulted");
  const refreshed = await subject.get({ kind: "c", name: "refresh", what: "full" }, "refresh-ok", workMs);
  demand(
    refreshed.stateDigest === subject.prepared().loaded.stateDigest,
    `${target}: refresh did not restore the state`,
  );
}
