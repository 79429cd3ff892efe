import type { Mailbox } from "../campaign/mailbox.ts";
import type { Verdict } from "../control/wire.ts";
import type { Command } from "../domain/command.ts";
import type { Rec } from "../domain/records.ts";

/**
 *   ask ─command→ mailbox → campaign → record ─→ durable ─→ heard ─verdict→ who asked
 *
 * Whoever gave a command is answered by the record that it became, and only when that record is safe.
 */
export interface Verdicts {
  /** Posts the command; answers when its record is durable. Rejects when the campaign ends first. */
  readonly ask: (command: Command) => Promise<Verdict>;
  /** To be shown every durable batch. */
  heard(records: readonly Rec[]): void;
  close(): void;
}

interface Waiting {
  readonly command: Command;
  readonly answer: (verdict: Verdict) => void;
  readonly giveUp: () => void;
}

export function createVerdicts(mailbox: Mailbox): Verdicts {
  const waiting: Waiting[] = [];
  let closed = false;
  return {
    ask: (command) =>
      new Promise((resolve, reject) => {
        const giveUp = (): void => reject(new Error("the campaign has ended"));
        if (closed) {
          giveUp();
          return;
        }
        waiting.push({ command, answer: resolve, giveUp });
        mailbox.post(command);
      }),
    heard: (records) => {
      for (const record of records) {
        if (record.type !== "command") continue;
        const { verb, by } = record.command;
        const index = waiting.findIndex(({ command }) => command.verb === verb && command.by === by);
        if (index >= 0) waiting.splice(index, 1)[0]!.answer({ obeyed: record.obeyed, detail: record.detail });
      }
    },
    close: () => {
      closed = true;
      for (const { giveUp } of waiting.splice(0)) giveUp();
    },
  };
}
