/**
 * Waits for a callback of the operating system, but no longer than `ms` of wall time: closing a hung device may never be
 * reported. Resolves true if the callback came.
 */
export function within(ms: number, start: (done: () => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    timer.unref();
    start(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
