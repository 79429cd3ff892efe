import type { RunPlan } from "../domain/plan.ts";
import { randomStream } from "../domain/random.ts";
import type { Rec } from "../domain/records.ts";
import type { TargetSpace } from "../domain/strike.ts";
import { placeInConfiguration, placesIn } from "./configuration-places.ts";
import type { Places } from "./configuration-places.ts";
import type { Judge } from "./judge.ts";
import type { Lane } from "./lane.ts";
import type { Prepared } from "./prepare.ts";
import { strikeOnce } from "./strike-once.ts";
import type { Struck } from "./struck-outcome.ts";

/** Places that a proof is tried at: one may lie in a frame that takes an injection and does not change. */
const tries = 5;

/** What to look at where nothing is flipped (PG036 and PG187, error injection). */
export const howToMend =
  "is error injection enabled in the SEM controller's IP, does it hold the configuration port, and are these frames ones that can be changed?";

/** The bits that this run strikes; a sentence where the plan and the device do not fit. */
export function placesOf(lane: Lane, run: RunPlan, space: TargetSpace): Places | string {
  const file = run.configuration?.essentialBits ?? null;
  const essential = file === null ? null : (lane.essentialFiles.get(file.sha256) ?? null);
  if (file !== null && essential === null)
    return `essential-bits file '${file.file}' (SHA-256 ${file.sha256.slice(0, 12)}) is not at hand`;
  return placesIn(run.configuration, space, essential);
}

/**
 * Where nobody knows a critical strike, a confirmed one is the proof that strikes are made at all: without it "masked" would only mean that
 * nothing was flipped. Null: proven, or over for another reason that `struck` tells.
 */
export async function* proveByConfirmation(
  lane: Lane,
  run: RunPlan,
  space: TargetSpace,
  places: Places,
  prepared: Prepared,
  judge: Judge,
  id: number,
): AsyncGenerator<Rec, { readonly struck: Struck; readonly problem: string | null }> {
  for (let attempt = 1; ; attempt++) {
    const random = randomStream(lane.plan.seed, "self-check", run.number, attempt);
    const { inputs } = prepared.loaded;
    const { strike } = placeInConfiguration(random, id, space, places, run.faultModel!, inputs);
    const struck: Struck = yield* strikeOnce(lane, run, strike, prepared, judge);
    const over = struck.interrupted || lane.memory.dead;
    if (!struck.confirmed && !over && attempt < tries) continue;
    const problem = struck.confirmed
      ? null
      : `no strike on '${space.name}' of board '${lane.name}' could be confirmed, the last at ${struck.injection?.armed?.address ?? `word ${strike.word}`}: ${struck.detail}; ${howToMend}`;
    yield {
      type: "check",
      tNs: lane.clock.nowNs(),
      run: run.number,
      check: "self_check",
      target: space.name,
      pass: struck.confirmed,
      outcome: struck.confirmed ? struck.outcome : null,
      event: struck.event,
      bootId: struck.bootId,
      detail: problem ?? "confirmed; no strike of this space is known to be critical",
    };
    return { struck, problem };
  }
}
