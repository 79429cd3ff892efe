import type { Identity, LinkFault, LinkTotals, ReadBack, ResetCause } from "./capabilities.ts";
import type { BenchFaultName, InjectionSeen, RailReading, ThermalReading } from "./equipment.ts";
import type { RailEventRec } from "./rail-event.ts";
import type { Command } from "./command.ts";
import type { CorrectedRec, EccRec } from "./error-records.ts";
import type { Evidence } from "./evidence.ts";
import type { Effect, EndReason, Outcome, RunKind } from "./outcome.ts";
import type { Plan, RunPlan } from "./plan.ts";
import type { Axis, Strike, TargetSpace } from "./strike.ts";
import type { GuardRec, LeftPowered } from "./watched.ts";

/**
 * The only thing that leaves a campaign. The journal keeps them in order, one a line; all else (result, report, InfluxDB,
 * resume, live view) is a fold of them. `tNs` counts from the journal's epoch and is strictly increasing there.
 */
export type Rec =
  | CampaignStart
  | Resumed
  | GuardRec
  | RunStart
  | CheckRec
  | StrikeRec
  | BeamEventRec
  | EccRec
  | CorrectedRec
  | TelemetryRec
  | BeamRec
  | ThermalRec
  | RailEventRec
  | BenchFaultRec
  | DeadRec
  | RungRec
  | EffectRec
  | LinkRec
  | BootRec
  | IterationsRec
  | StateRec
  | CommandRec
  | NoteRec
  | RunEnd
  | CampaignEnd;

export interface At {
  readonly tNs: number;
}

export interface CampaignStart extends At {
  readonly type: "campaign_start";
  readonly schemaVersion: 3;
  readonly tool: string;
  /** UTC of tNs 0. */
  readonly epochUtc: string;
  readonly campaign: string;
  readonly seed: number;
  readonly emulated: boolean;
  readonly rig: string;
  /** SHA-256 of the rig file and of the resolved plan. */
  readonly rigSha256: string;
  readonly planSha256: string;
  readonly plan: Plan;
  /** Beam session: every run of one campaign in one beam shares its fluence scale. */
  readonly sessionId: string;
}

/** A later process went on with this journal; times after it belong to a new segment. */
export interface Resumed extends At {
  readonly type: "resumed";
  readonly segment: number;
  /** Bytes of torn tail that were set aside on opening. */
  readonly tornBytes: number;
  /** How long each board was left powered, if the process before came to no end of its own; empty on a bench in memory. */
  readonly leftPowered: readonly LeftPowered[];
}

export interface RunStart extends At {
  readonly type: "run_start";
  readonly run: number;
  /** 0, or the count of earlier starts of this run that a crash cut short. */
  readonly segment: number;
  readonly runKind: RunKind;
  readonly plan: RunPlan;
  /** The board's own name of the workload: `gemm-f32` where the plan says `gemm`. */
  readonly workload: string;
  readonly dut: { readonly name: string } & Pick<
    Identity,
    "model" | "serial" | "firmware" | "accelerator" | "bootId" | "boots"
  >;
  readonly targets: readonly TargetSpace[];
  readonly format: "f32" | "i32";
  readonly inputs: number;
  readonly outputs: number;
  /** How the output words are laid out, outermost first. */
  readonly outputAxes: readonly Axis[];
  readonly goldenDigest: string;
  readonly goldenCycles: number;
  readonly budgetCycles: number;
  readonly stateDigest: string;
  readonly readBack: ReadBack | null;
  /** Of the part with this serial number, before this campaign. */
  readonly priorDoseRadSi: number;
}

/** A proof on the way: self-check strike, golden re-check, functional check. */
export interface CheckRec extends At {
  readonly type: "check";
  readonly run: number;
  readonly check: "self_check" | "golden" | "functional";
  readonly target: string | null;
  readonly pass: boolean;
  readonly outcome: Outcome | null;
  /** Board event that carried a self-check's result, and the boot it belongs to; null where none did. */
  readonly event: number | null;
  readonly bootId: number | null;
  readonly detail: string;
}

/** One strike and what became of it. `unknown`: not confirmed armed, or its evidence was lost; never counted as masked. */
export interface StrikeRec extends At {
  readonly type: "strike";
  readonly run: number;
  readonly strike: Strike;
  /** Of its fault model, the component that was drawn: `single-bit`, or its name in the mixture. */
  readonly component: string;
  /** Each word that it hit, for people: `warp 3, register 12, lane 7: 3f1d2c40 → 3f9d2c40`. */
  readonly places: readonly string[];
  readonly via: "board" | "injector";
  readonly confirmed: boolean;
  /** What the injector saw of it when it struck, and when it took it back; null for a strike of the board's own. */
  readonly injection: {
    readonly armed: InjectionSeen | null;
    readonly released: InjectionSeen | null;
  } | null;
  /** null where unknown. */
  readonly outcome: Outcome | null;
  readonly repeatOf: number | null;
  readonly effect: Effect | null;
  readonly evidence: Evidence | null;
  /** Board event that carried it, and the boot it belongs to; null where none did. */
  readonly event: number | null;
  readonly bootId: number | null;
  readonly dieC: number | null;
  readonly stratum: string;
  readonly weight: number;
  readonly sessionId: string;
  readonly detail: string;
}

