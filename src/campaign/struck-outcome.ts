import type { Reply } from "../domain/reply.ts";
import type { Evidence } from "../domain/evidence.ts";
import type { Effect, Outcome } from "../domain/outcome.ts";
import type { RunPlan } from "../domain/plan.ts";
import type { Rec, StrikeRec } from "../domain/records.ts";
import type { Strike } from "../domain/strike.ts";
import { afterBoot, afterHang, afterSilence, reload } from "./incident.ts";
import type { Incident } from "./incident.ts";
import type { Judge } from "./judge.ts";
import { afterLatchUp } from "./latch-up.ts";
import { forgetIterations, iterationsRecord, listen, msSince } from "./lane.ts";
import type { Lane } from "./lane.ts";
import { restoresAll } from "./prepare.ts";
import type { Prepared } from "./prepare.ts";

/** What became of one strike. `confirmed`: it was surely made (acknowledged as armed, or seen). `outcome` null: its evidence was lost. */
export interface Struck {
  readonly via: "board" | "injector";
  readonly confirmed: boolean;
  readonly injection: StrikeRec["injection"];
  readonly outcome: Outcome | null;
  readonly effect: Effect | null;
  readonly evidence: Evidence | null;
  readonly event: number | null;
  readonly bootId: number | null;
  readonly detail: string;
  /** The board was loaded again on the way. */
  readonly prepared: Prepared | null;
  /** Cut short by the operator: it did not happen, and is done again. */
  readonly interrupted: boolean;
  readonly linkGone: boolean;
  /** Why the board would not arm it; null where it did, or nobody asked it. */
  readonly refused: string | null;
  /** What it struck may still stand, and nothing here can undo it: golden is asked before the next. */
  readonly doubtful: boolean;
}

/** An answer to `run` and its events may take this much longer than the device's own budget. */
const marginMs = 3000;

/** `release` takes back what outlives the iteration: before the board is restored, loaded or reset, so that golden is not made of it. */
export async function* outcomeOf(
  lane: Lane,
  run: RunPlan,
  strike: Strike,
  prepared: Prepared,
  judge: Judge,
  armed: Struck,
  release: () => Promise<void> = () => Promise.resolve(),
): AsyncGenerator<Rec, Struck> {
  forgetIterations(lane.memory);
  const deadlineMs = (2 * prepared.golden.budget) / lane.memory.clockKHz + marginMs;
  let from = lane.clock.nowNs();
  let result: { readonly evidence: Evidence; readonly event: number; readonly bootId: number } | null = null;
  let retried = false;
  for (;;) {
    const event = yield* listen(lane, run.number, Math.max(1, deadlineMs - msSince(lane.clock, from)));
    if (lane.signal.aborted) return { ...armed, interrupted: true };
    // What a boot that is over still had in the queue is of no strike of this one.
    if ((event.kind === "result" || event.kind === "done") && event.bootId !== lane.memory.bootId) continue;
    if (event.kind === "heartbeat" && msSince(lane.clock, from) < deadlineMs) continue;
    switch (event.kind) {
      case "result":
        if (event.strikeId === strike.id || event.strikeId === 0) result = event;
        continue;
      case "done": {
        await release();
        const seen = iterationsRecord(lane, run.number, {
          total: event.iterations,
          clean: event.clean,
          cycles: event.cycles,
        });
        if (seen !== null) yield seen;
        const place = { event: event.event, bootId: event.bootId };
        if (result === null) {
          // Struck from outside, the board does not know of it: a clean iteration is a masked strike. Of its own it owes a result.
          const masked =
            armed.via === "injector" &&
            event.why === "finished" &&
            event.clean === event.iterations &&
            event.iterations === 1;
          const detail = masked ? "" : `no evidence: ${event.why}`;
          return yield* restored(lane, run, prepared, null, {
            ...armed,
            ...place,
            outcome: masked ? "masked" : null,
            detail,
          });
        }
        const { evidence } = result;
        return yield* restored(lane, run, prepared, evidence.stateDigest, {
          ...armed,
          ...place,
          evidence,
          outcome: judge(evidence),
        });
      }
      case "boot": {
        await release();
        const incident: Incident = yield* afterBoot(lane, run, event);
        const interrupted = lane.signal.aborted;
        return {
          ...armed,
          ...aftermath(incident, armed),
          ...evidenceBefore(result, judge, incident),
          interrupted,
        };
      }
      case "rail": {
        const incident: Incident = yield* afterLatchUp(lane, run, event.finding);
        const interrupted = lane.signal.aborted;
        return {
          ...armed,
          ...aftermath(incident, armed),
          ...evidenceBefore(result, judge, incident),
          interrupted,
        };
      }
      case "silence":
      case "heartbeat": {
        await release();
        // The link is alive but the run is not: its watchdog should have fired long ago.
        const waitedMs = event.kind === "silence" ? event.waitedMs : msSince(lane.clock, from);
        const hangs = event.kind === "heartbeat" && event.state === "running";
        const incident: Incident = hangs
          ? yield* afterHang(lane, run)
          : yield* afterSilence(lane, run, waitedMs);
        if (incident.recovery.cure === "retry" && !retried) {
          retried = true;
          // What it has kept meanwhile is on its way.
          from = lane.clock.nowNs();
          continue;
        }
        const interrupted = lane.signal.aborted;
        return {
          ...armed,
          ...aftermath(incident, armed),
          ...evidenceBefore(result, judge, incident),
          interrupted,
        };
      }
    }
  }
}

/** A result that came out before the board went down is what the strike did; the boot after it is an event of its own. */
function evidenceBefore(
  result: { readonly evidence: Evidence; readonly event: number; readonly bootId: number } | null,
  judge: Judge,
  incident: Incident,
): Partial<Struck> {
  // No flipped bit latches a device: the strike under way is of no known fate.
  if (result === null && incident.effect === "sel") return { outcome: "unattributed" };
  if (result === null) return { outcome: incident.attribution.outcome ?? "unattributed" };
  return { ...result, outcome: judge(result.evidence) };
}

function aftermath(
  incident: Incident,
  before: Struck,
): Pick<Struck, "effect" | "prepared" | "detail" | "linkGone"> {
  return {
    effect: incident.effect,
    prepared: incident.recovery.prepared ?? before.prepared,
    detail: incident.attribution.why,
    linkGone: incident.attribution.fault === "link" && incident.recovery.cure === null,
  };
}

/** Under full refresh the state must be the loaded one again, by digest; a board that cannot show it is loaded anew. */
async function* restored(
  lane: Lane,
  run: RunPlan,
  prepared: Prepared,
  stateDigest: string | null,
  struck: Struck,
): AsyncGenerator<Rec, Struck> {
  if (!restoresAll(run)) return struck;
  if (stateDigest === prepared.loaded.stateDigest && struck.evidence?.end !== "trap") return struck;
  const reply: Reply<{ readonly stateDigest: string }> = await lane.station.dut.refresh("full");
  if (reply.kind === "ok" && reply.value.stateDigest === prepared.loaded.stateDigest) return struck;
  const recovery = yield* reload(lane, run);
  return { ...struck, prepared: recovery.prepared ?? struck.prepared };
}
