import type { Reply } from "../../domain/reply.ts";
import { refused } from "../../domain/reply.ts";
import { parseAddress, printAddress, wordsPerFrame } from "../address/sem-address.ts";
import type { LinearAddress, SemAddress, SemFamily } from "../address/sem-address.ts";
import type { Answer, SemDialogue } from "./sem-dialogue.ts";
import type { PromptState } from "./sem-framing.ts";
import { parseLine } from "./sem-lines.ts";
import { parseStatus } from "./sem-status.ts";
import type { RegionStatus } from "./sem-status.ts";

/**
 * The commands of the monitor interface (PG036, PG187 UART-Interface-Commands), each held against the answer that its guide gives it.
 * `refused` begins with `rejected` where the prompt came alone: that is how it answers what it does not do; with `garbled` where it makes no sense.
 */
export interface SemCommands {
  status(): Promise<Reply<readonly RegionStatus[]>>;
  /** Also `ok` where it was idle before. */
  idle(): Promise<Reply<null>>;
  observe(): Promise<Reply<null>>;
  detectOnly(): Promise<Reply<null>>;
  /** One pass over the device; every line that it printed of it. */
  diagnose(scanMs: number): Promise<Reply<readonly string[]>>;
  inject(address: SemAddress): Promise<Reply<null>>;
  /** The words of one frame. */
  query(address: LinearAddress): Promise<Reply<readonly number[]>>;
  peek(register: number): Promise<Reply<number>>;
  translate(address: SemAddress): Promise<Reply<SemAddress>>;
  /** A word of external memory, with classification only; second-hand. */
  external(address: SemAddress): Promise<Reply<number>>;
  /** The lines of the initialization report. */
  reset(): Promise<Reply<readonly string[]>>;
}

/** Bytes of an answer, prompt included, echo left out: what its deadline follows. */
const shortBytes = 16;
const statusBytes = 4 * 90;
const reportBytes = 400;

export function semCommands(family: SemFamily, dialogue: SemDialogue): SemCommands {
  const words = wordsPerFrame[family];
  const plain = async (
    command: string,
    lines: readonly string[],
    prompt: PromptState,
  ): Promise<Reply<null>> => {
    const reply = await dialogue.ask(command, shortBytes);
    if (reply.kind === "silence") return reply;
    return isExactly(reply, lines, prompt) ? { kind: "ok", value: null } : misfit(command, reply);
  };
  const hexLines = async (command: string, count: number): Promise<Reply<readonly number[]>> => {
    const reply = await dialogue.ask(command, count * 9 + shortBytes);
    if (reply.kind === "silence") return reply;
    const { lines, torn, prompt } = reply;
    const fits = !torn && prompt === "idle" && lines.length === count;
    if (!fits || !lines.every((line) => /^[0-9A-F]{8}$/.test(line))) return misfit(command, reply);
    return { kind: "ok", value: lines.map((line) => Number.parseInt(line, 16)) };
  };
  const oneWord = async (command: string): Promise<Reply<number>> => {
    const reply = await hexLines(command, 1);
    return reply.kind === "ok" ? { kind: "ok", value: reply.value[0]! } : reply;
  };

  return {
    status: async () => {
      const reply = await dialogue.ask("S", statusBytes);
      if (reply.kind === "silence") return reply;
      const regions = reply.torn ? null : parseStatus(family, reply.lines);
      return regions === null ? misfit("S", reply) : { kind: "ok", value: regions };
    },
    idle: async () => {
      const reply = await plain("I", ["SC 00"], "idle");
      // The prompt says that it is idle; without a state change it was so before.
      return isRejected(reply) && lastPrompt(reply) === "idle" ? { kind: "ok", value: null } : reply;
    },
    observe: () => plain("O", ["SC 02"], "observation"),
    detectOnly: () => plain("D", ["SC 20"], "detect"),
    diagnose: async (scanMs) => {
      const reply = await dialogue.ask("U", reportBytes, scanMs);
      if (reply.kind === "silence") return reply;
      const { lines, torn, prompt } = reply;
      const [first, last] = [lines[0], lines.at(-1)];
      const fits = !torn && prompt === "idle" && first === "SC 40" && last === "SC 00";
      if (!fits || !lines.every((line) => parseLine(family, line) !== null)) return misfit("U", reply);
      return { kind: "ok", value: lines };
    },
    inject: (address) => plain(`N ${printAddress(address)}`, ["SC 10", "SC 00"], "idle"),
    query: (address) => hexLines(`Q ${printAddress(address)}`, words),
    peek: (register) => oneWord(`P ${hexByte(register)}`),
    external: (address) => oneWord(`X ${printAddress(address)}`),
    translate: async (address) => {
      const command = `T ${printAddress(address)}`;
      const reply = await dialogue.ask(command, shortBytes);
      if (reply.kind === "silence") return reply;
      const { lines, torn, prompt } = reply;
      const found = lines.length === 1 && !torn && prompt === "idle" ? parseAddress(family, lines[0]!) : null;
      return found === null || found.kind === address.kind
        ? misfit(command, reply)
        : { kind: "ok", value: found };
    },
    reset: async () => {
      const reply = await dialogue.ask("R 00", reportBytes);
      if (reply.kind === "silence") return reply;
      const { lines, torn } = reply;
      const banner = parseLine(family, lines[0] ?? "");
      const fits = !torn && banner?.is === "banner" && lines.includes("INIT OK");
      if (!fits || !lines.every((line) => parseLine(family, line) !== null)) return misfit("R 00", reply);
      return { kind: "ok", value: lines };
    },
  };
}

export function isRejected(reply: Reply<unknown>): boolean {
  return reply.kind === "refused" && reply.reason.startsWith("rejected");
}

function isExactly(
  { lines, torn, prompt }: Answer,
  expected: readonly string[],
  wanted: PromptState,
): boolean {
  const same = lines.length === expected.length && lines.every((line, index) => line === expected[index]);
  return same && !torn && prompt === wanted;
}

function misfit(
  command: string,
  { lines, torn, prompt }: Answer,
): Extract<Reply<never>, { kind: "refused" }> {
  if (lines.length === 0 && !torn)
    return refused(`rejected: '${command}' was answered with the prompt of state ${prompt} alone`);
  const seen = lines
    .slice(0, 4)
    .map((line) => JSON.stringify(line.slice(0, 20)))
    .join(" ");
  return refused(
    `garbled: '${command}' was answered with ${lines.length} lines (${seen}) that are no answer to it`,
  );
}

function lastPrompt(reply: Reply<unknown>): string | null {
  return reply.kind === "refused" ? (/prompt of state (\w+) alone/.exec(reply.reason)?.[1] ?? null) : null;
}

function hexByte(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, "0");
}
