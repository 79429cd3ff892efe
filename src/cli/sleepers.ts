/**
 * Those who sleep on a virtual clock: a binary heap by time due, then by who came first, so that equal times wake in
 * one order on every machine. An aborted sleeper is woken at once and stays in the heap as a dead entry; the heap is
 * swept when half of it is dead, so that deadlines which are always cancelled in time do not pile up.
 */
export interface Sleepers {
  /** Resolves when woken, or at once when the signal aborts. The signal must not be aborted yet. */
  add(dueNs: number, signal?: AbortSignal): Promise<void>;
  /** Infinity when nobody sleeps, or all sleep for ever. */
  nextDueNs(): number;
  /** Wakes everyone due at or before this time, in order. */
  wake(nowNs: number): void;
  /** Entries held: in the heap, dead ones among them, or for a signal. */
  held(): number;
}

interface Sleeper {
  readonly dueNs: number;
  readonly order: number;
  readonly signal: AbortSignal | undefined;
  /** Undefined once woken. */
  resolve: (() => void) | undefined;
}

export function sleepers(): Sleepers {
  let heap: Sleeper[] = [];
  let dead = 0;
  let order = 0;
  let watched = 0;
  /** One listener a signal, however many sleep on it: adding a listener costs more than a sleep. */
  const bySignal = new WeakMap<AbortSignal, Set<Sleeper>>();

  const abort = (signal: AbortSignal): void => {
    for (const sleeper of bySignal.get(signal) ?? []) {
      sleeper.resolve?.();
      sleeper.resolve = undefined;
      dead++;
      watched--;
    }
    bySignal.delete(signal);
    if (dead > 64 && dead * 2 > heap.length) sweep();
  };
  const sweep = (): void => {
    heap = heap.filter((sleeper) => sleeper.resolve !== undefined);
    // Sorted is a heap.
    heap.sort((a, b) => (before(a, b) ? -1 : 1));
    dead = 0;
  };
  const watch = (sleeper: Sleeper, signal: AbortSignal): void => {
    let sleeping = bySignal.get(signal);
    if (sleeping === undefined) {
      sleeping = new Set();
      bySignal.set(signal, sleeping);
      signal.addEventListener("abort", () => abort(signal), { once: true });
    }
    sleeping.add(sleeper);
    watched++;
  };
  const dropDead = (): void => {
    while (heap.length > 0 && heap[0]!.resolve === undefined) {
      pop(heap);
      dead--;
    }
  };

  return {
    add: (dueNs, signal) =>
      new Promise((resolve) => {
        const sleeper: Sleeper = { dueNs, order: order++, signal, resolve };
        push(heap, sleeper);
        if (signal !== undefined) watch(sleeper, signal);
      }),
    nextDueNs: () => {
      dropDead();
      return heap[0]?.dueNs ?? Infinity;
    },
    wake: (nowNs) => {
      for (;;) {
        dropDead();
        if (heap.length === 0 || heap[0]!.dueNs > nowNs) return;
        const sleeper = pop(heap);
        if (sleeper.signal !== undefined && bySignal.get(sleeper.signal)?.delete(sleeper) === true) watched--;
        sleeper.resolve?.();
        sleeper.resolve = undefined;
      }
    },
    held: () => Math.max(heap.length, watched),
  };
}

function before(a: Sleeper, b: Sleeper): boolean {
  return a.dueNs < b.dueNs || (a.dueNs === b.dueNs && a.order < b.order);
}

function push(heap: Sleeper[], sleeper: Sleeper): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!before(sleeper, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = sleeper;
}

function pop(heap: Sleeper[]): Sleeper {
  const top = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return top;
}
