import type { InjectionSeen, Injector } from "../domain/equipment.ts";
import type { Reply } from "../domain/reply.ts";
import type { RunPlan } from "../domain/plan.ts";
import { randomStream } from "../domain/random.ts";
import type { Rec } from "../domain/records.ts";
import type { Strike } from "../domain/strike.ts";
import { comeBack } from "./arm-and-run.ts";
import { finishRun } from "./finish-run.ts";
import { afterBoot } from "./incident.ts";
import type { Judge } from "./judge.ts";
import type { Lane } from "./lane.ts";
import type { Prepared } from "./prepare.ts";
import { reconfigure } from "./reconfigure.ts";
import { outcomeOf } from "./struck-outcome.ts";
import type { Struck } from "./struck-outcome.ts";

/**
 * One strike in a space of the injector's own: it stands until it is taken back, whatever the board restores.
 *
 *   arm ─→ (observing: some of a scan) ─→ run the iteration that reads it ─→ evidence ─→ release ─→ restored? ─no→ power cycle
 *
 * It is confirmed when `arm` or `release` saw enough of it, and else unknown, whatever the board answered: an injector that flips
 * nothing would make every strike masked. It is never armed twice: a second time takes it back.
 */
export async function* strikeConfiguration(
  lane: Lane,
  run: RunPlan,
  strike: Strike,
  prepared: Prepared,
  judge: Judge,
): AsyncGenerator<Rec, Struck> {
  const injector = lane.station.injector!;
  const blank: Struck = { ...nothingYet, interrupted: lane.signal.aborted };
  let ready = prepared;
  const booted = yield* finishRun(lane, run);
  if (booted !== null) ready = (yield* afterBoot(lane, run, booted)).recovery.prepared ?? ready;
  const before: Struck = { ...blank, prepared: ready === prepared ? null : ready };
  if (lane.memory.dead || lane.signal.aborted) return { ...before, interrupted: lane.signal.aborted };

  const armed = await injector.arm(lane.name, strike, { after: run.semAfter });
  if (armed.kind === "refused") return { ...before, detail: `not armed: ${armed.reason}` };
  if (armed.kind === "silence") {
    const detail = `injector '${injector.name}' did not answer${armed.hint === undefined ? "" : `: ${armed.hint}`}`;
    return yield* cleared(lane, run, strike, { ...before, detail }, detail);
  }
  const hold = holdOf(lane.name, injector, strike);
  const waitedMs = observedMs(lane, run, strike);
  if (waitedMs > 0) await lane.clock.sleep(waitedMs, lane.signal);
  const answered: Struck = yield* runStruck(lane, run, strike, { ready, judge, before, hold });
  const released = await hold.release();
  const seen = released.kind === "ok" ? released.value : null;
  const confirmed = armed.value.confirmed || seen?.confirmed === true;
  const struck: Struck = {
    ...answered,
    confirmed,
    injection: { armed: armed.value, released: seen },
    detail: [
      answered.detail,
      waitedMs > 0 ? `read ${waitedMs.toFixed(1)} ms after it was struck` : "",
      confirmed ? "" : unseen(armed.value, seen),
    ]
      .filter(Boolean)
      .join("; "),
  };
  if (seen !== null && seen.restored !== false) return struck;
  const why =
    seen === null
      ? `strike ${strike.id} was not taken back (${released.kind === "refused" ? released.reason : "no answer"})`
      : `strike ${strike.id} is not known to be taken back (${seen.detail || "nothing seen"})`;
  return yield* cleared(lane, run, strike, struck, why);
}

const nothingYet: Omit<Struck, "interrupted"> = {
  via: "injector",
  confirmed: false,
  injection: null,
  outcome: null,
  effect: null,
  evidence: null,
  event: null,
  bootId: null,
  detail: "",
  prepared: null,
  linkGone: false,
  refused: null,
  doubtful: false,
};

/** An upset comes at any moment of the scan that repairs it: so does the iteration that may read it before. */
function observedMs(lane: Lane, run: RunPlan, strike: Strike): number {
  if (run.semObserveMs === 0) return 0;
  return run.semObserveMs * randomStream(lane.plan.seed, "observed", run.number, strike.id).nextFloat();
}

function unseen(armed: InjectionSeen, released: InjectionSeen | null): string {
  const observations = [...armed.observations, ...(released?.observations ?? [])];
  const details = [armed.detail, released?.detail ?? ""].filter(Boolean).join("; ");
  return `not confirmed (${observations.join(", ") || "nothing seen"})${details === "" ? "" : `: ${details}`}`;
}

/** Takes a strike back once, whoever asks first. */
interface Hold {
  release(): Promise<Reply<InjectionSeen>>;
}

function holdOf(dut: string, injector: Injector, strike: Strike): Hold {
  let released: Promise<Reply<InjectionSeen>> | null = null;
  return { release: () => (released ??= injector.release(dut, strike)) };
}

async function* runStruck(
  lane: Lane,
  run: RunPlan,
  strike: Strike,
  its: { readonly ready: Prepared; readonly judge: Judge; readonly before: Struck; readonly hold: Hold },
): AsyncGenerator<Rec, Struck> {
  const { ready, judge, before, hold } = its;
  const started = await lane.station.dut.run(strike.iteration, 1, 0);
  if (started.kind === "refused") {
    await hold.release();
    const back = yield* comeBack(lane, run, started);
    const detail = `the iteration was not begun: ${started.reason}`;
    return { ...before, detail, prepared: back.prepared ?? before.prepared, linkGone: back.linkGone };
  }
  // Without an answer it may run or not: what comes next will tell.
  lane.memory.begunBootId = lane.memory.bootId;
  return yield* outcomeOf(lane, run, strike, ready, judge, before, async () => {
    await hold.release();
  });
}

/**
 * Nobody knows what stands now: the FPGA is configured anew, or, where nothing here can, golden is asked next. A controller that had
 * halted lives again with its FPGA; asked for the strike once more, it says so.
 */
async function* cleared(
  lane: Lane,
  run: RunPlan,
  strike: Strike,
  struck: Struck,
  why: string,
): AsyncGenerator<Rec, Struck> {
  if (lane.signal.aborted || lane.memory.dead) return { ...struck, interrupted: lane.signal.aborted };
  const recovery = yield* reconfigure(lane, run, why);
  if (recovery === null) return { ...struck, doubtful: true };
  const injector = lane.station.injector!;
  const again = await injector.release(lane.name, strike);
  const fault = lane.health.standing([injector.name]);
  if (again.kind === "ok" && fault !== null) {
    const detail = "answers again since its FPGA was configured anew";
    lane.health.report({ ...fault, what: "back", sinceNs: lane.clock.nowNs(), detail });
  }
  return { ...struck, prepared: recovery.prepared ?? struck.prepared };
}
