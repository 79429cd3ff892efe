import type { Rec } from "../../domain/records.ts";
import { importRecords } from "./import-records.ts";
import type { Remark } from "./import-records.ts";
import { logFiles, messageOf } from "./log-files.ts";
import type { LogFile } from "./log-files.ts";
import { overLongLine, readLogLine } from "./log-line.ts";
import { splitLines } from "./split-lines.ts";
import { Survey } from "./survey.ts";
import type { Damaged } from "./survey.ts";
import { Tally } from "./tallies.ts";
import type { Tallies } from "./tallies.ts";

/**
 * radhelper logs of a device's serial line, read into tallies and radrig records.
 *
 *   paths ─▶ log files ─▶ lines ─▶ classes and frames ─▶ Survey ─┬─▶ ImportTallies
 *                                                                └─▶ records, for a journal
 *
 * Memory grows with the number of files and with what is listed, never with the length of a log.
 */
export interface ImportOptions {
  /** Name and version of the program that imports, for the record. */
  readonly tool: string;
  /** At most so many resets, gaps, clock steps and remarks are listed, each; all are counted. */
  readonly listAtMost?: number;
}

/** All are counted; those listed stand in order of time. */
export interface Listed<T> {
  readonly count: number;
  readonly listed: readonly T[];
}

/** The device began anew (track.ts says how that is told). */
export interface Reset {
  readonly device: string;
  readonly atUtc: string;
  readonly evidence: string;
}

export interface Span {
  readonly device: string;
  readonly fromUtc: string;
  readonly toUtc: string;
  readonly seconds: number;
}

export interface ImportTallies extends Tallies {
  readonly resets: Listed<Reset>;
  /** No good frame for more than three frame periods. */
  readonly gaps: Listed<Span>;
  /** The reader's clock went back. */
  readonly clockSteps: Listed<Span>;
  /** Files by how far the time in their name is ahead of UTC. */
  readonly zoneOffsets: readonly { readonly minutes: number; readonly files: number }[];
  /** Files and archives that could not be read to their end. */
  readonly damaged: readonly Damaged[];
  /** The same for each path given, and for each device the logs tell of. */
  readonly sources: readonly (Tallies & { readonly path: string })[];
  readonly devices: readonly (Tallies & { readonly name: string })[];
}

export interface RadhelperImport {
  readonly tallies: ImportTallies;
  /** For a journal, in its order. May be asked for again: the same each time. */
  readonly records: () => AsyncGenerator<Rec>;
}

/** A line longer than this is counted, not kept. */
const longestLineBytes = 1 << 20;

/** Reads all logs under these paths. Throws RigError `config` where a path is missing; whatever lies in the files is a tally. */
export async function importRadhelper(
  paths: readonly string[],
  options: ImportOptions,
): Promise<RadhelperImport> {
  const survey = new Survey(options.listAtMost ?? 10_000);
  const sources: (Tallies & { readonly path: string })[] = [];
  for (const path of paths) {
    const source = new Tally();
    for await (const found of logFiles(path)) {
      if (found.kind === "damage") survey.damage(found.path, found.what);
      else await readFile(survey, source, found);
    }
    sources.push({ path, ...source.tallies() });
  }
  survey.finish();
  const tallies = talliesOf(survey, sources);
  const remarks = [...survey.remarks(), ...remarksOf(tallies)];
  const detail = `${tallies.framesRecovered} frames recovered from ${tallies.bytesTotal} bytes in ${tallies.files} files`;
  const log = {
    tool: options.tool,
    beginsSeconds: survey.beginsSeconds,
    devices: survey.importedDevices(),
    remarks,
    detail,
  };
  return {
    tallies,
    // eslint-disable-next-line @typescript-eslint/require-await -- journals take records as an async iterable
    records: async function* () {
      yield* importRecords(log);
    },
  };
}

async function readFile(survey: Survey, source: Tally, { path, chunks }: LogFile): Promise<void> {
  const file = survey.file(path, source);
  try {
    for await (const { bytes, size } of splitLines(chunks, longestLineBytes)) {
      file.line(bytes === null ? overLongLine : readLogLine(bytes), size);
    }
  } catch (error) {
    survey.damage(path, messageOf(error));
  }
  file.end();
}

function talliesOf(survey: Survey, sources: ImportTallies["sources"]): ImportTallies {
  const spans = (kind: "gap" | "clockStep"): Listed<Span> => ({
    count: survey.count(kind),
    listed: survey.happened(kind).map(({ device, happening: { fromSeconds, toSeconds } }) => ({
      device,
      fromUtc: utc(fromSeconds),
      toUtc: utc(toSeconds),
      seconds: Math.round((toSeconds - fromSeconds) * 1000) / 1000,
    })),
  });
  return {
    ...survey.all.tallies(),
    resets: {
      count: survey.count("reset"),
      listed: survey.happened("reset").map(({ device, happening: { atSeconds, evidence } }) => ({
        device,
        atUtc: utc(atSeconds),
        evidence,
      })),
    },
    gaps: spans("gap"),
    clockSteps: spans("clockStep"),
    zoneOffsets: [...survey.zoneOffsets]
      .sort(([a], [b]) => a - b)
      .map(([minutes, files]) => ({ minutes, files })),
    damaged: survey.damaged,
    sources,
    devices: [...survey.devices].map(([name, tally]) => ({ name, ...tally.tallies() })),
  };
}

/** Happenings and sums as remarks for the record. */
function remarksOf(tallies: ImportTallies): readonly Remark[] {
  const { resets, gaps, clockSteps, zoneOffsets, devices } = tallies;
  return [
    ...devices.map(({ name, ...own }): Remark => {
      const classes = Object.entries(own).flatMap(([key, value]) =>
        typeof value === "object" && "lines" in value && value.lines > 0 ? [`${key} ${value.lines}`] : [],
      );
      return { seconds: null, device: name, what: "info", text: `lines by class: ${classes.join(", ")}` };
    }),
    ...zoneOffsets.map(({ minutes, files }): Remark => ({
      seconds: null,
      device: null,
      what: zoneOffsets.length > 1 ? "warning" : "info",
      text: `${files} files are named after a time ${minutes} min ahead of UTC`,
    })),
    ...resets.listed.map(({ device, atUtc, evidence }): Remark => ({
      seconds: Date.parse(atUtc) / 1000,
      device,
      what: "warning",
      text: `reset of the device seen at ${atUtc}: ${evidence}`,
    })),
    ...gaps.listed.map((gap) => spanRemark(gap, "info", "no good frame")),
    ...clockSteps.listed.map((step) => spanRemark(step, "warning", "the reader's clock went back")),
  ];
}

function spanRemark(
  { device, fromUtc, toUtc, seconds }: Span,
  what: "info" | "warning",
  text: string,
): Remark {
  return {
    seconds: Date.parse(fromUtc) / 1000,
    device,
    what,
    text: `${text} from ${fromUtc} to ${toUtc}, ${seconds} s`,
  };
}

function utc(seconds: number): string {
  return new Date(Math.round(seconds * 1000)).toISOString();
}
