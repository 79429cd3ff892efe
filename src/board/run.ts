import { digestOf } from "./digest.ts";
import type {
  AppliedStrike,
  EccCount,
  Execution,
  LoadedWorkload,
  PlacedStrike,
} from "./accelerators/accelerator.ts";
import type { Unnumbered } from "./event-buffer.ts";
import { compare, topScores } from "./evidence.ts";
import type { Difference } from "./evidence.ts";
import { finish } from "./golden.ts";
import type { Golden } from "./golden.ts";
import { nsPerSecond } from "../domain/clock.ts";
import { createPace } from "./pace.ts";
import type { Pace } from "./pace.ts";
import { holdBits, isOver, milliC, mostCounted, noCounts, seenPristine, wordsArmed } from "./state.ts";
import type { ArmedStrike, Board, RunCounts, Session } from "./state.ts";

/**
 * A run: iterations one after the other, until all are done or something ends it (PROTOCOL.md, "Runs and their evidence").
 *
 *   armed strikes ┐
 *   surroundings ─┴→ iteration ─→ output ─compare─ golden ─→ refresh ─→ struck, elements, scores, result
 *                        │ cycles ─→ pace                                          … ─→ done
 *                        └ budget spent ─→ watchdog
 */
interface Run {
  readonly board: Board;
  readonly session: Session;
  readonly golden: Golden;
  readonly pace: Pace;
  /** It ends after the first iteration that is wrong. */
  readonly toError: boolean;
  counts: RunCounts;
  /** Device time at which error counters were told of. */
  errorsToldNs: number;
  /** Errors that were read from the counters since, by structure. */
  readonly untold: Map<string, EccCount>;
}

/** Counters that move are told of at least so often, and always before a result and before `done`. */
const errorsEveryNs = nsPerSecond;
/** `fix` of a result has 24 bits. */
const mostCorrected = 2 ** 24 - 1;

type Why = Extract<Unnumbered, { readonly name: "done" }>["why"];

/** Resolves when the run has ended and said so, or the agent is ending. The board is running until then. */
export async function runIterations(
  board: Board,
  first: number,
  iterations: number,
  toError = false,
): Promise<void> {
  const session = board.session!;
  const { surroundings, clock } = board.options;
  const pace = createPace(clock, surroundings, board.life);
  const counts = { ...noCounts, iteration: first };
  const run: Run = {
    board,
    session,
    golden: session.golden!,
    pace,
    toError,
    counts,
    errorsToldNs: pace.nowNs(),
    untold: new Map(),
  };
  board.counts = counts;
  surroundings.busy(true);
  // What was counted before is no run's.
  session.loaded.eccSince?.();
  const why = await iterate(run, first, iterations === 0 ? 2 ** 32 : first + iterations);
  if (!isOver(board)) await pace.pay();
  surroundings.busy(false);
  if (isOver(board)) return;
  if (why === "watchdog" || why === "reset") {
    board.end(why === "reset" ? "fault" : why);
    return;
  }
  publish(run);
  tellErrors(run);
  board.armed = [];
  board.state = why === "trap" ? "faulted" : "ready";
  const { clean, cycles } = run.counts;
  board.report({ kind: "e", name: "done", why, iterations: run.counts.iterations, clean, cycles });
}

async function iterate(run: Run, first: number, end: number): Promise<Why | "watchdog" | "reset"> {
  const { board, session, golden, pace } = run;
  const { surroundings } = board.options;
  for (let iteration = first; iteration < end; iteration++) {
    if (pace.due) {
      await pace.pay();
      publish(run, iteration);
      if (pace.nowNs() - run.errorsToldNs >= errorsEveryNs) tellErrors(run);
    }
    if (mustStop(run, pace.nowNs())) {
      // Ahead of the clock by what is owed: what comes in until then still counts.
      await pace.pay();
      const why = mustStop(run, pace.nowNs());
      if (why !== null) return why;
    }
    if (isOver(board)) return "stopped";
    const input = iteration % session.loaded.inputs;
    const fallen = surroundings.strikesDue(iteration, golden.cycles[input]!);
    const armed = armedFor(board, iteration);
    holdBits(board, session);
    const isStruck = fallen.length > 0 || armed.length > 0 || surroundings.fabric().length > 0;
    const known = isStruck ? null : cyclesKnown(run, input);
    if (known !== null) {
      pace.charge(known);
      session.loaded.pass?.(known);
      count(run, iteration, known, true);
      refreshByPolicy(run);
      continue;
    }
    const ended = await struckIteration(run, iteration, placed(armed, fallen), armed.length > 0);
    if (ended !== null) return ended;
  }
  return "finished";
}

