import type { Rec } from "../domain/records.ts";
import { mustBeDurable } from "../domain/durable.ts";
import { fold } from "../science/fold.ts";
import type { CampaignState } from "../science/state.ts";

/**
 *   campaign ─batch→ journal (durable) ─→ fold ─→ view
 *       ↑────────── next, please ─────────────────┘
 *
 * The one place where records are made safe. Asking for the next batch tells the campaign that this one is on disk:
 * only then does it acknowledge to the boards and go on (docs/decisions/0001).
 */
export interface Keeper {
  /** Stamps and takes the records; the answer is what stands in the journal. */
  append(records: readonly Rec[]): readonly Rec[];
  /** Resolves when all that was taken is on disk. */
  durable(): Promise<void>;
}

export async function holdLoop(
  batches: AsyncIterable<readonly Rec[]>,
  keeper: Keeper,
  state: CampaignState,
  seen: (records: readonly Rec[]) => void,
): Promise<void> {
  for await (const batch of batches) await keep(batch, keeper, state, seen);
}

export async function keep(
  batch: readonly Rec[],
  keeper: Keeper,
  state: CampaignState,
  seen: (records: readonly Rec[]) => void,
): Promise<void> {
  const records = keeper.append(batch);
  if (records.some(mustBeDurable)) await keeper.durable();
  for (const record of records) fold(state, record);
  seen(records);
}
