import * as http from "node:http";
import * as https from "node:https";
import type { InfluxServer } from "./influx-server.ts";

/**
 * One batch of lines to the server, and what it said. Never throws: what a network does is a value.
 *
 *   lines ─body→ POST /write ─status→ written | rejected | … | down
 */
export type Posted =
  | { readonly kind: "written" }
  /** Some lines, or all, are not to its liking; the others are in. `dropped`: how many, where it tells. */
  | { readonly kind: "rejected"; readonly reason: string; readonly dropped: number | null }
  | { readonly kind: "too_large" }
  | { readonly kind: "no_database" }
  | { readonly kind: "login"; readonly reason: string }
  | { readonly kind: "down"; readonly reason: string };

export interface Poster {
  post(body: Buffer, signal?: AbortSignal): Promise<Posted>;
  close(): void;
}

const patienceMs = 30_000;
const longestAnswer = 16 * 1024;

export function createPoster(server: InfluxServer): Poster {
  const { request, Agent } = server.protocol === "https" ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  const login = server.login();
  const options = {
    agent,
    host: server.host,
    port: server.port,
    method: "POST",
    path: `${server.path}/write?db=${encodeURIComponent(server.database)}&precision=ns`,
    timeout: patienceMs,
    ...(login === null ? {} : { auth: `${login.user}:${login.password}` }),
  };
  return {
    post: (body, signal) =>
      new Promise((resolve) => {
        const sent = request(
          {
            ...options,
            headers: { "content-type": "text/plain; charset=utf-8", "content-length": body.length },
            ...(signal === undefined ? {} : { signal }),
          },
          (response) => {
            let answer = "";
            response.setEncoding("utf8");
            response.on("data", (text: string) => {
              if (answer.length < longestAnswer) answer += text;
            });
            response.on("end", () => resolve(judge(response.statusCode ?? 0, answer)));
            response.on("error", (error) => resolve(down(error)));
          },
        );
        sent.on("timeout", () => sent.destroy(new Error(`no answer within ${patienceMs / 1000} s`)));
        sent.on("error", (error) => resolve(down(error)));
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

function judge(status: number, answer: string): Posted {
  const reason = errorIn(answer);
  switch (status) {
    case 200:
    case 204:
      return { kind: "written" };
    case 400: {
      const dropped = /dropped=(\d+)/.exec(reason)?.[1];
      return { kind: "rejected", reason, dropped: dropped === undefined ? null : Number(dropped) };
    }
    case 401:
    case 403:
      return { kind: "login", reason };
    case 404:
      return /database not found/i.test(reason)
        ? { kind: "no_database" }
        : { kind: "down", reason: `no InfluxDB answers there (404 ${reason})` };
    case 413:
      return { kind: "too_large" };
    default:
      return { kind: "down", reason: `it answers ${status} ${reason}`.trim() };
  }
}

/** What the server says, on one line and no longer than a line should be. */
function errorIn(answer: string): string {
  let text = answer;
  try {
    const { error } = JSON.parse(answer) as { error?: unknown };
    if (typeof error === "string") text = error;
  } catch {
    // A proxy answers in HTML: shown as it is.
  }
  const line = text.replaceAll(/\s+/g, " ").trim();
  if (line.length <= 300) return line;
  // The number of dropped points stands at the end.
  return `${line.slice(0, 200)} … ${line.slice(-80)}`;
}

function down(error: Error): Posted {
  const code = (error as { code?: unknown }).code;
  const known = typeof code === "string" ? reasons[code] : undefined;
  return { kind: "down", reason: known ?? error.message };
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused: no server is running there",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  ENOTFOUND: "its name is unknown",
  EHOSTUNREACH: "there is no way to its address",
  ETIMEDOUT: "it does not answer",
};
