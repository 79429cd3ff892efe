import type { Station } from "../domain/capabilities.ts";
import type { RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import type { TargetSpace } from "../domain/strike.ts";
import type { Lane } from "./lane.ts";
import { recover } from "./recover.ts";
import type { Recovery } from "./recover.ts";

/** The space of its own that this station's injector strikes under this name; null: the target is one of the board's. */
export function ownSpaceOf({ injector }: Station, target: string | null): TargetSpace | null {
  if (injector === null || target === null || !injector.reaches.includes(target)) return null;
  return injector.space !== null && injector.space.name === target ? injector.space : null;
}

/**
 * Power off and on: an FPGA is configured anew and no upset of its configuration is left. null: this station has no rail to do it with,
 * and what stands, stands.
 */
export async function* reconfigure(
  lane: Lane,
  run: RunPlan,
  why: string,
): AsyncGenerator<Rec, Recovery | null> {
  const can = lane.station.rails.length > 0;
  const fromNs = lane.clock.nowNs();
  yield {
    type: "note",
    tNs: fromNs,
    run: run.number,
    level: can ? "warning" : "error",
    text: can
      ? `${lane.name}: ${why}: its FPGA is configured anew by a power cycle`
      : `${lane.name}: ${why}, and no rail of this station can configure its FPGA anew: struck bits may stand`,
  };
  if (!can) return null;
  const recovery: Recovery = yield* recover(lane, run, "power-cycle");
  const toNs = lane.clock.nowNs();
  yield { type: "dead", tNs: toNs, run: run.number, fromNs, toNs, cause: "reload", latencyMs: 0 };
  return recovery;
}
