import type { RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import { valueOf } from "../domain/reply.ts";
import type { Lane } from "./lane.ts";
import { afterLatchUp, limitPerRun, makeWell } from "./latch-up.ts";
import { cutRails, restAndApply } from "./power-cycle.ts";
import { prepare } from "./prepare.ts";
import { judgeStep } from "./rail-verdict.ts";
import { notAgain, waitForBoard } from "./recover.ts";
import type { Recovery } from "./recover.ts";
import type { WatchedRail } from "./watched-rail.ts";

/**
 * A step of the current that does not pass: what ends it says what it was. The board is stopped already.
 *
 *   stopped ─gone?→ load step      reset ─gone?→ load step      power cycle ─gone?→ micro-SEL, else current step
 *
 * The time it takes is dead; under a beam the shutter is closed from the reset on.
 */
const calmMs = 300;
const looks = 2;

export async function* tryStep(lane: Lane, run: RunPlan, rail: WatchedRail): AsyncGenerator<Rec, Recovery> {
  const { clock, memory, watch } = lane;
  const fromNs = clock.nowNs();
  const { baselineMilliA, reading } = rail.step!;
  let recovery: Recovery = { cure: "retry", prepared: null, bootCause: null };
  let shut = false;
  let outlivesReset: boolean | null = null;
  let outlivesPower: boolean | null = null;
  rail.step = null;
  watch.boardIs("idle");
  let outlivesWork: boolean | null = null;
  {
    using _handsOn = watch.hold();
    outlivesWork = await outlives(lane, rail);
    if (outlivesWork === true) {
      if (memory.latch.exposure !== null) yield* memory.latch.exposure.shut();
      shut = true;
      await lane.station.dut.reset();
      const identity = await waitForBoard(lane, 3_000);
      outlivesReset = identity === null ? null : await outlives(lane, rail);
    }
    if (outlivesReset === true) {
      yield* cutRails(lane);
      const { cleared, verified } = yield* restAndApply(lane, lane.plan.latchUp.offMs);
      outlivesPower = verified && !lane.signal.aborted ? (cleared ? await outlives(lane, rail) : true) : null;
      recovery = { cure: null, prepared: null, bootCause: null };
    }
  }
  const verdict = judgeStep({ passed: false, outlivesWork, outlivesReset, outlivesPower });
  const what = verdict === "micro-sel" ? "micro_sel" : verdict === "load-step" ? "load_step" : "current_step";
  const detail = {
    "micro-sel": "outlived workload and reset, went with power",
    "load-step": outlivesReset === false ? "went with a reset" : "went with the workload",
    "current-step": "outlived workload, reset and power",
    unknown: "not told apart: the rail could not be read or switched",
  }[verdict];
  yield* watch.take();
  yield watch.event(rail, what, reading, detail, {
    baselineMilliA,
    cleared: outlivesPower === null ? null : !outlivesPower,
  });
  if (verdict === "micro-sel" || verdict === "current-step") {
    const effect = verdict === "micro-sel" ? "sel_micro" : "current_step";
    const from = `rail '${rail.supply.name}': ${baselineMilliA.toFixed(0)} to ${String(reading.milliA?.toFixed(0))} mA`;
    yield {
      type: "effect",
      tNs: clock.nowNs(),
      run: run.number,
      dut: lane.name,
      effect,
      detail: `${from}, ${detail}`,
    };
    if (verdict === "micro-sel") memory.latch.inRun++;
  }
  // What stays from now on is what this rail draws.
  rail.forget(
    verdict === "load-step" && outlivesWork === false ? "busy" : verdict === "micro-sel" ? "busy" : undefined,
  );
  if (shut) {
    recovery = yield* backToWork(lane, run, recovery);
    await watch.learnIdle();
  }
  if (shut && memory.latch.exposure !== null && recovery.cure !== null) yield* memory.latch.exposure.open();
  const toNs = clock.nowNs();
  yield { type: "dead", tNs: toNs, run: run.number, fromNs, toNs, cause: "recovery", latencyMs: 0 };
  memory.lastGoodNs = toNs;
  limitPerRun(lane);
  return recovery;
}

/** After a reset it is loaded again, after a power cycle made well; a rail that trips meanwhile is a latch-up of its own. */
async function* backToWork(lane: Lane, run: RunPlan, recovery: Recovery): AsyncGenerator<Rec, Recovery> {
  const prepared = recovery.cure === null ? null : await prepare(lane, run).catch(notAgain);
  const back: Recovery =
    prepared === null ? yield* makeWell(lane, run) : { ...recovery, cure: "reset", prepared };
  const finding = lane.watch.takeUrgent();
  return finding === null ? back : (yield* afterLatchUp(lane, run, finding)).recovery;
}

/** Still above what the rail draws when its board is idle; null: it could not be read. */
async function outlives(lane: Lane, rail: WatchedRail): Promise<boolean | null> {
  const idle = rail.baseline("idle");
  const step = rail.supply.limits.microStepMilliA;
  if (idle === null || step === null) return null;
  let still: boolean | null = null;
  for (let look = 0; look < looks; look++) {
    await lane.clock.sleep(calmMs, lane.signal);
    const reading = valueOf(await rail.supply.read());
    // Off by now: it tripped, and says nothing of the step.
    if (reading !== null && reading.on && reading.milliA !== null) still = reading.milliA > idle + step;
  }
  return still;
}
