import type { RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import type { Strike } from "../domain/strike.ts";
import { armAndRun } from "./arm-and-run.ts";
import type { Begun } from "./arm-and-run.ts";
import type { Judge } from "./judge.ts";
import type { Lane } from "./lane.ts";
import type { Prepared } from "./prepare.ts";
import { ownSpaceOf } from "./reconfigure.ts";
import { strikeConfiguration } from "./strike-configuration.ts";
import { outcomeOf } from "./struck-outcome.ts";
import type { Struck } from "./struck-outcome.ts";

/** Arms one strike, runs the one iteration it hits, and finds out what followed. */
export async function* strikeOnce(
  lane: Lane,
  run: RunPlan,
  strike: Strike,
  prepared: Prepared,
  judge: Judge,
): AsyncGenerator<Rec, Struck> {
  if (ownSpaceOf(lane.station, strike.target) !== null)
    return yield* strikeConfiguration(lane, run, strike, prepared, judge);
  const via = lane.station.injector?.reaches.includes(strike.target) === true ? "injector" : "board";
  const begun: Begun = yield* armAndRun(lane, run, strike, via);
  const blank: Struck = {
    via,
    confirmed: begun.confirmed,
    injection: begun.seen === null ? null : { armed: begun.seen, released: null },
    outcome: null,
    effect: null,
    evidence: null,
    event: null,
    bootId: null,
    detail: begun.detail,
    prepared: begun.prepared,
    interrupted: lane.signal.aborted,
    linkGone: begun.linkGone,
    refused: begun.refused,
    doubtful: false,
  };
  if (!begun.confirmed || lane.signal.aborted) return blank;
  return yield* outcomeOf(lane, run, strike, begun.prepared ?? prepared, judge, blank);
}
