import { mostFaultWords, outputName, protocolVersion } from "../../firmware-protocol/messages.ts";
import type { Command, Head, Refusal } from "../../firmware-protocol/messages.ts";
import { mostArmed, wordsArmed } from "./state.ts";
import type { Board } from "./state.ts";

/** Why a command is not obeyed, the first reason in the order of PROTOCOL.md, "Refusals"; null: it is. Changes nothing. */
export function refusalOf(board: Board, command: Head & Command): Refusal | null {
  const { name } = command;
  if (command.boot !== 0 && command.boot !== board.options.bootId) return "wrong-boot";
  if (name === "hello" && command.protocol !== protocolVersion) return "bad-version";
  if (needs.box.has(name) || cannot(board, command)) return "not-able";
  if (board.state === "running" && needs.rest.has(name)) return "busy";
  if (board.state === "faulted" && needs.soundness.has(name)) return "faulted";
  if (board.session === null && needs.load.has(name)) return "not-loaded";
  if (board.session?.golden === null && needs.golden.has(name)) return "no-golden";
  return rangeRefusal(board, command);
}

/** What depends on the values of the command and not on the state alone. */
function rangeRefusal(board: Board, command: Command): Refusal | null {
  switch (command.name) {
    case "hello":
      return command.heartbeatMs < 10 || command.heartbeatMs > 60_000 || command.leaseMs < 100
        ? "out-of-range"
        : null;
    case "load":
      if (!board.options.accelerator.workloads.includes(command.workload)) return "unknown-workload";
      return command.every === 0 ? "out-of-range" : null;
    case "target":
    case "space":
      return command.index >= board.session!.loaded.targets.length ? "out-of-range" : null;
    case "golden":
      return command.times === 0 ? "out-of-range" : null;
    case "shape":
      return shapeRefusal(board, command);
    case "strike":
      return strikeRefusal(board, { ...command, words: 1, step: 1 });
    case "fault":
      return strikeRefusal(board, command);
    case "run":
      return runRefusal(board, command);
    case "run-to-error":
      return runRefusal(board, { ...command, strikes: 0 });
    case "workloads":
    case "workloads-from":
    case "status":
    case "check":
    case "stop":
    case "refresh":
    case "clock":
    case "reset":
    case "ack":
    case "resend":
    case "inject":
    case "heat":
    case "rail":
    case "shutter":
    case "sense":
      return null;
  }
}

type CommandOf<N extends Command["name"]> = Extract<Command, { readonly name: N }>;
type Name = Command["name"];

const onGolden: readonly Name[] = ["check", "strike", "fault", "run", "run-to-error"];
const onLoaded: readonly Name[] = ["target", "space", "shape", "golden", ...onGolden, "refresh"];

/** What a command needs of the board: to be a bench box, at rest, sound, loaded, with golden made. */
const needs = {
  box: new Set<Name>(["inject", "heat", "rail", "shutter", "sense"]),
  rest: new Set<Name>(["load", ...onLoaded]),
  soundness: new Set<Name>(["golden", ...onGolden]),
  load: new Set<Name>(onLoaded),
  golden: new Set<Name>(onGolden),
} as const;

/** What an accelerator can do to its bits is known once a workload is loaded. */
function cannot({ session }: Board, command: Command): boolean {
  if (command.name !== "fault" || session === null) return false;
  return !(session.loaded.manners ?? ["flip"]).includes(command.manner);
}

function shapeRefusal(board: Board, { of }: CommandOf<"shape">): Refusal | null {
  const known = of === outputName || board.session!.loaded.targets.some(({ name }) => name === of);
  return known ? null : "unknown-target";
}

type Struck = Pick<CommandOf<"fault">, "id" | "target" | "word" | "mask" | "words" | "step" | "cycle">;

function strikeRefusal(board: Board, strike: Struck): Refusal | null {
  const { loaded, golden } = board.session!;
  const target = loaded.targets.find((candidate) => candidate.name === strike.target);
  if (target === undefined) return "unknown-target";
  const { id, word, mask, words, step, cycle } = strike;
  if (id === 0 || words < 1 || words > mostFaultWords || step < 1) return "out-of-range";
  const last = word + (words - 1) * step;
  const fits = last < target.words && mask !== 0 && mask < 2 ** target.bits && cycle <= golden!.budget;
  if (!fits) return "out-of-range";
  const others = wordsArmed(board.armed.filter((other) => other.id !== id));
  return others + words > mostArmed(board.options.eventCapacity) ? "strikes-full" : null;
}

function runRefusal(
  { armed }: Board,
  { first, iterations, strikes }: Pick<CommandOf<"run">, "first" | "iterations" | "strikes">,
): Refusal | null {
  const end = iterations === 0 ? 2 ** 32 : first + iterations;
  const outside = armed.some(({ iteration }) => iteration < first || iteration >= end);
  if (end > 2 ** 32 || outside) return "out-of-range";
  return strikes === armed.length ? null : "strikes-differ";
}
