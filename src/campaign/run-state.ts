import type { CommandVerb } from "../domain/command.ts";
import type { RunState } from "../domain/records.ts";

/** idle → armed → running ⇄ paused → stopping → done (REC-7). Whatever is not in this table is refused. */
const transitions: Readonly<Record<RunState, readonly RunState[]>> = {
  idle: ["armed", "done"],
  armed: ["running", "stopping"],
  running: ["paused", "stopping"],
  paused: ["running", "stopping"],
  stopping: ["done"],
  done: [],
};

export function mayGo(from: RunState, to: RunState): boolean {
  return transitions[from].includes(to);
}

/** Where a command leads; null: the verb alone does not say (`abort` goes to the safe state from anywhere). */
export function goal(verb: CommandVerb): RunState {
  switch (verb) {
    case "pause":
      return "paused";
    case "resume":
      return "running";
    case "stop":
    case "abort":
      return "stopping";
  }
}
