import type { LinkTotals } from "../domain/capabilities.ts";
import { RigError } from "../domain/errors.ts";
import type { Rec } from "../domain/records.ts";
import type { GuardRec, LeftPowered } from "../domain/watched.ts";
import type { Journal } from "../records/journal.ts";
import { createJournal, openJournal } from "../records/journal.ts";
import { beginSegment } from "../records/record-folder.ts";
import type { CampaignState } from "../science/state.ts";
import type { Begun } from "./begin.ts";
import { endReasonOfError } from "./end-reason.ts";
import { keep } from "./hold-loop.ts";
import { writeOrigin } from "./origin.ts";
import { thisProcess } from "./this-process.ts";

/** How a process begins and ends its part of a journal: a first record before anything is exposed, a reason at the end. */

/** The journal with its first records of this process, durable. */
export async function journalOf(
  { folder, folderIsNew, clock, start, state, origin }: Begun,
  left: readonly LeftPowered[],
  guard: Omit<GuardRec, "tNs"> | null,
): Promise<Journal> {
  if (folderIsNew) await writeOrigin(folder, origin);
  const { journal, tornBytes } = folderIsNew
    ? { journal: await createJournal(folder, { clock }), tornBytes: 0 }
    : await openJournal(folder, { clock });
  await beginSegment(folder, thisProcess());
  const tNs = clock.nowNs();
  const first: Rec =
    start === null
      ? { type: "resumed", tNs, segment: state.segments, tornBytes, leftPowered: left }
      : { ...start, tNs };
  const records: Rec[] = guard === null ? [first] : [first, { ...guard, tNs }];
  await keep(records, journal, state, () => undefined);
  return journal;
}

/** However a campaign ends, its journal says why: an error is a reason too. A disk that failed takes none. */
export async function keepReason(
  error: unknown,
  journal: Journal,
  state: CampaignState,
  tNs: number,
): Promise<void> {
  const endReason = endReasonOfError(error);
  const detail = error instanceof Error ? error.message : String(error);
  const open = [...state.runs.values()].filter((run) => run.open);
  const ends: Rec[] = open.map(({ number, start: { dut } }) => ({
    type: "run_end",
    tNs,
    run: number,
    endReason,
    detail,
    link: state.boards.get(dut.name)?.link ?? noLink,
  }));
  try {
    await keep([...ends, { type: "campaign_end", tNs, endReason, detail }], journal, state, () => undefined);
  } catch (failure) {
    if (!(failure instanceof RigError) || failure.code !== "storage") throw failure;
  }
}

const noLink: LinkTotals = { frames: 0, garbled: 0, lost: 0, bytesDropped: 0 };
