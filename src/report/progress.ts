import { clopperPearson } from "../science/clopper-pearson.ts";
import { completionOf, runTitle, tallyOf } from "../science/completion.ts";
import { liveAccount } from "../science/live-time.ts";
import { doseOf } from "../science/dose.ts";
import { eventsPerWindow, highestMu, muAlarm, muWarning } from "../science/pile-up.ts";
import { primaryEvents } from "../science/so-far.ts";
import type { BoardTally, CampaignState, RunTally } from "../science/state.ts";
import { bar, paintLine, piece } from "./line.ts";
import type { Canvas, Line, Piece } from "./line.ts";
import { byteSize, duration, percent, scientific, whole } from "./numbers.ts";

/** What the fold does not know: the wall's time, and how far the records have got. */
export interface Surrounding {
  /** Wall time since this process began, seconds. */
  readonly elapsedSeconds: number;
  /** Where the campaign stood when this process began: rates are this process's own. */
  readonly began: Beginning;
  readonly savedBytes: number;
  /** null where no InfluxDB is written. */
  readonly influx: { readonly behindSeconds: number; readonly error: string | null } | null;
}

export interface Beginning {
  readonly strikes: number;
  readonly share: number;
}

/** To be taken once, when a process begins or goes on with a campaign. */
export function beginning(state: CampaignState): Beginning {
  return { strikes: tallyOf(state).strikes, share: completionOf(state).share };
}

/** The view of a running campaign, for a terminal that can be rewritten: every line fits the canvas. */
export function progressLines(state: CampaignState, around: Surrounding, canvas: Canvas): string[] {
  const boards = [...state.boards.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    overall(state, around, canvas),
    ...boardLines(state, boards),
    outcomeLine(state, around),
    intervalLine(state),
    savedLine(state, around),
  ].map((line) => paintLine(line, canvas));
}

/** The same in one plain line, for logs and pipes. */
export function progressLine(state: CampaignState, around: Surrounding): string {
  const { planned, ended, share } = completionOf(state);
  const tally = tallyOf(state);
  const left = secondsLeft(share, around);
  const parts = [
    `${(share * 100).toFixed(0)} %`,
    `runs ${ended}/${planned}`,
    `${whole(tally.strikes)} strikes (${rate(state, around)}/s)`,
    `masked ${tally.masked}, SDC ${tally.sdcTolerable}+${tally.sdcCritical} critical, DUE ${tally.due}`,
    ...(tally.beam.events > 0 ? [`${tally.beam.events} beam events`] : []),
    `saved ${byteSize(around.savedBytes)}`,
    ...(around.influx === null ? [] : [influxText(around.influx)]),
    left === null ? duration(around.elapsedSeconds) : `about ${duration(left)} left`,
  ];
  return paintLine([piece(parts.join(" · "))], { columns: 200, colour: false, marks: false });
}

function overall(state: CampaignState, around: Surrounding, canvas: Canvas): Line {
  const { planned, ended, share } = completionOf(state);
  const left = secondsLeft(share, around);
  return [
    piece(state.start?.campaign ?? "starting", "bold"),
    piece(state.start?.emulated === true ? "  emulated bench  " : "  ", "yellow"),
    ...(canvas.marks ? [piece("▕", "dim"), piece(bar(share, 24), "cyan"), piece("▏", "dim")] : []),
    piece(`${(share * 100).toFixed(0).padStart(3)} %`),
    piece(`  run ${Math.min(planned, ended + 1)} of ${planned}  `),
    piece(duration(around.elapsedSeconds)),
    piece(left === null ? "" : `, about ${duration(left)} left`, "dim"),
    ...(state.phase === "paused" || state.phase === "stopping" ? [piece(`  ${state.phase}`, "yellow")] : []),
  ];
}

/** A line a board, its work and progress in columns. */
function boardLines(state: CampaignState, boards: readonly BoardTally[]): Line[] {
  const rows = boards.map((board) => {
    const run = board.run === null || board.gaveUp ? undefined : state.runs.get(board.run);
    return run === undefined
      ? { board, work: "", progress: "", rest: [idle(board)] }
      : {
          board,
          work: runTitle(run.start.plan),
          progress: reached(run, state.lastNs),
          rest: condition(run, board, state.lastNs),
        };
  });
  const widest = (of: (row: (typeof rows)[number]) => string): number =>
    Math.max(0, ...rows.map((row) => of(row).length));
  const [name, work, progress] = [
    widest(({ board }) => board.name),
    widest((row) => row.work),
    widest((row) => row.progress),
  ];
  return rows.map((row) => [
    piece(`  ${row.board.name.padEnd(name)}  `, "cyan"),
    ...(row.work === ""
      ? []
      : [piece(`${row.work.padEnd(work)}  `), piece(`${row.progress.padEnd(progress)}  `)]),
    ...row.rest,
  ]);
}

function condition(run: RunTally, board: BoardTally, nowNs: number): Line {
  const { temperatureC } = run.start.plan;
  const account = liveAccount(run.timeline, nowNs);
  const dead = account.elapsedSeconds > 0 ? account.deadSeconds / account.elapsedSeconds : 0;
  return [
    // What needs a hand stands where a narrow terminal cuts last.
    ...(run.unwellSinceNs === null ? [] : [piece("recovering  ", "yellow")]),
    ...(board.throttle === 0 ? [] : [piece("throttled  ", "red")]),
    piece(`die ${board.dieC === null ? "?" : board.dieC.toFixed(1)} °C`),
    piece(temperatureC === null ? "  " : ` of ${temperatureC}  `, "dim"),
    deadPiece(dead),
    ...muPiece(run, nowNs),
  ];
}

