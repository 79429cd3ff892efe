import type { Command } from "../domain/command.ts";

/** Commands on their way down to a campaign: posted from anywhere, taken in order by the campaign alone. */
export interface Mailbox {
  post(command: Command): void;
  /** The next command, or null once the mailbox is closed. */
  take(): Promise<Command | null>;
  close(): void;
}

/** More than this many unread commands are not kept: an operator repeats himself, a babbling peer must not fill memory. */
const capacity = 64;

export function createMailbox(): Mailbox {
  const waiting: Command[] = [];
  let closed = false;
  let wake: ((command: Command | null) => void) | null = null;
  return {
    post(command) {
      if (closed) return;
      if (wake !== null) {
        const deliver = wake;
        wake = null;
        deliver(command);
      } else if (waiting.length < capacity) waiting.push(command);
    },
    take() {
      const command = waiting.shift();
      if (command !== undefined) return Promise.resolve(command);
      if (closed) return Promise.resolve(null);
      return new Promise((resolve) => (wake = resolve));
    },
    close() {
      closed = true;
      wake?.(null);
      wake = null;
    },
  };
}
