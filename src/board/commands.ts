import { headingOf } from "../../firmware-protocol/codec.ts";
import { outputName, protocolVersion, workloadsInALine } from "../../firmware-protocol/messages.ts";
import type { Answer, Command, Head, MessageOf, Refusal } from "../../firmware-protocol/messages.ts";
import { axesFit, plainAxes } from "../domain/strike.ts";
import type { Axis } from "../domain/strike.ts";
import type { LoadedWorkload } from "./accelerators/accelerator.ts";
import { digestOfAll, firstBudget, goldenOf, sweep } from "./golden.ts";
import type { Sweep } from "./golden.ts";
import { createPace } from "./pace.ts";
import { refusalOf } from "./refusals.ts";
import { runIterations } from "./run.ts";
import { holdBits, isOver, milliC, mostElements, noBits, noCounts, seenPristine } from "./state.ts";
import type { ArmedStrike, Board, Session } from "./state.ts";

/**
 * One command, answered exactly once, before the work it allows begins to show (PROTOCOL.md, "Refusals").
 *
 *   message ─lease→ ack? ─→ refused? ─→ deed ─→ answer
 */
export async function obey(board: Board, command: Head & Command): Promise<void> {
  const { bootId } = board.options;
  if (command.boot === 0 || command.boot === bootId) board.heardNs = board.options.clock.nowNs();
  if (command.name === "ack") {
    if (command.boot === bootId) acknowledge(board, command.event);
    return;
  }
  const reason = refusalOf(board, command);
  if (reason !== null) {
    refuse(board, command.seq, command.name, reason);
    return;
  }
  await deed(board, command);
}

/** A line that is well framed and well headed, but no command of this version: refused by name. Anything else is noise. */
export function refuseUnknown(board: Board, line: string, reason: string): void {
  const heading = headingOf(line);
  if (heading?.kind !== "c") return;
  refuse(board, heading.seq, heading.name, reason === "unknown-message" ? "unknown-command" : "bad-field");
}

function refuse({ send }: Board, re: number, command: string, reason: Refusal): void {
  send({ kind: "a", name: "refused", re, command, reason });
}

function acknowledge(board: Board, event: number): void {
  const { events, options } = board;
  const forgotten = events.acknowledge(event);
  if (forgotten.length === 0) return;
  options.onAcknowledged?.(options.bootId, forgotten);
  if (events.dropped > board.overflowsTold) {
    board.overflowsTold = events.dropped;
    board.report({ kind: "e", name: "overflow", dropped: events.dropped });
  }
}

const flushMs = 100;

async function deed(board: Board, command: Head & Command): Promise<void> {
  const { options, events } = board;
  const { surroundings, accelerator } = options;
  const re = command.seq;
  const answer = (body: Answer): void => board.send(body);
  switch (command.name) {
    case "hello":
      board.setHeartbeat(command.heartbeatMs);
      board.leaseMs = command.leaseMs;
      answer({
        kind: "a",
        name: "hello-ok",
        re,
        protocol: protocolVersion,
        model: options.model,
        serial: options.serial,
        firmware: options.firmware,
        accelerator: accelerator.name,
        boots: options.boots,
        cause: options.cause,
        event: events.given,
        dropped: events.dropped,
        capabilities: ["run", "strike"],
      });
      return;
    case "workloads":
      answer(workloadsFrom(accelerator.workloads, 0, re));
      return;
    case "workloads-from":
      answer(workloadsFrom(accelerator.workloads, command.index, re));
      return;
    case "status":
      answer({
        kind: "a",
        name: "status-ok",
        re,
        state: board.state,
        iteration: board.counts.iteration,
        event: events.given,
        acked: events.acknowledged,
        dropped: events.dropped,
        armed: board.armed.length,
        temperatureMilliC: milliC(board),
        throttle: surroundings.throttle(),
      });
      return;
    case "load":
      answer(load(board, command));
      return;
    case "target": {
      const { name: target, words, bits, selfCheck } = board.session!.loaded.targets[command.index]!;
      answer({ kind: "a", name: "target-ok", re, target, words, bits, ...selfCheck });
      return;
    }
    case "space": {
      const { name: target, words, bits } = board.session!.loaded.targets[command.index]!;
      answer({ kind: "a", name: "space-ok", re, target, words, bits });
      return;
    }
    case "shape":
      answer({ kind: "a", name: "shape-ok", re, axes: shapeOf(board.session!.loaded, command.of) });
      return;
    case "golden":
      await makeGolden(board, command);
      return;
    case "check":
      await checkGolden(board, re);
      return;
    case "strike": {
      const { id, target, word, mask, iteration, cycle } = command;
      arm(board, { id, target, word, mask, iteration, cycle, words: 1, step: 1 });
      answer({ kind: "a", name: "strike-ok", re, id });
      return;
    }
    case "fault": {
      const { id, target, word, mask, manner, value, words, step, iteration, cycle } = command;
      arm(board, { id, target, word, mask, manner, value, words, step, iteration, cycle });
      answer({ kind: "a", name: "fault-ok", re, id });
      return;
    }
    case "run":
      board.state = "running";
      board.stopping = false;
      answer({ kind: "a", name: "run-ok", re });
      board.begin(runIterations(board, command.first, command.iterations));
      return;
    case "run-to-error":
      board.state = "running";
      board.stopping = false;
      answer({ kind: "a", name: "run-to-error-ok", re });
      board.begin(runIterations(board, command.first, command.iterations, true));
      return;
    case "stop":
      board.stopping = true;
      board.armed = [];
      answer({ kind: "a", name: "stop-ok", re });
      return;
    case "refresh":
      await payForCopy(board, command.what);
      if (!isOver(board))
        answer({ kind: "a", name: "refresh-ok", re, stateDigest: refresh(board, command.what) });
      return;
    case "clock":
      answer({
        kind: "a",
        name: "clock-ok",
        re,
        clockKHz: surroundings.clockKHz(),
        powerMilliW: surroundings.powerMilliW(),
        throttle: surroundings.throttle(),
      });
      return;
    case "resend": {
      const kept = events.keptFrom(command.event);
      answer({ kind: "a", name: "resend-ok", re, events: kept.length });
      for (const event of kept) board.send(event);
      return;
    }
    case "reset":
      answer({ kind: "a", name: "reset-ok", re });
      // Where nobody reads, the answer is lost and the reset is not.
      await Promise.race([board.flushed(), options.clock.sleep(flushMs, board.life)]);
      board.end("command");
      return;
    case "ack":
    case "inject":
    case "heat":
    case "rail":
    case "shutter":
    case "sense":
      throw new RangeError(`'${command.name}' is no deed of a board`);
  }
}

