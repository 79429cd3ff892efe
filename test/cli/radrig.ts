import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { packageRoot } from "../../src/cli/package-root.ts";

/** The built program, as `npx radrig` starts it. */
export const root = packageRoot;
export const mainPath = resolve(root, "dist/src/cli/main.js");

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  /** Resolves when this pattern has stood in what was printed, on either stream; rejects when the program ends before. */
  said(pattern: RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `radrig` with these arguments in a process of its own. */
export function startRadrig(args: readonly string[], { cwd = root, env = {} }: Surroundings = {}): Running {
  const child = spawn(process.execPath, [mainPath, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      printed[name] += text;
      for (const listener of listeners) listener();
    });
  const ended = new Promise<Ended>((done) =>
    child.on("close", (code, signal) => {
      done({ code, signal, ...printed });
      for (const listener of listeners) listener();
    }),
  );
  return {
    pid: child.pid!,
    said: (pattern) =>
      new Promise((found, lost) => {
        const look = (): void => {
          if (pattern.test(printed.stdout) || pattern.test(printed.stderr)) found();
          else if (child.exitCode !== null || child.signalCode !== null)
            lost(new Error(`radrig ended before it said ${pattern}: ${printed.stderr}`));
          else return;
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      }),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}

/** Runs `radrig` to its end. */
export function radrig(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  return startRadrig(args, surroundings).ended;
}
