import type { Beam, BenchFault, ClimateLimits, Injector, Supply, Thermal } from "./equipment.ts";
import type { Evidence, OutputFormat } from "./evidence.ts";
import type { Reply, Silence } from "./reply.ts";
import type { Axis, Strike, TargetSpace } from "./strike.ts";

/** Why a board booted, in its own words. */
export type ResetCause = "power" | "command" | "watchdog" | "fault" | "brownout" | "unknown";

export interface Identity {
  readonly model: string;
  readonly serial: string;
  readonly firmware: string;
  readonly accelerator: string;
  readonly bootId: number;
  readonly boots: number;
  readonly cause: ResetCause;
  readonly capabilities: readonly string[];
  readonly workloads: readonly string[];
}

export const refreshPolicies = ["full", "weights", "inputs", "none"] as const;
export type RefreshPolicy = (typeof refreshPolicies)[number];

export interface LoadRequest {
  readonly workload: string;
  readonly seed: number;
  /** What is restored, and after how many iterations; `full` every 1 isolates strikes. */
  readonly refresh: RefreshPolicy;
  readonly every: number;
  /** How many differing elements to report at most. */
  readonly elements: number;
}

export interface Loaded {
  readonly targets: readonly TargetSpace[];
  readonly inputs: number;
  readonly outputs: number;
  /** How the output words are laid out, outermost first; a board that does not say has one axis, `word`. */
  readonly outputAxes: readonly Axis[];
  readonly format: OutputFormat;
  readonly stateDigest: string;
}

export interface Golden {
  readonly digest: string;
  /** Longest golden iteration, and the cycles after which the watchdog fires. */
  readonly cycles: number;
  readonly budget: number;
}

export interface ReadBack {
  readonly clockKHz: number;
  readonly powerMilliW: number;
  readonly throttle: number;
}

/** What comes up from a board on its own. `event` numbers count within one boot and are what `acknowledge` takes. */
export type DutEvent =
  | {
      readonly kind: "result";
      readonly bootId: number;
      readonly event: number;
      /** 0 where no strike of the host's is known to the board. */
      readonly strikeId: number;
      readonly evidence: Evidence;
    }
  | {
      readonly kind: "done";
      readonly bootId: number;
      readonly event: number;
      readonly why: "finished" | "stopped" | "lease" | "trap";
      readonly iterations: number;
      readonly clean: number;
      readonly cycles: number;
    }
  | {
      /** The board has booted since it was last heard. `lostAtMost` bounds the events that went with the old boot; null: no bound known. */
      readonly kind: "boot";
      readonly bootId: number;
      readonly event: number;
      readonly boots: number;
      readonly cause: ResetCause;
      readonly lostAtMost: number | null;
    }
  | {
      readonly kind: "heartbeat";
      readonly bootId: number;
      readonly state: "idle" | "loaded" | "ready" | "running" | "faulted";
      readonly iteration: number;
      readonly clean: number;
      readonly cycles: number;
      readonly dieC: number;
      readonly throttle: number;
      readonly boots: number;
    }
  | { readonly kind: "overflow"; readonly bootId: number; readonly event: number; readonly dropped: number }
  | {
      readonly kind: "ecc";
      readonly bootId: number;
      readonly event: number;
      readonly structure: string;
      readonly corrected: number;
      readonly uncorrected: number;
    }
  | {
      readonly kind: "log";
      readonly bootId: number;
      readonly event: number;
      readonly level: "info" | "warning" | "error";
      readonly text: string;
    }
  /** The link itself: lines not accepted, numbers missing, opened again; or parts of a result that cannot be so. Never a fault of the DUT. */
  | { readonly kind: "link"; readonly what: LinkFault; readonly detail: string };

export type LinkFault =
  | "garbled"
  | "flood"
  | "lost_lines"
  | "contradiction"
  | "closed"
  | "reopened"
  | "moved"
  | "identity_differs"
  | "clock_step";

/** Counts of one board's link since the rig was opened. */
export interface LinkTotals {
  readonly frames: number;
  readonly garbled: number;
  readonly lost: number;
  readonly bytesDropped: number;
}

export interface Dut {
  /** The board's name in the rig file. */
  readonly name: string;
  identify(signal?: AbortSignal): Promise<Reply<Identity>>;
  /** `struck`: the target whose self-check is wanted; of others it may be null. */
  load(request: LoadRequest, struck: string | null): Promise<Reply<Loaded>>;
  makeGolden(times: number): Promise<Reply<Golden>>;
  checkGolden(): Promise<Reply<{ readonly digest: string; readonly match: boolean }>>;
  /** Arms a strike for the next run. `ok` means armed: confirmed before it is applied. */
  arm(strike: Strike): Promise<Reply<null>>;
  /** Runs iterations `first` .. `first + iterations - 1`, or for ever at 0; the board refuses unless `strikes` are armed. */
  run(first: number, iterations: number, strikes: number): Promise<Reply<null>>;
  /** Runs from here until an iteration is wrong; an older board refuses with `unknown-command`. */
  runToError(first: number): Promise<Reply<null>>;
  stop(): Promise<Reply<null>>;
  refresh(what: "full" | "weights" | "inputs"): Promise<Reply<{ readonly stateDigest: string }>>;
  readBack(): Promise<Reply<ReadBack>>;
  reset(): Promise<Reply<null>>;
  /** Lets the board forget events up to this one. Only after they are durable. */
  acknowledge(bootId: number, event: number): Promise<void>;
  /** The next event in order, none missing while the board stays powered; silence when nothing at all was heard for `deadlineMs`. */
  nextEvent(deadlineMs: number, signal?: AbortSignal): Promise<DutEvent | Silence>;
  linkTotals(): LinkTotals;
}

/** One DUT and the equipment around it; what the bench lacks is null. */
export interface Station {
  readonly dut: Dut;
  /** Targets that the injector strikes; all others are struck by the board's own verb. */
  readonly injector: Injector | null;
  readonly thermal: Thermal | null;
  readonly climate: ClimateLimits;
  /** In the order they go on; they go off the other way round. Empty: nothing switches this board. */
  readonly rails: readonly Supply[];
  readonly beam: Beam | null;
  /** Dose that the part took before this campaign, as the rig file states it. */
  readonly priorDoseRadSi: number;
}

/** A bench, opened. */
export interface Bench {
  readonly name: string;
  readonly stations: ReadonlyMap<string, Station>;
  /** Is anything else on the bench answering? Decides between a dead board and a dead host or hub (law 1). */
  othersAlive(dut: string): Promise<boolean>;
  /** What befalls its instruments, as it comes; ends when the bench is closed. For one reader. */
  readonly faults: AsyncIterable<BenchFault>;
  close(): Promise<void>;
}
