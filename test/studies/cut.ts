import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { begin } from "../../src/cli/begin.ts";
import type { RunRequest } from "../../src/cli/begin.ts";
import { packageRoot } from "../../src/cli/package-root.ts";
import { runRecord } from "../../src/cli/run-record.ts";
import type { Rec } from "../../src/domain/records.ts";
import type { Result } from "../../src/domain/result.ts";
import { fates, injection, ofType, smallRig } from "../campaign/emulated.ts";

/**
 * A small journal cut after so many bytes, as a host that died there leaves it, and gone on with. What stood in it whole must
 * still stand first, every strike must have its undisturbed fate, and the totals must be the undisturbed ones.
 */
export interface CutStudy {
  readonly bytes: number;
  /** Ends of the journal's lines, in bytes. */
  readonly ends: readonly number[];
  /** Null: all as it should be; else what is not. */
  cutAt(bytes: number): Promise<string | null>;
  close(): void;
}

const quiet = { started: () => undefined, seen: () => undefined, say: () => undefined };

async function runToEnd(request: RunRequest): Promise<Result> {
  return runRecord(await begin(request), quiet, new AbortController(), null);
}

function recordsIn(journal: string): Rec[] {
  const whole = journal.slice(0, journal.lastIndexOf("\n") + 1).split("\n");
  return whole.filter((line) => line !== "").map((line) => JSON.parse(line) as Rec);
}

const totals = (result: Result): string =>
  JSON.stringify(result.runs.map(({ outcomes, exposure }) => ({ outcomes, exposure })));

export async function cutStudy(strikes: number): Promise<CutStudy> {
  const folder = mkdtempSync(join(tmpdir(), "radrig-cut-"));
  const control = injection(`strikes: ${strikes}`).replace("target: weights", "target: control");
  writeFileSync(join(folder, "rig.yaml"), smallRig());
  writeFileSync(
    join(folder, "campaign.yaml"),
    `campaign: small\nrig: rig.yaml\nblocks:\n  - ${injection(`strikes: ${strikes}`)}\n  - ${control}\n`,
  );
  const whole = join(folder, "whole");
  const undisturbed = await runToEnd({ campaign: join(folder, "campaign.yaml"), out: whole });
  const journal = readFileSync(join(whole, "journal.jsonl"));
  const fate = fates(recordsIn(journal.toString())).sort().join("\n");
  return {
    bytes: journal.length,
    ends: [...journal.entries()].filter(([, byte]) => byte === 10).map(([index]) => index + 1),
    cutAt: async (bytes) => {
      const to = join(folder, `cut-${bytes}`);
      mkdirSync(join(to, "raw"), { recursive: true });
      for (const name of ["origin.json", "host.json"]) copyFileSync(join(whole, name), join(to, name));
      writeFileSync(join(to, "journal.jsonl"), journal.subarray(0, bytes));
      const before = recordsIn(journal.subarray(0, bytes).toString());
      const result = await runToEnd({ resume: to });
      const after = recordsIn(readFileSync(join(to, "journal.jsonl"), "utf8"));
      rmSync(to, { recursive: true });
      if (JSON.stringify(after.slice(0, before.length)) !== JSON.stringify(before))
        return "a record that stood there is gone";
      if (result.endReason !== "complete") return `ended ${result.endReason}`;
      if (fates(after).sort().join("\n") !== fate) return "a strike has another fate, or none";
      if (
        new Set(ofType(after, "strike").map(({ run, strike }) => `${run}.${strike.id}`)).size !==
        2 * strikes
      )
        return "a strike stands there twice";
      return totals(result) === totals(undisturbed) ? null : "other totals";
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Every byte of a journal of four strikes; CI cuts a longer one at and inside every line. */
export async function cutReport(): Promise<readonly string[]> {
  const study = await cutStudy(2);
  try {
    const wrong: string[] = [];
    for (let bytes = 0; bytes <= study.bytes; bytes++) {
      const found = await study.cutAt(bytes);
      if (found !== null) wrong.push(`cut after ${bytes} bytes: ${found}`);
    }
    const lines = [
      `journal: ${study.bytes} bytes in ${study.ends.length} lines, cut after every byte from 0 to ${study.bytes}`,
      `resumed to the undisturbed totals, every whole record kept: ${study.bytes + 1 - wrong.length}; otherwise: ${wrong.length}`,
    ];
    writeFileSync(
      join(packageRoot, "docs/studies/cut.md"),
      `# A journal cut at every byte\n\nWhat is cut and compared stands in \`test/studies/cut.ts\`; \`npm run study -- cut\` does it again.\n\n${lines.map((line) => `- ${line}\n`).join("")}`,
    );
    if (wrong.length > 0) throw new Error([...lines, ...wrong.slice(0, 20)].join("\n"));
    return lines;
  } finally {
    study.close();
  }
}