/** What an iteration that nothing strikes will take, where it is known to be clean without computing it; null: it is to be computed. */
function cyclesKnown({ session, golden }: Run, input: number): number | null {
  if (session.untouched && session.held.length === 0) return golden.cycles[input]!;
  return session.restored ? (session.steady.get(input) ?? null) : null;
}

/** One iteration that is really computed; null: go on. */
async function struckIteration(
  run: Run,
  iteration: number,
  strikes: readonly PlacedStrike[],
  told: boolean,
): Promise<"trap" | "watchdog" | "reset" | "stopped" | null> {
  const { board, session, golden, pace } = run;
  const { loaded } = session;
  const input = iteration % loaded.inputs;
  const mayRecur = session.restored && strikes.length === 0 && recurs(board, loaded);
  if (mayRecur) untoldErrors(run);
  session.restored = false;
  const execution = loaded.start(input, strikes);
  const end = await finish(execution, golden.budget, pace);
  if (isOver(board)) return "stopped";
  if (end === "watchdog" || end === "reset") return end;
  const difference = compare(golden.outputs[input]!, execution.output, loaded.format, session.elements);
  if (execution.applied.length > 0) session.untouched = false;
  if (end === "ok") refreshByPolicy(run);
  const quiet = execution.detectors === 0 && execution.corrected === 0;
  const clean = end === "ok" && quiet && difference.wrong === 0;
  if (told || !clean) {
    await pace.pay();
    if (isOver(board)) return "stopped";
    tellErrors(run);
    board.report(...evidence(run, iteration, execution, end, difference));
  }
  if (mayRecur && clean && untoldErrors(run) === 0) session.steady.set(input, execution.cycles);
  count(run, iteration, execution.cycles, clean);
  if (told) board.armed = board.armed.filter((strike) => strike.iteration !== iteration);
  if (end === "trap") return "trap";
  const wrong = difference.wrong > 0 || execution.detectors !== 0;
  return wrong && run.toError ? "stopped" : null;
}

/** Whether the same state and input give the same iteration every time: no particle strikes unseen, no fabric is at fault, no scrubber comes by. */
function recurs({ options }: Board, loaded: LoadedWorkload): boolean {
  return (
    options.onlyStrikesChangeMemory === true &&
    loaded.scrubs !== true &&
    options.surroundings.fabric().length === 0
  );
}

const none: readonly ArmedStrike[] = [];

function armedFor({ armed }: Board, iteration: number): readonly ArmedStrike[] {
  return armed.length === 0 ? none : armed.filter((strike) => strike.iteration === iteration);
}

/** Both kinds of strikes by cycle; of one cycle first those of the world, then those of the host as they were armed. */
function placed(armed: readonly ArmedStrike[], fallen: readonly PlacedStrike[]): readonly PlacedStrike[] {
  const unseen = fallen.map(({ target, word, mask, cycle }) => ({ id: 0, target, word, mask, cycle }));
  return [...unseen, ...armed.flatMap(wordByWord)].sort((a, b) => a.cycle - b.cycle);
}

/** A strike of several words is as many of one id, in the order of the words. */
function wordByWord({ iteration: _, words, step, ...strike }: ArmedStrike): readonly PlacedStrike[] {
  if (words === 1) return [strike];
  return Array.from({ length: words }, (_, i) => ({ ...strike, word: strike.word + i * step }));
}

