import type { InjectionSeen } from "../domain/equipment.ts";
import type { Reply } from "../domain/reply.ts";
import type { RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import type { Strike } from "../domain/strike.ts";
import { finishRun } from "./finish-run.ts";
import { afterBoot, afterSilence, reload } from "./incident.ts";
import type { Incident } from "./incident.ts";
import { listen } from "./lane.ts";
import type { Lane } from "./lane.ts";
import type { Prepared } from "./prepare.ts";

/** A strike on its way. `confirmed`: acknowledged as armed, and its iteration was begun, or may have been. */
export interface Begun {
  readonly confirmed: boolean;
  /** What the injector saw of it; null where the board struck itself. */
  readonly seen: InjectionSeen | null;
  readonly detail: string;
  readonly prepared: Prepared | null;
  readonly linkGone: boolean;
  /** Why the board would not arm it; null where it did, or was not asked. */
  readonly refused: string | null;
}

/** Nothing is struck before `run`: until then trouble is no fate of this strike, and it is armed again (its id replaces it). */
const attempts = 3;

/** Refusals that say that the board is not where it was: it booted unseen, or was left in another state. */
const elsewhere: readonly string[] = [
  "wrong-boot",
  "not-loaded",
  "no-golden",
  "faulted",
  "busy",
  "strikes-differ",
  "rail-off",
];

export async function* armAndRun(
  lane: Lane,
  run: RunPlan,
  strike: Strike,
  via: "board" | "injector",
): AsyncGenerator<Rec, Begun> {
  const { dut, injector } = lane.station;
  const begun = {
    confirmed: false,
    seen: null as InjectionSeen | null,
    detail: "",
    prepared: null as Prepared | null,
    linkGone: false,
    refused: null,
  };
  for (let attempt = 1; attempt <= attempts && !lane.memory.dead && !lane.signal.aborted; attempt++) {
    const booted = yield* finishRun(lane, run);
    if (booted !== null) {
      const incident: Incident = yield* afterBoot(lane, run, booted);
      begun.prepared = incident.recovery.prepared ?? begun.prepared;
      continue;
    }
    const armed = via === "injector" ? await injector!.arm(lane.name, strike) : await dut.arm(strike);
    if (armed.kind === "silence" && via === "injector") {
      begun.detail = `injector '${injector!.name}' did not answer`;
      continue;
    }
    if (armed.kind === "ok") begun.seen = armed.value;
    if (armed.kind === "refused" && !elsewhere.includes(armed.reason))
      return {
        ...begun,
        refused: via === "board" ? armed.reason : null,
        detail: `not armed: ${armed.reason}`,
      };
    const started = armed.kind === "ok" ? await dut.run(strike.iteration, 1, via === "board" ? 1 : 0) : armed;
    // Without an answer it may run or not: what comes next will tell.
    if (started.kind === "ok" || (armed.kind === "ok" && started.kind === "silence")) {
      lane.memory.begunBootId = lane.memory.bootId;
      lane.watch.boardIs("busy");
      return { ...begun, confirmed: true, detail: "" };
    }
    const back: Back = yield* comeBack(lane, run, started);
    begun.prepared = back.prepared ?? begun.prepared;
    begun.linkGone = back.linkGone;
    begun.detail = started.kind === "refused" ? `refused: ${started.reason}` : "not known to be armed";
  }
  return begun;
}

interface Back {
  readonly prepared: Prepared | null;
  readonly linkGone: boolean;
}

/** How long the boot that explains a refusal may take to come up. */
const explainMs = 1000;

export async function* comeBack(
  lane: Lane,
  run: RunPlan,
  reply: Exclude<Reply<null>, { kind: "ok" }>,
): AsyncGenerator<Rec, Back> {
  if (reply.kind === "refused") {
    const event = yield* listen(lane, run.number, explainMs);
    if (event.kind !== "boot") return { prepared: (yield* reload(lane, run)).prepared, linkGone: false };
    const incident: Incident = yield* afterBoot(lane, run, event);
    return { prepared: incident.recovery.prepared, linkGone: false };
  }
  const incident: Incident = yield* afterSilence(lane, run, reply.waitedMs);
  const { recovery, attribution } = incident;
  return { prepared: recovery.prepared, linkGone: attribution.fault === "link" && recovery.cure === null };
}
