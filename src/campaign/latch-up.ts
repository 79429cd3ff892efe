import { nsPerMs } from "../domain/clock.ts";
import type { RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import { valueOf } from "../domain/reply.ts";
import { attribute } from "./attribution.ts";
import { checkRecord } from "./check-record.ts";
import type { Lane } from "./lane.ts";
import { cutRails, restAndApply } from "./power-cycle.ts";
import type { Cycled } from "./power-cycle.ts";
import { prepare } from "./prepare.ts";
import type { RailFinding } from "./rail-watch.ts";
import { notAgain, recover, waitForBoard } from "./recover.ts";
import type { Incident, Recovery } from "./recover.ts";

/**
 * What a latch-up costs, and how a run goes on after it:
 *
 *   trip, fold-back ─→ cut all rails ─→ beam shut ─→ rest ≥ 4 s ─→ re-apply ─cleared?→ board made ready ─→ functional check ─→ beam open
 *                          ↑                                          │ no
 *                          └──── so many in a row: rest, or stop ←────┘
 *
 * All of it is dead time, from the board's last good sign of life.
 */
const bootMs = 6_000;
const lost: Recovery = { cure: null, prepared: null, bootCause: null };

/** Looks at the rails once more, so that no silence is taken for a hang that was a trip; null: nothing is wrong with them. */
export async function* latchedInstead(lane: Lane, run: RunPlan): AsyncGenerator<Rec, Incident | null> {
  await lane.watch.look();
  const finding = lane.watch.takeUrgent();
  return finding === null ? null : yield* afterLatchUp(lane, run, finding);
}

export async function* afterLatchUp(
  lane: Lane,
  run: RunPlan,
  first: RailFinding,
): AsyncGenerator<Rec, Incident> {
  const { memory, watch, clock } = lane;
  const noticedNs = clock.nowNs();
  const lastGoodNs = memory.lastGoodNs;
  const attribution = attribute({
    linkClosed: memory.linkClosed,
    answered: false,
    bootCause: null,
    othersAlive: true,
    rail: first.reading,
    supplyLost: false,
    overCurrent: first.what,
  });
  let recovery: Recovery = lost;
  const closed = { yet: false };
  for (let finding: RailFinding | null = first; finding !== null; finding = watch.takeUrgent()) {
    yield* watch.take();
    recovery = lost;
    memory.latch.inRun++;
    yield {
      type: "effect",
      tNs: clock.nowNs(),
      run: run.number,
      dut: lane.name,
      effect: "sel",
      detail: `number ${memory.latch.inRun} of this run: rail '${finding.rail.supply.name}' ${describe(finding)}`,
    };
    const powered: boolean = yield* cycleUntilCleared(lane, run, async function* () {
      if (!closed.yet && memory.latch.exposure !== null) yield* memory.latch.exposure.shut();
      closed.yet = true;
    });
    yield* watch.take();
    if (!powered) break;
    recovery = yield* makeWell(lane, run);
    await watch.look();
  }
  yield* watch.take();
  if (closed.yet && memory.latch.exposure !== null && recovery.cure !== null)
    yield* memory.latch.exposure.open();
  const toNs = clock.nowNs();
  yield {
    type: "dead",
    tNs: toNs,
    run: run.number,
    fromNs: Math.min(lastGoodNs, toNs),
    toNs,
    cause: "recovery",
    latencyMs: Math.max(0, (noticedNs - lastGoodNs) / nsPerMs),
  };
  memory.lastGoodNs = toNs;
  limitPerRun(lane);
  return { attribution, effect: "sel", recovery };
}

/** False: given up, rails off, or the campaign is left, or a supply is away and nobody can say. */
async function* cycleUntilCleared(
  lane: Lane,
  run: RunPlan,
  shut: () => AsyncGenerator<Rec, void>,
): AsyncGenerator<Rec, boolean> {
  const { memory, watch, plan, clock } = lane;
  const { offMs, inARow, then, restSeconds } = plan.latchUp;
  using _handsOn = watch.hold();
  for (;;) {
    memory.latch.inARow++;
    const allOff: boolean = yield* cutRails(lane);
    yield* shut();
    let restMs = offMs;
    if (memory.latch.inARow >= inARow) {
      const row = `${memory.latch.inARow} latch-ups in a row, no good iteration between them`;
      if (then === "stop" || memory.latch.rested) {
        memory.dead = true;
        memory.latch.limit = {
          endReason: "sel_limit",
          detail: `${row}${memory.latch.rested ? ` (${restSeconds} s of rest did not help)` : ""}: the rails of '${lane.name}' ${allOff ? "stay off" : "were told to go off, and not all were seen to: see to them by hand"}`,
        };
        return false;
      }
      yield {
        type: "note",
        tNs: clock.nowNs(),
        run: run.number,
        level: "warning",
        text: `${lane.name}: ${row}: its rails rest for ${restSeconds} s`,
      };
      memory.latch.rested = true;
      memory.latch.inARow = 0;
      restMs = Math.max(offMs, restSeconds * 1_000);
    }
    const { cleared, unread }: Cycled = yield* restAndApply(lane, restMs);
    if (lane.signal.aborted) return false;
    if (cleared) return true;
    if (unread) {
      yield {
        type: "note",
        tNs: clock.nowNs(),
        run: run.number,
        level: "warning",
        text: `${lane.name}: a supply does not answer while the board is brought back: whether the latch-up is over nobody can say`,
      };
      return false;
    }
  }
}

/** The board as it was at the start of the run: booted, loaded, golden made, and seen to give it. */
export async function* makeWell(lane: Lane, run: RunPlan): AsyncGenerator<Rec, Recovery> {
  const identity = await waitForBoard(lane, bootMs);
  const prepared = identity === null ? null : await prepare(lane, run).catch(notAgain);
  // Silent because it latched again: that is no case for the ladder.
  if (prepared === null && (yield* tripped(lane))) return lost;
  const recovery: Recovery =
    prepared === null ? yield* recover(lane, run) : { cure: "power-cycle", prepared, bootCause: null };
  if (recovery.cure === null) return recovery;
  const check = valueOf(await lane.station.dut.checkGolden());
  const pass = check?.match === true;
  yield checkRecord(
    lane,
    run,
    "functional",
    pass,
    pass
      ? ""
      : `after its power was cycled the board does not give its golden output: ${check?.digest ?? "no answer"}`,
  );
  if (pass || (yield* tripped(lane))) return recovery;
  return yield* recover(lane, run, "reload");
}

async function* tripped({ watch }: Lane): AsyncGenerator<Rec, boolean> {
  await watch.look();
  yield* watch.take();
  return watch.isUrgent();
}

export function limitPerRun({ memory, plan }: Lane): void {
  const { maxPerRun } = plan.latchUp;
  if (maxPerRun === null || memory.latch.inRun < maxPerRun) return;
  memory.latch.limit ??= { endReason: "sel_limit", detail: `${memory.latch.inRun} latch-ups in this run` };
}

function describe({ what, rail, reading, baselineMilliA }: RailFinding): string {
  const from = baselineMilliA === null ? "" : `, from a baseline of ${baselineMilliA.toFixed(0)} mA`;
  const milliA = reading.milliA === null ? "" : ` at ${reading.milliA.toFixed(0)} mA`;
  switch (what) {
    case "trip":
      return `tripped above ${String(rail.supply.limits.tripMilliA)} mA${from}`;
    case "over":
      return `was cut by the host${milliA}${from}`;
    case "fold-back":
      return `folded back${milliA}${from}`;
  }
}
