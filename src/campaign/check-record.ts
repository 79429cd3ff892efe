import type { RunPlan } from "../domain/plan.ts";
import type { CheckRec } from "../domain/records.ts";
import type { Lane } from "./lane.ts";

/** A proof of the board as a whole, at which nothing was struck. */
export function checkRecord(
  lane: Lane,
  run: RunPlan,
  check: Exclude<CheckRec["check"], "self_check">,
  pass: boolean,
  detail: string,
): CheckRec {
  return {
    type: "check",
    tNs: lane.clock.nowNs(),
    run: run.number,
    check,
    target: null,
    pass,
    outcome: null,
    event: null,
    bootId: null,
    detail,
  };
}