/** An event under a beam: an iteration that was not clean, a trap, a hang. */
export interface BeamEventRec extends At {
  readonly type: "beam_event";
  readonly run: number;
  readonly outcome: Exclude<Outcome, "masked">;
  /** tNs-order number of the primary event in this run that this one repeats; null for a primary. */
  readonly repeatOf: number | null;
  /** Counts from 1 within the run, repeats included. */
  readonly number: number;
  readonly effect: Effect | null;
  readonly evidence: Evidence | null;
  readonly event: number | null;
  readonly bootId: number | null;
  readonly dieC: number | null;
  readonly fluencePerCm2: number | null;
  /** All that the part had taken by then, rad(Si); null where nobody stated a dose per fluence. */
  readonly doseRadSi: number | null;
  readonly stratum: string;
  readonly weight: number;
  readonly sessionId: string;
  readonly detail: string;
}

/** A board's heartbeat, at most one a second of the record. */
export interface TelemetryRec extends At {
  readonly type: "telemetry";
  readonly run: number;
  readonly dut: string;
  readonly state: string;
  readonly iteration: number;
  readonly clean: number;
  readonly dieC: number;
  readonly throttle: number;
  readonly boots: number;
  readonly rail: RailReading | null;
  readonly link: LinkTotals;
}

/** The beam counter read. */
export interface BeamRec extends At {
  readonly type: "beam";
  readonly run: number;
  readonly open: boolean;
  readonly fluencePerCm2: number;
  readonly fluxPerCm2PerSecond: number;
  /** Since the reading before: how long nothing was counted, and how often the counter began anew. */
  readonly gapSeconds: number;
  readonly restarts: number;
  readonly relUncertainty1Sigma: number | null;
}

/** A board's temperatures while a profile works, and at most one a second while a run is exposed (TH-2). */
export interface ThermalRec extends At {
  readonly type: "thermal";
  readonly run: number | null;
  readonly dut: string;
  readonly doing: "ramp" | "soak" | "hold" | "run" | "off";
  readonly reading: ThermalReading;
  readonly dieC: number | null;
}

/** What befell an instrument of the bench: a name, and never an error of the DUT. */
export interface BenchFaultRec extends At {
  readonly type: "bench_fault";
  readonly run: number | null;
  readonly device: string;
  readonly stations: readonly string[];
  readonly what: BenchFaultName;
  readonly sinceNs: number;
  readonly detail: string;
}

/** `refresh`: state restored after an error. `counter`: beam that nobody counted; what happened meanwhile is in no rate. */
export const deadCauses = [
  "recovery",
  "reload",
  "check",
  "link",
  "host",
  "bench",
  "refresh",
  "counter",
  "paused",
  "unattributed",
] as const;
export type DeadCause = (typeof deadCauses)[number];

/** Time that is not live: from the last good sign of life to the return (TIM-3). */
export interface DeadRec extends At {
  readonly type: "dead";
  readonly run: number;
  readonly fromNs: number;
  readonly toNs: number;
  readonly cause: DeadCause;
  /** From the last good sign of life to the moment it was noticed. */
  readonly latencyMs: number;
}

/** One rung of the recovery ladder, tried. */
export interface RungRec extends At {
  readonly type: "rung";
  readonly run: number;
  readonly dut: string;
  readonly rung: "retry" | "reset" | "reload" | "power-cycle" | "give-up";
  readonly attempt: number;
  readonly cured: boolean;
  readonly detail: string;
}

/** What the device did. */
export interface EffectRec extends At {
  readonly type: "effect";
  readonly run: number;
  readonly dut: string;
  readonly effect: Effect;
  readonly detail: string;
}

/** Something happened on a link; never an error of the DUT. */
export interface LinkRec extends At {
  readonly type: "link";
  readonly run: number | null;
  readonly dut: string;
  readonly what: LinkFault;
  readonly detail: string;
}

/** A board booted, and what its old boot may have taken with it. */
export interface BootRec extends At {
  readonly type: "boot";
  readonly run: number | null;
  readonly dut: string;
  readonly bootId: number;
  readonly boots: number;
  readonly cause: ResetCause;
  readonly expected: boolean;
  readonly eventsLostAtMost: number | null;
}

/** Iterations finished since the last such record of this run: all, clean, and the device's own time in them. */
export interface IterationsRec extends At {
  readonly type: "iterations";
  readonly run: number;
  readonly total: number;
  readonly clean: number;
  readonly computeSeconds: number;
}

export const runStates = ["idle", "armed", "running", "paused", "stopping", "done"] as const;
export type RunState = (typeof runStates)[number];

export interface StateRec extends At {
  readonly type: "state";
  readonly from: RunState;
  readonly to: RunState;
}

/** Every command is a record, whether it was obeyed or not. */
export interface CommandRec extends At {
  readonly type: "command";
  readonly command: Command;
  readonly obeyed: boolean;
  readonly detail: string;
}

export interface NoteRec extends At {
  readonly type: "note";
  readonly run: number | null;
  readonly level: "info" | "warning" | "error";
  readonly text: string;
}

export interface RunEnd extends At {
  readonly type: "run_end";
  readonly run: number;
  readonly endReason: EndReason;
  readonly detail: string;
  readonly link: LinkTotals;
}

export interface CampaignEnd extends At {
  readonly type: "campaign_end";
  readonly endReason: EndReason | "complete";
  readonly detail: string;
}
