import { createInterface } from "node:readline/promises";
import { RigError } from "../domain/errors.ts";

/**
 * A dangerous deed is confirmed by `--yes`, or by a person at a terminal. RigError `config` where neither is to be had: a script
 * must say what it means.
 */
export async function confirm(
  question: string,
  how: { readonly yes?: true; readonly input?: boolean },
  input: NodeJS.ReadStream = process.stdin,
  output: NodeJS.WriteStream = process.stderr,
): Promise<boolean> {
  if (how.yes === true) return true;
  if (how.input === false || !input.isTTY)
    throw new RigError("config", `${question} Nobody can be asked here: add --yes`);
  const lines = createInterface({ input, output });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
