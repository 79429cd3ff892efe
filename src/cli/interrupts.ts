/** Ctrl-C once, a polite end; twice, the safe state at once. The same from `kill`. */
export interface Interrupts {
  /** How often the operator has asked for the end. */
  readonly count: () => number;
  /** Gives the signals back to Node. */
  close(): void;
}

export function onInterrupt(
  signals: NodeJS.EventEmitter,
  first: (signal: string) => void,
  second: (signal: string) => void,
): Interrupts {
  let count = 0;
  const heard = (signal: string) => (): void => {
    count++;
    (count === 1 ? first : second)(signal);
  };
  const [interrupt, terminate] = [heard("SIGINT"), heard("SIGTERM")];
  // A terminal that hangs up ends no campaign: `radrig control` still reaches it.
  const hangUp = (): void => undefined;
  signals.on("SIGINT", interrupt);
  signals.on("SIGTERM", terminate);
  signals.on("SIGHUP", hangUp);
  return {
    count: () => count,
    close: () => {
      signals.off("SIGINT", interrupt);
      signals.off("SIGTERM", terminate);
      signals.off("SIGHUP", hangUp);
    },
  };
}