function idle(board: BoardTally): Piece {
  return board.gaveUp ? piece("given up: the recovery ladder is spent", "red") : piece(waiting(board), "dim");
}

function waiting(board: BoardTally): string {
  return `between runs${board.dieC === null ? "" : `, die ${board.dieC.toFixed(1)} °C`}`;
}

/** Progress towards the run's stop rules, in their own words. */
function reached(run: RunTally, nowNs: number): string {
  const { stop, kind } = run.start.plan;
  if (kind === "injection")
    return `${whole(run.struck.size)}${stop.strikes === null ? "" : `/${whole(stop.strikes)}`} strikes`;
  const goal = stop.events === null ? "" : `/${stop.events}`;
  const fluencePerCm2 = liveAccount(run.timeline, nowNs).fluenceLivePerCm2;
  const dose = doseOf(run);
  return `${primaryEvents(run)}${goal} events, ${scientific(fluencePerCm2)} /cm²${dose === null ? "" : `, ${dose.toFixed(1)} rad`}`;
}

/** Events to expect in one observation window: above 0.1 a warning, above 0.5 an alarm. */
function muPiece(run: RunTally, nowNs: number): Piece[] {
  const mu = eventsPerWindow(run, nowNs);
  if (mu === null || (mu.observed === null && mu.planned === null)) return [];
  const highest = highestMu(mu);
  const paint = highest > muAlarm ? "red" : highest > muWarning ? "yellow" : "dim";
  return [piece(`  µ ${highest.toPrecision(2)}`, paint)];
}

/** Above 10 % dead time is a warning, above 20 % an alarm (TIM-4). */
function deadPiece(share: number): Piece {
  return piece(`dead ${(share * 100).toFixed(1)} %`, share > 0.2 ? "red" : share > 0.1 ? "yellow" : "dim");
}

/** Of strikes, once there are any; of a campaign in a beam alone what was counted there. */
function outcomeLine(state: CampaignState, around: Surrounding): Line {
  const tally = tallyOf(state);
  const { beam } = tally;
  const inBeamAlone = tally.strikes === 0 && beam.events > 0;
  const { sdcTolerable, sdcCritical, due } = inBeamAlone ? beam : tally;
  return [
    ...(inBeamAlone
      ? [piece(`${whole(beam.events)} beam event${beam.events === 1 ? "" : "s"}   `, "bold")]
      : [
          piece(`${whole(tally.strikes)} strikes`, "bold"),
          piece(`, ${rate(state, around)}/s   `, "dim"),
          piece(`masked ${whole(tally.masked)}   `, "green"),
        ]),
    piece(`SDC tolerable ${whole(sdcTolerable)}   `, "yellow"),
    piece(`SDC critical ${whole(sdcCritical)}   `, "red"),
    piece(`DUE ${whole(due)}   `, "magenta"),
    ...(beam.events > 0 && !inBeamAlone ? [piece(`beam events ${whole(beam.events)}`, "bold")] : []),
  ];
}

function intervalLine(state: CampaignState): Line {
  const tally = tallyOf(state);
  if (tally.known === 0)
    return [
      piece(
        tally.beam.events > 0
          ? "cross-sections by board and workload: in the table at the end"
          : "no outcome yet",
        "dim",
      ),
    ];
  const share = (events: number): string => {
    const { lower, upper } = clopperPearson(events, tally.known);
    return events === 0
      ? `below ${percent(upper)} %`
      : `${percent(events / tally.known)} % (${percent(lower)} to ${percent(upper)})`;
  };
  return [
    piece("so far "),
    piece(`SDC ${share(tally.sdcTolerable + tally.sdcCritical)}   DUE ${share(tally.due)}`),
    piece("   of all strikes, 95 % intervals", "dim"),
  ];
}

function savedLine(state: CampaignState, around: Surrounding): Line {
  const { influx } = around;
  return [
    piece("saved ", "dim"),
    piece(byteSize(around.savedBytes), "green"),
    ...(influx === null
      ? []
      : [piece("   "), piece(influxText(influx), influx.error === null ? "plain" : "yellow")]),
    ...(state.warning === null ? [] : [piece(`   last warning: ${state.warning.text}`, "yellow")]),
  ];
}

function influxText(influx: NonNullable<Surrounding["influx"]>): string {
  const lag =
    influx.behindSeconds < 1 ? "InfluxDB up to date" : `InfluxDB ${duration(influx.behindSeconds)} behind`;
  return influx.error === null ? lag : `${lag} (${influx.error})`;
}

function rate(state: CampaignState, around: Surrounding): string {
  if (around.elapsedSeconds <= 0) return "0";
  const perSecond = (tallyOf(state).strikes - around.began.strikes) / around.elapsedSeconds;
  return perSecond < 10 ? perSecond.toFixed(1) : whole(perSecond);
}

/** By what this process has done so far; null until it has done enough to tell. */
function secondsLeft(share: number, around: Surrounding): number | null {
  const gained = share - around.began.share;
  if (gained < 0.02 || around.elapsedSeconds < 1) return null;
  return (around.elapsedSeconds * (1 - share)) / gained;
}
