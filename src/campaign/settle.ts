import type { RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import { createJudge } from "./judge.ts";
import { correctedRecord, isCorrected } from "./beam-result.ts";
import { acknowledgeHeld, listen } from "./lane.ts";
import type { Lane } from "./lane.ts";
import type { CampaignDone } from "../science/so-far.ts";

/** Two heartbeats after the first exchange everything a board has kept is in: it sends kept events before it beats again. */
export const heartbeatsToWait = 2;
const silenceMs = 2000;

/**
 * Takes in what a board has kept for a host that is gone. Events already in the journal are acknowledged and no more;
 * those of an exposure that a crash cut short are recorded, and counted where the journal had seen the board get that
 * far; the strikes of an injection run are done again, so their results are only noted.
 */
export async function* settle(
  lane: Lane,
  runs: readonly RunPlan[],
  soFar: CampaignDone,
): AsyncGenerator<Rec, void> {
  const identity = await lane.station.dut.identify(lane.signal);
  if (identity.kind !== "ok") return;
  lane.memory.bootId = identity.value.bootId;
  lane.memory.lastGoodNs = lane.clock.nowNs();
  const open = runs.find((run) => run.dut === lane.name && soFar.run(run.number).starts > 0) ?? null;
  await lane.station.dut.stop();
  const started = open === null ? null : soFar.run(open.number).started;
  let number = open === null ? 0 : soFar.run(open.number).beamEvents;
  // Nobody counted its fluence meanwhile.
  lane.memory.keptOut = true;
  try {
    for (let heartbeats = 0; heartbeats < heartbeatsToWait;) {
      const event = yield* listen(lane, open?.number ?? 0, silenceMs);
      if (event.kind === "silence" || event.kind === "rail") return;
      if (event.kind === "heartbeat") {
        heartbeats++;
        await acknowledgeHeld(lane);
        continue;
      }
      if (event.kind === "result" && event.event > soFar.highestEvent(lane.name, event.bootId)) {
        const what = `${lane.name}: kept event ${event.event} of boot ${event.bootId.toString(16).padStart(8, "0")}`;
        const tNs = lane.clock.nowNs();
        if (open === null || open.kind === "injection" || started === null) {
          yield {
            type: "note",
            tNs,
            run: open?.number ?? null,
            level: "info",
            text: `${what}: strike ${event.strikeId} is done again`,
          };
        } else {
          const seen = event.evidence.iteration <= soFar.lastIteration(lane.name);
          const outcome = createJudge(started.workload, started.format, started.inputs)(event.evidence);
          if (isCorrected(outcome, event.evidence)) yield correctedRecord(lane, open.number, event);
          else
            yield {
              type: "beam_event",
              tNs,
              run: open.number,
              outcome: seen && outcome !== "masked" ? outcome : "unattributed",
              repeatOf: null,
              number: ++number,
              effect: null,
              evidence: event.evidence,
              event: event.event,
              bootId: event.bootId,
              dieC: event.evidence.dieC,
              fluencePerCm2: null,
              doseRadSi: null,
              stratum: "beam",
              weight: 1,
              sessionId: lane.sessionId,
              detail: seen
                ? "kept by the board while no host listened"
                : "from the outage: its fluence was not counted",
            };
        }
      }
      if (event.kind !== "boot") await lane.station.dut.acknowledge(event.bootId, event.event);
    }
  } finally {
    lane.memory.keptOut = false;
  }
}
