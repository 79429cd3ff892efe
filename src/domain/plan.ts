import type { ConfigurationPlan } from "./configuration-plan.ts";
import type { StrikeManner } from "./equipment.ts";
import type { RefreshPolicy } from "./capabilities.ts";
import type { BeamDescription } from "./exposure.ts";
import type { FaultModel } from "./fault-model.ts";
import type { ThermalStep } from "./thermal-steps.ts";

/** A campaign as data, checked and with every default written out. Its matrix is not unfolded: `campaign/` does that, lazily. */
export interface Plan {
  readonly campaign: string;
  readonly title: string;
  readonly seed: number;
  readonly ladder: readonly Rung[];
  readonly latchUp: LatchUpPlan;
  readonly blocks: readonly Block[];
}

/** What to do with a board that does not answer, in order; the rung that cures names the effect. */
export interface Rung {
  readonly do: "retry" | "reset" | "reload" | "power-cycle";
  readonly tries: number;
  /** How long to wait for the board to be heard after the action. */
  readonly timeoutMs: number;
  /** Rails stay off this long; at least 4 s (a shorter rest is dangerous, ChipIR 2022). Only for `power-cycle`. */
  readonly offMs: number;
}

/** How rails are watched while a run is exposed, and what is done about a latch-up. */
export interface LatchUpPlan {
  /** Time from one look at a rail to the next; where the instrument is slower, its pace. */
  readonly watchMs: number;
  /** A step of the current that is gone within this was a load step. */
  readonly settleMs: number;
  /** Rails stay off this long; at least 4 s. */
  readonly offMs: number;
  /** So many latch-ups without a good iteration between them end in a rest, or end the run. */
  readonly inARow: number;
  readonly then: "rest" | "stop";
  readonly restSeconds: number;
  /** A run ends after so many; null: no such rule. */
  readonly maxPerRun: number | null;
}

/** Six hard reboots in a row, then half an hour of rest (ChipIR). */
export const usualLatchUp: LatchUpPlan = {
  watchMs: 250,
  settleMs: 5_000,
  offMs: 4_000,
  inARow: 6,
  then: "rest",
  restSeconds: 1_800,
  maxPerRun: null,
};

/**
 * Control runs (REC-13): `beam_off` is the same as `beam` with the shutter closed, and says what the rig itself does wrong;
 * in `beam_on_dut_idle` the board is powered and loaded and does not run: what resets, drops its link or draws current there is no error of a computation.
 */
export const blockKinds = ["injection", "beam", "beam_off", "beam_on_dut_idle"] as const;
export type BlockKind = (typeof blockKinds)[number];

/** `every`: the board restores by itself every so many iterations. `error`: the run ends at an error, the host restores, and it goes on (WL-4). */
export const refreshAfters = ["every", "error"] as const;
export type RefreshAfter = (typeof refreshAfters)[number];
/** More than any board lists in one iteration (PROTOCOL.md, "Runs and their evidence"). */
export const mostElements = 500;

export type SemAfter = StrikeManner["after"];

/** A matrix of runs under one kind of exposure. Blocks follow one another; within a block each board works through its runs at its own pace. */
export interface Block {
  readonly kind: BlockKind;
  readonly duts: readonly string[];
  readonly workloads: readonly string[];
  /** Empty but for injection. */
  readonly targets: readonly string[];
  readonly faultModels: readonly FaultModel[];
  /** What a SEM controller does once the bits are flipped: it stays idle, or observes and repairs them within a scan. */
  readonly semAfter: SemAfter;
  /** While it observes, an iteration begins a time after the flip that is drawn from 0 to this: a scan that repairs may come before it. */
  readonly semObserveMs: number;
  /** Which bits of the injector's own space are struck; null: any. */
  readonly configuration: ConfigurationPlan | null;
  /** What each of its boards goes through; at every `run` the matrix is run. No step but `run`: the heater stays off. */
  readonly thermal: readonly ThermalStep[];
  readonly refresh: RefreshPolicy;
  readonly refreshEvery: number;
  readonly refreshAfter: RefreshAfter;
  /** How many differing output elements of an iteration a board is asked for at most. */
  readonly elements: number;
  readonly goldenEvery: number;
  readonly beam: BeamDescription | null;
  readonly stop: StopRules;
}

/** The first that is met ends the run. Null: no such rule. */
export interface StopRules {
  readonly strikes: number | null;
  readonly events: number | null;
  readonly fluencePerCm2: number | null;
  /** All that the part with this serial number has taken, before this campaign and in all its runs. */
  readonly doseRadSi: number | null;
  readonly seconds: number | null;
  /** Full width of the nominal 95 % interval on the SDC vulnerability, after at least 10 events. */
  readonly intervalWidth: number | null;
}

/** One run of the matrix. Its number is its place in the unfolded plan, from 1, whatever became of the others. */
export interface RunPlan {
  readonly number: number;
  readonly block: number;
  readonly kind: BlockKind;
  readonly dut: string;
  readonly workload: string;
  readonly target: string | null;
  readonly faultModel: FaultModel | null;
  readonly semAfter: SemAfter;
  readonly semObserveMs: number;
  readonly configuration: ConfigurationPlan | null;
  /** The set point in force; null: heater off. */
  readonly temperatureC: number | null;
  /** Which `run` of the block's thermal steps this belongs to, from 0: they say what goes before it. */
  readonly visit: number;
  readonly refresh: RefreshPolicy;
  readonly refreshEvery: number;
  readonly refreshAfter: RefreshAfter;
  readonly elements: number;
  readonly goldenEvery: number;
  readonly beam: BeamDescription | null;
  readonly stop: StopRules;
}
