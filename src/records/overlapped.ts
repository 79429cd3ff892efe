/**
 *   item 0 ─begin─────────→ end
 *   item 1    (made) ─begin─────────→ end          ends come in order, whichever answer comes first
 *   item 2             (made)   ─begin─────────→ end
 *
 * Work on one item goes on while the next is made and begun, so that neither side of a wire waits for the other. Two are under
 * way at most, and an item need not wait for the next one to be ended. The first failure ends it, when its turn comes.
 */
export async function overlapped<T, R>(
  items: AsyncIterable<T>,
  begin: (item: T) => Promise<R>,
  end: (item: T, result: R) => Promise<void>,
): Promise<void> {
  let before: Promise<void> = Promise.resolve();
  for await (const item of items) {
    const result = begin(item);
    const turn = before;
    before = (async () => {
      const [ended] = await Promise.all([result, turn]);
      await end(item, ended);
    })();
    // Met when its turn comes; until then nobody has missed it.
    before.catch(() => undefined);
    await turn;
  }
  await before;
}