/** Up to five: the host asks on while five came. */
function workloadsFrom(workloads: readonly string[], from: number, re: number): Answer {
  return { kind: "a", name: "workloads-ok", re, workloads: workloads.slice(from, from + workloadsInALine) };
}

/** As its maker lays it out, where that can be told in a line; else a plain row of words. */
function shapeOf({ targets, outputs, outputAxes }: LoadedWorkload, of: string): readonly Axis[] {
  const target =
    of === outputName ? { words: outputs, axes: outputAxes } : targets.find(({ name }) => name === of)!;
  const { words, axes: laid = [] } = target;
  return axesFit(laid, words) ? laid : plainAxes(words);
}

/** One with the id of an armed one takes its place. */
function arm(board: Board, strike: ArmedStrike): void {
  const at = board.armed.findIndex((other) => other.id === strike.id);
  board.armed = at < 0 ? [...board.armed, strike] : board.armed.with(at, strike);
}

function load(board: Board, request: MessageOf<"load">): Answer {
  const { accelerator, surroundings, eventCapacity } = board.options;
  const loaded = accelerator.load(request.workload, request.seed)!;
  surroundings.occupy(loaded.targets.map(({ name, words, bits }) => ({ name, words, bits })));
  const elements = Math.min(request.elements, mostElements(eventCapacity));
  board.session = {
    loaded,
    request,
    golden: null,
    sinceRestored: 0,
    untouched: seenPristine(board, loaded),
    held: noBits,
    restored: false,
    steady: new Map(),
    elements,
  };
  holdBits(board, board.session);
  board.state = "loaded";
  board.armed = [];
  board.counts = noCounts;
  const { targets, inputs, outputs, format } = loaded;
  const stateDigest = loaded.stateDigest();
  const re = request.seq;
  return { kind: "a", name: "load-ok", re, targets: targets.length, inputs, outputs, format, stateDigest };
}

async function makeGolden(board: Board, { seq: re, times, name }: MessageOf<"golden">): Promise<void> {
  const session = board.session!;
  const made = await sweepAll(board, session, times, session.golden?.budget ?? firstBudget);
  if (made === null) return;
  if (made.end === "trap" || !made.stable) {
    session.golden = null;
    session.loaded.restore("full");
    board.state = "loaded";
    refuse(board, re, name, "golden-unstable");
    return;
  }
  session.golden = goldenOf(made);
  board.state = "ready";
  const { digest, longestCycles: cycles, budget } = session.golden;
  board.send({ kind: "a", name: "golden-ok", re, digest, cycles, budget });
}

async function checkGolden(board: Board, re: number): Promise<void> {
  const session = board.session!;
  const golden = session.golden!;
  const made = await sweepAll(board, session, 1, golden.budget);
  if (made === null) return;
  if (made.end === "trap") {
    board.state = "faulted";
    refuse(board, re, "check", "faulted");
    return;
  }
  const digest = digestOfAll(made.outputs);
  board.send({ kind: "a", name: "check-ok", re, digest, match: digest === golden.digest });
}

/** Null: the board is going down. */
async function sweepAll(
  board: Board,
  session: Session,
  times: number,
  budget: number,
): Promise<Exclude<Sweep, { end: "watchdog" | "reset" }> | null> {
  const { clock, surroundings } = board.options;
  surroundings.busy(true);
  holdBits(board, session);
  const made = await sweep(session.loaded, times, budget, createPace(clock, surroundings, board.life));
  surroundings.busy(false);
  if (made.end === "ok") surroundings.rewritten();
  session.sinceRestored = 0;
  session.untouched = seenPristine(board, session.loaded);
  session.restored = false;
  if (isOver(board)) return null;
  if (made.end === "ok" || made.end === "trap") return made;
  board.end(made.end === "reset" ? "fault" : made.end);
  return null;
}

/** One cycle a word, or what the accelerator says. */
async function payForCopy(board: Board, what: "full" | "weights" | "inputs"): Promise<void> {
  const { loaded } = board.session!;
  const words = loaded.targets.reduce((sum, target) => sum + target.words, 0);
  const pace = createPace(board.options.clock, board.options.surroundings, board.life);
  pace.charge(loaded.refreshCycles?.(what) ?? words);
  await pace.pay();
}

function refresh(board: Board, what: "full" | "weights" | "inputs"): string {
  const session = board.session!;
  session.loaded.restore(what);
  if (what === "full") board.options.surroundings.rewritten();
  session.sinceRestored = 0;
  session.untouched = seenPristine(board, session.loaded);
  session.restored = what === "full";
  board.armed = [];
  if (what === "full" && board.state === "faulted")
    board.state = session.golden === null ? "loaded" : "ready";
  return session.loaded.stateDigest();
}
