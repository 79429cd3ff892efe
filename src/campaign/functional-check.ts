import type { RunPlan } from "../domain/plan.ts";
import type { Rec } from "../domain/records.ts";
import { checkRecord } from "./check-record.ts";
import type { Lane } from "./lane.ts";

export type Checked = "well" | "not-golden" | "silent";

const what = {
  before: "before the exposure the board does not give its golden output: nothing is exposed",
  after: "after the exposure the board does not give its golden output: reload it, and look for stuck bits",
};

/** From restored state, in the dark: does the board still give its golden output? A phase of every exposure, before and after (REC-12). */
export async function* functionalCheck(
  lane: Lane,
  run: RunPlan,
  when: "before" | "after",
): AsyncGenerator<Rec, Checked> {
  const { dut } = lane.station;
  const refreshed = await dut.refresh("full");
  const reply = refreshed.kind === "ok" ? await dut.checkGolden() : refreshed;
  const pass = reply.kind === "ok" && "match" in reply.value && reply.value.match;
  const silent = reply.kind === "silence";
  yield checkRecord(
    lane,
    run,
    "functional",
    pass,
    pass ? `${when} the exposure` : silent ? `${when} the exposure the board does not answer` : what[when],
  );
  return pass ? "well" : silent ? "silent" : "not-golden";
}
