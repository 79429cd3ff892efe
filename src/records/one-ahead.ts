/**
 * The same items, each made while the one before is still in use: what waits for a server lets the next batch be prepared
 * meanwhile. One item is held at most; a failure comes when its turn does.
 */
export async function* oneAhead<T>(items: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  let next = items.next();
  try {
    for (;;) {
      const step = await next;
      if (step.done === true) return;
      next = items.next();
      // Met when it is waited for; until then nobody has missed it.
      next.catch(() => undefined);
      yield step.value;
    }
  } finally {
    await items.return();
  }
}
