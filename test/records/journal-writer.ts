import { createJournal } from "../../src/records/journal.ts";
import { strike } from "./some-records.ts";

/**
 * A process that writes a journal until it is killed or its disk is full: `node journal-writer.js FOLDER`. It says on standard
 * output which line it believes to be durable (`durable N`), and at the end what it failed with (`failed CODE`).
 */
const folder = process.argv[2]!;
const journal = await createJournal(folder);
const say = (line: string): Promise<void> =>
  new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()));

try {
  for (let id = 1; ; id++) {
    const group = Array.from({ length: 1 + (id % 5) }, (_, k) => strike(1, id * 10 + k, id));
    const last = journal.append(group).at(-1)!;
    await journal.durable();
    await say(`durable ${last.seq}`);
  }
} catch (error) {
  await say(`failed ${String((error as { code?: unknown }).code)} ${(error as Error).message}`);
  await journal
    .close()
    .catch((closing: unknown) => say(`closed ${String((closing as { code?: unknown }).code)}`));
}
