import type { LinkTotals } from "../domain/capabilities.ts";
import type { BeamReading, RailReading } from "../domain/equipment.ts";
import type { Effect, EndReason, Outcome } from "../domain/outcome.ts";
import type { CampaignStart, CheckRec, RunStart, RunState } from "../domain/records.ts";
import type { DetectionCounts, PrimaryRepeat } from "../domain/result.ts";
import type { EccTally } from "./ecc.ts";
import type { IdSet } from "./id-set.ts";
import type { LateEvents } from "./late-events.ts";
import type { Timeline } from "./live-time.ts";
import type { SeverityTally } from "./severity.ts";
import type { UnderThrottle } from "./under-throttle.ts";

/**
 * What a journal amounts to so far: the one value that resume, the live view and the analysis read.
 * `fold` alone changes it, in place; to everybody else it is read-only. Its size grows with runs and boards, not with records.
 */
export interface CampaignState {
  /** null until the journal's first record has been folded. */
  readonly start: CampaignStart | null;
  /** Processes that wrote this journal: 1, and one more for each resume. */
  readonly segments: number;
  readonly runs: ReadonlyMap<number, RunTally>;
  readonly boards: ReadonlyMap<string, BoardTally>;
  readonly phase: RunState;
  /** Some process of it ran on a bench whose rails nobody would have cut. */
  readonly unguarded: boolean;
  readonly end: { readonly endReason: EndReason | "complete"; readonly detail: string } | null;
  readonly records: number;
  readonly lastNs: number;
  /** The latest warning or error; null where there was none since the campaign began. */
  readonly warning: { readonly tNs: number; readonly text: string } | null;
}

/** One run, all its segments together. */
export interface RunTally {
  readonly number: number;
  /** The latest start of it. */
  readonly start: RunStart;
  /** Starts of it in the journal. */
  readonly segments: number;
  /** Started and neither ended nor cut short. */
  readonly open: boolean;
  /** Cut short by the host's death and not gone on with so far. */
  readonly cut: boolean;
  readonly end: { readonly endReason: EndReason; readonly detail: string } | null;
  readonly lastNs: number;
  readonly timeline: Timeline;
  /** Rung of a recovery that has not been closed by a dead interval yet: from when the board was last well. */
  readonly unwellSinceNs: number | null;
  readonly lastGoodNs: number;

  /** Ids that stand in the journal, whatever became of them: these are never struck again. */
  readonly struck: IdSet;
  /** Not confirmed armed, or evidence lost. */
  readonly unknownStrikes: number;
  readonly outcomes: Readonly<Record<Outcome, PrimaryRepeat>>;
  /** Beam event numbers seen, repeats among them. */
  readonly beamEvents: IdSet;
  /** Records of a strike or event that stood there already; they count once. */
  readonly doubled: number;
  /** Some record carried a weight other than 1 or 0: plain counts are no estimate of anything then. */
  readonly weighted: boolean;
  /** Errors that detectors corrected, repeats among them; those of a time that is nobody's are not in it. */
  readonly corrected: number;
  /** Of primary SDCs. */
  readonly severity: SeverityTally;
  readonly detection: DetectionCounts;
  readonly ecc: EccTally;
  readonly iterations: { readonly total: number; readonly clean: number; readonly computeSeconds: number };
  readonly effects: Readonly<Partial<Record<Effect, number>>>;
  readonly checks: Readonly<Record<CheckRec["check"], { readonly passed: number; readonly failed: number }>>;
  /** Its self-check proved that strikes are made, and not that one of them can be critical. */
  readonly confirmedOnly: boolean;
  readonly rungs: number;
  /** Boots that nobody asked for, and the events that may have gone with them. */
  readonly unexpectedBoots: number;
  readonly eventsLostAtMost: number;
  readonly link: LinkTotals;
  readonly die: {
    readonly samples: number;
    readonly sumC: number;
    readonly minC: number;
    readonly maxC: number;
  };
  readonly throttled: boolean;
  /** Some rail of the board was armed with nothing that would notice a latch-up on it. */
  readonly latchUpUnseen: boolean;
  readonly underThrottle: UnderThrottle;
  /** The counter as it was last read in this segment. */
  readonly beam: BeamReading | null;
  /** All that the part took in this run, counted or not: for its dose. */
  readonly fluenceTakenPerCm2: number;
  /** What the counter last stated of its fluence; null: it states nothing, the plan does. */
  readonly counterRelUncertainty1Sigma: number | null;
  readonly counterGapSeconds: number;
  /** The latest events: they leave their counts when it comes out that nobody knows the beam they came from. */
  readonly late: LateEvents;
}

/** One board, as it was last heard. */
export interface BoardTally {
  readonly name: string;
  /** Number of its open run. */
  readonly run: number | null;
  readonly heardNs: number;
  readonly dieC: number | null;
  readonly doing: string;
  readonly throttle: number;
  readonly rail: RailReading | null;
  /** Iteration of the open run that its last heartbeat named. */
  readonly iteration: number;
  /** Newest board event that stands in the journal. */
  readonly lastEvent: { readonly bootId: number; readonly event: number } | null;
  /** Link counts since this process opened the bench. */
  readonly link: LinkTotals;
  readonly gaveUp: boolean;
}
