import type { Identity, ResetCause } from "../domain/capabilities.ts";
import { RigError } from "../domain/errors.ts";
import type { Effect } from "../domain/outcome.ts";
import type { Rung, RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import type { Attribution } from "./attribution.ts";
import { railDevices } from "./bench-health.ts";
import type { Lane } from "./lane.ts";
import { msSince } from "./lane.ts";
import { inrushMs } from "./power-cycle.ts";
import { prepare } from "./prepare.ts";
import { railsOff, railsOn } from "./rails.ts";
import type { Prepared } from "./prepare.ts";
import { valueOf } from "../domain/reply.ts";

/** A board that fell silent or booted on its own: what it was, and how it came back. */
export interface Incident {
  readonly attribution: Attribution;
  readonly effect: Effect | null;
  readonly recovery: Recovery;
}

/** How a board came back. `prepared` is null where nothing had to be loaded again, or where it did not come back. */
export interface Recovery {
  readonly cure: "retry" | "self" | "reset" | "reload" | "power-cycle" | null;
  readonly prepared: Prepared | null;
  /** Cause of the boot it made by itself, where it made one. */
  readonly bootCause: ResetCause | null;
}

/** The effect a cure names (docs/vocabulary.md): the lowest rung that worked; a retry that cures is no SEFI. */
export function effectOf(cure: Recovery["cure"]): Effect | null {
  switch (cure) {
    case "self":
      return "sefi_self";
    case "reset":
      return "sefi_reset";
    case "reload":
      return "sefi_reload";
    case "power-cycle":
      return "sefi_power";
    case "retry":
    case null:
      return null;
  }
}

/**
 * Climbs the plan's ladder until the board answers and works, one record a rung; after the last it gives the board up.
 * A board that rebooted by itself needs loading only: that is `self`, whatever rung noticed it. From `reload` on, no rung
 * counts that leaves the board as it is, on a ladder without that rung as well.
 */
export async function* recover(
  lane: Lane,
  run: RunPlan,
  from: Rung["do"] = "retry",
): AsyncGenerator<Rec, Recovery> {
  const bootBefore = lane.memory.bootId;
  const mustLoad = from === "reload";
  for (const rung of rungsFrom(lane.plan.ladder, from)) {
    for (let attempt = 1; attempt <= rung.tries && !lane.signal.aborted; attempt++) {
      const acted = await act(lane, rung);
      const identity = acted.possible ? await waitForBoard(lane, rung.timeoutMs) : null;
      const recovery =
        identity === null ? null : await restore(lane, run, rung, identity, { bootBefore, mustLoad });
      yield {
        type: "rung",
        tNs: lane.clock.nowNs(),
        run: run.number,
        dut: lane.name,
        rung: rung.do,
        attempt,
        cured: recovery !== null,
        detail:
          acted.detail +
          (recovery === null ? "" : recovery.cure === "self" ? "; it had rebooted by itself" : ""),
      };
      if (recovery !== null) return recovery;
      if (!acted.possible) break;
    }
  }
  if (lane.signal.aborted) return { cure: null, prepared: null, bootCause: null };
  // A board whose supply is away is not to blame: it is not given up, its segment ends with the fault.
  if (lane.health.standing(railDevices(lane.name, lane.station.rails)) !== null)
    return { cure: null, prepared: null, bootCause: null };
  lane.memory.dead = true;
  yield {
    type: "rung",
    tNs: lane.clock.nowNs(),
    run: run.number,
    dut: lane.name,
    rung: "give-up",
    attempt: 1,
    cured: false,
    detail: "the ladder is spent: the board is left out of this campaign",
  };
  return { cure: null, prepared: null, bootCause: null };
}

/** A ladder without that rung is climbed whole; but what only a power cycle mends gets one, in the ladder or not. */
function rungsFrom(ladder: readonly Rung[], from: Rung["do"]): readonly Rung[] {
  const start = ladder.findIndex((rung) => rung.do === from);
  if (start >= 0) return ladder.slice(start);
  return from === "power-cycle" ? [plainPowerCycle] : ladder;
}

const plainPowerCycle: Rung = { do: "power-cycle", tries: 2, timeoutMs: 6_000, offMs: 4_000 };

/** Does what the rung says. Not possible: this bench has nothing to do it with. */
async function act(lane: Lane, rung: Rung): Promise<{ readonly possible: boolean; readonly detail: string }> {
  const { dut, rails } = lane.station;
  switch (rung.do) {
    case "retry":
    case "reload":
      return { possible: true, detail: `asked again for up to ${rung.timeoutMs} ms` };
    case "reset": {
      const reply = await dut.reset();
      return { possible: true, detail: `reset ${reply.kind === "ok" ? "answered" : "not answered"}` };
    }
    case "power-cycle": {
      if (rails.length === 0) return { possible: false, detail: "no supply on this station" };
      // What it draws in the first moment is inrush, and no over-current.
      using _handsOn = lane.watch.hold();
      const off = await railsOff(lane.station);
      await lane.clock.sleep(rung.offMs, lane.signal);
      // Left while it rested: the safe state is somebody else's to make, and its rails are off.
      if (lane.signal.aborted) return { possible: true, detail: "left while it rested: its rails stay off" };
      const on = await railsOn(lane.station);
      await lane.clock.sleep(inrushMs, lane.signal);
      const verified = off !== null && !off.on && on?.on === true;
      return {
        possible: true,
        detail: `off for ${rung.offMs} ms, ${verified ? "read back off and on" : "not verified"}`,
      };
    }
  }
}

export async function waitForBoard(lane: Lane, timeoutMs: number): Promise<Identity | null> {
  const from = lane.clock.nowNs();
  while (!lane.signal.aborted) {
    const identity = valueOf(await lane.station.dut.identify(lane.signal));
    if (identity !== null || msSince(lane.clock, from) >= timeoutMs) return identity;
    await lane.clock.sleep(50, lane.signal);
  }
  return null;
}

async function restore(
  lane: Lane,
  run: RunPlan,
  rung: Rung,
  identity: Identity,
  before: { readonly bootBefore: number; readonly mustLoad: boolean },
): Promise<Recovery | null> {
  const rebooted = identity.bootId !== before.bootBefore;
  if (!rebooted && rung.do === "retry" && !before.mustLoad)
    return { cure: "retry", prepared: null, bootCause: null };
  const prepared = await prepare(lane, run).catch(notAgain);
  if (prepared === null) return null;
  const bySelf = rebooted && (rung.do === "retry" || rung.do === "reload");
  if (bySelf) lane.memory.unaskedBootId = identity.bootId;
  return { cure: bySelf ? "self" : rung.do, prepared, bootCause: bySelf ? identity.cause : null };
}

/** Golden that differs from run to run is a board not yet well: under a beam, or after a half reset, the next rung may cure it. */
export function notAgain(error: unknown): null {
  if (error instanceof RigError && error.code === "golden_unstable") return null;
  throw error;
}
