import type { Rec } from "../domain/records.ts";
import { garwood } from "../science/garwood.ts";
import { muAlarm, muWarning } from "../science/pile-up.ts";
import type { Exposed } from "./exposed.ts";
import { msSince } from "./lane.ts";

/**
 * Events to expect in one observation window, as they come in: told once above 0.1 and once above 0.5. What was seen speaks only when its
 * lower 95 % limit is above; what the plan expects speaks with the first hundred iterations.
 */
const iterationsToKnowTheirLength = 100;

export function* watchPileUp(seen: Exposed): Generator<Rec> {
  const { run, lane } = seen;
  if (run.kind !== "beam" || seen.muTold >= muAlarm || seen.iterations < iterationsToKnowTheirLength) return;
  const window = run.refreshEvery;
  const plain = (seen.primaries * window) / seen.iterations;
  const observed =
    plain <= muWarning ? plain : (garwood(seen.primaries, 0.95).lower * window) / seen.iterations;
  const secondsEach =
    msSince(lane.clock, seen.openedNs) / 1_000 / Math.max(1, seen.iterations - seen.iterationsBefore);
  const expected = run.beam?.expectedCrossSectionCm2 ?? 0;
  const planned = expected * seen.latest.fluxPerCm2PerSecond * secondsEach * window;
  const mu = Math.max(observed, planned);
  const passed = mu > muAlarm ? muAlarm : mu > muWarning ? muWarning : 0;
  if (passed <= seen.muTold) return;
  seen.muTold = passed;
  const whence =
    observed >= planned ? `${seen.primaries} events in ${seen.iterations} iterations` : "as the plan expects";
  yield {
    type: "note",
    tNs: lane.clock.nowNs(),
    run: run.number,
    level: passed === muAlarm ? "error" : "warning",
    text: `${lane.name}: more than ${passed} events are expected between two refreshes of the state (${whence}): upsets pile up and count as one; lower the flux, shorten the iteration, or refresh more often`,
  };
}
