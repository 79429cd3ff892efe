import { influxServer } from "../records/influx-server.ts";
import { resultTable } from "../report/table.ts";
import { resultJson } from "../science/result-json.ts";
import { endedBy } from "../domain/ended-by.ts";
import { begin } from "./begin.ts";
import type { RunRequest } from "./begin.ts";
import { exitCodeOfEnd } from "./end-reason.ts";
import { exitCodes } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import { onInterrupt } from "./interrupts.ts";
import { liveView } from "./live-view.ts";
import type { Output } from "./output.ts";
import { runRecord } from "./run-record.ts";
import type { Verdicts } from "./verdicts.ts";
import { shortPath } from "./short-path.ts";

/** `radrig run`: the campaign, with a person in front of it. */
export async function runVerb(
  request: RunRequest,
  how: { readonly influx: string | null; readonly json: boolean },
  output: Output,
): Promise<ExitCode> {
  const server = how.influx === null ? null : influxServer(how.influx, process.env);
  const begun = await begin(request);
  const folder = shortPath(begun.folder);
  output.say(`${begun.state.start === null ? "record" : "going on with"}: ${folder}`);
  const view = liveView(output.screen, output.environment, () => performance.now());
  const say = (text: string): void => {
    view.close();
    output.say(text);
  };
  const abort = new AbortController();
  let commands: Pick<Verdicts, "ask"> | null = null;
  const interrupts = onInterrupt(
    process,
    (signal) => {
      if (commands === null) abort.abort();
      else {
        say(
          "stopping: what is under way is brought to its end. Once more, and beam and rails go off at once",
        );
        commands
          .ask({ verb: "stop", by: signal === "SIGINT" ? "keyboard" : "signal" })
          .catch(() => undefined);
      }
    },
    () => {
      say("safe state: beam shut, rails off");
      abort.abort();
    },
  );
  try {
    const result = await runRecord(
      begun,
      {
        started: (taker) => (commands = taker),
        seen: (state, { bytes, lag }) =>
          view.update(state, {
            savedBytes: bytes,
            influx: lag === null ? null : { behindSeconds: lag.seconds, error: lag.lastError },
          }),
        say,
      },
      abort,
      server,
    );
    view.close();
    if (how.json) output.data(resultJson(result).trimEnd());
    else for (const line of resultTable(result, output.canvas())) output.data(line);
    const next =
      result.endReason === "complete"
        ? `npx radrig analyze ${folder} --json`
        : `npx radrig run --resume ${folder}`;
    (how.json ? output.say : output.data)(`\nrecord: ${folder}\nnext:   ${next}`);
    return interrupts.count() > 0 || (abort.signal.aborted && endedBy(abort.signal) === null)
      ? exitCodes.interrupted
      : exitCodeOfEnd(result.endReason);
  } catch (error) {
    if (interrupts.count() === 0) throw error;
    say(`interrupted: ${error instanceof Error ? error.message : String(error)}`);
    return exitCodes.interrupted;
  } finally {
    view.close();
    interrupts.close();
  }
}
