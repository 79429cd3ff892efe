import type { Clock } from "../../domain/clock.ts";
import { RigError } from "../../domain/errors.ts";
import type { OpenPort } from "../../domain/link.ts";
import { faultChecks, shapeChecks, spaceChecks, workloadListChecks } from "./addition-checks.ts";
import { runToErrorChecks } from "./run-to-error-check.ts";
import { NotTried, Subject, Unmet } from "./check.ts";
import type { Check } from "./check.ts";
import { eventChecks } from "./event-checks.ts";
import { Probe } from "./probe.ts";
import { sessionChecks } from "./session-checks.ts";
import { strikeChecks } from "./strike-checks.ts";
import { workChecks } from "./work-checks.ts";

/**
 * The suite that every device must pass, in whatever language it is written (`radrig rig conformance`).
 *
 *   session checks ─→ can run? work checks ─→ can strike? strike checks ─→ event checks ─→ were all its lines sound?
 *
 * It resets the board, loads it and runs it: not for a board in a beam.
 */
export interface Verdict {
  readonly name: string;
  /** null: it cannot be tried on this device or link. */
  readonly pass: boolean | null;
  /** What was found instead; empty where it passed. */
  readonly detail: string;
}

export interface ConformOptions {
  readonly clock: Clock;
  /** The workload to try it on; the first that the device offers when none is named. */
  readonly workload?: string;
  readonly signal?: AbortSignal;
  /** How long the device may take to answer its first hello. */
  readonly connectMs?: number;
}

/** RigError of the port, or `board_missing` when hello is never answered. Ends after the check under way when the signal aborts. */
export async function* conform(open: OpenPort, options: ConformOptions): AsyncGenerator<Verdict, void> {
  const { clock, signal } = options;
  const probe = new Probe(open, clock);
  const subject = new Subject(probe);
  subject.workload = options.workload ?? "";
  await probe.connect(signal);
  try {
    await awaitFirstHello(subject, options.connectMs ?? 10_000);
    yield* proveAll([...sessionChecks, ...workloadListChecks], subject, signal);
    if (subject.can("run")) {
      yield* proveAll([...workChecks, ...spaceChecks, ...shapeChecks], subject, signal);
      if (subject.can("strike"))
        yield* proveAll([...strikeChecks, ...faultChecks, ...runToErrorChecks], subject, signal);
      yield* proveAll(eventChecks, subject, signal);
    }
    yield await verdict(soundLines, subject);
  } finally {
    probe.tell({ kind: "c", name: "stop" });
    await probe.disconnect();
  }
}

async function awaitFirstHello(subject: Subject, withinMs: number): Promise<void> {
  const { clock } = subject.probe;
  const untilNs = clock.nowNs() + withinMs * 1e6;
  for (;;) {
    try {
      await subject.greet();
      return;
    } catch (error) {
      if (!(error instanceof Unmet)) throw error;
      if (clock.nowNs() >= untilNs)
        throw new RigError("board_missing", `no answer to hello within ${withinMs} ms: ${error.message}`);
      await clock.sleep(50);
    }
  }
}

async function* proveAll(
  checks: readonly Check[],
  subject: Subject,
  signal: AbortSignal | undefined,
): AsyncGenerator<Verdict, void> {
  for (const check of checks) {
    if (signal?.aborted === true) return;
    yield await verdict(check, subject);
  }
}

async function verdict(check: Check, subject: Subject): Promise<Verdict> {
  const { name } = check;
  try {
    await check.prove(subject);
    return { name, pass: true, detail: "" };
  } catch (error) {
    if (error instanceof Unmet) return { name, pass: false, detail: error.message };
    if (error instanceof NotTried) return { name, pass: null, detail: error.message };
    throw error;
  }
}

const soundLines: Check = {
  name: "all its lines were well formed and numbered without gaps",
  prove(subject) {
    const { garbled, gaps } = subject.probe.faults;
    if (garbled.length > 0)
      throw new Unmet(`${garbled.length} were not: ${garbled[0]!.reason}: ${garbled[0]!.line}`);
    if (gaps > 0) throw new Unmet(`${gaps} gaps in its line numbers`);
    return Promise.resolve();
  },
};
