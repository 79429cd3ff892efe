import { connect } from "node:net";
import type { Command } from "../domain/command.ts";
import { RigError } from "../domain/errors.ts";
import { readHandshake } from "./handshake.ts";
import type { Verdict } from "./wire.ts";
import { mostVerdictBytes, parseVerdict, printRequest } from "./wire.ts";

const deadlineMs = 15_000;

/** Gives a command to the campaign that runs into `folder`. Throws RigError `environment` where it cannot be reached. */
export async function sendCommand(folder: string, command: Command, withinMs = deadlineMs): Promise<Verdict> {
  const { port, token, pid } = readHandshake(folder);
  const line = await ask(port, printRequest({ token, command }), withinMs).catch((error: unknown) => {
    throw new RigError(
      "environment",
      `the campaign of ${folder} (process ${pid}) does not answer: it has ended; \`radrig run --resume ${folder}\` goes on with it`,
      { cause: error },
    );
  });
  const verdict = parseVerdict(line);
  if (verdict === null)
    throw new RigError(
      "environment",
      `port ${port} is not that of the campaign of ${folder}: it has ended, and another program took the port`,
    );
  return verdict;
}

function ask(port: number, question: string, withinMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port });
    let answer = "";
    const end = setTimeout(() => socket.destroy(new Error("no answer")), withinMs);
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.write(question));
    socket.on("data", (chunk: string) => {
      answer += chunk.slice(0, mostVerdictBytes - answer.length);
      if (answer.includes("\n") || answer.length >= mostVerdictBytes) socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => {
      clearTimeout(end);
      if (answer === "") reject(new Error("closed without an answer"));
      else resolve(answer.split("\n", 1).join(""));
    });
  });
}