function evidence(
  { session, golden, board }: Run,
  iteration: number,
  execution: Execution,
  end: "ok" | "trap",
  { wrong, nan, elements }: Difference,
): Unnumbered[] {
  const { loaded } = session;
  const input = iteration % loaded.inputs;
  const { output } = execution;
  const told = execution.applied.filter((strike) => strike.id !== 0);
  const parts: Unnumbered[] = told.map(({ id, before, after }: AppliedStrike) => ({
    kind: "e",
    name: "struck",
    iteration,
    id,
    before,
    after,
  }));
  for (let from = 0; from < elements.length; from += 5)
    parts.push({ kind: "e", name: "elements", iteration, elements: elements.slice(from, from + 5) });
  if (loaded.ranks && wrong > 0) {
    const want = topScores(golden.outputs[input]!, loaded.format);
    parts.push({ kind: "e", name: "scores", iteration, want, got: topScores(output, loaded.format) });
  }
  return [
    ...parts,
    {
      kind: "e",
      name: "result",
      iteration,
      id: told.length === 0 ? 0 : Math.min(...told.map((strike) => strike.id)),
      end,
      // Word by word the same: so is the digest.
      digest: wrong === 0 ? golden.digests[input]! : digestOf(output),
      stateDigest: loaded.stateDigest(),
      wrong,
      nan,
      truncated: elements.length < wrong,
      detectors: execution.detectors,
      // A program's own count lies in struck memory: it may be any word.
      corrected: Math.min(mostCorrected, execution.corrected),
      cycles: execution.cycles,
      parts: parts.length,
      temperatureMilliC: milliC(board),
    },
  ];
}

/** Counts the iteration just ended, and restores what the policy says when it says so. */
function refreshByPolicy({ board, session }: Run): void {
  const { refresh, every } = session.request;
  session.sinceRestored++;
  if (refresh === "none" || session.sinceRestored < every) return;
  session.sinceRestored = 0;
  if (session.untouched || session.restored) return;
  session.loaded.restore(refresh);
  session.restored = refresh === "full";
  session.untouched = seenPristine(board, session.loaded);
}

function mustStop({ board, session }: Run, nowNs: number): "stopped" | "lease" | null {
  if (board.stopping) return "stopped";
  if (nowNs - board.heardNs >= board.leaseMs * 1e6) return "lease";
  // Strikes, elements, scores and result of the next iteration, one `done`, and what the error counters say.
  const counters = session.loaded.eccSince === undefined ? 0 : mostCounted;
  const needed = wordsArmed(board.armed) + Math.ceil(session.elements / 5) + 3 + counters;
  return board.events.room() < needed ? "stopped" : null;
}

/** What the accelerator's error counters have counted since they were last told of. */
function tellErrors(run: Run): void {
  const { board, pace } = run;
  run.errorsToldNs = pace.nowNs();
  untoldErrors(run);
  const counts = [...run.untold.values()];
  run.untold.clear();
  if (counts.length === 0) return;
  board.report(...counts.map((count): Unnumbered => ({ kind: "e", name: "ecc", ...count })));
}

/** Reads the error counters into what is still to be told; how many errors they had counted since they were last read. */
function untoldErrors({ session, untold }: Run): number {
  let errors = 0;
  for (const { structure, corrected, uncorrected } of session.loaded.eccSince?.() ?? []) {
    const before = untold.get(structure);
    untold.set(structure, {
      structure,
      corrected: (before?.corrected ?? 0) + corrected,
      uncorrected: (before?.uncorrected ?? 0) + uncorrected,
    });
    errors += corrected + uncorrected;
  }
  return errors;
}

function count(run: Run, iteration: number, cycles: number, clean: boolean): void {
  const { counts } = run;
  run.counts = {
    iteration,
    iterations: counts.iterations + 1,
    clean: counts.clean + (clean ? 1 : 0),
    cycles: counts.cycles + cycles,
  };
}

/** What heartbeats and status tell: that which is paid for, with the iteration now in work. */
function publish(run: Run, inWork?: number): void {
  run.board.counts = inWork === undefined ? run.counts : { ...run.counts, iteration: inWork };
}
