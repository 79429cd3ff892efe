#!/usr/bin/env node
import { CommanderError } from "commander";
import { RigError } from "../domain/errors.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import { createOutput } from "./output.ts";
import { createProgram } from "./program.ts";

const output = createOutput(
  process.stdout,
  process.stderr,
  process.env,
  !process.argv.includes("--no-color"),
);

/** A verb that ends otherwise than well says so by `process.exitCode`, or throws. */
async function main(): Promise<ExitCode> {
  try {
    await createProgram(output).parseAsync();
    return (process.exitCode ?? exitCodes.ok) as ExitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (error instanceof RigError) {
      // What has a place in a file begins with it, so that an editor can go there.
      for (const line of error.message.split("\n"))
        output.say(/^\S+:\d+:\d+: /.test(line) ? line : `radrig: ${line}`);
    } else {
      output.say(
        `radrig: unexpected error, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
    return exitCodeOf(error);
  }
}

// Node ends a process in which nothing is left to happen, whatever is still awaited.
const stuck = (): void => {
  output.say("radrig: unexpected error, please report it: everything waits for something else");
  process.exit(exitCodes.unexpected);
};
process.once("beforeExit", stuck);
const code = await main();
process.off("beforeExit", stuck);
await output.flush();
const lost = output.lost();
if (lost !== null) {
  output.say(`radrig: standard output cannot be written: ${lost}: free some, then ask again`);
  await output.flush();
}
// Not a moment longer: a port that will not close must not keep a finished program alive.
process.exit(lost !== null && code === exitCodes.ok ? exitCodes.environment : code);
