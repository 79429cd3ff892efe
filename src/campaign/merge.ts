import type { Rec } from "../domain/records.ts";

export type Batches = AsyncGenerator<readonly Rec[], void>;

/** A lane whose every record is a batch of its own. */
export async function* alone(lane: AsyncGenerator<Rec, void>): Batches {
  for await (const record of lane) yield [record];
}

/**
 *   lane A ─rec─┐
 *   lane B ─rec─┼→ batch → (consumer makes it durable) → the lanes of this batch go on
 *   lane C ─────┘   (a lane without a record ready is not waited for)
 *
 * A lane is asked for its next record only after its last one was taken by the consumer: `yield` returns when the
 * record is safe. That is how a campaign knows what it may acknowledge, without calling back (group commit comes free).
 * Cut short, by a lane that throws or a consumer that goes, it calls `leave` and returns when every lane has ended.
 */
export async function* merge(lanes: readonly Batches[], leave: () => void = () => undefined): Batches {
  const ready: { readonly lane: Batches; readonly batch: readonly Rec[] }[] = [];
  let open = lanes.length;
  let failure: { error: unknown } | null = null;
  let wake: () => void = () => undefined;
  const pull = (lane: Batches): void => {
    lane.next().then(
      (next) => {
        if (next.done === true) open--;
        else ready.push({ lane, batch: next.value });
        wake();
      },
      (error: unknown) => {
        open--;
        failure ??= { error };
        wake();
      },
    );
  };
  const failed = (): { error: unknown } | null => failure;
  try {
    for (const lane of lanes) pull(lane);
    while (true) {
      while (ready.length === 0 && open > 0 && failed() === null)
        await new Promise<void>((go) => (wake = go));
      const taken = ready.splice(0);
      if (taken.length > 0) yield taken.flatMap(({ batch }) => batch);
      const fault = failed();
      if (fault !== null) throw fault.error;
      if (taken.length === 0 && open === 0) return;
      for (const { lane } of taken) pull(lane);
    }
  } finally {
    if (open > 0 || failed() !== null) leave();
    // A lane still at work ends at its next record: until then it may move things that others want to be safe.
    await Promise.allSettled(lanes.map((lane) => lane.return()));
  }
}
