import { spawn } from "node:child_process";
import type { ChildProcess, ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { RigError } from "../domain/errors.ts";
import type { OpenPort } from "../domain/link.ts";
import { chunkQueue } from "./chunk-queue.ts";
import { writerOf } from "./writer-of.ts";
import { within } from "./within.ts";

/**
 * A child process that speaks on its standard streams.
 *
 *   chunks ←─ [ queue ] ←─ its standard output        write ─→ its standard input
 *   `ended()` ←─ the last line of ←─ its standard error (the last 4 KiB are kept)
 *
 * It leads a process group of its own, which is ended as a whole: asked first (SIGTERM), killed after a second.
 * Groups still alive when this process exits are killed with it.
 */
export interface ChildOptions {
  readonly cwd?: string;
  /** Its standard error as it comes, for whoever wants to show it. */
  readonly onErrorText?: (text: string) => void;
}

const keptErrorText = 4096;
const endWithinMs = 1000;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export function childPort(command: readonly string[], options: ChildOptions = {}): OpenPort {
  return async (signal) => {
    const child = await spawned(command, options);
    let errorText = "";
    const write = writerOf(child.stdin);
    let why: string | null = null;
    const queue = chunkQueue(() => child.stdout.resume());
    const end = (reason: string): void => {
      why ??= reason;
      queue.end();
    };
    const lastWords = (): string => errorText.trimEnd().split("\n").at(-1)?.trim().slice(0, 300) ?? "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errorText = (errorText + text).slice(-keptErrorText);
      options.onErrorText?.(text);
    });
    child.stdout.on("data", (chunk: Buffer) => {
      if (!queue.push(chunk)) child.stdout.pause();
    });
    // A child that is gone swallows what is written to it.
    child.stdin.on("error", () => undefined);
    child.on("close", (code, signalName) => {
      const words = lastWords();
      end(
        `'${command.join(" ")}' ended with ${signalName ?? `exit code ${code ?? "?"}`}${words === "" ? "" : `: ${words}`}`,
      );
    });
    const close = async (): Promise<void> => {
      end("closed here");
      child.stdout.resume();
      await endGroup(child);
    };
    if (signal?.aborted === true) {
      await close();
      throw new RigError("link_lost", `'${command.join(" ")}': given up while it was being started`);
    }
    return {
      name: `command:${command.join(" ")}`,
      chunks: queue.chunks,
      write: (bytes) => (queue.ended ? Promise.resolve() : write(bytes)),
      ended: () => why,
      closingEndsDevice: true,
      close,
    };
  };
}

function spawned(command: readonly string[], options: ChildOptions): Promise<Child> {
  const [program, ...args] = command;
  if (program === undefined)
    throw new RigError("config", "an empty command: name a program and its arguments");
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      // A session, and so a process group, of its own.
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    child.once("error", (error) =>
      reject(
        new RigError(
          "port_missing",
          `'${program}' cannot be started (${error.message}): install it, or correct the command in the rig file`,
          {
            cause: error,
          },
        ),
      ),
    );
    child.once("spawn", () => {
      watch(child);
      resolve(child);
    });
  });
}

async function endGroup(child: Child): Promise<void> {
  const gone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  if (!gone()) {
    const ended = within(endWithinMs, (done) => child.once("exit", () => done()));
    kill(child, "SIGTERM");
    if (!(await ended)) {
      const killed = within(endWithinMs, (done) => child.once("exit", () => done()));
      kill(child, "SIGKILL");
      await killed;
    }
  }
  // Its own children may outlive it.
  kill(child, "SIGKILL");
  running.delete(child);
}

function kill(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group is gone already.
  }
}

const running = new Set<ChildProcess>();
let watching = false;

function watch(child: ChildProcess): void {
  running.add(child);
  child.once("exit", () => running.delete(child));
  if (watching) return;
  watching = true;
  process.on("exit", () => {
    for (const left of running) kill(left, "SIGKILL");
  });
}
